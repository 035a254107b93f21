"""Answers an outcome's condition for every student: 1 yes, 0 no, NaN not known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import OutcomeError, quoted
from core.features.outcome_tree import (
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
from core.features.outcome_values import Numbers, Operand, Reader, Texts, Word

Answers = NDArray[np.float64]

NUMBER_SIGNS: dict[str, Callable[..., NDArray[np.bool_]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def answers(node: Condition, text: str, frame: pd.DataFrame) -> Answers:
    """Return 1.0, 0.0 or NaN for each row.

    ``and``, ``or`` and ``not`` know three answers: a condition that is false makes ``and`` false
    even where the other one is unknown, and one that is true makes ``or`` true.

    Raises OutcomeError where a column does not hold what it is compared with, and ColumnNotFound.
    """
    return np.broadcast_to(_answer(node, Reader(text, frame)), (len(frame),)).copy()


def _answer(node: Condition, reader: Reader) -> Answers:
    match node:
        case Compare(sign, left, right):
            return _compared(node, sign, left, right, reader)
        case Membership():
            return _membership(node, reader)
        case Not(part):
            return 1.0 - _answer(part, reader)
        case Junction(word, parts):
            found = np.stack(np.broadcast_arrays(*(_answer(part, reader) for part in parts)))
            return _all_true(found) if word == "and" else 1.0 - _all_true(1.0 - found)


def _all_true(found: Answers) -> Answers:
    """Return 0 where one answer is no, else NaN where one is unknown, else 1."""
    unknown = np.isnan(found).any(axis=0)
    return np.where((found == 0).any(axis=0), 0.0, np.where(unknown, np.nan, 1.0))


def _compared(node: Node, sign: str, left: Value, right: Value, reader: Reader) -> Answers:
    """Compare two operands, whichever side the column is on."""
    a, b = reader.operand(left), reader.operand(right)
    if isinstance(a, Numbers) and isinstance(b, Numbers):
        return _known(NUMBER_SIGNS[sign], a.values, b.values)
    written = left if isinstance(left, Number | Text | YesNo) else right
    equal = _equal(b, a, written, reader) if isinstance(a, Word) else _equal(a, b, written, reader)
    if sign not in ("==", "!="):
        hint = "Only numbers are more or less than others; texts are compared with == or !=."
        raise reader.wrong(node, f"'{sign}' needs numbers on both sides", hint=hint)
    return equal if sign == "==" else 1.0 - equal


def _equal(a: Operand, b: Operand, said: Value, reader: Reader) -> Answers:
    """Return whether the operands are the same; ``said`` is where an error points."""
    match a, b:
        case (Numbers(), Numbers()):
            return _known(np.equal, a.values, b.values)
        case (Numbers(), Word()):
            return _known(np.equal, a.values, reader.yes_no(a, b, said).values)
        case (Texts(), Word()):
            reader.must_occur(a, b, said)
            return _same_text(a, b.text)
        case (Texts(), Texts()):
            return _same_text(a, b.values)
        case (Texts() as texts, Numbers()) | (Numbers(), Texts() as texts):
            raise _text_with_number(texts, said, reader)
        case _:
            raise reader.wrong(said, "Two written texts are compared", hint="Name a column on one side.")


def _same_text(texts: Texts, other: str | pd.Series[str]) -> Answers:
    """Return where the texts are equal; unknown where one of them is missing."""
    same = (texts.values == other).to_numpy(dtype=np.float64, na_value=np.nan)
    missing = texts.values.isna()
    if not isinstance(other, str):
        missing = missing | other.isna()
    return np.where(missing.to_numpy(dtype=bool), np.nan, same)


def _known(
    compare: Callable[..., NDArray[np.bool_]], left: NDArray[np.float64], right: NDArray[np.float64]
) -> Answers:
    """Compare numbers; unknown where one of them is."""
    return np.where(np.isnan(left) | np.isnan(right), np.nan, compare(left, right).astype(np.float64))


def _text_with_number(texts: Texts, said: Value, reader: Reader) -> OutcomeError:
    """Return the error for a column of texts that is compared with a number."""
    written = f' Write "{said.value:g}" in quotes if it is a code.' if isinstance(said, Number) else ""
    values = quoted(sorted(str(value) for value in texts.values.value_counts().index[:8]))
    message = f"'{texts.name}' holds text and cannot be compared with a number"
    return reader.wrong(said, message, hint=f"Its values: {values}.{written}")


def _membership(node: Membership, reader: Reader) -> Answers:
    """Return whether the item is one of the values."""
    item = reader.operand(node.item)
    if isinstance(item, Word):
        raise reader.wrong(node, "A written text is looked for in a list", hint="Name a column before 'in'.")
    found = [_equal(item, reader.operand(value), value, reader) for value in node.values]
    inside = 1.0 - _all_true(1.0 - np.stack(np.broadcast_arrays(*found)))
    return 1.0 - inside if node.negated else inside
