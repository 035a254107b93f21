"""Reading numbers and yes/no out of text."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.errors import RecipeError
from core.schema import Kind
from tests.cleaning.tables import after, dataset, text

ENGLISH, CONTINENTAL, EITHER = (".", ","), (",", "."), (".,", "")


@pytest.mark.parametrize(
    ("written", "marks", "number"),
    [
        ("12", EITHER, 12.0),
        (" +7 ", EITHER, 7.0),
        ("-3,5", EITHER, -3.5),
        ("−3.5", EITHER, -3.5),
        ("1.234", EITHER, 1.234),
        ("1.234", CONTINENTAL, 1234.0),
        ("1,234", ENGLISH, 1234.0),
        ("1,234.5", ENGLISH, 1234.5),
        ("1.234,5", CONTINENTAL, 1234.5),
        ("12,34.5", ENGLISH, None),
        ("1,2345", ENGLISH, None),
        ("1,2,3", EITHER, None),
        ("1.2.3", EITHER, None),
        ("1 234 567,89", EITHER, 1234567.89),
        ("1'000", ENGLISH, 1000.0),
        ("1 2", EITHER, None),
        ("85 %", EITHER, 85.0),
        ("$1,200", ENGLISH, 1200.0),
        ("-$ 5", EITHER, -5.0),
        ("20 €", EITHER, 20.0),
        ("5.", EITHER, 5.0),
        (".5", EITHER, 0.5),
        ("1E+03", EITHER, 1000.0),
        ("1e999", EITHER, None),
        ("nan", EITHER, None),
        ("inf", EITHER, None),
        ("", EITHER, None),
        ("five", EITHER, None),
        ("0x1A", EITHER, None),
        ("1_000", EITHER, None),
        ("٣", EITHER, None),
        (None, EITHER, None),
    ],
)
def test_a_number_is_read_as_it_is_written(written, marks, number):
    assert after(ParseNumbers(("a",), *marks), a=text(written))["a"] == [number]


def test_a_percentage_is_a_fraction_only_where_asked():
    step = ParseNumbers(("a",), percent_as_fraction=True)

    assert after(step, a=text("85 %", "0.85", "1,5%"))["a"] == [0.85, 0.85, 0.015]


def test_units_are_dropped_at_either_end_and_taken_literally():
    step = ParseNumbers(("a",), units=("h", "k.m"))

    assert after(step, a=text("5 h", "5h", "7 k.m", "7 kxm", "h 5", "5 hh"))["a"] == [5, 5, 7, None, 5, None]


def test_a_number_column_is_left_alone():
    assert after(ParseNumbers(("a",)), a=[1.5, None])["a"] == [1.5, None]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=50))
@settings(max_examples=30)
def test_every_finite_float_is_read_back_exactly(numbers):
    for mark in ".,":
        read = after(ParseNumbers(("a",)), a=text(*[repr(number).replace(".", mark) for number in numbers]))[
            "a"
        ]
        assert [repr(number) for number in read] == [repr(number) for number in numbers]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=50))
@settings(max_examples=30)
def test_whatever_the_text_the_answer_is_a_finite_number_or_missing(written):
    read = after(ParseNumbers(("a",)), a=text(*written))["a"]

    assert all(number is None or math.isfinite(number) for number in read)


def test_the_schema_says_number_afterwards():
    before = dataset({"a": ["1"], "b": ["1"]}).schema
    schema = ParseNumbers(("a",)).schema_after(before)

    assert [column.kind for column in schema] == [Kind.NUMBER, Kind.CATEGORY]


def test_one_mark_cannot_be_both():
    with pytest.raises(
        RecipeError, match=r"^parse_numbers cannot read ',' as decimal mark and as thousands mark.$"
    ):
        ParseNumbers(("a",), ".,", ",")
    with pytest.raises(RecipeError, match=r"^parse_numbers needs a decimal mark.$"):
        ParseNumbers(("a",), "")


def test_yes_and_no_are_read_in_several_languages_and_the_rest_is_missing():
    values = text("yes", " NO ", "True", "0", "Ja", "Sí", "maybe", "", None)
    read = after(ParseFlags(("a",)), a=values)["a"]

    assert read == [1.0, 0.0, 1.0, 0.0, 1.0, 1.0, None, None, None]
    assert ParseFlags(("a",)).schema_after(dataset({"a": ["1"]}).schema).column("a").kind is Kind.FLAG


def test_other_words_for_yes_and_no_can_be_given():
    step = ParseFlags(("a",), ("Erasmus",), ("home",))

    assert after(step, a=text("erasmus", "HOME", "yes"))["a"] == [1.0, 0.0, None]
