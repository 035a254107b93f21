"""Filling gaps with what is usual in the row's own group."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.group_fill import FillByGroup
from core.errors import RecipeError, StepFailed, WrongKind
from tests.cleaning.tables import after, lists, text

HOURS = [1.0, 2.0, 3.0, 4.0, 50.0, 7.0, 8.0, 9.0, 10.0, None]
SCHOOLS = ("north",) * 5 + ("south",) * 5


def frame(**columns):
    return frames.wrap(pd.DataFrame(columns))


def test_a_gap_gets_the_median_of_its_group_and_small_new_or_missing_groups_that_of_all():
    step = FillByGroup(("hours",), "school")
    state = step.fit(frame(hours=HOURS, school=text(*SCHOOLS)))
    new = step.apply(
        frame(hours=[None, None, None, None, 1.5], school=text("north", "south", "west", None, "north")),
        state,
    )

    assert state == {"hours": {"overall": 7.0, "groups": {"north": 3.0}}}
    assert lists(new)["hours"] == [3.0, 7.0, 7.0, 7.0, 1.5]
    assert step.describe() == "Fill the gaps of 'hours' with the median of the rows with the same 'school'."
    assert step.describe(state) == (
        "Fill the gaps of 'hours' with the median of the rows with the same 'school' (1 group, else 7)."
    )


def test_the_mean_of_a_group_is_exact():
    tenths = [0.1] * 10 + [0.5] * 10
    state = FillByGroup(("a",), "g", "mean").fit(frame(a=tenths, g=text(*"xxxxxxxxxxyyyyyyyyyy")))

    assert state == {"a": {"overall": 0.3, "groups": {"x": 0.1, "y": 0.5}}}


def test_the_most_frequent_value_of_a_group_is_the_smallest_on_ties():
    step = FillByGroup(("device", "n"), "school", "mode")
    rows = {
        "device": text("own", "own", "lent", "lent", "none", *["lent"] * 5, None),
        "n": [2.0, 2.0, 1.0, 1.0, 9.0, *[-0.0] * 5, None],
        "school": text(*SCHOOLS, "north"),
    }
    state = step.fit(frame(**rows))

    assert json.dumps(state["device"]) == '{"overall": "lent", "groups": {"north": "lent", "south": "lent"}}'
    assert json.dumps(state["n"]) == '{"overall": 0.0, "groups": {"north": 1.0, "south": 0.0}}'
    assert (after(step, **rows)["device"][-1], after(step, **rows)["n"][-1]) == ("lent", 1.0)
    assert step.describe(state) == (
        "Fill the gaps of 'device' and 'n' with the most frequent value of the rows with the same 'school' "
        "(2 groups, else lent; 2 groups, else 0)."
    )


def test_groups_of_numbers_are_kept_by_their_text():
    step = FillByGroup(("a",), "year")
    years = pd.Series([1.0] * 5 + [2.5] * 5 + [-0.0] * 5 + [math.nan])
    state = step.fit(frame(a=[*[1.0] * 5, *[2.0] * 5, *[3.0] * 5, None], year=years))

    assert state["a"]["groups"] == {"0": 3.0, "1": 1.0, "2.5": 2.0}
    new = frame(a=pd.Series([None] * 4, dtype="float64"), year=[0.0, 1.0, 2.5, 7.0])
    assert lists(step.apply(new, state))["a"] == [3.0, 1.0, 2.0, 2.0]
    whole = frame(a=pd.Series([None] * 3, dtype="float64"), year=pd.Series([1, 0, None], dtype="Int64"))
    assert lists(step.apply(whole, state))["a"] == [1.0, 3.0, 2.0]


@pytest.mark.parametrize("statistic", ["median", "mean", "mode"])
@pytest.mark.parametrize("values", [[], [None], [math.nan, math.inf]])
def test_without_any_value_nothing_is_known_and_gaps_stay(statistic, values):
    step = FillByGroup(("a",), "g", statistic)
    rows = {"a": pd.Series(values, dtype="float64"), "g": text(*["x"] * len(values))}

    assert step.fit(frame(**rows)) == {"a": {"overall": None, "groups": {}}}
    assert after(step, **rows)["a"] == [None if v is None or v != v else v for v in values]
    assert step.describe({"a": {"overall": None, "groups": {}}}).endswith("(0 groups, else nothing known).")


@pytest.mark.parametrize("statistic", ["median", "mean", "mode"])
def test_one_row_and_rows_without_any_group_teach_the_value_of_all(statistic):
    step = FillByGroup(("a",), "g", statistic)

    assert step.fit(frame(a=[2.0], g=text("x"))) == {"a": {"overall": 2.0, "groups": {}}}
    assert step.fit(frame(a=[2.0] * 6, g=text(*[None] * 6))) == {"a": {"overall": 2.0, "groups": {}}}


def test_the_gap_can_be_remembered_and_other_columns_stay():
    step = FillByGroup(("a",), "g", was_missing=True)

    assert after(step, a=[1.0, None], g=text("x", "x"), b=[None, 2.0]) == {
        "a": [1.0, 1.0],
        "g": ["x", "x"],
        "b": [None, 2.0],
        "a_was_missing": [0.0, 1.0],
    }
    assert (step.needs, step.changes) == (("a", "g"), ("a",))


def test_a_column_is_not_filled_by_itself():
    with pytest.raises(RecipeError, match=r"^fill_by_group cannot fill 'a' by itself.$") as failure:
        FillByGroup(("a",), "a")
    assert failure.value.hint == "Take it out of 'columns', or group by another column."


def test_columns_of_the_wrong_kind_are_named():
    days = pd.to_datetime(["2026-01-01"])
    with pytest.raises(
        WrongKind, match=r"^The column 'a' does not hold numbers, which fill_by_group needs.$"
    ):
        after(FillByGroup(("a",), "g", "mean"), a=text("1"), g=text("x"))
    nor = "holds neither text nor numbers, which fill_by_group needs"
    with pytest.raises(WrongKind, match=rf"^The column 'a' {nor}.$"):
        after(FillByGroup(("a",), "g", "mode"), a=days, g=text("x"))
    with pytest.raises(WrongKind, match=rf"^The column 'g' {nor}.$") as failure:
        after(FillByGroup(("a",), "g"), a=[1.0], g=days)
    assert failure.value.hint == "Group by a column of text or numbers."


def test_more_than_a_thousand_groups_are_refused():
    groups = text(*(f"S{n}" for n in range(1_001) for _ in range(5)))

    with pytest.raises(StepFailed, match=r"^The column 'id' makes more than 1,000 groups.$") as failure:
        FillByGroup(("a",), "id").fit(frame(a=[1.0] * 5_005, id=groups))
    assert failure.value.hint == "Give fill_by_group a column with fewer different values in 'by'."


cells = st.one_of(st.none(), st.sampled_from([-0.0, 0.0, 0.5, 1.0, 7.5, math.inf]))
rows = st.lists(st.tuples(cells, st.sampled_from(["x", "y", "É", None])), max_size=40)


@given(rows, rows, st.sampled_from(["median", "mean", "mode"]))
@settings(max_examples=60)
def test_new_gaps_get_what_the_state_says_known_cells_stay_and_twice_is_once(old, new, statistic):
    step = FillByGroup(("a",), "g", statistic)
    learned, fresh = (
        frame(a=pd.Series([a for a, _ in part], dtype="float64"), g=text(*(g for _, g in part)))
        for part in (old, new)
    )
    state = step.fit(learned)
    once = step.apply(fresh, json.loads(json.dumps(state, allow_nan=False)))
    known = state["a"]
    expected = [known["groups"].get(g, known["overall"]) if a is None else a for a, g in new]

    assert lists(once)["a"] == expected
    assert lists(step.apply(once, state)) == lists(once)
    for group in known["groups"]:
        assert sum(g == group and a is not None and math.isfinite(a) for a, g in old) >= 5


@pytest.mark.campaign  # tests/contracts/test_steps.py has the rest
def test_spark_learns_and_fills_the_same(spark):
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({
        "a": rng.normal(0, 1, 3_000),
        "word": pd.Series(rng.choice(["é", "z", "明"], 3_000), dtype="str"),
        "group": pd.Series([f"G{n}" for n in rng.integers(0, 300, 3_000)], dtype="str"),
        "year": rng.integers(0, 4, 3_000) / 2,
        "at": np.arange(3_000.0),
    })  # fmt: skip
    for name, start in (("a", 0), ("word", 1), ("group", 2), ("year", 3)):
        rows.loc[start::7, name] = None
    on_spark, on_pandas = frames.on_spark(rows, spark), frames.wrap(rows)
    for step in (
        FillByGroup(("a",), "group"),
        FillByGroup(("a",), "group", "mean"),
        FillByGroup(("a",), "year", was_missing=True),
        FillByGroup(("a", "word"), "year", "mode"),
        FillByGroup(("word",), "group", "mode"),
    ):
        state = step.fit(on_pandas)

        assert step.fit(on_spark) == state
        filled = [frames.collect(step.apply(one, state)).sort_values("at") for one in (on_spark, on_pandas)]
        pd.testing.assert_frame_equal(*filled, check_exact=True)
