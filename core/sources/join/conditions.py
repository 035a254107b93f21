"""Which rows of a pandas table meet the conditions of a plan: the meaning that every engine is held to."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ColumnNotFound
from core.schema import Kind, Schema
from core.sources.columns.coerce import FLAG_WORDS, as_strings
from core.sources.condition_values import (
    COMPARED,
    is_day,
    not_comparable,
    number_of,
    text_of,
    time_of,
    without_value,
)
from core.sources.selection import Condition, Test, Value

Bools = npt.NDArray[np.bool_]


def matching(frame: pd.DataFrame, schema: Schema, conditions: Sequence[Condition]) -> Bools:
    """Return which rows meet all conditions, one entry a row.

    A missing cell passes ``missing`` and ``is not`` only; so does a cell of a number column that is still
    text and reads as no number. Text is compared by code point, a number with a text column as text, and
    a day with the day of a time. ``one of`` nothing passes no row. Raises ColumnNotFound, and
    InvalidChoice where the value cannot be compared with the column.

    >>> from core.sources.roles import guess_schema
    >>> rows = pd.DataFrame({"id": ["a", "b", "c"], "points": [50.0, None, 61.0]})
    >>> matching(rows, guess_schema(rows), [Condition("points", Test.AT_LEAST, 61)]).tolist()
    [False, False, True]
    """
    passed = np.ones(len(frame), dtype=bool)
    for condition in conditions:
        if condition.column not in frame.columns:
            raise ColumnNotFound.of(
                condition.column, [str(name) for name in frame.columns], where="a condition"
            )
        passed &= _passed(frame[condition.column], schema.column(condition.column).kind, condition)
    return passed


def as_numbers(series: pd.Series) -> pd.Series:
    """Return a column as float64; text that reads as no finite number is missing."""
    if pd.api.types.is_numeric_dtype(series.dtype):
        return series.astype("float64")
    numbers = pd.to_numeric(series.astype("object"), errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _passed(series: pd.Series, kind: Kind, condition: Condition) -> Bools:
    cells, read = _comparable(series, kind)
    is_missing = cells.isna().to_numpy(dtype=bool)
    if condition.test is Test.MISSING:
        return is_missing
    if condition.test is Test.PRESENT:
        return ~is_missing
    if condition.test is Test.ONE_OF:
        found = np.zeros(len(cells), dtype=bool)
        for value in condition.values:
            found |= _compared(cells, read, operator.eq, condition, value)
        return found & ~is_missing
    found = _compared(cells, read, COMPARED[condition.test], condition, condition.value)
    return found | is_missing if condition.test is Test.IS_NOT else found & ~is_missing


def _comparable(series: pd.Series, kind: Kind) -> tuple[pd.Series, Callable[[Value], Any]]:
    """Return the cells in the form that they are compared in, and how a value takes that form."""
    if kind is Kind.FLAG:
        return as_numbers(series), _flag
    if kind is Kind.NUMBER or pd.api.types.is_numeric_dtype(series.dtype):
        return as_numbers(series), number_of
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return series, time_of
    return as_strings(series), text_of


def _compared(
    cells: pd.Series,
    read: Callable[[Value], Any],
    compare: Callable[[Any, Any], Any],
    condition: Condition,
    value: Value | None,
) -> Bools:
    """Return the comparison of each cell with one value; what it says of missing cells means nothing."""
    if value is None:
        raise without_value(condition)
    try:
        against = read(value)
    except (ValueError, TypeError, OverflowError) as error:
        what = "day" if read is time_of else "number"
        raise not_comparable(condition.column, what, value) from error
    if read is time_of and is_day(value):
        cells = cells.dt.normalize()
    found: Bools = compare(cells, against).to_numpy(dtype=bool)
    return found


def _flag(value: Value) -> float:
    """Return 1.0 for yes and 0.0 for no, in the words that a file may use."""
    found = FLAG_WORDS.get(value.strip().casefold()) if isinstance(value, str) else None
    return number_of(value) if found is None else found
