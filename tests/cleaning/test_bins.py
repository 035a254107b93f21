"""Numbers written as ranges."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.bins import BinNumbers, labels
from core.errors import RecipeError, WrongKind
from core.schema import Kind
from tests.cleaning.tables import after, dataset, lists, text


def test_numbers_become_the_range_they_fall_into_and_an_edge_starts_a_range():
    step = BinNumbers("grade", (50.0, 60.0))
    values = [49.9, 50.0, 59.0, 60.0, -math.inf, math.inf, None]

    assert after(step, grade=values)["grade"] == [
        *("below 50", "50 to under 60", "50 to under 60", "60 and above", "below 50", "60 and above", None)
    ]
    assert step.describe() == "Write 'grade' as ranges: 'below 50', '50 to under 60' and '60 and above'."
    assert step.fit(frames.wrap(pd.DataFrame({"grade": [1.0]}))) == {}


def test_quantiles_are_learned_as_values_of_the_column():
    step = BinNumbers("grade", quantiles=4)
    state = step.fit(
        frames.wrap(pd.DataFrame({"grade": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, None, math.inf]}))
    )
    new = step.apply(frames.wrap(pd.DataFrame({"grade": [0.0, 3.0, 9.0, None]})), state)

    assert state == {"grade": [3.0, 5.0, 7.0]}
    assert lists(new)["grade"] == ["below 3", "3 to under 5", "7 and above", None]
    assert step.describe() == "Write 'grade' as 4 ranges with about as many rows each."
    assert step.describe(state) == (
        "Write 'grade' as ranges: 'below 3', '3 to under 5', '5 to under 7' and '7 and above'."
    )


def test_equal_numbers_stay_together_so_there_may_be_fewer_ranges():
    step = BinNumbers("hours", quantiles=4)

    assert step.fit(frames.wrap(pd.DataFrame({"hours": [0.0] * 6 + [5.0, 9.0]}))) == {"hours": [5.0]}
    assert set(after(step, hours=[0.0] * 6 + [5.0, 9.0])["hours"]) == {"below 5", "5 and above"}


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf], [7.0], [7.0, None, 7.0], [-0.0, 0.0]])
def test_a_column_without_two_different_numbers_is_one_range(values):
    step = BinNumbers("a", quantiles=3)
    column = pd.Series(values, dtype="float64")
    known = ["any number" if value is not None and value == value else None for value in values]

    assert step.fit(frames.wrap(pd.DataFrame({"a": column}))) == {"a": []}
    assert after(step, a=column)["a"] == known
    assert step.describe({"a": []}) == "Write 'a' as ranges: 'any number'."


def test_the_column_is_text_afterwards_whatever_is_in_it():
    for values in ([], [None], [1.0]):
        frame = frames.wrap(pd.DataFrame({"a": pd.Series(values, dtype="float64")}))
        table = frames.collect(BinNumbers("a", (0.0,)).apply(frame, {}))

        assert str(table["a"].dtype) == "str"


def test_the_schema_says_category_and_forgets_what_numbers_had():
    data = dataset({"a": [1.0], "b": [2.0]}, spans={"a": (0, 100)}, units={"a": "h"})
    column = BinNumbers("a", (0.0,)).schema_after(data.schema).column("a")

    assert (column.kind, column.unit, column.lowest, column.highest) == (Kind.CATEGORY, None, None, None)
    assert BinNumbers("a", (0.0,)).schema_after(data.schema).column("b") == data.schema.column("b")


def test_many_ranges_are_not_all_said():
    assert BinNumbers("a", tuple(map(float, range(9)))).describe() == (
        "Write 'a' as ranges: 'below 0', '0 to under 1', '1 to under 2', '2 to under 3' and 6 more."
    )


def test_names_of_ranges_differ_however_near_their_edges_are():
    assert labels([0.1, math.nextafter(0.1, 1)]) == [
        "below 0.1",
        "0.1 to under 0.10000000000000002",
        "0.10000000000000002 and above",
    ]


@pytest.mark.parametrize(
    ("settings_", "message", "hint"),
    [
        (
            {},
            "bin_numbers of 'a' has neither 'edges' nor 'quantiles'.",
            "Give edges such as 50, 60, or a number of quantiles such as 4.",
        ),
        (
            {"edges": (1.0,), "quantiles": 2},
            "bin_numbers of 'a' has both 'edges' and 'quantiles'.",
            "Give edges such as 50, 60, or a number of quantiles such as 4.",
        ),
        (
            {"quantiles": 1},
            "bin_numbers of 'a' cannot make 1 ranges.",
            "Give 'quantiles' as a number from 2 to 100.",
        ),
        (
            {"edges": (1.0, 1.0)},
            "The edges of bin_numbers of 'a' do not rise at '1'.",
            "Give each edge once, in rising order.",
        ),
        (
            {"edges": (1.0, 0.5)},
            "The edges of bin_numbers of 'a' do not rise at '0.5'.",
            "Give each edge once, in rising order.",
        ),
        (
            {"edges": (math.nan,)},
            "The edges of bin_numbers of 'a' do not rise at 'nan'.",
            "Give each edge once, in rising order.",
        ),
    ],
)
def test_settings_that_make_no_ranges_are_refused(settings_, message, hint):
    with pytest.raises(RecipeError) as failure:
        BinNumbers("a", **settings_)
    assert (str(failure.value), failure.value.hint) == (message, hint)


def test_text_has_no_ranges():
    with pytest.raises(WrongKind, match=r"^The column 'a' does not hold numbers, which bin_numbers needs.$"):
        after(BinNumbers("a", (1.0,)), a=text("1"))


@given(
    st.lists(st.one_of(st.none(), st.integers(-30, 30).map(lambda n: n / 10)), max_size=40),
    st.integers(2, 6),
)
@settings(max_examples=60)
def test_learned_ranges_hold_every_number_and_none_is_empty(values, n):
    step = BinNumbers("a", quantiles=n)
    column = pd.Series(values, dtype="float64")
    state = step.fit(frames.wrap(pd.DataFrame({"a": column})))
    binned = after(step, a=column)["a"]
    edges = [-math.inf, *state["a"], math.inf]
    expected = [
        None if v is None else labels(state["a"])[np.searchsorted(edges, v, "right") - 1] for v in values
    ]

    assert binned == expected
    if any(value is not None for value in values):
        assert set(labels(state["a"])) == set(binned) - {None}
    assert str(state).count("-0.0,") == 0


@pytest.mark.campaign  # tests/contracts/test_steps.py has the rest
def test_spark_learns_and_writes_the_same_ranges(spark):
    rows = pd.DataFrame({"a": np.random.default_rng(1).normal(0, 9, 2_000).round(2)})
    on_spark, on_pandas = frames.on_spark(rows, spark), frames.wrap(rows)
    step = BinNumbers("a", quantiles=7)
    state = step.fit(on_pandas)

    assert step.fit(on_spark) == state
    counts = [
        frames.collect(step.apply(frame, state))["a"].value_counts().to_dict()
        for frame in (on_spark, on_pandas)
    ]
    assert counts[0] == counts[1]
    assert max(counts[0].values()) - min(counts[0].values()) <= 5


def test_a_thousand_edges_are_done():
    assert in_many_ranges(frames.wrap(MANY), 1_000) == [
        *("0 to under 1", "0 to under 1", "198 to under 199", "999 and above"),
        *(None, "below 0"),
    ]


@pytest.mark.parametrize("n", [200, pytest.param(1_000, marks=pytest.mark.campaign)])
def test_spark_does_many_edges(spark, n):
    """Two hundred edges are one long expression as a thousand are, in a fifth of the time."""
    assert in_many_ranges(frames.on_spark(MANY, spark), n) == in_many_ranges(frames.wrap(MANY), n)


MANY = pd.DataFrame({"a": [-1.0, 0.0, 0.5, 198.5, 2_000.0, None]})


def in_many_ranges(rows, n):
    return sorted(lists(BinNumbers("a", tuple(map(float, range(n)))).apply(rows, {}))["a"], key=str)
