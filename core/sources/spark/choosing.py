"""Conditions as Spark's column expressions: the meaning of core/sources/join/conditions.py, on the server."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from core.errors import InvalidChoice
from core.sources.selection import Condition, Test, Value
from core.sources.spark.leaves import NUMBERS, TIMES, Leaf, require_leaf
from core.sources.spark.session import functions

ELEMENT = "__waymark_element"
LARGEST = 1.7976931348623157e308
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
"""What reads as a number; Java also takes ``7d`` and ``0x1p3``."""
TIME = r"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?\s*$"
DAY_LENGTH = len("2026-11-21")
COMPARED: dict[Test, Callable[[Any, Any], Any]] = {
    Test.IS: operator.eq,
    Test.IS_NOT: operator.ne,
    Test.AT_LEAST: operator.ge,
    Test.AT_MOST: operator.le,
    Test.ABOVE: operator.gt,
    Test.BELOW: operator.lt,
}


def column_of(leaf: Leaf) -> Any:
    """Return the raw column that a leaf names."""
    path = (ELEMENT, *leaf.path) if leaf.is_element else leaf.path
    return functions().col(".".join(f"`{part.replace('`', '``')}`" for part in path))


def passing(rows: Sequence[Condition], leaves: Sequence[Leaf], *, table: str) -> Any:
    """Return the expression that is true for rows that meet all conditions; raises as ``matching`` does."""
    tests = [_passed(row, require_leaf(leaves, row.column, table=table)) for row in rows]
    return functools.reduce(operator.and_, tests)


def number_of(leaf: Leaf) -> Any:
    """Return a column as a finite double; what is none is null. Text reads as a number where it can."""
    functions_ = functions()
    column = column_of(leaf)
    if leaf.is_list:
        return functions_.when(column.isNotNull(), functions_.size(column)).cast("double")
    if leaf.kind == "string":
        column = functions_.when(column.rlike(NUMBER), column.try_cast("double"))
    elif leaf.kind not in {"float", "double"}:
        return column.cast("double")
    return _finite(column.cast("double"))


def time_of(leaf: Leaf) -> Any:
    """Return a column as a time in UTC; text that is no ISO time is null."""
    functions_ = functions()
    column = column_of(leaf)
    if leaf.kind == "string":
        column = functions_.when(column.rlike(TIME), functions_.trim(column).try_cast("timestamp"))
    return column.cast("timestamp")


def _finite(column: Any) -> Any:
    return functions().when(column.between(-LARGEST, LARGEST), column)


def _passed(row: Condition, leaf: Leaf) -> Any:
    functions_ = functions()
    cells, read = _comparable(leaf, row)
    if row.test is Test.MISSING:
        return cells.isNull()
    if row.test is Test.PRESENT:
        return cells.isNotNull()
    if row.test is Test.ONE_OF:
        found = [_compared(cells, read, operator.eq, row, value) for value in row.values]
        return functools.reduce(operator.or_, found, functions_.lit(False)) & cells.isNotNull()
    found = _compared(cells, read, COMPARED[row.test], row, row.value)
    return found | cells.isNull() if row.test is Test.IS_NOT else found & cells.isNotNull()


def _comparable(leaf: Leaf, row: Condition) -> tuple[Any, Callable[[Value], Any]]:
    """Return the cells in the form that they are compared in, and how a value takes that form."""
    values = row.values if row.test is Test.ONE_OF else (row.value,)
    by_number = leaf.is_loose and values and all(isinstance(v, int | float) for v in values)
    if leaf.is_list or leaf.kind in NUMBERS or by_number:
        return number_of(leaf), _number
    if leaf.kind in TIMES:
        return time_of(leaf), _time
    if leaf.kind == "binary":
        return column_of(leaf).cast("string"), as_text
    if leaf.kind in {"map", "struct", "variant"}:
        return functions().to_json(column_of(leaf)), as_text
    return column_of(leaf).cast("string"), as_text


def _compared(
    cells: Any,
    read: Callable[[Value], Any],
    compare: Callable[[Any, Any], Any],
    row: Condition,
    value: Value | None,
) -> Any:
    """Return the comparison of each cell with one value; what it says of missing cells means nothing."""
    if value is None:
        raise InvalidChoice(
            f"The condition '{row.column} {row.test}' has no value.",
            hint="Give a value, or use 'missing' or 'present'.",
        )
    try:
        against = read(value)
    except (ValueError, TypeError, OverflowError) as error:
        what = "number" if read is _number else "day"
        raise InvalidChoice(
            f"The column '{row.column}' holds {what}s and cannot be compared with '{value}'.",
            hint=f"Give a {what}, like {'61.5' if what == 'number' else '2026-11-21'}.",
        ) from error
    if read is _time:
        is_day = len(str(value).strip()) == DAY_LENGTH
        cells = cells.cast("date") if is_day else cells
        against = functions().lit(against.isoformat()).cast("date" if is_day else "timestamp")
        return compare(cells, against)
    return compare(cells, functions().lit(against))


def _number(value: Value) -> float:
    number = float(value)
    if math.isnan(number):
        raise ValueError(value)
    return number


def _time(value: Value) -> date | datetime:
    """Return a day or a time in UTC."""
    if not isinstance(value, str):
        raise TypeError(value)
    text = value.strip()
    return date.fromisoformat(text) if len(text) == DAY_LENGTH else datetime.fromisoformat(text)


def as_text(value: Value) -> str:
    """Return a value as a text column would hold it: 7.0 as ``7``, True as ``true``."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
