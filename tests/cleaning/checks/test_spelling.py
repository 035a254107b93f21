"""Which spellings are one category, and which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cleaning.checks.spelling import MOST_DISTINCT, folded, is_slip, variants


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Own", "OWN"),
        ("Évening campus", "evening  campus"),
        ("phone-only", "Phone only"),
        ("phone_only", "phone only"),
        ("Straße", "STRASSE"),
        ("5 - 10", "5-10"),
        ("cafe\u0301", "CAFÉ"),
    ],
)
def test_capitals_accents_and_joints_make_no_other_category(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A", "A-"),
        ("A+", "A"),
        ("-5", "5"),
        ("< 5", "> 5"),
        ("कि", "का"),
        ("group A", "group B"),
        ("か", "が"),
        ("", "-"),
    ],
)
def test_what_means_something_else_stays_another_category(one, other):
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("shraed", "shared"),
        ("onw", "own"),
        ("goood", "good"),
        ("godo", "good"),
        ("feamle", "female"),
        ("nonb inary", "non binary"),
        ("phnoe only", "phone only"),
        ("seconary", "secondary"),
        ("secondart", "secondary"),
        ("assciiate's degree", "associate's degree"),
        ("univercityy", "university"),
    ],
)
def test_slips_of_typing_are_recognised(typed, meant):
    assert is_slip(typed, meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("group a", "group b"),
        ("year 1", "year 2"),
        ("grade 10", "grade 01"),
        ("course101", "course110"),
        ("unpaid", "paid"),
        ("atypical", "typical"),
        ("unemployed", "employed"),
        ("male", "female"),
        ("iran", "iraq"),
        ("austria", "australia"),
        ("some college", "some high school"),
        ("bachelor's degree", "master's degree"),
        ("high school", "some high school"),
        ("no", "on"),
    ],
)
def test_words_of_another_meaning_are_no_slips(typed, meant):
    assert not is_slip(typed, meant)
    assert not is_slip(meant, typed)


def test_the_most_frequent_spelling_wins_and_the_first_in_the_alphabet_on_ties():
    assert variants({"Own": 3, "own": 5, "OWN": 1}) == {"Own": "own", "OWN": "own"}
    assert variants({"own": 2, "Own": 2}) == {"own": "Own"}
    assert variants({"own": 2, "shared": 2}) == {}


def test_a_slip_is_rare_and_its_target_ten_times_as_frequent():
    assert variants({"shared": 1000, "shraed": 20}) == {"shraed": "shared"}
    assert variants({"shared": 1000, "shraed": 21}) == {}
    assert variants({"shared": 10, "shraed": 1}) == {"shraed": "shared"}
    assert variants({"shared": 9, "shraed": 1}) == {}
    assert variants({"shared": 19, "shraed": 2}) == {}


def test_a_slip_in_capitals_is_counted_with_its_fellows_and_written_like_the_target():
    counts = {"Shared": 300, "shared": 200, "SHRAED": 2, "shraed": 3}

    assert variants(counts) == {"shared": "Shared", "SHRAED": "Shared", "shraed": "Shared"}


def test_a_slip_goes_to_the_most_frequent_candidate():
    assert variants({"trail": 100, "trial": 200, "trrial": 1}) == {"trrial": "trial"}


def test_slips_are_not_looked_for_among_too_many_different_texts():
    counts = {"shared": 100, "shraed": 1, **{f"code {number}": 1 for number in range(MOST_DISTINCT - 2)}}

    assert variants(counts) == {"shraed": "shared"}
    assert variants({**counts, "one more": 1, "SHARED": 1}) == {"SHARED": "shared"}


def test_prose_has_no_slips():
    assert variants({"a" * 150 + "bc": 10, "a" * 150 + "cb": 1}) == {"a" * 150 + "cb": "a" * 150 + "bc"}
    assert variants({"a" * 250 + "bc": 10, "a" * 250 + "cb": 1}) == {}


@given(st.dictionaries(st.text(alphabet="aAbBé -", max_size=5), st.integers(1, 50), max_size=12))
def test_a_spelling_is_mapped_once_to_one_that_stays(counts):
    meant = variants(counts)

    assert not set(meant) & set(meant.values())
    assert set(meant) | set(meant.values()) <= set(counts)
