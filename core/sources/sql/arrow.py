"""Rows of a driver as Arrow batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field
from core.sources.sql.finish import finished
from core.sources.sql.wire import Wire


def batch_of_rows(
    rows: Sequence[Sequence[Any]], fields: Sequence[Field], wires: Sequence[Sequence[Wire]], changes: Changes
) -> Any:
    """Return rows of a driver as one batch with the names and the values of the fields."""
    flat = [wire for several in wires for wire in several]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(flat)
    arrays = [pa.array(cells, wire.type) for cells, wire in zip(columns, flat, strict=True)]
    return batch_of_arrays(arrays, fields, wires, changes)


def batch_of_arrays(
    arrays: Sequence[Any], fields: Sequence[Field], wires: Sequence[Sequence[Wire]], changes: Changes
) -> Any:
    """Return what came over the wire as one batch with the names and the values of the fields."""
    waiting = iter(arrays)
    made = [
        finished(field, [next(waiting) for _ in several], changes)
        for field, several in zip(fields, wires, strict=True)
    ]
    return pa.RecordBatch.from_arrays(made, names=[field.name for field in fields])


def table_of(batches: Iterable[Any]) -> Any:
    """Return batches as one table; a column whose type differs between them takes the wider one."""
    kept: Iterator[Any] | list[Any] = list(batches)
    return pa.concat_tables([pa.Table.from_batches([batch]) for batch in kept], promote_options="permissive")
