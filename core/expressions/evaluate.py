"""The rules of the language: what may be compared with what, and how three answers are joined."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import ExpressionError
from core.expressions.reader import A, N, Numbers, Reader, T, Texts, Word
from core.expressions.tree import (
    Arithmetic,
    Call,
    ColumnRef,
    Compare,
    Condition,
    Junction,
    Literal,
    Membership,
    Node,
    Not,
    Number,
    Text,
    Value,
    YesNo,
)

_Operand = Numbers[N] | Texts[T] | Word


def answer(node: Condition, reader: Reader[N, T, A]) -> A:
    """Return yes, no or not known for each row.

    ``and``, ``or`` and ``not`` know three answers: a condition that is false makes ``and`` false
    even where the other one is unknown, and one that is true makes ``or`` true.

    Raises ExpressionError where a column does not hold what it is compared with, and ColumnNotFound.
    """
    match node:
        case Compare(sign, left, right):
            return _compared(node, sign, left, right, reader)
        case Membership():
            return _membership(node, reader)
        case Not(part):
            return reader.opposite(answer(part, reader))
        case Junction(word, parts):
            found = [answer(part, reader) for part in parts]
            return reader.all_true(found) if word == "and" else reader.any_true(found)


def numbers(node: Value, reader: Reader[N, T, A]) -> N:
    """Return the numbers that a value stands for; raises ExpressionError for texts, and ColumnNotFound."""
    found = _operand(node, reader)
    if isinstance(found, Numbers):
        return found.values
    what = f"'{found.name}' holds text" if isinstance(found, Texts) else f"'{found.text}' is no number"
    raise reader.wrong(node, what, hint="Only numbers can be calculated with.")


def _operand(node: Value, reader: Reader[N, T, A]) -> _Operand[N, T]:
    match node:
        case Number(value):
            return Numbers(reader.written(value))
        case Text(said) | YesNo(said):
            return Word(said)
        case ColumnRef(name):
            return reader.column(name, node)
        case Call(function, parts):
            return Numbers(reader.combined(function, [numbers(part, reader) for part in parts]))
        case Arithmetic(sign, left, right):
            return Numbers(reader.calculated(sign, numbers(left, reader), numbers(right, reader)))


def _compared(node: Node, sign: str, left: Value, right: Value, reader: Reader[N, T, A]) -> A:
    """Compare two operands, whichever side the column is on."""
    a, b = _operand(left, reader), _operand(right, reader)
    if isinstance(a, Numbers) and isinstance(b, Numbers):
        return reader.compared(sign, a.values, b.values)
    written = left if isinstance(left, Number | Text | YesNo) else right
    equal = _equal(b, a, written, reader) if isinstance(a, Word) else _equal(a, b, written, reader)
    if sign not in ("==", "!="):
        hint = "Only numbers are more or less than others; texts are compared with == or !=."
        raise reader.wrong(node, f"'{sign}' needs numbers on both sides", hint=hint)
    return equal if sign == "==" else reader.opposite(equal)


def _equal(a: _Operand[N, T], b: _Operand[N, T], said: Value, reader: Reader[N, T, A]) -> A:
    """Return whether the operands are the same; ``said`` is where an error points."""
    match a, b:
        case (Numbers(), Numbers()):
            return reader.compared("==", a.values, b.values)
        case (Numbers(), Word()):
            return reader.said_yes_or_no(a, b, said)
        case (Texts(), Word()):
            reader.must_occur(a, b, said)
            return reader.same_text(a, b)
        case (Texts(), Texts()):
            return reader.same_text(a, b)
        case (Texts() as texts, Numbers()) | (Numbers(), Texts() as texts):
            raise _text_with_number(texts, said, reader)
        case _:
            raise reader.wrong(said, "Two written texts are compared", hint="Name a column on one side.")


def _text_with_number(texts: Texts[T], said: Value, reader: Reader[N, T, A]) -> ExpressionError:
    """Return the error for a column of texts that is compared with a number."""
    written = f'Write "{said.value:g}" in quotes if it is a code.' if isinstance(said, Number) else ""
    message = f"'{texts.name}' holds text and cannot be compared with a number"
    hints = [hint for hint in (reader.values_of(texts), written) if hint]
    return reader.wrong(said, message, hint=" ".join(hints))


def _membership(node: Membership, reader: Reader[N, T, A]) -> A:
    """Return whether the item is one of the values."""
    item = _operand(node.item, reader)
    if isinstance(item, Word):
        raise reader.wrong(node, "A written text is looked for in a list", hint="Name a column before 'in'.")
    inside = _inside(item, [(value, _operand(value, reader)) for value in node.values], reader)
    return reader.opposite(inside) if node.negated else inside


def _inside(
    item: Numbers[N] | Texts[T], values: Sequence[tuple[Literal, _Operand[N, T]]], reader: Reader[N, T, A]
) -> A:
    """Return whether the item is one of the values, at once where they are all of its kind."""
    said = [node.value for node, _ in values if isinstance(node, Number)]
    words = [value for _, value in values if isinstance(value, Word)]
    if isinstance(item, Numbers) and len(said) == len(values):
        return reader.number_in(item.values, said)
    if isinstance(item, Texts) and len(words) == len(values):
        for node, value in zip((node for node, _ in values), words, strict=True):
            reader.must_occur(item, value, node)
        return reader.text_in(item, words)
    return reader.any_true([_equal(item, value, node, reader) for node, value in values])
