"""Excel workbooks as tables of text: one table a sheet."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, XmlError, ZipError

from core.errors import BadFile
from core.sources.base import Progress
from core.sources.files.archive import check_workbook, damaged
from core.sources.files.content import Content
from core.sources.files.dialect import Layout
from core.sources.files.headers import clean_names, numbered_names
from core.sources.files.limits import FileLimits
from core.sources.files.table import RawTable, count, no_rows, text_table

Rows = Sequence[Sequence[object]]


class Workbook:
    """An opened workbook; its sheets are read when asked for."""

    def __init__(self, content: Content, limits: FileLimits) -> None:
        """Open a workbook that passed the checks of its archive; raises BadFile, TooLarge."""
        check_workbook(content, limits)
        self.name = content.name
        self._limits = limits
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
        except (CalamineError, PasswordError, XmlError, ZipError, OSError, ValueError) as error:
            raise damaged(content.name) from error

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that hold cells, in the workbook's order."""
        found = self._book.sheets_metadata
        return tuple(sheet.name for sheet in found if sheet.typ == SheetTypeEnum.WorkSheet)

    def rows(self, sheet: str) -> list[list[str]]:
        """Return the cells of a sheet as text, empty rows included; raises BadFile, TooLarge."""
        try:
            found = self._book.get_sheet_by_name(sheet)
            self._limits.check_columns(self.name, found.width)
            self._limits.check_rows(self.name, found.height)
            cells = found.to_python()
        except (CalamineError, XmlError, OSError, ValueError) as error:
            raise BadFile(
                f"The sheet '{sheet}' of '{self.name}' cannot be read.", hint="Save the sheet as CSV."
            ) from error
        return [[cell_text(cell) for cell in row] for row in cells]

    def first_filled(self) -> str | None:
        """Return the first sheet that holds anything, or None."""
        return next((sheet for sheet in self.sheets if self._book.get_sheet_by_name(sheet).height), None)


def cell_text(cell: object) -> str:
    """Return a cell as the text that a person sees: ``7`` for 7.0, ISO for dates, empty for nothing.

    >>> cell_text(7.0), cell_text(0.1), cell_text(dt.datetime(2024, 5, 1)), cell_text(True)
    ('7', '0.1', '2024-05-01', 'true')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if abs(cell) < 1e15 and cell == int(cell) else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def read_sheet(
    rows: list[list[str]],
    layout: Layout,
    *,
    name: str,
    limits: FileLimits,
    limit: int | None,
    progress: Progress,
) -> RawTable:
    """Return the cells of a sheet under its names; at most ``limit`` rows; raises BadFile, TooLarge."""
    width = len(layout.names)
    names, notes = clean_names(layout.names) if layout.header else (numbered_names(width), ())
    below = rows[layout.n_titles + layout.header :]
    filled = [row for row in below if any(row)]
    body = filled if limit is None else filled[:limit]
    if not body:
        raise no_rows(name)
    columns = []
    for i in range(width):
        columns.append(pa.array([row[i] or None for row in body], pa.large_string()))
        progress((i + 1) / width, f"{i + 1:,} of {width:,} columns read")
    table = pa.Table.from_arrays(columns, names=[f"c{i}" for i in range(width)])
    titles = (f"Left out {count(layout.n_titles, 'title line')} above the table.",) if layout.n_titles else ()
    n_empty = len(below) - len(filled)
    empty = (f"Left out {count(n_empty, 'empty row')}.",) if n_empty else ()
    found = text_table(table, names, name=name, limits=limits)
    return RawTable(found.frame, (*titles, *notes, *empty, *found.notes))
