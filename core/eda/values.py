"""What of a table may be explored, and its values as plain arrays; identifying columns stop here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import ColumnNotFound, WrongKind, quoted
from core.schema import Column, Kind, Role, Schema

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FLAG_LEVELS = ("no", "yes")
NUMERIC_KINDS = (Kind.NUMBER, Kind.FLAG, Kind.DATE)
_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class Codes:
    """A column of categories: one code a row, -1 where missing, and the levels in sorted order."""

    values: Integers
    levels: tuple[str, ...]

    def counts(self) -> Integers:
        """Return the number of rows at each level."""
        return np.bincount(self.values[self.values >= 0], minlength=len(self.levels)).astype(np.int64)


def identifies(column: Column) -> bool:
    """Return whether the column's values could name a student, so that none may be listed."""
    if column.role in (Role.STUDENT_ID, Role.NAME) or column.kind is Kind.TEXT:
        return True
    return column.role is Role.CONTACT and column.kind is Kind.CATEGORY


def table_columns(frame: pd.DataFrame, *, schema: Schema) -> tuple[Column, ...]:
    """Return the schema's columns; raises ColumnNotFound for one that the frame does not have."""
    names = [str(name) for name in frame.columns]
    known = set(names)
    for column in schema:
        if column.name not in known:
            raise ColumnNotFound.of(column.name, names, where="the exploration")
    return schema.columns


def explorable(
    frame: pd.DataFrame, *, schema: Schema, columns: Sequence[str] | None = None
) -> tuple[Column, ...]:
    """Return the columns whose values may be related: none that identifies a student, none ignored.

    ``columns`` asks for these only, ignored ones included; raises ColumnNotFound, and WrongKind
    for one that identifies students.
    """
    present = table_columns(frame, schema=schema)
    if columns is None:
        return tuple(c for c in present if not identifies(c) and c.role is not Role.IGNORED)
    chosen = tuple(schema.column(name) for name in columns)
    for column in chosen:
        require_explorable(column)
    return chosen


def require_explorable(column: Column) -> None:
    """Do nothing if the column's values may be shown in groups; raises WrongKind otherwise."""
    if identifies(column):
        raise WrongKind(
            f"'{column.name}' cannot be explored: it can identify a student.",
            hint="Choose a column of numbers, categories, yes/no values or dates.",
        )


def numbers_of(frame: pd.DataFrame, *, column: Column) -> Floats:
    """Return a number, flag or date column as float64, NaN where missing; dates as days since 1970.

    Infinite values are kept. Raises WrongKind if the frame holds something else.
    """
    series = frame[column.name]
    if column.kind is Kind.DATE and pd.api.types.is_datetime64_any_dtype(series.dtype):
        seconds = series.to_numpy(dtype="datetime64[s]")
        days = seconds.astype(np.int64).astype(np.float64) / _SECONDS_A_DAY
        return np.where(np.isnat(seconds), np.nan, days)
    if column.kind is Kind.DATE or not pd.api.types.is_numeric_dtype(series.dtype):
        raise WrongKind(
            f"'{column.name}' should hold values of kind '{column.kind}' but holds {series.dtype}.",
            hint="Change the column's kind, or parse it in the cleaning recipe.",
        )
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def finite_of(frame: pd.DataFrame, *, column: Column) -> Floats:
    """Return the column as ``numbers_of`` does, with infinite values as NaN."""
    values = numbers_of(frame, column=column)
    infinite = np.isinf(values)
    return np.where(infinite, np.nan, values) if infinite.any() else values


def codes_of(frame: pd.DataFrame, *, column: Column) -> Codes:
    """Return a category or flag column as codes; a flag's levels are ``no`` and ``yes``."""
    if column.kind is Kind.FLAG:
        flags = numbers_of(frame, column=column)
        known = ~np.isnan(flags)
        return Codes(np.where(known, np.where(known, flags, 0) > 0, -1).astype(np.int64), FLAG_LEVELS)
    if column.kind is not Kind.CATEGORY:
        raise WrongKind(
            f"'{column.name}' has values of kind '{column.kind}', not categories.",
            hint=f"Columns of kind {quoted([Kind.CATEGORY, Kind.FLAG])} have groups.",
        )
    return category_codes(frame[column.name])


def category_codes(series: pd.Series) -> Codes:
    """Return any column's values as text codes with sorted levels; missing is -1."""
    codes, found = pd.factorize(series)
    levels = np.asarray([str(level) for level in found], dtype=object)
    order = np.argsort(levels, kind="stable")
    place = np.empty(len(levels) + 1, dtype=np.int64)
    place[order] = np.arange(len(levels))
    place[-1] = -1
    return Codes(place[codes], tuple(levels[order]))


def quartiles(ordered: Floats) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper one of at least one finite value (linear)."""
    with np.errstate(over="ignore", invalid="ignore"):
        q25, median, q75 = np.quantile(ordered, (0.25, 0.5, 0.75))
    return float(q25), float(median), float(q75)
