"""Filling gaps."""

import math

import pandas as pd
import pytest

from core import frames
from core.cleaning.missing import FillWithConstant, FillWithMean, FillWithMedian, FillWithMode
from core.errors import RecipeError, StepFailed, WrongKind
from core.schema import Kind, Role
from tests.cleaning.tables import after, dataset, lists, text


def test_new_rows_get_the_median_of_the_fitted_rows():
    step = FillWithMedian(("gpa",))
    learned = step.fit(frames.wrap(pd.DataFrame({"gpa": [2.0, None, 4.0]})))
    new = step.apply(frames.wrap(pd.DataFrame({"gpa": [None, 1.0]})), learned)

    assert learned == {"gpa": 3.0}
    assert lists(new) == {"gpa": [3.0, 1.0]}
    assert step.describe(learned) == "Fill the gaps of 'gpa' with its median (3)."


def test_new_rows_get_the_mean_of_the_fitted_rows():
    step = FillWithMean(("gpa",))
    learned = step.fit(frames.wrap(pd.DataFrame({"gpa": [2.0, None, 4.0, 9.0]})))
    new = step.apply(frames.wrap(pd.DataFrame({"gpa": [None, 1.0]})), learned)

    assert learned == {"gpa": 5.0}
    assert lists(new) == {"gpa": [5.0, 1.0]}
    assert step.describe() == "Fill the gaps of 'gpa' with its mean."
    assert FillWithMean(("gpa", "n")).describe({"gpa": 5.0, "n": None}) == (
        "Fill the gaps of 'gpa' and 'n' with their means (5, nothing known)."
    )


@pytest.mark.parametrize("step", [FillWithMedian, FillWithMean, FillWithMode])
def test_infinite_numbers_teach_nothing_and_stay(step):
    assert after(step(("a",)), a=[math.inf, math.inf, 2.0, None])["a"] == [math.inf, math.inf, 2.0, 2.0]


def test_whole_numbers_take_a_median_between_them():
    assert after(FillWithMedian(("n",)), n=pd.Series([1, 2, None], dtype="Int64"))["n"] == [1.0, 2.0, 1.5]


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        (text("own", "shared", "own", None), "own"),
        (text("shared", "own", None), "own"),
        ([1.0, 0.0, None], 0.0),
        ([-0.0, None], 0.0),
    ],
)
def test_the_most_frequent_value_fills_and_the_smallest_on_ties(values, mode):
    step = FillWithMode(("a",))
    learned = step.fit(frames.wrap(pd.DataFrame({"a": values})))

    assert learned == {"a": mode}
    assert str(learned["a"]) == str(mode)
    assert after(step, a=values)["a"][-1] == mode


def test_a_column_without_values_teaches_nothing_and_keeps_its_gaps():
    for step in (FillWithMedian(("a",)), FillWithMean(("a",)), FillWithMode(("a",))):
        assert step.fit(frames.wrap(pd.DataFrame({"a": [float("nan")]}))) == {"a": None}
        assert after(step, a=[float("nan")])["a"] == [None]
        assert "(nothing known)" in step.describe({"a": None})


def test_the_gap_can_be_remembered():
    step = FillWithMedian(("hours",), was_missing=True)
    schema = step.schema_after(dataset({"hours": [1.0]}, roles={"hours": Role.BARRIER}).schema)

    assert after(step, hours=[1.0, None]) == {"hours": [1.0, 1.0], "hours_was_missing": [0.0, 1.0]}
    assert schema.names() == ("hours", "hours_was_missing")
    added = schema.column("hours_was_missing")
    assert (added.kind, added.role, added.title) == (Kind.FLAG, Role.FEATURE, "hours was missing")


def test_a_gap_column_that_is_there_already_is_refused():
    step = FillWithMedian(("a",), was_missing=True)

    with pytest.raises(
        StepFailed, match=r"^The table already has a column 'a_was_missing', which fill_with_median"
    ):
        after(step, a=[1.0], a_was_missing=[0.0])


def test_a_constant_fills_columns_of_its_own_kind():
    assert after(FillWithConstant(("a",), value="none"), a=text("own", None))["a"] == ["own", "none"]
    assert after(FillWithConstant(("a",), value=0.0), a=[1.5, None])["a"] == [1.5, 0.0]
    with pytest.raises(WrongKind, match=r"^The gaps of 'a' cannot be filled with 'none': it holds numbers.$"):
        after(FillWithConstant(("a",), value="none"), a=[1.0])
    with pytest.raises(
        WrongKind, match=r"^The gaps of 'a' cannot be filled with '0.0': it holds no numbers.$"
    ):
        after(FillWithConstant(("a",), value=0.0), a=text("own"))


@pytest.mark.parametrize("cells", [pd.to_datetime(["2026-01-01", None]), pd.array([True, None])])
def test_a_constant_fills_neither_dates_nor_booleans(cells):
    with pytest.raises(
        WrongKind,
        match=r"^The column 'a' holds neither text nor numbers, which fill_with_constant needs.$",
    ) as failure:
        after(FillWithConstant(("a",), value="none"), a=cells)
    assert failure.value.hint == "Leave its gaps, or leave the column out."


@pytest.mark.parametrize("value", ["", "  "])
def test_a_constant_is_not_empty(value):
    with pytest.raises(RecipeError, match=r"^fill_with_constant has no value to fill gaps with.$") as failure:
        FillWithConstant(("a",), value=value)
    assert failure.value.hint == "Set 'value' to a number or a text, for example to 'unknown'."


def test_a_mean_needs_numbers():
    with pytest.raises(
        WrongKind, match=r"^The column 'a' does not hold numbers, which fill_with_mean needs.$"
    ):
        after(FillWithMean(("a",)), a=text("1"))


def test_a_median_needs_numbers_and_a_mode_needs_numbers_or_text():
    with pytest.raises(
        WrongKind, match=r"^The column 'a' does not hold numbers, which fill_with_median needs.$"
    ):
        after(FillWithMedian(("a",)), a=text("1"))
    with pytest.raises(
        WrongKind, match=r"^The column 'a' holds neither text nor numbers, which fill_with_mode needs.$"
    ):
        after(FillWithMode(("a",)), a=pd.to_datetime(["2026-01-01"]))


def test_only_fills_that_learn_are_learned_again_inside_the_folds():
    learning = (FillWithMedian, FillWithMean, FillWithMode)

    assert all(step.in_folds for step in learning)
    assert not FillWithConstant.in_folds


def test_what_was_learned_is_said_whole_where_it_is_exact_and_rounded_elsewhere():
    step, state = FillWithMean(("a", "b")), {"a": 1234567.5, "b": 2e6 / 3}

    assert step.describe(state) == "Fill the gaps of 'a' and 'b' with their means (1234567.5, 666667)."
