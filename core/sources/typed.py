"""From what a server gave to a dataset: every Arrow type brought to a kind, every changed cell counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core import frames
from core.dataset import Dataset, Provenance
from core.schema import Kind, Schema
from core.sources.base import MOST_EXACT
from core.sources.columns.coerce import Coerced
from core.sources.roles import guess_schema, type_columns

STAYS_TEXT = {b"waymark": b"text"}
MIXED = "Text in the source, or of several types there; it would look like this:"


def dataset_of(
    table: Any,
    *,
    source: str,
    name: str,
    query: str,
    texts: Collection[str] = (),
    changed: Sequence[Coerced] = (),
    notes: Sequence[str] = (),
) -> Dataset:
    """Return an Arrow table of a server as a dataset with guessed roles.

    ``texts`` are columns whose text stays as it is. ``changed`` are the cells that the adapter had to
    change or leave missing; they become notes with their counts. The Arrow table is used up. Whole
    numbers beyond 2**53 become text, digit for digit.
    """
    kept = frozenset([*texts_of(table), *texts])
    frame = plain_frame(table)
    schema = _keeping_texts(guess_schema(frame), kept)
    typed, coerced = type_columns(frame, schema)
    provenance = Provenance(
        source=source,
        table=name,
        loaded_at=datetime.now(UTC),
        n_rows=len(typed),
        content_hash=frames.content_hash(typed),
        notes=(*notes, *map(str, changed), *map(str, coerced)),
        query=query,
    )
    return Dataset(frames.wrap(typed), schema, provenance)


def keep_text(table: Any, names: Collection[str]) -> Any:
    """Return the Arrow table with columns marked as text that stays text, whatever it looks like.

    For fields whose values have several types, and for numbers of more digits than a number holds.
    """
    return table.cast(
        pa.schema([f.with_metadata(STAYS_TEXT) if f.name in names else f for f in table.schema])
    )


def texts_of(table: Any) -> list[str]:
    """Return the columns that stay text: those that are marked, and those with too many digits."""
    return [
        field.name
        for field in table.schema
        if (field.metadata or {}).keys() >= STAYS_TEXT.keys()
        or (_is_exact(field.type) and pa.types.is_string(_plain(table.column(field.name)).type))
    ]


def _is_exact(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def _keeping_texts(schema: Schema, names: frozenset[str]) -> Schema:
    """Return the schema with these columns as text where they were taken for numbers, flags or dates."""
    words = {Kind.TEXT, Kind.CATEGORY}
    return Schema(
        tuple(
            replace(c, kind=Kind.TEXT, reason=f"{MIXED} {c.reason}", unit=None, lowest=None, highest=None)
            if c.name in names and c.kind not in words
            else c
            for c in schema
        )
    )


def plain_frame(table: Any) -> pd.DataFrame:
    """Return an Arrow table as pandas with the types that guessing knows: str, float64, datetime64.

    Whole numbers beyond 2**53 and decimals of more than 15 digits become text; flags become 0.0 and 1.0.
    """
    columns = {name: _plain(table.column(name)) for name in table.column_names}
    return frames.from_arrow(pa.table(columns))


def _plain(column: Any) -> Any:
    """Return the column in a type that pandas holds without loss."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_boolean(kind):
        return column.cast(pa.uint8()).cast(pa.float64())
    if pa.types.is_integer(kind):
        return _whole(column)
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64()) if kind.precision <= 15 else column.cast(pa.string())
    if pa.types.is_floating(kind):
        return column.cast(pa.float64())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("us"))
    if pa.types.is_null(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    return column


def _whole(column: Any) -> Any:
    """Return whole numbers as float64, or as text where one of them has more digits than that holds."""
    ends = pc.min_max(column)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    if low is not None and max(abs(low), abs(high)) > MOST_EXACT:
        return column.cast(pa.string())
    return column.cast(pa.float64())


def empty_like(names: Sequence[str]) -> pd.DataFrame:
    """Return no rows under these names, as text."""
    return pd.DataFrame({name: pd.Series(np.array([], dtype=object), dtype="str") for name in names})
