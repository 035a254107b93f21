"""Conditions as Spark's column expressions: the meaning of core/sources/join/conditions.py, on the server."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

from core.sources import condition_values
from core.sources.condition_values import COMPARED, is_day, not_comparable, text_of, without_value
from core.sources.selection import Condition, Test, Value
from core.sources.spark.leaves import NUMBERS, TIMES, Leaf, require_leaf
from core.sources.spark.session import functions

ELEMENT = "__waymark_element"
LARGEST = 1.7976931348623157e308
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
"""What reads as a number; Java also takes ``7d`` and ``0x1p3``."""
TIME = r"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?\s*$"


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
        return number_of(leaf), condition_values.number_of
    if leaf.kind in TIMES:
        return time_of(leaf), condition_values.time_of
    if leaf.kind == "binary":
        return column_of(leaf).cast("string"), text_of
    if leaf.kind in {"map", "struct", "variant"}:
        return functions().to_json(column_of(leaf)), text_of
    return column_of(leaf).cast("string"), text_of


def _compared(
    cells: Any,
    read: Callable[[Value], Any],
    compare: Callable[[Any, Any], Any],
    row: Condition,
    value: Value | None,
) -> Any:
    """Return the comparison of each cell with one value; what it says of missing cells means nothing."""
    if value is None:
        raise without_value(row)
    try:
        against = read(value)
    except (ValueError, TypeError, OverflowError) as error:
        what = "day" if read is condition_values.time_of else "number"
        raise not_comparable(row.column, what, value) from error
    if read is not condition_values.time_of:
        return compare(cells, functions().lit(against))
    kind = "date" if is_day(value) else "timestamp"
    # The session's zone is UTC.
    return compare(cells.cast(kind), functions().lit(against.isoformat()).cast(kind))
