"""What the values of a column are is told by the values first, then by the name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.schema import Kind, Role
from core.sources.roles import guess_schema


def guess(values, name="x", decimal=".", repeat=1):
    frame = pd.DataFrame({name: [v for v in values for _ in range(repeat)]}, dtype="str")
    return guess_schema(frame, decimal=decimal).column(name)


@pytest.mark.parametrize(
    ("values", "decimal", "span"),
    [
        (["1", "2.5", "-3"], ".", "Numbers from -3 to 2.5"),
        (["1,5", "2,25", "3"], ",", "Numbers from 1.5 to 3"),
        (["1.234,5", "2"], ",", "Numbers from 2 to 1,234.5"),
        (["1,234.5", "2"], ".", "Numbers from 2 to 1,234.5"),
        (["85%", "90 %"], ".", "Numbers from 85 to 90 %"),
        (["$1,200", "$30.50"], ".", "Numbers from 30.5 to 1,200 USD"),
        (["3.5", "NA", "2.5", "1"], ".", "Numbers from 1 to 3.5, where 'NA' counts as missing"),
        (["3.5", "?", "2.5", "none"], ".", "Numbers from 2.5 to 3.5, where '?' counts as missing"),
        ([" 7", "8 "], ".", "Numbers from 7 to 8"),
    ],
)
def test_numbers_are_numbers_under_either_mark(values, decimal, span):
    column = guess(values, decimal=decimal)

    assert column.kind is Kind.NUMBER
    assert column.reason.startswith(span)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (["007", "012", "100"], "values such as '007' start with a zero"),
        (["1E5", "2E7", "3E9"], "values such as '1E5' may be codes"),
        (["12345678901234567890123", "5"], "have more digits than a number can hold"),
    ],
)
def test_codes_stay_text_although_they_look_like_numbers(values, why):
    column = guess(values)

    assert column.kind in (Kind.CATEGORY, Kind.TEXT)
    assert why in column.reason


def test_scores_written_with_zeros_are_still_numbers():
    assert guess(["05", "10", "08"], name="score").kind is Kind.NUMBER


@pytest.mark.parametrize(
    "values",
    [
        ["0", "1"],
        ["1.0", "0.0"],
        ["yes", "no"],
        ["Yes", "NO"],
        ["true", "false"],
        ["y", "n"],
        ["ja", "nein"],
        ["Sí", "No"],
    ],
)
def test_two_values_that_mean_no_and_yes_are_a_flag(values):
    assert guess(values, repeat=3).kind is Kind.FLAG


@pytest.mark.parametrize(
    "values", [["yes"], ["0"], ["1", "2"], ["yes", "no", "maybe"], ["m", "f"], ["yes", "no", "NA"]]
)
def test_anything_else_is_no_flag(values):
    assert guess(values, repeat=3).kind is not Kind.FLAG


def test_none_is_a_category_where_the_others_are_words():
    column = guess(["none", "completed"], name="test preparation course", repeat=5)

    assert column.kind is Kind.CATEGORY
    assert column.reason.startswith("2 categories")


@pytest.mark.parametrize(
    "values",
    [
        ["2026-01-31", "2025-12-01"],
        ["2026-01-31 08:00", "2025-12-01T09:30:00"],
        ["31.1.2026", "1.12.2025"],
        ["31/1/2026", "1/12/2025"],
        ["1/31/2026", "12/1/2025"],
        ["31 Jan 2026", "1 Dec 2025"],
        ["January 31, 2026", "December 1, 2025"],
        ["2026/1/31", "2025/12/1"],
    ],
)
def test_days_are_dates_where_only_one_reading_fits(values):
    column = guess(values, name="enrolled on", repeat=5)

    assert (column.kind, column.role) == (Kind.DATE, Role.TIME)


@pytest.mark.parametrize("values", [["1/2/2026", "3/4/2026"], ["01-02-2026", "03-04-2026"]])
def test_days_that_may_be_months_are_not_guessed(values):
    column = guess(values, name="enrolled on", repeat=5)

    assert column.kind is Kind.CATEGORY
    assert "cannot be told apart" in column.reason


@pytest.mark.parametrize(
    "values", [["10-May", "5 - 10", "> 10"], ["0000-00-00", "2026-02-30"], ["20260131", "20251201"]]
)
def test_what_only_resembles_a_day_is_no_date(values):
    assert guess(values, repeat=5).kind is not Kind.DATE


def test_eight_digits_are_days_where_the_name_says_so():
    assert guess(["20260131", "20251201"], name="start date", repeat=5).kind is Kind.DATE


@pytest.mark.parametrize(
    "name", ["Course", "Application mode", "Mother's occupation", "zip code", "Studiengang", "region"]
)
def test_whole_numbers_named_as_codes_are_categories(name):
    column = guess(["1", "17", "39", "43", "171"], name=name, repeat=3)

    assert column.kind is Kind.CATEGORY
    assert "codes by the name" in column.reason


@pytest.mark.parametrize(
    "name",
    [
        "Application order",
        "Admission grade",
        "course score",
        "math score",
        "credits",
        "class size",
        "school rank",
        "hours of course",
    ],
)
def test_amounts_stay_numbers_whatever_else_the_name_says(name):
    assert guess(["1", "17", "39", "43", "171"], name=name, repeat=3).kind is Kind.NUMBER


def test_whole_numbers_with_wide_gaps_look_like_codes():
    column = guess(["33", "171", "8014", "9003", "9070", "9991"], name="q7", repeat=30)

    assert column.kind is Kind.CATEGORY
    assert "look like codes" in column.reason


@pytest.mark.parametrize(
    "values",
    [
        ["0", "1250", "2500", "10000"],
        [str(i) for i in range(0, 101, 7)],
        ["10", "20", "50"],
        ["17", "18", "19", "45"],
    ],
)
def test_amounts_of_money_and_scores_do_not_look_like_codes(values):
    assert guess(values, name="q7", repeat=40).kind is Kind.NUMBER


def test_scores_of_a_small_class_stay_numbers():
    assert guess(["12", "97", "55"], name="q1").kind is Kind.NUMBER


def test_many_different_texts_are_text():
    column = guess([f"comment number {i} by a student" for i in range(80)], name="comment")

    assert (column.kind, column.role) == (Kind.TEXT, Role.IGNORED)


def test_a_column_of_mostly_numbers_says_what_is_in_the_way():
    column = guess(["1", "2", "3", "about 4"], name="x")

    assert column.kind is Kind.CATEGORY
    assert "75% of them numbers, but not 'about 4'" in column.reason


def test_a_column_without_values_is_ignored():
    column = guess([None, None], name="x")

    assert (column.kind, column.role) == (Kind.CATEGORY, Role.IGNORED)
    assert column.reason == "There are no values; nothing to use."


@pytest.mark.parametrize(
    ("name", "unit", "lowest", "highest"),
    [
        ("study hours per week", "hours", 0.0, 168.0),
        ("Sleep_Hours", "hours", 0.0, 24.0),
        ("commute_minutes", "minutes", 0.0, None),
        ("Travel time (min)", "minutes", 0.0, None),
        ("attendance %", "%", 0.0, 100.0),
        ("math score", None, 0.0, 100.0),
        ("Age", "years", 0.0, None),
        ("unemployment rate", None, None, None),
    ],
)
def test_units_and_ranges_come_from_the_name(name, unit, lowest, highest):
    column = guess(["3", "71", "88.5"], name=name, repeat=3)

    assert (column.unit, column.lowest, column.highest) == (unit, lowest, highest)


def test_one_score_above_the_scale_is_said():
    column = guess([*(str(i % 100) for i in range(1000)), "101"], name="Exam_Score")

    assert column.highest == 100.0
    assert "taken as 0 to 100 although 1 lies above" in column.reason


def test_typed_columns_are_guessed_too():
    frame = pd.DataFrame(
        {
            "student_id": np.array([7, 8, 9]),
            "score": [1.5, np.nan, np.inf],
            "works": [True, False, True],
            "since": pd.to_datetime(["2026-01-01", None, "2026-01-02"]),
            "course": [33.0, 171.0, np.nan],
            "n": pd.array([1, None, 5], dtype="Int64"),
        }
    )
    kinds = {column.name: column.kind for column in guess_schema(frame)}

    assert kinds == {
        "student_id": Kind.TEXT,
        "score": Kind.NUMBER,
        "works": Kind.FLAG,
        "since": Kind.DATE,
        "course": Kind.CATEGORY,
        "n": Kind.NUMBER,
    }


ANY_CELL = (
    st.none()
    | st.text(max_size=6)
    | st.sampled_from(
        [
            "0",
            "1",
            "007",
            "1E5",
            "NA",
            "?",
            "inf",
            "-0",
            "1e308",
            "1e999",
            "0000-00-00",
            "9999-12-31",
            "1,5",
            "yes",
            "٣",
            "½",
        ]
    )
)


@settings(max_examples=150)
@given(
    cells=st.lists(ANY_CELL, min_size=1, max_size=12),
    name=st.text(max_size=12),
    decimal=st.sampled_from(".,"),
)
def test_a_guess_never_fails_and_always_has_a_reason(cells, name, decimal):
    frame = pd.DataFrame({name: pd.array(cells, dtype="str")})
    column = guess_schema(frame, decimal=decimal).column(name)

    assert column.reason.endswith(".")
    assert column.name == name
