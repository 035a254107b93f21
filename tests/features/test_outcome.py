"""An outcome is a small safe expression: what it means, what is unknown, and how mistakes are shown."""

import numpy as np
import pandas as pd
import pytest

from core.errors import ColumnNotFound, OutcomeError
from core.features.outcome import parse_outcome

STUDENTS = pd.DataFrame(
    {
        "math score": [40.0, 60.0, np.nan, 50.0],
        "math": [1.0, 2.0, 3.0, 4.0],
        "reading score": [50.0, 70.0, 20.0, np.nan],
        "race/ethnicity": pd.Series(["group A", "group B", None, "bachelor's"], dtype="str"),
        "Target": pd.Series(["Dropout", "Graduate", "Enrolled", None], dtype="str"),
        "not_retained": [1.0, 0.0, np.nan, 0.0],
        "units (grade)": [3.0, 2.0, 1.0, 0.0],
        "in": [1.0, 2.0, 3.0, 4.0],
    }
)
NAN = np.nan


def label(text, students=STUDENTS):
    return parse_outcome(text, list(students.columns)).label(students).tolist()


def error(text, students=STUDENTS):
    with pytest.raises(OutcomeError) as caught:
        parse_outcome(text, list(students.columns)).label(students)
    return str(caught.value), caught.value.hint


MEANINGS = [
    ("math score < 50", [1, 0, NAN, 0]),
    ("math score <= 50", [1, 0, NAN, 1]),
    ("50 > math score", [1, 0, NAN, 0]),
    ("math score == 40 or math == 4", [1, 0, NAN, 1]),
    ("math score != 40", [0, 1, NAN, 1]),
    ("`math score` < 50", [1, 0, NAN, 0]),
    ("[math score] < 50", [1, 0, NAN, 0]),
    ('"math score" < 50', [1, 0, NAN, 0]),
    ("math\tscore  < 50", [1, 0, NAN, 0]),
    ('Target == "Dropout"', [1, 0, 0, NAN]),
    ("Target == 'Dropout'", [1, 0, 0, NAN]),
    ("Target == “Dropout”", [1, 0, 0, NAN]),
    ('"Dropout" == Target', [1, 0, 0, NAN]),
    ('Target != "Dropout"', [0, 1, 1, NAN]),
    ('Target in {"Dropout", "Enrolled"}', [1, 0, 1, NAN]),
    ('Target not in {"Dropout", "Enrolled"}', [0, 1, 0, NAN]),
    ('not Target in {"Dropout"}', [0, 1, 1, NAN]),
    ("math in {1, 4}", [1, 0, 0, 1]),
    ("math in {-1, 4}", [0, 0, 0, 1]),
    ("race/ethnicity == 'bachelor''s'", [0, 0, NAN, 1]),
    ('race/ethnicity == "bachelor\'s"', [0, 0, NAN, 1]),
    ("mean(math score, reading score) < 50", [1, 0, NAN, NAN]),
    ("sum(math, 2, units (grade)) == 6", [1, 1, 1, 1]),
    ("min(math, units (grade)) == 1", [1, 0, 1, 0]),
    ('max("math", units (grade)) >= 3', [1, 0, 1, 1]),
    ("math + 2 * units (grade) > 6", [1, 0, 0, 0]),
    ("(math + 2) * 2 > 10", [0, 0, 0, 1]),
    ("math - 1 - 1 == 0", [0, 1, 0, 0]),
    ("-math < -3", [0, 0, 0, 1]),
    ("math / units (grade) > 1", [0, 0, 1, NAN]),
    ('not_retained == "yes"', [1, 0, NAN, 0]),
    ("not_retained == yes", [1, 0, NAN, 0]),
    ("not_retained == true", [1, 0, NAN, 0]),
    ('not_retained == "False"', [0, 1, NAN, 1]),
    ("not_retained != no", [1, 0, NAN, 0]),
    ("not_retained == 1", [1, 0, NAN, 0]),
    ('not_retained in {"yes"}', [1, 0, NAN, 0]),
    ("in < 3", [1, 1, 0, 0]),
    ("not math < 3 and (in > 1 or math == 4)", [0, 0, 1, 1]),
    ("NOT math < 3 AND in > 3", [0, 0, 0, 1]),
    ("math < 3 or math > 3 and in < 4", [1, 1, 0, 0]),
    ("1e2 > math score", [1, 1, NAN, 1]),
    ("math score > reading score", [0, 0, NAN, NAN]),
]


@pytest.mark.parametrize(("text", "expected"), MEANINGS)
def test_an_expression_says_who_has_the_outcome(text, expected):
    np.testing.assert_array_equal(label(text), expected)


def test_what_is_missing_decides_nothing_unless_the_rest_does():
    np.testing.assert_array_equal(label("math score < 50 or math == 3"), [1, 0, 1, 0])
    np.testing.assert_array_equal(label("math score < 50 and math == 1"), [1, 0, 0, 0])
    np.testing.assert_array_equal(label("math score < 50 or math == 1"), [1, 0, NAN, 0])


def test_the_label_keeps_the_index_of_the_table():
    students = STUDENTS.set_index(pd.Index(["d", "c", "b", "a"]))

    assert parse_outcome("math < 3", list(students.columns)).label(students).index.tolist() == list("dcba")


def test_an_empty_table_gives_an_empty_label():
    assert label('Target == "Dropout" and math < 3', STUDENTS.head(0)) == []


def test_a_column_without_any_value_leaves_everything_unknown():
    students = pd.DataFrame({"Target": pd.Series([None, None], dtype="str")})

    np.testing.assert_array_equal(label('Target == "Dropout"', students), [NAN, NAN])


def test_the_columns_are_those_used_in_the_order_named():
    outcome = parse_outcome("max(reading score, math) < 3 and math score < math", list(STUDENTS.columns))

    assert outcome.columns == ("reading score", "math", "math score")


def test_yes_and_no_of_nullable_and_bool_columns_are_understood():
    students = pd.DataFrame(
        {"left": pd.array([True, None, False], dtype="boolean"), "stays": [True, False, True]}
    )

    np.testing.assert_array_equal(label("left == yes", students), [1, NAN, 0])
    np.testing.assert_array_equal(label('stays == "no"', students), [0, 1, 0])


WORDS = [
    ("math score < 50", "math score is below 50"),
    (
        "mean(math score, reading score, math) < 60",
        "the mean of math score, reading score and math is below 60",
    ),
    ('Target in {"Fail", "Withdrawn"}', "Target is “Fail” or “Withdrawn”"),
    ('Target not in {"Fail", "Withdrawn"}', "Target is neither “Fail” nor “Withdrawn”"),
    ('Target not in {"Fail"}', "Target is not “Fail”"),
    ("not (math < 1 or math > 9000)", "it is not so that (math is below 1 or math is above 9,000)"),
    ("not_retained == yes", "not_retained is yes"),
    ("math * 2 >= 3 and math <= 4", "math times 2 is at least 3 and math is at most 4"),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_an_outcome_says_what_it_means(text, words):
    assert parse_outcome(text, list(STUDENTS.columns)).describe() == words


MISTAKES = [
    ("", "The outcome is empty.", "Write a condition"),
    ("   ", "The outcome is empty.", "Write a condition"),
    ("math scroe < 50", "There is no column 'math scroe', at character 1.", "Did you mean 'math score'?"),
    ("[maths] < 50", "There is no column 'maths', at character 1.", "Did you mean 'math'?"),
    ('"Dropout" in {"a"}', "There is no column 'Dropout', at character 1.", "Valid: 'math score'"),
    ("Target == Dropout", "There is no column 'Dropout', at character 11.", 'in quotes: "Dropout"'),
    ("math and in < 3", "This is a value, not a condition, at character 1.", "such as: math score < 50"),
    ("math score", "This is a value, not a condition, at character 1.", "Compare it"),
    ("(math < 3) + 1 < 2", "This is a condition, not a value, at character 7.", "^"),
    ("math < ", "The outcome stops too early, at character 8.", "A value is missing"),
    ("math < 3 and", "The outcome stops too early, at character 13.", "A value is missing"),
    ("< 3", "A value is missing before '<', at character 1.", "^"),
    ("(math < 3", "Expected ')' instead of the end, at character 10.", "^"),
    ("mean(math < 3", "Expected ')' instead of '<', at character 11.", "^"),
    ("mean() < 3", "A value is missing before ')', at character 6.", "^"),
    ("math < 3)", "')' is not expected here, at character 9.", "^"),
    ("1 < math < 3", "Only one comparison at a time, at character 10.", "Join two with 'and'."),
    ("math = 3", "'=' cannot be read here, at character 6.", "Compare with ==."),
    ("math < 3 & in < 2", "'&' cannot be read here, at character 10.", "Write 'and'."),
    ("math 3", "'3' cannot be read here, at character 6.", "Put a comparison"),
    ("math score total < 3", "There is no column 'math score total', at character 1.", "'math score'?"),
    ("3 math < 3", "'math' cannot be read here, at character 3.", "Put a comparison"),
    ('Target == "Dropout', 'The quote " is not closed, at character 11.', "^"),
    ("Target in {}", "A value is missing before '}', at character 12.", "^"),
    ("Target in {math}", "A list holds texts in quotes or numbers, at character 12.", "^"),
    ("math not 3", "'3' cannot be read here, at character 10.", "^"),
    ("1 < 2", "The outcome uses no column.", "Compare a column"),
    ("math < 1e999", "The number '1e999' is too large, at character 8.", "^"),
    ("(" * 31 + "math", "There are more than 30 levels inside each other, at character 31.", "^"),
    ("-" * 31 + "math < 1", "There are more than 30 levels inside each other, at character 31.", "^"),
    ("math" + "+1" * 101 + " < 1", "There are more than 100 operators, at character 205.", "^"),
    ("math < 3" + " " * 10_000, "The outcome has 10,008 characters.", "At most 10,000"),
    ('Target == "Dropuot"', "The value 'Dropuot' does not occur in 'Target', at character 11.", "'Dropout'?"),
    ('Target in {"Enrolled", "x"}', "The value 'x' does not occur in 'Target', at character 24.", "Valid:"),
    (
        "Target == 3",
        "'Target' holds text and cannot be compared with a number, at character 11.",
        '"3" in quotes',
    ),
    ("3 == Target", "'Target' holds text and cannot be compared with a number, at character 1.", "'Dropout'"),
    (
        "math < Target",
        "'Target' holds text and cannot be compared with a number, at character 8.",
        "'Dropout'",
    ),
    ('Target < "M"', "The value 'M' does not occur in 'Target', at character 10.", "Valid:"),
    ('Target < "Dropout"', "'<' needs numbers on both sides, at character 8.", "compared with == or !="),
    ("mean(Target) < 3", "'Target' holds text, at character 6.", "Only numbers can be calculated with."),
    (
        'math score < "50"',
        "'math score' holds numbers and cannot be compared with '50', at character 14.",
        "40 and 60",
    ),
    (
        'sum(math) == "a"',
        "This is a number and cannot be compared with 'a', at character 14.",
        "without quotes",
    ),
    (
        'not_retained == "maybe"',
        "The value 'maybe' does not occur in 'not_retained', at character 17.",
        "'yes'",
    ),
    ("yes == no and math < 3", "Two written texts are compared, at character 1.", "Name a column"),
    ("yes in {3} and math < 3", "A written text is looked for in a list, at character 5.", "Name a column"),
]


@pytest.mark.parametrize(("text", "message", "hint"), MISTAKES)
def test_a_mistake_is_named_with_its_place_and_a_hint(text, message, hint):
    said, advice = error(text)

    assert said == message
    assert hint in advice


def test_a_caret_stands_under_the_mistake():
    assert error("math < 3 and math scroe < 50")[1].splitlines()[-2:] == [
        "math < 3 and math scroe < 50",
        "             ^",
    ]


def test_a_caret_stands_under_the_mistake_in_a_long_expression_too():
    piece, caret = error("math < 3 or " * 50 + "math & 4")[1].splitlines()[-2:]

    assert len(piece) <= 72
    assert piece[len(caret) - 1] == "&"


def test_dates_are_no_outcome():
    students = pd.DataFrame({"left on": pd.to_datetime(["2024-01-01", "2024-02-01"])})

    assert error("left on < 3", students)[0] == "'left on' holds dates, at character 1."


def test_a_column_that_is_gone_is_named():
    outcome = parse_outcome("math score < 50", list(STUDENTS.columns))

    with pytest.raises(ColumnNotFound, match=r"There is no column 'math score' \(needed by the outcome\)"):
        outcome.label(STUDENTS.drop(columns="math score"))


def test_a_column_named_like_a_number_or_a_word_of_the_language_is_quoted():
    students = pd.DataFrame({"2019": [1.0, 5.0], "not": [1.0, 5.0], "sum": [1.0, 5.0], "yes": [1.0, 5.0]})

    assert label("`2019` < 3 and [not] < 3 and sum(sum) < 3 and yes < 3", students) == [1, 0]


def test_equal_expressions_are_equal_values_wherever_their_parts_stand():
    first, second = (parse_outcome(text, ["a"]) for text in ("a < 3", " a <  3 "))

    assert first.tree == second.tree
    assert hash(first) == hash(parse_outcome("a < 3", ["a"]))
