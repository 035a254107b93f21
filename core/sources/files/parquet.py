"""Parquet files as tables: typed columns in the canonical form, size checked in the metadata first."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from core.errors import BadFile
from core.schema import Schema
from core.sources.base import MOST_EXACT, Progress
from core.sources.files.content import Content
from core.sources.files.headers import clean_names
from core.sources.files.limits import FileLimits
from core.sources.files.table import RawTable, no_rows, to_text_frame

DAMAGED = "Write the file again; it may be cut off."
SCHEMA_KEY = b"waymark_schema"
"""Where a Parquet file that Waymark made says what its columns are for."""


def read_parquet(content: Content, *, limits: FileLimits, limit: int | None, progress: Progress) -> RawTable:
    """Return the columns as text, float64, bool or datetime64; at most ``limit`` rows.

    Columns of lists, structures or bytes are left out, and this is said. Raises BadFile, TooLarge.
    """
    try:
        file = _open(content, limits)
        table = _rows(file, limit, progress)
    except (pa.ArrowException, OSError, OverflowError) as error:
        raise BadFile(f"'{content.name}' is a damaged Parquet file.", hint=DAMAGED) from error
    names, notes = clean_names(table.column_names)
    columns: dict[str, pd.Series] = {}
    left_out: list[str] = []
    for name, values in zip(names, table.columns, strict=True):
        found = _canonical(content.name, name, values, limits)
        if found is None:
            left_out.append(f"Column '{name}' was left out: it holds {values.type}, not single values.")
        else:
            columns[name] = found
    if not columns:
        raise BadFile(f"'{content.name}' has no column of single values.", hint="Write a flat table.")
    return RawTable(pd.DataFrame(columns, copy=False), (*notes, *left_out))


def kept_schema(content: Content) -> Schema | None:
    """Return what Waymark wrote into the file about its columns when it made it; None for other files."""
    written = (pq.read_schema(pa.BufferReader(content.data)).metadata or {}).get(SCHEMA_KEY)
    try:
        return Schema.of_tables(json.loads(written)) if written else None
    except (KeyError, TypeError, ValueError):
        return None


def count_rows(content: Content) -> int:
    """Return how many rows the file says that it has; it must be a whole Parquet file."""
    n_rows: int = pq.ParquetFile(pa.BufferReader(content.data)).metadata.num_rows
    return n_rows


def _open(content: Content, limits: FileLimits) -> pq.ParquetFile:
    """Return the file with its sizes checked; texts are kept as they are packed, each once."""
    first = pq.ParquetFile(pa.BufferReader(content.data))
    found = first.metadata
    limits.check_rows(content.name, found.num_rows)
    limits.check_columns(content.name, found.num_columns)
    unpacked = sum(found.row_group(i).total_byte_size for i in range(found.num_row_groups))
    limits.check_unpacked(content.name, unpacked)
    if not found.num_rows:
        raise no_rows(content.name)
    texts = [f.name for f in first.schema_arrow if pt.is_string(f.type) or pt.is_large_string(f.type)]
    return pq.ParquetFile(pa.BufferReader(content.data), read_dictionary=texts)


def _rows(file: pq.ParquetFile, limit: int | None, progress: Progress) -> pa.Table:
    groups: list[pa.Table] = []
    n_rows = 0
    for i in range(file.num_row_groups):
        groups.append(file.read_row_group(i))
        n_rows += groups[-1].num_rows
        progress(n_rows / file.metadata.num_rows, f"{n_rows:,} rows read")
        if limit is not None and n_rows >= limit:
            break
    table = pa.concat_tables(groups)
    return table if limit is None else table.slice(0, limit)


def _canonical(file: str, name: str, values: pa.ChunkedArray, limits: FileLimits) -> pd.Series | None:
    """Return a column in canonical form, or None where its cells are not single values."""
    kind = values.type
    if pt.is_dictionary(kind):
        _check_texts(file, name, values, limits)
        return _text(values)
    if pt.is_null(kind) or pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind):
        return _text(values)
    if pt.is_boolean(kind):
        return _text(values) if values.null_count else _plain(values)
    if pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind):
        return _number(values)
    if pt.is_timestamp(kind) or pt.is_date(kind):
        utc = pc.cast(values, pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False)
        return _plain(pc.cast(utc, pa.timestamp("us")))
    return _text(values) if pt.is_time(kind) or pt.is_duration(kind) else None


def _check_texts(file: str, name: str, values: pa.ChunkedArray, limits: FileLimits) -> None:
    """Do nothing if the texts are short enough, singly and together, when written out for each row."""
    total = 0
    for chunk in values.chunks:
        lengths = pc.binary_length(pc.cast(chunk.dictionary, pa.large_string()))
        limits.check_cell(file, name, pc.max(lengths).as_py() or 0)
        total += pc.sum(pc.cast(pc.take(lengths, chunk.indices), pa.int64())).as_py() or 0
    limits.check_unpacked(file, total)


def _text(values: pa.ChunkedArray) -> pd.Series:
    """Return a column as text; the empty text is missing, as in every file."""
    text = pc.cast(values, pa.large_string())
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)
    series: pd.Series = to_text_frame(pa.table({"text": text}))["text"]
    return series


def _number(values: pa.ChunkedArray) -> pd.Series:
    """Return numbers as float64; as text where float64 would change them, as in long ids."""
    if pt.is_integer(values.type):
        span = pc.min_max(values).as_py()
        if max(abs(span["min"] or 0), abs(span["max"] or 0)) > MOST_EXACT:
            return _text(values)
    if pt.is_decimal(values.type) and values.type.precision > 15:
        return _text(values)
    return _plain(pc.cast(values, pa.float64(), safe=False))


def _plain(values: pa.ChunkedArray) -> pd.Series:
    series: pd.Series = values.to_pandas()
    return series
