"""Spaces, words for a missing value, and spellings."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.text import PLACEHOLDERS, SPACES, MapValues, PlaceholdersToMissing, StripText
from core.errors import RecipeError
from tests.cleaning.tables import after, text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (" own ", "own"),
        ("phone\u00a0 only", "phone only"),
        ("\ufeffown\t\n", "own"),
        ("李\u3000明", "李 明"),
        ("   ", None),
        ("", None),
        (None, None),
        ("none", "none"),
    ],
)
def test_spaces_are_trimmed_and_made_one_and_nothing_else_is_missing(given, expected):
    assert after(StripText(("a",)), a=text(given)) == {"a": [expected]}


@given(st.lists(st.text(alphabet="aÉ明" + SPACES, max_size=8), max_size=30))
@settings(max_examples=50)
def test_stripped_text_has_no_outer_and_no_double_space_and_keeps_its_letters(values):
    stripped = after(StripText(("a",)), a=text(*values))["a"]

    for before, now in zip(values, stripped, strict=True):
        assert now is None or (now == now.strip(SPACES) and "  " not in now)
        assert [c for c in before if c not in SPACES] == [c for c in now or "" if c not in SPACES]


def test_many_different_texts_are_stripped_like_few():
    few = text(*[" own ", "own"] * 10_000)
    many = text(*[f" own {n} " for n in range(20_000)])

    assert set(after(StripText(("a",)), a=few)["a"]) == {"own"}
    assert after(StripText(("a",)), a=many)["a"] == [f"own {n}" for n in range(20_000)]


def test_rows_keep_their_labels_when_text_is_rewritten():
    table = pd.DataFrame({"a": text(" x", "y")}).set_axis([7, 3])
    done = frames.collect(StripText(("a",)).apply(frames.wrap(table), {}))

    assert done["a"].to_dict() == {7: "x", 3: "y"}


def test_a_clean_number_column_has_no_spaces_to_strip():
    assert after(StripText(("a",)), a=[1.0, None]) == {"a": [1.0, None]}


def test_placeholders_are_found_whatever_their_capitals_and_spaces():
    step = PlaceholdersToMissing(("a",))

    assert after(step, a=text("?", " N/A ", "Unknown", "own", None))["a"] == [None, None, None, "own", None]


def test_none_is_an_answer_and_not_a_placeholder():
    assert "none" not in PLACEHOLDERS
    assert after(PlaceholdersToMissing(("a",)), a=text("none", "None"))["a"] == ["none", "None"]


def test_a_numeric_token_is_missing_in_number_columns_too():
    step = PlaceholdersToMissing(("a", "b"), ("999", "?"))

    assert after(step, a=[999.0, 99.0, None], b=text("999", "9990", "?")) == {
        "a": [None, 99.0, None],
        "b": [None, "9990", None],
    }


def test_only_listed_values_are_mapped_and_each_of_them_once():
    step = MapValues("a", (("Own", "own"), ("own", "shared"), ("x", "x")))

    assert after(step, a=text("Own", "own", "OWN", "x", None))["a"] == ["own", "shared", "OWN", "x", None]


def test_a_value_may_be_mapped_only_once():
    with pytest.raises(RecipeError, match=r"^map_values lists the value 'Own' of 'device' twice.$"):
        MapValues("device", (("Own", "own"), ("Own", "shared")))


def test_the_steps_say_what_they_do_and_why():
    assert StripText(("a", "b"), reason="3 cells are untidy").describe() == (
        "Tidy the spaces in 'a' and 'b', because 3 cells are untidy."
    )
    assert PlaceholdersToMissing(("a",)).describe() == "Make words for a missing value missing in 'a'."
    assert PlaceholdersToMissing(("a",), ("99",)).describe() == "Make '99' missing in 'a'."
    assert MapValues("a", (("Own", "own"),)).describe() == "Write 'Own' as 'own' in 'a'."
