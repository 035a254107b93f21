"""Says an expression in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from core.expressions.tree import (
    Arithmetic,
    Call,
    ColumnRef,
    Compare,
    Condition,
    Junction,
    Membership,
    Node,
    Not,
    Number,
    Text,
    Value,
    YesNo,
)

SIGNS = {
    "<": "is below",
    "<=": "is at most",
    ">": "is above",
    ">=": "is at least",
    "==": "is",
    "!=": "is not",
}
CALLS = {"mean": "the mean of", "sum": "the sum of", "min": "the lowest of", "max": "the highest of"}
ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_TIGHTNESS = {"+": 1, "-": 1, "*": 2, "/": 2}
_TIGHTEST = 3


def in_words(node: Node) -> str:
    """Return what the node says, without a capital or a full stop."""
    match node:
        case Compare(sign, left, right):
            return f"{in_words(left)} {SIGNS[sign]} {in_words(right)}"
        case Membership(item, values, negated):
            return f"{in_words(item)} is {_one_of([in_words(value) for value in values], negated=negated)}"
        case Junction(word, parts):
            return f" {word} ".join([*(_before(part) for part in parts[:-1]), _inside(parts[-1])])
        case Not(part):
            return f"it is not so that {_inside(part)}"
        case Call(function, parts):
            return f"{CALLS[function]} {listed([_operand(part, _TIGHTEST) for part in parts], 'and')}"
        case Arithmetic("-", Number(0), value):
            return f"minus {_operand(value, _TIGHTEST)}"
        case Arithmetic(sign, left, right):
            at = _TIGHTNESS[sign]
            return f"{_operand(left, at)} {ARITHMETIC[sign]} {_operand(right, at + 1)}"
        case Number(value):
            return f"{value + 0.0:,}".removesuffix(".0")
        case Text(said):
            return f"“{said}”"
        case ColumnRef(name):
            return name
        case YesNo(word):
            return word


def listed(parts: Sequence[str], word: str) -> str:
    """Return the parts as a list in a sentence.

    >>> listed(["a", "b", "c"], "and")
    'a, b and c'
    """
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else parts[0]


def _one_of(values: Sequence[str], *, negated: bool) -> str:
    """Return what follows "is": one of the values, or none of them."""
    if not negated:
        return listed(values, "or")
    return f"neither {listed(values, 'nor')}" if len(values) > 1 else f"not {values[0]}"


def _operand(value: Value, least: int) -> str:
    """Return a value inside a calculation, in brackets where it binds less tightly than it must."""
    said = in_words(value)
    is_loose = isinstance(value, Call) or (isinstance(value, Arithmetic) and _TIGHTNESS[value.sign] < least)
    return f"({said})" if is_loose else said


def _before(part: Condition) -> str:
    """Return a condition with others after it, which "it is not so that" would seem to deny too."""
    return f"({in_words(part)})" if isinstance(part, Not) else _inside(part)


def _inside(part: Condition) -> str:
    """Return a condition inside another, in brackets where it joins several."""
    said = in_words(part)
    return f"({said})" if isinstance(part, Junction) else said
