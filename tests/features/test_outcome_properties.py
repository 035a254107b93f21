"""Whatever is typed, an outcome is read or refused, never run; and it means what plain Python says."""

import ast
import math
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import AppError, OutcomeError
from core.features.outcome import parse_outcome

ROOM = Path(__file__).resolve().parents[2] / "core" / "features"
NUMBERS = ["a", "b b", "c/d (e)"]
TEXTS = ["t", "t u"]
COLUMNS = [*NUMBERS, *TEXTS]

SIGNS = "< <= == != + - * / ( ) { } , = & [ ] ` ' \" and or not in mean sum( yes 1 2.5 .5 1e9 é ٣"
pieces = st.sampled_from([*COLUMNS, *SIGNS.split(), '"x"', "\n"])


@given(st.text() | st.lists(pieces, max_size=30).map(" ".join))
@example("__import__('os').system('true')")
@example("a.__class__ < 3")
@example("a < 3; a")
@example("lambda: a")
@example("(" * 5_000)
@example("not " * 2_000)
@example("a" + "-1" * 4_000)
@example("\x00")
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        parse_outcome(text, COLUMNS)
    except OutcomeError as error:
        assert str(error).endswith(".")  # noqa: PT017  both ways are right


def test_no_module_that_reads_outcomes_can_run_text():
    modules = sorted(ROOM.glob("outcome*.py"))
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


# An expression is made together with the plain Python function that says what it means for one student.

known_numbers = st.integers(-3, 3).map(float)
values = st.none() | known_numbers


def unknown(*parts):
    return any(part is None for part in parts)


def compared(sign, left, right):
    if unknown(left, right):
        return None
    return {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
        "!=": left != right,
    }[sign]


def calculated(sign, left, right):
    if unknown(left, right) or (sign == "/" and right == 0):
        return None
    return {"+": left + right, "-": left - right, "*": left * right, "/": left / right if right else 0}[sign]


def combined(function, parts):
    if unknown(*parts):
        return None
    return {"mean": sum(parts) / len(parts), "sum": sum(parts), "min": min(parts), "max": max(parts)}[
        function
    ]


def number_leaf():
    written = st.integers(0, 3).map(lambda n: (str(n), lambda row: float(n)))
    column = st.sampled_from(NUMBERS).map(lambda c: (c, lambda row: row[c]))
    return written | column


def number_branch(children):
    arithmetic = st.tuples(st.sampled_from("+-*/"), children, children).map(
        lambda t: (f"({t[1][0]} {t[0]} {t[2][0]})", lambda row: calculated(t[0], t[1][1](row), t[2][1](row)))
    )
    call = st.tuples(
        st.sampled_from(["mean", "sum", "min", "max"]), st.lists(children, min_size=1, max_size=3)
    )
    called = call.map(
        lambda t: (
            f"{t[0]}({', '.join(said for said, _ in t[1])})",
            lambda row: combined(t[0], [meaning(row) for _, meaning in t[1]]),
        )
    )
    return arithmetic | called


numbers = st.recursive(number_leaf(), number_branch, max_leaves=5)
number_conditions = st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers).map(
    lambda t: (f"{t[0][0]} {t[1]} {t[2][0]}", lambda row: compared(t[1], t[0][1](row), t[2][1](row)))
)
text_conditions = st.tuples(st.sampled_from(TEXTS), st.sampled_from(["==", "!="]), st.sampled_from("xy")).map(
    lambda t: (f'{t[0]} {t[1]} "{t[2]}"', lambda row: compared(t[1], row[t[0]], t[2]))
)
memberships = st.tuples(
    st.sampled_from(TEXTS), st.booleans(), st.sets(st.sampled_from("xy"), min_size=1)
).map(
    lambda t: (
        f"{t[0]} {'not in' if t[1] else 'in'} {{{', '.join(map(repr, sorted(t[2])))}}}",
        lambda row: None if row[t[0]] is None else (row[t[0]] in t[2]) != t[1],
    )
)


def both(left, right):
    if left is False or right is False:
        return False
    return None if unknown(left, right) else True


def either(left, right):
    if left is True or right is True:
        return True
    return None if unknown(left, right) else False


def condition_branch(children):
    negated = children.map(
        lambda c: (f"not ({c[0]})", lambda row: None if c[1](row) is None else not c[1](row))
    )
    joined = st.tuples(children, st.sampled_from(["and", "or"]), children).map(
        lambda t: (
            f"({t[0][0]}) {t[1]} ({t[2][0]})",
            lambda row: (both if t[1] == "and" else either)(t[0][1](row), t[2][1](row)),
        )
    )
    return negated | joined


conditions = st.recursive(number_conditions | text_conditions | memberships, condition_branch, max_leaves=4)
rows = st.fixed_dictionaries(
    dict.fromkeys(NUMBERS, values) | dict.fromkeys(TEXTS, st.none() | st.sampled_from("xy"))
)
ALL_TEXTS = [dict.fromkeys(NUMBERS, 0.0) | dict.fromkeys(TEXTS, value) for value in "xy"]


@given(conditions, st.lists(rows, max_size=5))
def test_an_outcome_means_what_plain_python_says(condition, students):
    text, meaning = condition
    students = [*students, *ALL_TEXTS]  # so that every written value occurs
    frame = pd.DataFrame(students).astype(dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(TEXTS, "str"))
    expected = [math.nan if answer is None else float(answer) for answer in map(meaning, students)]

    try:
        outcome = parse_outcome(text, COLUMNS)
    except AppError as error:
        assert str(error) == "The outcome uses no column."  # noqa: PT017  such as 1 < 2
        return
    np.testing.assert_array_equal(outcome.label(frame), expected)
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

    if not shadowed:
        assert parse_outcome(f"{quoted} == {names.index(name)}", names).label(frame).tolist() == [1.0]
