"""Whatever is typed, an expression is read or refused, never run; and it means what plain Python says."""

import ast
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import AppError, ExpressionError, OutcomeError
from core.expressions.expression import marked, read_condition, read_expression
from core.expressions.writing import Subject
from core.features.outcome import parse_outcome
from tests.expressions.generated import ALL_TEXTS, COLUMNS, conditions, numbers, rows, table

ROOM = Path(__file__).resolve().parents[2] / "core" / "expressions"

SIGNS = "< <= == != + - * / ( ) { } , = & [ ] ` ' \" and or not in mean sum( yes 1 2.5 .5 1e9 é ٣"
pieces = st.sampled_from([*COLUMNS, *SIGNS.split(), '"x"', "\n"])


@given(st.text() | st.lists(pieces, max_size=30).map(" ".join), st.sampled_from([None, COLUMNS]))
@example("__import__('os').system('true')", None)
@example("a.__class__ < 3", None)
@example("a < 3; a", COLUMNS)
@example("lambda: a", None)
@example("(" * 5_000, None)
@example("not " * 2_000, COLUMNS)
@example("a" + "-1" * 4_000, None)
@example("a " * 4_000, None)
@example("\x00", COLUMNS)
def test_any_text_is_read_or_refused_with_a_sentence(text, columns):
    for read in (read_condition, read_expression):
        try:
            read(text, columns)
        except ExpressionError as error:
            assert str(error).endswith(".")  # noqa: PT017  both ways are right


def test_no_module_that_reads_expressions_can_run_text():
    modules = sorted(ROOM.glob("*.py"))
    names = {
        node.id for m in modules for node in ast.walk(ast.parse(m.read_text())) if isinstance(node, ast.Name)
    }
    methods = {
        node.attr
        for m in modules
        for node in ast.walk(ast.parse(m.read_text()))
        if isinstance(node, ast.Attribute)
    }

    assert len(modules) >= 5
    assert names.isdisjoint({"eval", "exec", "compile", "__import__", "getattr", "globals", "open"})
    assert methods.isdisjoint({"query", "eval", "literal_eval", "import_module"})


@given(conditions, st.lists(rows, max_size=5))
def test_a_condition_means_what_plain_python_says(condition, students):
    text, meaning = condition
    students = [*students, *ALL_TEXTS]  # so that every written value occurs
    expected = [math.nan if answer is None else float(answer) for answer in map(meaning, students)]

    try:
        outcome = parse_outcome(text, COLUMNS)
    except AppError as error:
        assert str(error) == "The outcome uses no column."  # noqa: PT017  such as 1 < 2
        return
    np.testing.assert_array_equal(outcome.label(table(students)), expected)
    assert parse_outcome(outcome.text, COLUMNS) == outcome


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))
def test_a_text_of_any_characters_is_found_again_when_its_quotes_are_doubled(value):
    frame = pd.DataFrame({"t": pd.Series([value, "other " + value], dtype="str")})
    written = value.replace('"', '""')

    assert parse_outcome(f't == "{written}"', ["t"]).label(frame).tolist() == [1.0, 0.0]


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=6, unique=True), st.data())
def test_a_column_of_any_name_can_be_quoted(names, data):
    name = data.draw(st.sampled_from(names))
    frame = pd.DataFrame([[float(k) for k in range(len(names))]], columns=names)
    quoted = "[" + name.replace("]", "]]") + "]"
    shadowed = any(other.lstrip().startswith("[") for other in names)  # longest name first: it may win

    assert read_condition(f"{quoted} < 3").columns == (name,)
    if not shadowed:
        assert parse_outcome(f"{quoted} == {names.index(name)}", names).label(frame).tolist() == [1.0]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("math score < 50", ("math score",)),
        ("math  score\t2 < 50 and math<3", ("math score 2", "math")),
        ("`math score` < 50 or [race/ethnicity] == 'group A'", ("math score", "race/ethnicity")),
        ('"math score" < 50', ("math score",)),
        ("Target in {'Fail', \"Out\"} and not left == yes", ("Target", "left")),
        ("attendance not in {1}", ("attendance",)),
        ("mean(math score, reading score) < min(a, 3)", ("math score", "reading score", "a")),
        ("mean < 3 and sum of units > 2", ("mean", "sum of units")),
        ("'Fail' == Target", ("Target",)),
        ("a + b * -c >= no_of d", ("a", "b", "c", "no_of d")),
        ("yes == a", ("a",)),
        ("yes please < 3", ("yes please",)),
        ("[2019] < 3 and [in] < 4 and [yes] == 1", ("2019", "in", "yes")),
        ("é_1 < 3", ("é_1",)),
    ],
)
def test_a_table_need_not_be_known_to_say_which_columns_are_needed(text, columns):
    assert read_condition(text).columns == columns


@pytest.mark.parametrize(
    ("text", "columns", "written"),
    [
        ("math score < 50", ["math score", "math"], "math score < 50"),
        (" math score < 50 ", ["math score"], "math score < 50"),
        ("race/ethnicity == 'a'", ["race/ethnicity"], "[race/ethnicity] == 'a'"),
        ("mean(a, a (2)) < a", ["a", "a (2)"], "mean([a], [a (2)]) < [a]"),
        ("time in school < 3 and a == 'time in school'", ["time in school", "a"], None),
        ("yes == 1", ["yes"], "[yes] == 1"),
        ('"a" < b', ["a", "b"], "[a] < [b]"),
        ('"a" == b', ["b"], '"a" == b'),
        ("x] == 2", ["x]"], "[x]]] == 2"),
        ("a  b < 3", ["a  b"], "[a  b] < 3"),
    ],
)
def test_names_are_put_in_brackets_where_bare_words_would_be_read_otherwise(text, columns, written):
    settled = marked(text, columns)

    assert settled == (written or "[time in school] < 3 and [a] == 'time in school'")
    assert read_expression(settled).tree == read_expression(text, columns).tree


@given(conditions | numbers)
def test_a_marked_expression_means_the_same_with_and_without_its_table(condition):
    settled = marked(condition[0], COLUMNS)

    assert marked(settled, COLUMNS) == settled
    try:
        known = read_expression(condition[0], COLUMNS)
    except ExpressionError as error:
        assert str(error) == "The expression uses no column."  # noqa: PT017  such as 1 + 2
        return
    assert read_expression(settled).tree == known.tree


MISTAKES = [
    (read_condition, "", "The condition is empty.", "Write a condition, such as: math score < 50."),
    (
        read_expression,
        " ",
        "The expression is empty.",
        "Write a calculation or a condition, such as: mean(math score, reading score).",
    ),
    (read_condition, "1 < 2", "The condition uses no column.", "Compare a column, such as: math score < 50."),
    (
        read_expression,
        "1 + 2",
        "The expression uses no column.",
        "Calculate with a column, such as: math score * 50.",
    ),
    (read_expression, "yes", "The expression uses no column.", "Calculate with a column"),
    (read_condition, "math < ", "The condition stops too early, at character 8.", "at the end"),
    (read_expression, "math * ", "The expression stops too early, at character 8.", "at the end"),
    (read_condition, "math", "This is a value, not a condition, at character 1.", "Compare it"),
    (read_condition, "and < 3", "A value is missing before 'and', at character 1.", "^"),
    (read_condition, "1st term < 3", "'st' cannot be read here, at character 2.", "in brackets: [race/"),
    (read_condition, "[a] b < 3", "'b' cannot be read here, at character 5.", "stands in brackets"),
    (read_condition, "a = 3", "'=' cannot be read here, at character 3.", "Compare with ==."),
    (read_condition, "a < 3" + " " * 9_996, "The condition has 10,001 characters.", "At most 10,000"),
]


@pytest.mark.parametrize(("read", "text", "message", "hint"), MISTAKES)
def test_a_mistake_is_found_without_a_table(read, text, message, hint):
    with pytest.raises(ExpressionError) as caught:
        read(text)

    assert str(caught.value) == message
    assert hint in caught.value.hint


def test_a_caret_stands_under_a_mistake_that_is_found_without_a_table():
    with pytest.raises(ExpressionError) as caught:
        read_condition("math < 3 and reading =< 3")

    assert caught.value.hint.splitlines()[-2:] == ["math < 3 and reading =< 3", " " * 21 + "^"]


def test_a_subject_gives_its_name_and_its_class_of_error():
    with pytest.raises(OutcomeError, match=r"^The goal is empty.$"):
        read_condition("", subject=Subject("goal", OutcomeError))


def test_an_expression_is_a_condition_or_a_number():
    assert read_expression("a < 3").is_condition
    assert not read_expression("a + 3").is_condition
    assert read_expression('"a b"').describe() == "a b"


TOO_MANY = [
    (" or ".join(["a < 2"] * 101), "There are more than 100 conditions, at character 898."),
    (" or ".join(["(a < 2 and b < 2)"] * 51), "There are more than 100 conditions, at character 1048."),
    (f"sum({', '.join(['a'] * 101)}) < 2", "There are more than 100 values in functions, at character 305."),
]


@pytest.mark.parametrize(("text", "message"), TOO_MANY)
def test_a_condition_of_too_many_parts_is_refused_with_a_caret(text, message):
    with pytest.raises(ExpressionError) as caught:
        read_condition(text)

    assert str(caught.value) == message
    assert caught.value.hint.endswith("^")


def test_a_hundred_conditions_and_values_are_read():
    assert len(read_condition(" or ".join(["a < 2"] * 100)).tree.parts) == 100
    assert len(read_expression(f"sum({', '.join(['a'] * 100)})").tree.parts) == 100


WORDS = [
    ("(a + b) / 2 < 50", "(a plus b) divided by 2 is below 50"),
    ("a + b / 2 < 50", "a plus b divided by 2 is below 50"),
    ("a - (b - 2) > a - b - 2", "a minus (b minus 2) is above a minus b minus 2"),
    ("a / (b * 2) == a * b", "a divided by (b times 2) is a times b"),
    ("-a < -(a + b)", "minus a is below minus (a plus b)"),
    ("a - -b < -a * b", "a minus (minus b) is below (minus a) times b"),
    ("mean(a, b) + 5 < mean(a, b + 5)", "(the mean of a and b) plus 5 is below the mean of a and (b plus 5)"),
    ("max(a, min(b, 3)) < 2", "the highest of a and (the lowest of b and 3) is below 2"),
    ("not a < 2 and b < 3", "(it is not so that a is below 2) and b is below 3"),
    ("b < 3 and not a < 2", "b is below 3 and it is not so that a is below 2"),
    ("not (a < 2 and b < 3)", "it is not so that (a is below 2 and b is below 3)"),
    ("a < 1234567.25", "a is below 1,234,567.25"),
    ("a < 0.12345678901234", "a is below 0.12345678901234"),
    ("a < 2.0 or a == -0", "a is below 2 or a is 0"),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_keep_the_brackets_that_the_meaning_needs(text, words):
    assert read_condition(text).describe() == words


@given(numbers, numbers)
@example(("(a + b b) / 2", None), ("a + b b / 2", None))
@example(("a", None), ("0 - a", None))
def test_two_calculations_that_differ_are_said_differently(one, other):
    try:
        trees = [read_expression(text, COLUMNS) for text, _ in (one, other)]
    except ExpressionError as error:
        assert str(error) == "The expression uses no column."  # noqa: PT017  such as 1 + 2
        return
    assert (trees[0].describe() == trees[1].describe()) == (trees[0].tree == trees[1].tree)
