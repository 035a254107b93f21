"""A table as it was read, before roles and kinds: columns of text, and what was done to get them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import BadFile
from core.sources.files.limits import FileLimits


@dataclass(frozen=True)
class RawTable:
    """A table as read: ``str`` columns (typed ones from Parquet) with the empty cell missing."""

    frame: pd.DataFrame
    notes: tuple[str, ...]


def to_text_frame(table: pa.Table) -> pd.DataFrame:
    """Return Arrow text columns as pandas ``str`` columns without copying the text."""
    text = pd.StringDtype(na_value=float("nan"))
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.large_string(): text}.get)
    return frame


def text_table(table: pa.Table, names: Sequence[str], *, name: str, limits: FileLimits) -> RawTable:
    """Return Arrow text columns as a table without the empty rows at its end; raises BadFile, TooLarge."""
    table, notes = _without_empty_end(table.rename_columns(list(names)))
    if not table.num_rows:
        raise no_rows(name)
    _check_cells(table, name, limits)
    return RawTable(to_text_frame(table), (*notes, *_long_values(table)))


def no_rows(name: str) -> BadFile:
    """Return the error for a table without students."""
    return BadFile(f"'{name}' has column names but no rows.", hint="Export it again with the students in it.")


def count(n: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "row"), count(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _without_empty_end(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    last = table.num_rows
    while last and not any(column[last - 1].is_valid for column in table.columns):
        last -= 1
    dropped = table.num_rows - last
    if not dropped:
        return table, ()
    return table.slice(0, last), (f"Left out {count(dropped, 'empty row')} at the end.",)


def _check_cells(table: pa.Table, name: str, limits: FileLimits) -> None:
    for column, values in zip(table.column_names, table.columns, strict=True):
        longest = pc.max(pc.binary_length(values)).as_py() or 0
        if longest > limits.max_cell_chars:
            limits.check_cell(name, column, pc.max(pc.utf8_length(values)).as_py())


def _long_values(table: pa.Table) -> tuple[str, ...]:
    """Return a note where values run over many lines, as happens when quotation marks are wrong."""
    notes: list[str] = []
    for column, values in zip(table.column_names, table.columns, strict=True):
        if (pc.max(pc.binary_length(values)).as_py() or 0) < 20:
            continue
        lines = pc.max(pc.count_substring(values, "\n")).as_py() or 0
        if lines >= 10:
            notes.append(f"A value of column '{column}' runs over {lines + 1:,} lines; check it.")
    return tuple(notes)
