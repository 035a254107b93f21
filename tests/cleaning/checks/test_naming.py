"""What a column's name says, whole words only."""

import pytest

from core.cleaning.checks.naming import said, words_of
from core.schema import Column, Kind, Role


def column(name, label=""):
    return Column(name, Kind.NUMBER, Role.FEATURE, label)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("credits_earned", ("credits", "earned")),
        ("CreditsEarned", ("credits", "earned")),
        ("GPATotal", ("gpa", "total")),
        ("Mother's age", ("mother", "age")),
        ("Género", ("genero",)),
        ("term1", ("term", "1")),
        ("年龄", ("年龄",)),
        ("", ()),
    ],
)
def test_a_name_is_taken_apart_into_small_words(name, words):
    assert words_of(name) == words


def test_a_word_inside_another_says_nothing():
    assert said(column("average"), ("age",)) is None
    assert said(column("age_at_entry"), ("age",)) == "age"
    assert said(column("date_of_birth"), ("birth date", "date of birth")) == "date of birth"


def test_the_label_speaks_too_and_each_wording_is_excused_by_itself():
    assert said(column("q17", "Age of the student"), ("age",)) == "age"
    assert said(column("mother_age"), ("age",), unless=("mother",)) is None
    assert said(column("age", "Mother's age"), ("age",), unless=("mother",)) == "age"
