"""A table as Parquet that says what each of its columns is for."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.schema import Schema
from core.sources.files.parquet import SCHEMA_KEY


def to_parquet_bytes(frame: pd.DataFrame, schema: Schema) -> bytes:
    """Return the rows as Parquet, the same bytes for the same rows; texts stay as they are."""
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    about = json.dumps(schema.as_tables(), ensure_ascii=False).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), SCHEMA_KEY: about})
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue())
