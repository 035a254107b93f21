"""Expressions that hypothesis makes, each with the plain Python function that says what it means."""

import pandas as pd
from hypothesis import strategies as st

NUMBERS = ["a", "b b", "c/d (e)"]
TEXTS = ["t", "t u"]
COLUMNS = [*NUMBERS, *TEXTS]

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


def table(students):
    """Return the rows as a table of numbers and texts."""
    return pd.DataFrame(students, columns=COLUMNS).astype(
        dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(TEXTS, "str")
    )
