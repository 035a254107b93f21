"""Answers a condition for every row of a pandas table: 1 yes, 0 no, NaN not known.

It has the values before it, so it says more than ``frames`` can: a text that occurs nowhere is a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import ColumnNotFound, choices_hint, quoted
from core.expressions.evaluate import answer, numbers
from core.expressions.names import NO, YES
from core.expressions.reader import Numbers, Reader, Texts, Word
from core.expressions.tree import Condition, Node
from core.expressions.writing import Writing

Floats = NDArray[np.float64]
MOST_VALUES = 200
"""So many of the commonest values of a column are searched for the nearest one."""

_SIGNS: dict[str, Callable[..., NDArray[np.bool_]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_CALCULATE: dict[str, Callable[..., Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}


def answers(node: Condition, writing: Writing, frame: pd.DataFrame) -> Floats:
    """Return 1.0, 0.0 or NaN for each row; a missing value makes a comparison unknown.

    Raises ExpressionError where a column does not hold what it is compared with, or a written value
    occurs nowhere in it, and ColumnNotFound.
    """
    return np.broadcast_to(answer(node, _Table(writing, frame)), (len(frame),)).copy()


def values(node: Node, writing: Writing, frame: pd.DataFrame) -> Floats:
    """Return the number for each row, NaN where it is not known; raises as ``answers`` does."""
    found = (
        answers(node, writing, frame)
        if isinstance(node, Condition)
        else numbers(node, _Table(writing, frame))
    )
    return np.broadcast_to(found, (len(frame),)).copy()


@dataclass(frozen=True)
class _Table(Reader[Floats, "pd.Series[str]", Floats]):
    """Reads a pandas table."""

    writing: Writing
    frame: pd.DataFrame

    def column(self, name: str, node: Node) -> Numbers[Floats] | Texts[pd.Series[str]]:
        subject = self.writing.subject
        if name not in self.frame.columns:
            raise ColumnNotFound.of(name, [str(c) for c in self.frame.columns], where=f"the {subject.name}")
        series = self.frame[name]
        if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
            return Numbers(series.to_numpy(dtype=np.float64, na_value=np.nan), name)
        if pd.api.types.is_datetime64_any_dtype(series):
            hint = f"{subject.with_article} compares numbers and texts."
            raise self.wrong(node, f"'{name}' holds dates", hint=hint)
        return Texts(series, name)

    def written(self, value: float) -> Floats:
        return np.array(value)

    def combined(self, function: str, parts: Sequence[Floats]) -> Floats:
        stacked = np.stack(np.broadcast_arrays(*parts))
        with np.errstate(all="ignore"):
            match function:
                case "min":
                    return _finite(stacked.min(axis=0))
                case "max":
                    return _finite(stacked.max(axis=0))
                case "sum":
                    return _finite(stacked.sum(axis=0))
                case _:
                    return _finite(stacked.sum(axis=0) / len(parts))

    def calculated(self, sign: str, left: Floats, right: Floats) -> Floats:
        with np.errstate(all="ignore"):
            return _finite(_CALCULATE[sign](left, right))

    def compared(self, sign: str, left: Floats, right: Floats) -> Floats:
        known = ~(np.isnan(left) | np.isnan(right))
        return np.where(known, _SIGNS[sign](left, right).astype(np.float64), np.nan)

    def same_text(self, texts: Texts[pd.Series[str]], other: Texts[pd.Series[str]] | Word) -> Floats:
        wanted = other.text if isinstance(other, Word) else other.values
        same = (texts.values == wanted).to_numpy(dtype=np.float64, na_value=np.nan)
        missing = texts.values.isna()
        if isinstance(other, Texts):
            missing = missing | other.values.isna()
        return np.where(missing.to_numpy(dtype=bool), np.nan, same)

    def opposite(self, answers: Floats) -> Floats:
        return 1.0 - answers

    def all_true(self, answers: Sequence[Floats]) -> Floats:
        found = np.stack(np.broadcast_arrays(*answers))
        unknown = np.isnan(found).any(axis=0)
        return np.where((found == 0).any(axis=0), 0.0, np.where(unknown, np.nan, 1.0))

    def said_yes_or_no(self, numbers: Numbers[Floats], word: Word, node: Node) -> Floats:
        said = word.text.casefold()
        if not _is_flag(numbers):
            hint = f"{_range(numbers)} Write a number without quotes."
            subject = f"'{numbers.name}' holds numbers" if numbers.name else "This is a number"
            raise self.wrong(node, f"{subject} and cannot be compared with '{word.text}'", hint=hint)
        if said not in (*YES, *NO):
            hint = "The column holds 'yes' and 'no'."
            raise self.wrong(node, f"The value '{word.text}' does not occur in '{numbers.name}'", hint=hint)
        return self.compared("==", numbers.values, np.array(1.0 if said in YES else 0.0))

    def must_occur(self, texts: Texts[pd.Series[str]], word: Word, node: Node) -> None:
        known = texts.values.dropna()
        if known.empty or bool((known == word.text).any()):
            return
        values = [str(value) for value in known.value_counts().index[:MOST_VALUES]]
        message = f"The value '{word.text}' does not occur in '{texts.name}'"
        raise self.wrong(node, message, hint=choices_hint(word.text, sorted(values)))

    def values_of(self, texts: Texts[pd.Series[str]]) -> str:
        values = sorted(str(value) for value in texts.values.value_counts().index[:8])
        return f"Its values: {quoted(values)}."


def _finite(values: Floats) -> Floats:
    """Return the values; unknown where there is no finite one, such as after division by 0."""
    return np.where(np.isfinite(values), values, np.nan)


def _is_flag(numbers: Numbers[Floats]) -> bool:
    """Return whether they are a column that holds only 0 and 1."""
    known = numbers.values[~np.isnan(numbers.values)]
    return bool(numbers.name) and bool(np.isin(known, (0.0, 1.0)).all())


def _range(numbers: Numbers[Floats]) -> str:
    """Say between which numbers the column lies."""
    known = numbers.values[~np.isnan(numbers.values)]
    return f"Its values lie between {known.min():g} and {known.max():g}." if known.size else ""
