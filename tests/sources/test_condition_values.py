"""A condition's value is the same number, time or text for every engine, or one sentence."""

from datetime import datetime

import pytest

from core.sources.condition_values import (
    is_day,
    not_comparable,
    number_of,
    text_of,
    time_of,
    without_value,
)
from core.sources.selection import Condition, Test


@pytest.mark.parametrize(("value", "number"), [(7, 7.0), (" 7.5 ", 7.5), (True, 1.0), ("-1e3", -1000.0)])
def test_a_number_may_be_written_as_text(value, number):
    assert number_of(value) == number


@pytest.mark.parametrize("value", ["many", "", float("nan"), "nan"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r".*"):
        number_of(value)


@pytest.mark.parametrize(
    ("value", "time", "is_whole"),
    [
        (" 2026-03-10 ", datetime(2026, 3, 10), True),
        ("2026-03-10 14:30", datetime(2026, 3, 10, 14, 30), False),
        ("2026-03-10T00:30:00+02:00", datetime(2026, 3, 9, 22, 30), False),
        ("2026-03-10T14:30:00.000001Z", datetime(2026, 3, 10, 14, 30, 0, 1), False),
    ],
)
def test_a_day_is_its_first_moment_and_a_moment_is_in_utc(value, time, is_whole):
    assert (time_of(value), is_day(value)) == (time, is_whole)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("10.3.2026", ValueError),
        ("2026-02-30", ValueError),
        (2026, TypeError),
        ("0001-01-01T00:00:00+02:00", OverflowError),
    ],
)
def test_what_is_no_time_is_refused(value, error):
    with pytest.raises(error):
        time_of(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("7.0 ", "7.0 "),
        (7.0, "7"),
        (-0.5, "-0.5"),
        (False, "false"),
        (10**22, "10000000000000000000000"),
        (1234567890123456.0, "1234567890123456"),
        (1e22, "1e+22"),
    ],
)
def test_a_text_is_what_a_column_of_text_holds(value, text):
    assert text_of(value) == text


def test_the_sentences_name_the_column_and_what_it_holds():
    missing = without_value(Condition("gpa", Test.ABOVE))
    other = not_comparable("gpa", "number", "x")

    assert str(missing) == "The condition 'gpa above' has no value."
    assert missing.hint == "Give a value, or use 'missing' or 'present'."
    assert str(other) == "The column 'gpa' holds numbers and cannot be compared with 'x'."
    assert other.hint == "Give a number, like 61.5."
    assert not_comparable("at", "day", "x").hint == "Give a day, like 2026-11-21."
    assert not_comparable("word", "text", "x").hint == "Give a text, like north."
