"""Delimited text as a table of text, every line checked: nothing is shifted, swallowed or guessed away."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv

from core.errors import BadFile
from core.sources.base import Progress
from core.sources.files.dialect import Layout
from core.sources.files.headers import clean_names, numbered_names
from core.sources.files.limits import FileLimits
from core.sources.files.table import RawTable, count, no_rows, text_table
from core.sources.files.text import Text, body_of, numbered_records

BLOCK = 4 * 1024**2


def read_delimited(
    text: Text,
    layout: Layout,
    *,
    delimiter: str,
    limits: FileLimits,
    limit: int | None,
    progress: Progress,
) -> RawTable:
    """Return all values as text, only the empty cell missing; at most ``limit`` rows.

    Raises BadFile naming the first line that does not fit, TooLarge.
    """
    width = len(layout.names)
    limits.check_columns(text.name, width)
    names, notes = clean_names(layout.names) if layout.header else (numbered_names(width), ())
    for name in names:
        limits.check_cell(text.name, name, len(name))
    check_quotes(text, delimiter)
    body = body_of(text, delimiter, layout.n_titles + layout.header)
    if not body.data:
        raise no_rows(text.name)
    reader = _Reader(body, width, delimiter, limits, progress)
    table = text_table(reader.rows(limit, layout), names, name=text.name, limits=limits)
    titles = (f"Left out {count(layout.n_titles, 'title line')} above the table.",) if layout.n_titles else ()
    return RawTable(table.frame, (*titles, *notes, *table.notes))


class _Reader:
    """Reads the rows of a text in blocks, counting as it goes."""

    def __init__(
        self, body: Text, width: int, delimiter: str, limits: FileLimits, progress: Progress
    ) -> None:
        self.body = body
        self.names = [f"c{i}" for i in range(width)]
        self.delimiter = delimiter
        self.limits = limits
        self.progress = progress

    def rows(self, limit: int | None, layout: Layout) -> pa.Table:
        """Return the rows as Arrow text; raises BadFile naming the first line of another width."""
        try:
            return self._read(limit, BLOCK)
        except pa.ArrowInvalid as error:
            if "straddl" not in str(error):
                raise first_bad_line(self.body, self.delimiter, layout) from error
        try:
            return self._read(limit, len(self.body.data) + 1)
        except pa.ArrowInvalid as error:
            raise first_bad_line(self.body, self.delimiter, layout) from error

    def _read(self, limit: int | None, block: int) -> pa.Table:
        buffer = pa.BufferReader(self.body.data)
        reader = pcsv.open_csv(buffer, **self._options(block))
        batches: list[pa.RecordBatch] = []
        n_rows = 0
        for batch in reader:
            batches.append(batch)
            n_rows += batch.num_rows
            self.limits.check_rows(self.body.name, n_rows)
            self.progress(min(buffer.tell() / len(self.body.data), 1.0), f"{n_rows:,} rows read")
            if limit is not None and n_rows >= limit:
                break
        table = pa.Table.from_batches(batches, schema=reader.schema)
        return table if limit is None else table.slice(0, limit)

    def _options(self, block: int) -> dict[str, Any]:
        return {
            "read_options": pcsv.ReadOptions(column_names=self.names, block_size=block),
            "parse_options": pcsv.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, ignore_empty_lines=len(self.names) > 1
            ),
            "convert_options": pcsv.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.large_string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        }


def check_quotes(text: Text, delimiter: str) -> None:
    """Do nothing if all quotation marks pair up; raises BadFile before a stray one swallows rows.

    The slow reading, record by record, is done only where a mark is unpaired or inside a value.
    """
    border = rb'"\r\n' + re.escape(delimiter.encode())
    inside = re.compile(rb'"(?=[^' + border + rb"])(?<=[^" + border + rb']")')
    if text.data.count(b'"') % 2 or inside.search(text.data):
        for _ in numbered_records(text, delimiter, strict=True):
            pass


def first_bad_line(body: Text, delimiter: str, layout: Layout) -> BadFile:
    """Return the error that names the first line with another number of values than the first."""
    for line, record in numbered_records(body, delimiter):
        if len(record) != len(layout.names):
            return _ragged(body.name, line, len(record), layout)
    return BadFile(
        f"'{body.name}' cannot be taken apart into rows.", hint="Check the delimiter and the encoding."
    )


def _ragged(name: str, line: int, got: int, layout: Layout) -> BadFile:
    width = len(layout.names)
    values = "1 value" if got == 1 else f"{got:,} values"
    wanted = f"there are {width:,} column names" if width > 1 else "there is 1 column name"
    if not layout.header:
        wanted = f"the first line has {width:,}"
    hint = "Check the delimiter, and put values that contain it in quotation marks."
    if got == 1:
        hint = "Remove lines that do not belong to the table, such as titles, totals or remarks."
    elif width == 1:
        hint = "Remove lines above the column names, or set the delimiter."
    elif got == width + 1:
        hint = f"{hint} If every line has one value more, the first column has no name: add one."
    return BadFile(f"Line {line:,} of '{name}' has {values}, but {wanted}.", hint=hint)
