"""Conditions and calculations as narwhals expressions: the same as plain Python and as the outcome's own."""

import math

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import frames
from core.errors import ColumnNotFound, ExpressionError
from core.expressions.arrays import answers
from core.expressions.expression import read_condition, read_expression
from core.expressions.frames import as_numbers
from tests.expressions.generated import ALL_TEXTS, COLUMNS, conditions, numbers, rows, table

MOST = 1.7e308

STUDENTS = pd.DataFrame(
    {
        "a": [1.0, 2.0, np.nan, 4.0, -0.0],
        "b": [0.0, 2.0, 3.0, np.nan, -5.0],
        "flag": [1.0, 0.0, np.nan, 1.0, 0.0],
        "big": [MOST, -MOST, math.inf, -math.inf, 1.0],
        "t": pd.Series(["x", "Ünï", None, "", "x "], dtype="str"),
        "u": pd.Series(["x", "y", None, None, "x"], dtype="str"),
    }
)
NO = None

MEANINGS = [
    ("a < 2", [1, 0, NO, 0, 1]),
    ("2 > a", [1, 0, NO, 0, 1]),
    ("a != b", [1, 0, NO, NO, 1]),
    ("a == 0", [0, 0, NO, 0, 1]),
    ("a", [1, 2, NO, 4, 0]),
    ('"a"', [1, 2, NO, 4, 0]),
    ("-a", [-1, -2, NO, -4, 0]),
    ("a + b * 2", [1, 6, NO, NO, -10]),
    ("a - 1 - 1", [-1, 0, NO, 2, -2]),
    ("b / a", [0, 1, NO, NO, NO]),
    ("a / b", [NO, 1, NO, NO, 0]),
    ("1 / (a / b)", [NO, 1, NO, NO, NO]),
    ("1 / b > 0", [NO, 1, 1, NO, 0]),
    ("1 / 0 < a", [NO, NO, NO, NO, NO]),
    ("1 / 0 < a or b == 2", [NO, 1, NO, NO, NO]),
    ("mean(a, b, 3)", [4 / 3, 7 / 3, NO, NO, -2 / 3]),
    ("sum(a, b)", [1, 4, NO, NO, -5]),
    ("min(a, b)", [0, 2, NO, NO, -5]),
    ("max(a, 3)", [3, 3, NO, 4, 3]),
    ("max(a)", [1, 2, NO, 4, 0]),
    ("min(1, 2) < a", [0, 1, NO, 1, 0]),
    ("min(a, 1 / b)", [NO, 0.5, NO, NO, -0.2]),
    ("big", [MOST, -MOST, NO, NO, 1]),
    ("big < 0", [0, 1, 0, 1, 0]),
    ("big * 10", [NO, NO, NO, NO, 10]),
    ("big * 10 > 0", [NO, NO, NO, NO, 1]),
    ("big + big", [NO, NO, NO, NO, 2]),
    ("big - big", [0, 0, NO, NO, 0]),
    ("1 / (big * 10)", [NO, NO, NO, NO, 0.1]),
    ("1 / big", [1 / MOST, -1 / MOST, 0, 0, 1]),
    ("min(big * 10, 3)", [NO, NO, NO, NO, 3]),
    ("max(big, 3)", [MOST, 3, NO, 3, 3]),
    ("mean(big, big)", [NO, NO, NO, NO, 1]),
    ("flag == yes", [1, 0, NO, 1, 0]),
    ("flag != 'FALSE'", [1, 0, NO, 1, 0]),
    ("no == flag", [0, 1, NO, 0, 1]),
    ("flag in {yes, 'no'}", [1, 1, NO, 1, 1]),
    ("b == yes", [0, NO, NO, NO, NO]),
    ("t == 'x'", [1, 0, NO, 0, 0]),
    ("t == 'Ünï'", [0, 1, NO, 0, 0]),
    ("t != ''", [1, 1, NO, 0, 1]),
    ("t == u", [1, 0, NO, NO, 0]),
    ("t != u", [0, 1, NO, NO, 1]),
    ("t == 'nobody has this'", [0, 0, NO, 0, 0]),
    ("t in {'x', 'x '}", [1, 0, NO, 0, 1]),
    ("t not in {'x', 'x '}", [0, 1, NO, 1, 0]),
    ("a in {-0, 5}", [0, 0, NO, 0, 1]),
    ("a in {0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}", [0, 0, NO, 0, 1]),
    ("a in {-1, 4}", [0, 0, NO, 1, 0]),
    ("a < 3 and b < 1", [1, 0, 0, 0, 1]),
    ("a < 3 or b < 1", [1, 1, NO, NO, 1]),
    ("not (a < 3 or b < 1)", [0, 0, NO, NO, 0]),
    ("1 < 2 and a < 2", [1, 0, NO, 0, 1]),
    ("2 < 1 or a < 2", [1, 0, NO, 0, 1]),
    ("a < 2 and not 1 in {1}", [0, 0, 0, 0, 0]),
]


def result(text, frame):
    """Return what the expression gives for each row, None where nothing is known."""
    expression = as_numbers(read_expression(text), frame.collect_schema())
    found = frames.collect(frame.select(expression.alias("found")))["found"]
    assert found.dtype == "float64"
    return [None if gap else value for value, gap in zip(found, found.isna(), strict=True)]


@pytest.mark.parametrize(("text", "expected"), MEANINGS)
def test_an_expression_gives_a_number_for_each_row(text, expected):
    found = result(text, frames.wrap(STUDENTS))

    assert found == expected
    assert not any(value == 0 and math.copysign(1, value) < 0 for value in found if value is not None)


def test_every_expression_gives_the_same_on_spark(spark):
    held = frames.on_spark(STUDENTS, spark)
    columns = {
        f"e{n}": as_numbers(read_expression(text), held.collect_schema())
        for n, (text, _) in enumerate(MEANINGS)
    }
    found = frames.collect(held.select(**columns))

    for n, (text, expected) in enumerate(MEANINGS):
        column = found[f"e{n}"]
        assert [None if math.isnan(value) else value for value in column] == expected, text


def test_not_a_number_is_missing_on_spark_too(spark):
    held = frames.wrap(spark.createDataFrame([(math.nan, 1), (2.0, 2)], "a double, n int"))

    assert result("a < 3", held) == [None, 1]
    assert result("min(a, n)", held) == [None, 2]
    assert result("n / 4", held) == [0.25, 0.5]


@given(conditions, st.lists(rows, max_size=5))
@example(("not (a < a / (b b - b b))", None), [])
def test_a_condition_is_answered_as_for_an_outcome(condition, students):
    frame = table([*students, *ALL_TEXTS])
    try:
        read = read_condition(condition[0], COLUMNS)
    except ExpressionError as error:
        assert str(error) == "The condition uses no column."  # noqa: PT017  such as 1 < 2
        return
    wrapped = frames.wrap(frame)
    found = wrapped.select(as_numbers(read, wrapped.collect_schema()).alias("found"))["found"]

    np.testing.assert_array_equal(found.to_numpy(), answers(read.tree, read.writing, frame))


@given(numbers, st.lists(rows, min_size=1, max_size=5))
def test_a_value_is_what_plain_python_calculates(value, students):
    text, meaning = value
    try:
        read = read_expression(text, COLUMNS)
    except ExpressionError as error:
        assert str(error) == "The expression uses no column."  # noqa: PT017  such as mean(1)
        return
    wrapped = frames.wrap(table(students))
    found = wrapped.select(as_numbers(read, wrapped.collect_schema()).alias("found"))["found"]
    expected = [math.nan if (number := meaning(row)) is None else number for row in students]

    np.testing.assert_allclose(found.to_numpy(), expected, rtol=1e-12, atol=1e-12)


def test_a_table_without_rows_gives_none():
    assert result("mean(a, b) < 3 and t == 'x'", frames.wrap(STUDENTS.head(0))) == []


def test_whole_numbers_and_yes_and_no_of_any_kind_are_understood():
    frame = frames.wrap(
        pd.DataFrame(
            {
                "n": [1, 2],
                "left": [True, False],
                "maybe": pd.array([None, True], dtype="boolean"),
                "some": pd.array([None, 3], dtype="Int64"),
                "kind": pd.Categorical(["x", None]),
            }
        )
    )

    assert result("n / 2", frame) == [0.5, 1]
    assert result("left == yes", frame) == [1, 0]
    assert nw_list("maybe != no", frame) == [None, 1]
    assert nw_list("some * 2 > 5 or n == 1", frame) == [1, 1]
    assert result("kind == 'x'", frame) == [1, None]


def nw_list(text, frame):
    found = frame.select(as_numbers(read_expression(text), frame.collect_schema()).alias("found"))
    return [None if pd.isna(value) else value for value in found["found"].to_list()]


MISTAKES = [
    ("t < 3", "'t' holds text and cannot be compared with a number, at character 5.", '"3" in quotes'),
    ("a == t", "'t' holds text and cannot be compared with a number, at character 6.", "^"),
    ("t < 'x'", "'<' needs numbers on both sides, at character 3.", "compared with == or !="),
    ("mean(t) < 3", "'t' holds text, at character 6.", "Only numbers can be calculated with."),
    ("t", "'t' holds text, at character 1.", "Only numbers can be calculated with."),
    ("a * 'b' + yes", "'yes' is no number, at character 11.", "Only numbers can be calculated with."),
    ("a < '5'", "'a' holds numbers and cannot be compared with '5', at character 5.", "without quotes"),
    ("a + 1 == yes", "This is a number and cannot be compared with 'yes', at character 10.", "without"),
    ("flag == 'maybe'", "'flag' holds numbers and cannot be compared with 'maybe', at character 9.", "^"),
    ("yes == no or a < 3", "Two written texts are compared, at character 1.", "Name a column"),
    ("yes in {3} or a < 3", "A written text is looked for in a list, at character 5.", "before 'in'"),
    ("day < 3", "'day' holds dates, at character 1.", "An expression compares numbers and texts."),
    ("many < 3", "'many' holds neither numbers nor texts, at character 1.", "An expression compares"),
    ("a/a/a/a/a/a", "There are more than 4 divisions inside each other, at character 2.", "Derive a column"),
    ("1/(1/(1/(1/(1/a))))", "There are more than 4 divisions inside each other, at character 14.", "^"),
]


@pytest.mark.parametrize(("text", "message", "hint"), MISTAKES)
def test_what_a_column_does_not_hold_is_refused_before_anything_runs(text, message, hint):
    held = dict(frames.wrap(STUDENTS).collect_schema())
    held |= {"day": nw.Datetime(), "many": nw.List(nw.Float64)}

    with pytest.raises(ExpressionError) as caught:
        as_numbers(read_expression(text), held)

    assert str(caught.value) == message
    assert hint in caught.value.hint


def test_a_column_that_is_gone_is_named():
    with pytest.raises(ColumnNotFound, match=r"^There is no column 'age' \(needed by the condition\).$"):
        as_numbers(read_condition("age < 3"), {"a": nw.Float64()})


LONGEST = [
    "a" + " + b" * 100,
    "a" + " * 1" * 100 + " > 0",
    " or ".join(["a < 2"] * 100),
    "not (" * 15 + "a < 2" + ")" * 15,
    "(" * 30 + "a < 2" + " and b < 9 or a < 1)" * 30,
    "a in {" + ", ".join(map(str, range(1_000))) + "}",
    "min(" * 30 + "a" + ", b)" * 30,
    "a / b / a / b + a / b / a / b" + " + a" * 80,
]


@pytest.mark.parametrize("text", LONGEST)
def test_the_longest_expressions_are_answered(text):
    frame = STUDENTS.head(2)
    found = result(text, frames.wrap(frame))

    if read_expression(text).is_condition:
        read = read_condition(text)
        assert found == answers(read.tree, read.writing, frame).tolist()
    assert len(found) == 2


def test_long_expressions_are_answered_on_spark_too(spark):
    held, texts = frames.on_spark(STUDENTS.head(2), spark), [LONGEST[0], LONGEST[3], LONGEST[5], LONGEST[7]]
    columns = {
        f"e{n}": as_numbers(read_expression(text), held.collect_schema()) for n, text in enumerate(texts)
    }
    found = frames.collect(held.select(**columns))

    for n, text in enumerate(texts):
        expected = result(text, frames.wrap(STUDENTS.head(2)))
        assert [None if math.isnan(value) else value for value in found[f"e{n}"]] == expected, text
