"""Spaces, words for a missing value, and spellings."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.registry import step_from_dict, step_to_dict
from core.cleaning.text import (
    PLACEHOLDERS,
    SPACES,
    MapValues,
    NormaliseText,
    PlaceholdersToMissing,
    StripText,
)
from core.errors import RecipeError
from tests.cleaning.tables import after, lists, text


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


CASES = ("keep", "lower", "upper", "title")
NORMALISED = [
    ("own LAPTOP", "own laptop", "OWN LAPTOP", "Own Laptop"),
    ("ÉCOLE d'été", "école d'été", "ÉCOLE D'ÉTÉ", "École D'été"),
    ("bachelor's/MASTER’S 1st-year", "bachelor's/master’s 1st-year", "BACHELOR'S/MASTER’S 1ST-YEAR", None),
    ("straße", "straße", "STRASSE", "Straße"),
    ("ΟΔΟΣ", "οδοσ", "ΟΔΟΣ", "Οδοσ"),
    ("İstanbul", "istanbul", "İSTANBUL", "Istanbul"),
    ("ﬁn", "ﬁn", "ﬁn", "ﬁn"),
    ("нет да", "нет да", "НЕТ ДА", "Нет Да"),
    ("đặng (ána", "đặng (ána", "ĐẶNG (ÁNA", "Đặng (Ána"),
    ("李 明", "李 明", "李 明", "李 明"),
    ("", "", "", ""),
    (None, None, None, None),
]


def test_text_is_brought_to_one_case_on_both_engines(frame_of):
    expected = dict(zip(CASES, zip(*NORMALISED, strict=True), strict=True))
    expected["title"] = tuple(
        words if lower is None or words is not None else "Bachelor's/Master’s 1st-Year"
        for lower, words in zip(expected["lower"], expected["title"], strict=True)
    )
    rows = frame_of({case: text(*expected["keep"]) for case in CASES})
    for case in CASES:
        rows = NormaliseText((case,), case).apply(rows, {})

    assert lists(rows) == {case: list(expected[case]) for case in CASES}


def test_accents_are_dropped_from_latin_letters_and_marks_from_all(frame_of):
    rows = {"a": text("Łukasz Çelik", "Jose\u0301", "Đặng øre", "Ǻ", "нет", "и\u0306", "straße æ", None)}
    done = NormaliseText(("a",), "keep", accents=True).apply(frame_of(rows), {})

    assert lists(done)["a"] == ["Lukasz Celik", "Jose", "Dang ore", "A", "нет", "и", "straße æ", None]


def test_accents_go_before_the_case_is_changed():
    assert after(NormaliseText(("a",), "title", accents=True), a=text("ÉCOLE émile"))["a"] == ["Ecole Emile"]


@given(st.lists(st.text(max_size=12), max_size=20), st.sampled_from(CASES), st.booleans())
@settings(max_examples=25)
def test_normalising_twice_is_once_and_other_columns_stay(values, case, accents):
    step = NormaliseText(("a",), case, accents)
    once = after(step, a=text(*values), b=text(*values))

    assert once["b"] == values
    assert after(step, a=text(*once["a"]))["a"] == once["a"]


@given(st.lists(st.text(max_size=12), max_size=20))
@settings(max_examples=25)
def test_a_text_differs_in_case_only_from_its_title(values):
    title = after(NormaliseText(("a",), "title"), a=text(*values))["a"]

    assert (
        after(NormaliseText(("a",), "lower"), a=text(*title))["a"]
        == (after(NormaliseText(("a",), "lower"), a=text(*values))["a"])
    )


@given(st.text(st.characters(max_codepoint=0x24F, exclude_characters="ØøŁłĐđĦħŦŧ"), max_size=30))
@settings(max_examples=100)
def test_an_accent_is_what_unicode_takes_for_one(value):
    (plain,) = after(NormaliseText(("a",), "keep", accents=True), a=text(value))["a"]

    assert plain == "".join(
        (apart[0] if (apart := unicodedata.normalize("NFD", letter))[0].isascii() else letter)
        for letter in value
    )


@pytest.mark.parametrize("values", [[], [None], [None, None], ["É"]])
@pytest.mark.parametrize("case", CASES)
def test_few_rows_and_no_text_pass_through(values, case):
    frame = frames.wrap(pd.DataFrame({"a": text(*values), "n": [1.0] * len(values)}))
    done = frames.collect(NormaliseText(("a", "n"), case, accents=True).apply(frame, {}))

    assert [str(kind) for kind in done.dtypes] == ["str", "float64"]
    assert done["a"].isna().tolist() == [value is None for value in values]


def test_normalising_survives_json_and_says_what_it_does():
    step = NormaliseText(("a",), "upper", accents=True)

    assert step_from_dict(step_to_dict(step), place="Step 1") == step
    assert step.describe() == "Write 'a' in capitals, without accents."
    assert NormaliseText(("a",)).describe() == "Write 'a' in small letters."
    assert NormaliseText(("a",), "title").describe() == (
        "Write 'a' with a capital at the start of each word."
    )
    assert NormaliseText(("a",), "keep", accents=True).describe() == "Write 'a' without accents."
    assert NormaliseText(("a",), "keep").describe() == "Write 'a' as before."


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


TOWNS = tuple((f"TOWN {n}", f"town {n}") for n in range(1_000))


@pytest.mark.parametrize("n", [200, pytest.param(1_000, marks=pytest.mark.campaign)])
def test_many_spellings_are_mapped_on_both_engines(frame_of, n):
    rows = frame_of({"a": text(f"TOWN {n - 1}", "TOWN 0", "town 7", "elsewhere", None)})
    found = lists(MapValues("a", TOWNS[:n]).apply(rows, {}))["a"]

    assert sorted(found, key=str) == [None, "elsewhere", "town 0", f"town {n - 1}", "town 7"]


def test_a_thousand_spellings_are_mapped():
    found = after(MapValues("a", TOWNS), a=text("TOWN 999", "TOWN 0", "town 7", "elsewhere", None))["a"]

    assert found == ["town 999", "town 0", "town 7", "elsewhere", None]


def test_a_mapping_that_exchanges_two_values_maps_each_once():
    assert after(MapValues("a", (("x", "y"), ("y", "x"))), a=text("x", "y", None))["a"] == ["y", "x", None]
    assert after(MapValues("a", ()), a=text("x", None))["a"] == ["x", None]
    assert after(MapValues("a", (("x", "y"),)), a=text())["a"] == []
