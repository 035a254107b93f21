"""Impossible numbers."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cleaning.ranges import SetRange
from core.errors import RecipeError, WrongKind
from tests.cleaning.tables import after, text

VALUES = [-1.0, 0.0, 100.0, 100.5, math.inf, None]


def test_values_outside_become_missing_and_the_ends_are_inside():
    assert after(SetRange("a", 0, 100), a=VALUES)["a"] == [None, 0.0, 100.0, None, None, None]
    assert after(SetRange("a", lowest=0), a=VALUES)["a"] == [None, 0.0, 100.0, 100.5, None, None]
    assert after(SetRange("a", highest=100), a=VALUES)["a"] == [-1.0, 0.0, 100.0, None, None, None]
    assert after(SetRange("a"), a=VALUES)["a"] == [-1.0, 0.0, 100.0, 100.5, None, None]


def test_values_outside_can_move_to_the_nearest_end():
    assert after(SetRange("a", 0, 100, "clip"), a=VALUES)["a"] == [0.0, 0.0, 100.0, 100.0, 100.0, None]
    assert after(SetRange("a", outside="clip"), a=VALUES)["a"] == VALUES


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
        (SetRange("a", 0, 1, "clip"), "Move values of 'a' below 0 or above 1 to the nearest possible one."),
    ],
)
def test_the_range_is_said_in_words(step, words):
    assert step.describe() == words
