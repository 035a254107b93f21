"""Cells of SQLite as Arrow: each has a type of its own, whatever its column declares.

A column whose cells all fit is read as it declares. Where some are of other types the whole column is read
as text, digit for digit, and the odd cells are counted. A DATE or DATETIME column holds ISO text; what
cannot be read as a time is missing, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from core.sources.base import MOST_EXACT
from core.sources.sql.changes import N_EXAMPLES, Changes
from core.sources.sql.columns import Field, Form
from core.sources.sql.finish import NO_SUCH_DAY, NOT_UTF8
from core.sources.sql.sqlite.catalogue import expected_types
from core.sources.typed import keep_text

TYPE_NAMES = {int: "integer", float: "real", str: "text", bytes: "blob"}
LONG = r"^-?[0-9]{16,}$"


class Broken(str):
    """Text of bytes that are not UTF-8."""

    __slots__ = ()


def text_of(raw: bytes) -> str:
    """Return text from SQLite's bytes; what is not UTF-8 is replaced and can be counted."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return Broken(raw.decode("utf-8", "replace"))


def batch_of(found: Sequence[Sequence[Any]], fields: Sequence[Field], changes: Changes) -> Any:
    """Return rows as one batch; each column in the type of its cells, text where they are of several."""
    columns = list(zip(*found, strict=True)) if found else [()] * len(fields)
    arrays = [_column(field, cells, changes) for field, cells in zip(fields, columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=[field.name for field in fields])


def table_of(batches: Sequence[Any], fields: Sequence[Field]) -> Any:
    """Return batches as one table; a column that is text in one of them is text in all."""
    names = [field.name for field in fields]
    columns = [[batch.column(i) for batch in batches] for i in range(len(fields))]
    joined = [_joined(parts) for parts in columns]
    long = {field.name for field, column in zip(fields, joined, strict=True) if _has_digits(field, column)}
    return keep_text(pa.table(joined, names=names), long)


def _has_digits(field: Field, column: Any) -> bool:
    """Tell whether a column is text, not declared so, and has a number that only text holds in all digits."""
    if not pa.types.is_string(column.type) or not (field.is_number or field.form is Form.ANY):
        return False
    return bool(pc.any(pc.match_substring_regex(column, LONG), min_count=0).as_py())


def _column(field: Field, cells: Sequence[Any], changes: Changes) -> Any:
    broken = [_text(cell) for cell in cells if _is_broken(cell)]
    changes.add(field.name, NOT_UTF8, len(broken), broken[:N_EXAMPLES])
    if field.is_time:
        return _times(field, cells, changes)
    kinds = {TYPE_NAMES.get(type(cell), "text") for cell in cells if cell is not None}
    fitting = expected_types(field)
    among = set() if field.form is not Form.ANY or len(kinds) < 2 else kinds - {"text"}
    for kind in sorted(among or kinds.difference(fitting)):
        odd = [cell for cell in cells if cell is not None and TYPE_NAMES.get(type(cell), "text") == kind]
        why = f"stored as {kind} in a column declared '{field.type}'"
        why = f"stored as {kind} among values of other types" if among else why
        changes.add(field.name, why, len(odd), [_text(cell) for cell in odd[:N_EXAMPLES]])
    return _array(cells, kinds)


def _is_broken(cell: Any) -> bool:
    """Tell whether a cell has bytes that are not UTF-8."""
    if type(cell) is bytes:
        return type(text_of(cell)) is Broken
    return type(cell) is Broken


def _array(cells: Sequence[Any], kinds: set[str]) -> Any:
    """Return cells in the narrowest type that holds them all."""
    if not kinds:
        return pa.nulls(len(cells))
    if kinds == {"integer"}:
        return pa.array(cells, pa.int64())
    if kinds == {"real"} or (kinds == {"integer", "real"} and _are_exact(cells)):
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
    return pa.array([None if cell is None else _text(cell) for cell in cells], pa.string())


def _are_exact(cells: Sequence[Any]) -> bool:
    """Tell whether whole numbers among the cells keep their digits beside fractions."""
    return all(abs(cell) <= MOST_EXACT for cell in cells if type(cell) is int)


def _text(cell: Any) -> str:
    """Return a cell as a person writes it."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= MOST_EXACT:
        return str(int(cell))
    return str(cell)


def _times(field: Field, cells: Sequence[Any], changes: Changes) -> Any:
    """Return times of ISO text; those with an offset in UTC."""
    times = [_time(cell) if isinstance(cell, str) else None for cell in cells]
    lost = [cell for cell, when in zip(cells, times, strict=True) if cell is not None and when is None]
    changes.add(field.name, NO_SUCH_DAY, len(lost), [_text(cell) for cell in lost[:N_EXAMPLES]])
    return pa.array(times, pa.timestamp("us"))


def _time(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when


def _joined(parts: Sequence[Any]) -> Any:
    """Return the parts of one column in one type."""
    kinds = {part.type for part in parts if not pa.types.is_null(part.type)}
    if len(kinds) > 1 and kinds != {pa.int64(), pa.float64()}:
        return pa.chunked_array([_as_text(part) for part in parts], pa.string())
    if len(kinds) > 1:
        try:
            return pa.chunked_array([part.cast(pa.float64()) for part in parts], pa.float64())
        except pa.ArrowInvalid:
            return pa.chunked_array([_as_text(part) for part in parts], pa.string())
    kind = next(iter(kinds), pa.string())
    return pa.chunked_array([part.cast(kind) for part in parts], kind)


def _as_text(part: Any) -> Any:
    """Return a part of a column as text."""
    return pa.array([None if cell is None else _text(cell) for cell in part.to_pylist()], pa.string())
