"""Impossible numbers."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.ranges import SetRange
from core.cleaning.registry import step_from_dict, step_to_dict
from core.errors import RecipeError, StepFailed, WrongKind
from core.schema import Kind, Role
from tests.cleaning.tables import after, dataset, lists, text

VALUES = [-1.0, 0.0, 100.0, 100.5, math.inf, None]


def test_values_outside_become_missing_and_the_ends_are_inside():
    assert after(SetRange("a", 0, 100), a=VALUES)["a"] == [None, 0.0, 100.0, None, None, None]
    assert after(SetRange("a", lowest=0), a=VALUES)["a"] == [None, 0.0, 100.0, 100.5, None, None]
    assert after(SetRange("a", highest=100), a=VALUES)["a"] == [-1.0, 0.0, 100.0, None, None, None]
    assert after(SetRange("a"), a=VALUES)["a"] == [-1.0, 0.0, 100.0, 100.5, None, None]


def test_values_outside_can_move_to_the_nearest_end():
    assert after(SetRange("a", 0, 100, "clip"), a=VALUES)["a"] == [0.0, 0.0, 100.0, 100.0, 100.0, None]
    assert after(SetRange("a", outside="clip"), a=VALUES)["a"] == VALUES


def test_values_outside_can_be_flagged_and_stay(frame_of):
    step = SetRange("a", 0, 100, "flag")
    done = step.apply(frame_of({"a": [*VALUES, -0.0]}), {})

    assert lists(done) == {
        "a": [*VALUES, 0.0],
        "a_outside_range": [1.0, 0.0, 0.0, 1.0, 1.0, None, 0.0],
    }


def test_without_ends_only_the_infinite_are_flagged():
    assert after(SetRange("a", outside="flag"), a=VALUES)["a_outside_range"] == [
        0.0,
        0.0,
        0.0,
        0.0,
        1.0,
        None,
    ]


@pytest.mark.parametrize("values", [[], [5.0], [None, None]])
def test_few_rows_and_rows_without_a_value_are_flagged_too(values):
    frame = frames.wrap(pd.DataFrame({"a": pd.Series(values, dtype="float64")}))
    done = frames.collect(SetRange("a", 0, 1, "flag").apply(frame, {}))

    assert [str(kind) for kind in done.dtypes] == ["float64", "float64"]
    assert done["a_outside_range"].isna().tolist() == [value is None for value in values]


@given(st.lists(st.none() | st.floats(allow_nan=False), max_size=20))
@settings(max_examples=50)
def test_a_flag_is_set_exactly_where_a_value_would_become_missing(values):
    column = pd.Series(values, dtype="float64")
    flags = after(SetRange("a", -5, 5, "flag"), a=column)["a_outside_range"]
    cut = after(SetRange("a", -5, 5), a=column)["a"]

    for before, flag, now in zip(values, flags, cut, strict=True):
        assert flag == (None if before is None else float(now is None))


def test_an_existing_column_is_not_written_over():
    with pytest.raises(
        StepFailed,
        match=r"^The table already has a column 'a_outside_range', which set_range wants to add.$",
    ) as failure:
        after(SetRange("a", 0, 1, "flag"), a=[1.0], a_outside_range=[1.0])
    assert failure.value.hint == (
        "Choose 'missing' or 'clip' for this step, or leave that column out before it."
    )


def test_the_flag_is_a_feature_unless_its_column_is_none():
    roles = {"a": Role.FEATURE, "b": Role.BARRIER, "c": Role.PROTECTED}
    schema = dataset({"a": [1.0], "b": [1.0], "c": [1.0]}, roles=roles).schema
    added = [SetRange(name, 0, 1, "flag").schema_after(schema).columns[-1] for name in "abc"]

    assert [(column.name, column.kind) for column in added] == [
        (f"{name}_outside_range", Kind.FLAG) for name in "abc"
    ]
    assert [column.role for column in added] == [Role.FEATURE, Role.FEATURE, Role.PROTECTED]
    assert (added[0].title, added[0].reason) == (
        "a was outside its range",
        "added when the range of 'a' was checked",
    )
    assert SetRange("a", 0, 1).schema_after(schema) == schema


def test_flagging_survives_json_and_changes_no_column():
    step = SetRange("a", 0, 1, "flag")

    assert step_from_dict(step_to_dict(step), place="Step 1") == step
    assert (step.changes, SetRange("a", 0, 1).changes) == ((), ("a",))


@given(st.lists(st.floats(), max_size=20), st.sampled_from(["missing", "clip"]))
@settings(max_examples=50)
def test_nothing_outside_is_left_and_nothing_inside_changes(values, outside):
    now = after(SetRange("a", -5, 5, outside), a=[*values, 0.0])["a"]

    for before, value in zip(values, now, strict=False):
        assert value is None or -5 <= value <= 5
        assert not -5 <= before <= 5 or value == before


def test_the_range_must_be_the_right_way_round():
    with pytest.raises(
        RecipeError, match=r"^set_range of 'age' has its lowest value above its highest: 80 and 15.$"
    ):
        SetRange("age", 80, 15)


def test_text_has_no_range():
    with pytest.raises(
        WrongKind, match=r"^The column 'a' does not hold numbers, which set_range needs.$"
    ) as failure:
        after(SetRange("a", 0, 1), a=text("5"))
    assert failure.value.hint == "Put parse_numbers (or parse_flags) before it in the recipe."


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (SetRange("a", 0, 100), "Make values of 'a' below 0 or above 100 missing."),
        (SetRange("a", lowest=0), "Make values of 'a' below 0 missing."),
        (SetRange("a", highest=1), "Make values of 'a' above 1 missing."),
        (SetRange("a"), "Make values of 'a' that are infinite missing."),
        (
            SetRange("a", 0, 1, "flag"),
            "Flag values of 'a' below 0 or above 1 in a column 'a_outside_range'.",
        ),
        (SetRange("a", 0, 1, "clip"), "Move values of 'a' below 0 or above 1 to the nearest possible one."),
    ],
)
def test_the_range_is_said_in_words(step, words):
    assert step.describe() == words


def test_ends_of_many_digits_are_said_in_full():
    assert SetRange("a", 1234567.25, 1234567.5).describe() == (
        "Make values of 'a' below 1234567.25 or above 1234567.5 missing."
    )
    with pytest.raises(RecipeError, match=r"highest: 1234567.5 and 1234567.25.$"):
        SetRange("a", 1234567.5, 1234567.25)
