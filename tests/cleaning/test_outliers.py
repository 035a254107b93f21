"""Moving far-off numbers to the limit of the usual."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.outliers import CapOutliers
from core.errors import RecipeError, WrongKind
from tests.cleaning.tables import after, lists, text

RULES = ["iqr", "robust_z", "percentile"]


def learned(step, **columns):
    return step.fit(frames.wrap(pd.DataFrame(columns)))


def test_numbers_far_from_the_quartiles_move_to_the_fence():
    step = CapOutliers(("hours",), strength=1.0)
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 99.0, math.inf, -math.inf, None]

    assert learned(step, hours=values) == {"hours": [-0.25, 7.25]}
    assert after(step, hours=values)["hours"] == [1.0, 2.0, 3.0, 4.0, 5.0, 7.25, 7.25, -0.25, None]
    assert step.describe({"hours": [-0.25, 7.25]}) == (
        "Move numbers of 'hours' further than 1 interquartile ranges from the quartiles to the limit "
        "(-0.25 to 7.25)."
    )


def test_numbers_many_robust_standard_deviations_from_the_median_move():
    step = CapOutliers(("hours",), "robust_z", 2.0)

    assert learned(step, hours=[1.0, 2.0, 3.0, 4.0, 50.0]) == {"hours": [3 - 2 * 1.4826, 3 + 2 * 1.4826]}
    assert step.describe() == (
        "Move numbers of 'hours' further than 2 robust standard deviations from the median to the limit."
    )


def test_a_share_of_the_rows_at_each_end_moves():
    step = CapOutliers(("hours",), "percentile", 10.0)
    values = [float(n) for n in range(21)]

    assert learned(step, hours=values) == {"hours": [2.0, 18.0]}
    assert after(step, hours=values)["hours"] == [2.0, 2.0, *values[2:19], 18.0, 18.0]
    assert step.describe() == "Move numbers of 'hours' in the outer 10 percent at each end to the limit."


def test_the_percentile_0_moves_nothing_but_numbers_beyond_the_learned_ones():
    step = CapOutliers(("hours",), "percentile", 0.0)
    state = learned(step, hours=[0.1, 0.2, 0.7])

    assert state == {"hours": [0.1, 0.7]}
    assert lists(step.apply(frames.wrap(pd.DataFrame({"hours": [0.0, 0.2, 1.0]})), state))["hours"] == [
        0.1,
        0.2,
        0.7,
    ]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "values", [[], [math.nan], [math.inf, None], [7.0], [7.0, 7.0, None, 7.0], [0.0, -0.0]]
)
def test_columns_without_two_different_numbers_get_no_limits(rule, values):
    step = CapOutliers(("a",), rule)
    column = pd.Series(values, dtype="float64")

    assert learned(step, a=column) == {"a": None}
    assert after(step, a=column)["a"] == [
        None if value is None or value != value else value for value in values
    ]
    assert step.describe({"a": None}).endswith("(no limits).")


@pytest.mark.parametrize("rule", ["iqr", "robust_z"])
def test_where_most_numbers_are_equal_the_others_are_no_outliers(rule):
    mostly_none = [0.0] * 9 + [10.0]

    assert learned(CapOutliers(("hours",), rule), hours=mostly_none) == {"hours": None}


def test_whole_numbers_take_a_limit_between_them():
    whole = pd.Series([1, 2, 3, 4, 99, None], dtype="Int64")

    assert after(CapOutliers(("n",), strength=0.5), n=whole)["n"] == [1.0, 2.0, 3.0, 4.0, 5.0, None]


def test_what_cannot_be_a_strength_is_refused():
    with pytest.raises(RecipeError, match=r"^cap_outliers cannot use the strength -1.$") as failure:
        CapOutliers(("a",), strength=-1.0)
    assert failure.value.hint == "Give a 'strength' of 0 or more; 3 is usual."
    with pytest.raises(RecipeError, match=r"^cap_outliers cannot cut 50 percent off each end.$") as failure:
        CapOutliers(("a",), "percentile", 50.0)
    assert failure.value.hint == "Give a 'strength' from 0 to less than 50 for the rule 'percentile'."


def test_text_has_no_outliers():
    with pytest.raises(WrongKind, match=r"^The column 'a' does not hold numbers, which cap_outliers needs.$"):
        after(CapOutliers(("a",)), a=text("1"))


numbers = st.one_of(st.none(), st.integers(-50, 50).map(lambda n: n / 10), st.sampled_from([1e9, -math.inf]))


@given(st.lists(numbers, max_size=40), st.lists(numbers, max_size=10), st.sampled_from(RULES))
@settings(max_examples=60)
def test_capping_twice_changes_nothing_more_and_new_rows_stay_inside(old, new, rule):
    step = CapOutliers(("a",), rule, 1.5)
    state = step.fit(frames.wrap(pd.DataFrame({"a": pd.Series(old, dtype="float64")})))
    once = step.apply(frames.wrap(pd.DataFrame({"a": pd.Series(new, dtype="float64")})), state)
    low, high = state["a"] or (-math.inf, math.inf)

    assert lists(step.apply(once, state)) == lists(once)
    for before, now in zip(new, lists(once)["a"], strict=True):
        assert now == (None if before is None else min(max(before, low), high))


@pytest.mark.campaign  # tests/contracts/test_steps.py has the rest
def test_spark_learns_and_caps_the_same_decimals(spark):
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"a": rng.normal(0, 1, 2_000), "b": rng.lognormal(0, 2, 2_000).round(1)})
    rows["blank"] = np.nan
    on_spark, on_pandas = frames.on_spark(rows, spark), frames.wrap(rows)
    for rule in RULES:
        assert CapOutliers(("blank",), rule).fit(on_spark) == {"blank": None}
        step = CapOutliers(("a", "b"), rule, 2.5)
        state = step.fit(on_pandas)

        assert step.fit(on_spark) == state
        capped = [frames.collect(step.apply(frame, state)) for frame in (on_spark, on_pandas)]
        assert np.array_equal(*(table[["a", "b"]].sort_values(["a", "b"]).to_numpy() for table in capped))


@pytest.mark.parametrize("rule", ["iqr", "robust_z"])
def test_limits_that_no_number_can_hold_are_none(rule):
    values = [1e308, -1.7e308, 1.5e308, -1e308, 0.0, 1.0]

    assert learned(CapOutliers(("a",), rule, 30.0), a=values) == {"a": None}
    assert after(CapOutliers(("a",), rule, 30.0), a=values)["a"] == values


def test_limits_are_said_whole_where_they_are_exact():
    step, state = CapOutliers(("a",)), {"a": [-0.5, 1234567.5]}

    assert step.describe(state).endswith("to the limit (-0.5 to 1234567.5).")
