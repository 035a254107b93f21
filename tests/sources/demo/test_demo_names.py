"""Names in many scripts, and about nobody."""

import unicodedata

import pytest

from core.sources.base import DemoSpec
from core.sources.demo.name_lists import NAME_LISTS
from core.sources.demo.source import DemoSource


@pytest.fixture(scope="module")
def names():
    return (
        DemoSource(DemoSpec(students=3000, dirt=False)).load("students", columns=["name"]).collect()["name"]
    )


def script_of(letter):
    return unicodedata.name(letter).split()[0]


def test_names_come_in_at_least_eight_scripts(names):
    scripts = {script_of(letter) for name in names for letter in name if letter.isalpha()}
    expected = "LATIN CYRILLIC GREEK ARABIC HEBREW DEVANAGARI BENGALI CJK HANGUL GEORGIAN ETHIOPIC"
    assert set(expected.split()) <= scripts


def test_every_list_has_names_in_its_own_script():
    for title, names in NAME_LISTS.items():
        letters = {
            script_of(letter) for name in names.given + names.family for letter in name if letter.isalpha()
        }
        expected = {"HAN": "CJK"}.get(title.split(",")[0].upper(), title.split(",")[0].upper())
        assert letters - {"MODIFIER"} == {expected}, title


def test_names_have_apostrophes_accents_and_marks(names):
    assert names.str.contains("'").any()
    assert names.str.contains("’").any()
    assert names.str.contains("Nguyễn").any()
    assert names.str.contains("ọ̀").any()


def test_no_name_is_empty_or_padded(names):
    assert (names == names.str.strip()).all()
    assert not names.str.contains("  ").any()
    assert (names.str.len() >= 2).all()


def test_few_students_share_a_name(names):
    assert names.duplicated().mean() < 0.03


def test_lists_have_no_name_twice():
    for title, names in NAME_LISTS.items():
        assert len(set(names.given)) == len(names.given), title
        assert len(set(names.family)) == len(names.family), title


def test_shares_sum_to_one():
    assert sum(names.share for names in NAME_LISTS.values()) == pytest.approx(1.0)
