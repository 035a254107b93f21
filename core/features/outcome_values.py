"""Turns the operands of an outcome into numbers or texts of a table, or says why that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import ColumnNotFound, OutcomeError, choices_hint
from core.features.outcome_errors import outcome_error
from core.features.outcome_tokens import NO, YES
from core.features.outcome_tree import Arithmetic, Call, ColumnRef, Node, Number, Text, Value, YesNo

MOST_VALUES = 200
"""So many of the commonest values of a column are searched for the nearest one."""


@dataclass(frozen=True)
class Numbers:
    """Numbers, one a student or one for all; NaN is unknown."""

    values: NDArray[np.float64]
    name: str = ""
    """The column they come from unchanged; empty for a number that was written or calculated."""

    @property
    def is_flag(self) -> bool:
        """Whether they are a column that holds only 0 and 1."""
        known = self.values[~np.isnan(self.values)]
        return bool(self.name) and bool(np.isin(known, (0.0, 1.0)).all())


@dataclass(frozen=True)
class Texts:
    """The texts of a column, one a student."""

    values: pd.Series[str]
    name: str


@dataclass(frozen=True)
class Word:
    """A text or a bare yes or no that was written."""

    text: str


Operand = Numbers | Texts | Word


@dataclass(frozen=True)
class Reader:
    """Reads operands from one table; ``text`` is the expression, for the errors."""

    text: str
    frame: pd.DataFrame

    def operand(self, node: Value) -> Operand:
        """Return the operand; raises OutcomeError, ColumnNotFound."""
        match node:
            case Number(value):
                return Numbers(np.array(value))
            case Text(said) | YesNo(said):
                return Word(said)
            case ColumnRef(name):
                return self.column(name, node)
            case Call(function, parts):
                return Numbers(_combined(function, [self.numbers(part) for part in parts]))
            case Arithmetic(sign, left, right):
                return Numbers(_calculated(sign, self.numbers(left), self.numbers(right)))

    def column(self, name: str, node: Node) -> Operand:
        """Return a column as numbers or as texts."""
        if name not in self.frame.columns:
            raise ColumnNotFound.of(name, [str(c) for c in self.frame.columns], where="the outcome")
        series = self.frame[name]
        if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
            return Numbers(series.to_numpy(dtype=np.float64, na_value=np.nan), name)
        if pd.api.types.is_datetime64_any_dtype(series):
            raise self.wrong(node, f"'{name}' holds dates", hint="An outcome compares numbers and texts.")
        return Texts(series, name)

    def numbers(self, node: Value) -> NDArray[np.float64]:
        """Return an operand that must be numbers; raises OutcomeError for texts."""
        found = self.operand(node)
        if isinstance(found, Numbers):
            return found.values
        what = f"'{found.name}' holds text" if isinstance(found, Texts) else f"'{found.text}' is no number"
        raise self.wrong(node, what, hint="Only numbers can be calculated with.")

    def wrong(self, node: Node, message: str, *, hint: str = "") -> OutcomeError:
        """Return the error that points at the node."""
        return outcome_error(self.text, node.at, message, hint=hint)

    def yes_no(self, numbers: Numbers, word: Word, node: Node) -> Numbers:
        """Return a written yes or no as 1 or 0; raises OutcomeError where the column has numbers."""
        said = word.text.casefold()
        if not numbers.is_flag:
            hint = f"{_range(numbers)} Write a number without quotes."
            subject = f"'{numbers.name}' holds numbers" if numbers.name else "This is a number"
            raise self.wrong(node, f"{subject} and cannot be compared with '{word.text}'", hint=hint)
        if said not in (*YES, *NO):
            hint = "The column holds 'yes' and 'no'."
            raise self.wrong(node, f"The value '{word.text}' does not occur in '{numbers.name}'", hint=hint)
        return Numbers(np.array(1.0 if said in YES else 0.0))

    def must_occur(self, texts: Texts, word: Word, node: Node) -> None:
        """Do nothing if some student has the value, or no value is known; raises OutcomeError."""
        known = texts.values.dropna()
        if known.empty or bool((known == word.text).any()):
            return
        values = [str(value) for value in known.value_counts().index[:MOST_VALUES]]
        message = f"The value '{word.text}' does not occur in '{texts.name}'"
        raise self.wrong(node, message, hint=choices_hint(word.text, sorted(values)))


def _combined(function: str, parts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return mean, sum, min or max of the parts; unknown where one part is unknown."""
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


def _calculated(sign: str, left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the result of ``+ - * /``."""
    calculate = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[sign]
    with np.errstate(all="ignore"):
        return _finite(calculate(left, right))


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values; unknown where there is no finite one, such as after division by 0."""
    return np.where(np.isfinite(values), values, np.nan)


def _range(numbers: Numbers) -> str:
    """Say between which numbers the column lies."""
    known = numbers.values[~np.isnan(numbers.values)]
    return f"Its values lie between {known.min():g} and {known.max():g}." if known.size else ""
