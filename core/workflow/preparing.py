"""The cleaned table prepared for questions that are answered in the middle of a page.

It is coded once, by a job, into a file of the workspace; whoever asks maps that file into memory and counts.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from core.caseload.access import Action, Actor, require
from core.dataset import Provenance
from core.eda.coded import CodedColumn, CodedTable, coded
from core.eda.fields import Field, fields_of
from core.eda.filters import Bits, kept_in, packed
from core.eda.values import identifies
from core.errors import AppError
from core.jobs import Job
from core.schema import Column, Kind, Schema
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.explored import ExploredTable, explored
from core.workflow.requests import TrainingRequest, digest_of
from core.workflow.shown import Filters
from core.workflow.snapshots import about_of, provenance_of, read_about
from core.workflow.workspace import mark_used, put_named

KEPT, OPEN = 6, 3
"""How many prepared tables stay in the workspace, and how many are open at a time."""
MOST_BITS = 512
"""How many parts are remembered with their students' bits; those after them are worked out each time."""
_ABOUT, _LAYOUT = b"about", 2


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table of which parts are counted at once; read-only, but for the bits that it remembers."""

    table: CodedTable
    fields: tuple[Field, ...]
    provenance: Provenance
    decided_by: tuple[str, ...]
    notes: tuple[str, ...]
    of: str
    """Under which name the cleaned table is kept that this one was made of."""
    bits: dict[tuple[str, Filters], Bits | None] = field(default_factory=dict)
    """Which rows are in the parts that were asked for, by the outcome of their time and their filters."""

    @staticmethod
    def is_there(job: Job) -> bool:
        """Return whether the file of a job that prepared a table is still of use, or the job under way."""
        return not job.is_forgotten and (not job.has_value or _is_current(job.result()))


def prepare(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> Path:
    """Return where the prepared table of a request is kept, and make it if it is not there.

    It is made anew, too, once the cleaned table was read again from its source since.
    """
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    report = progress or silent
    place = _place(request, settings)
    if _is_current(place):
        mark_used(place)
    else:
        report(0.0, "Cleaning the table")
        table = explored(actor, request, settings=settings)
        report(0.5, "Counting the values")
        put_named(place.parent, lambda sink: _write(sink, table, place.name, of=_cleaned(request)), kept=KEPT)
    return place


def open_prepared(actor: Actor, request: TrainingRequest, *, settings: Settings) -> Prepared:
    """Return the prepared table of a request.

    Raises FileNotFoundError before it is there, and where it is of another reading of the source than the
    cleaned table that the other figures are made of.
    """
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    place = _place(request, settings)
    if not _is_current(place):
        raise FileNotFoundError(place)
    return _open(place)


def _is_current(place: Path) -> bool:
    """Return whether a prepared table is there, and is of the cleaned table that is kept, if one is."""
    try:
        found = _open(place)
    except FileNotFoundError:
        return False
    kept = provenance_of(place.parent.parent, found.of)
    return kept is None or kept == found.provenance


def _open(place: Path) -> Prepared:
    return _opened(place, place.stat().st_mtime_ns)


@functools.lru_cache(maxsize=OPEN)
def _opened(place: Path, _written: int) -> Prepared:
    """Map the file into memory; it stays whole for whoever has it open, even once it is removed."""
    with pa.memory_map(str(place)) as source:
        rows = pa.ipc.open_file(source).read_all()
    about = json.loads(rows.schema.metadata[_ABOUT])
    schema, provenance = read_about(about)
    columns = {c.name: _column(c, rows.column(number)) for number, c in enumerate(schema)}
    table = CodedTable(schema, columns, about["n_rows"])
    decided_by, notes = tuple(about["decided_by"]), tuple(about["notes"])
    return Prepared(table, fields_of(table), provenance, decided_by, notes, about["of"])


def bits_of(
    actor: Actor,
    request: TrainingRequest,
    prepared: Prepared,
    outcome: str,
    filters: Filters,
    *,
    settings: Settings,
) -> Bits | None:
    """Return which rows are in an earlier part; None if its filters do not fit, as by another recipe.

    None, too, where the cleaned table was read again since, and may have other students in its rows.
    A condition on another outcome than that of the request is worked out from the cleaned table.
    """
    key = (outcome, filters)
    if key in prepared.bits:
        return prepared.bits[key]
    table = prepared.table
    if outcome not in table.schema and any(one.column == outcome for one in filters):
        other = explored(actor, request.with_outcome(outcome), settings=settings)
        if other.provenance != prepared.provenance or len(other.frame) != table.n_rows:
            return None
        table = _with_outcome(table, other)
    try:
        found = packed(kept_in(table, filters))
    except AppError:
        found = None
    if len(prepared.bits) < MOST_BITS:
        prepared.bits[key] = found
    return found


def _with_outcome(table: CodedTable, other: ExploredTable) -> CodedTable:
    """Return the coded table with the outcome of another request beside its columns, where there is one."""
    extra = coded(other.frame, schema=Schema(tuple(c for c in other.schema if c.name not in table.schema)))
    schema = Schema((*table.schema, *extra.schema))
    return CodedTable(schema, {**table.columns, **extra.columns}, table.n_rows)


def _place(request: TrainingRequest, settings: Settings) -> Path:
    mark = digest_of(f"{_LAYOUT} {request.cleaning.digest} {request.outcome}")
    return settings.workspace / "prepared" / f"{mark}.arrow"


def _cleaned(request: TrainingRequest) -> str:
    """Return under which name the cleaned table of a request is kept."""
    return f"clean-{request.cleaning.digest}"


def _write(sink: BinaryIO, table: ExploredTable, name: str, *, of: str) -> str:
    """Write the coded table with what is known about it, and return its name."""
    ready = coded(table.frame, schema=table.schema)
    about = {
        **about_of(table.schema, table.provenance),
        "decided_by": table.decided_by,
        "notes": table.notes,
        "n_rows": ready.n_rows,
        "of": of,
    }
    arrays = [_array(held) for held in ready.columns.values()]
    rows = pa.Table.from_arrays(arrays, names=[str(number) for number in range(len(arrays))])
    rows = rows.replace_schema_metadata({_ABOUT: json.dumps(about)})
    with pa.ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows)
    return name


def _array(held: CodedColumn) -> Any:
    """Return the places of a column, with the values that they stand for; the missing one comes first."""
    places = pa.array(held.places)
    if not len(held.values):
        return places
    kind = pa.string() if isinstance(held.values, tuple) else pa.float64()
    return pa.DictionaryArray.from_arrays(places, pa.array([None, *held.values], type=kind))


def _column(column: Column, rows: Any) -> CodedColumn:
    """Return a column that was written; its places stay where they are in the mapped file."""
    chunk = rows.combine_chunks() if rows.num_chunks != 1 else rows.chunk(0)
    is_named = identifies(column) or column.kind in (Kind.CATEGORY, Kind.FLAG)
    if not pa.types.is_dictionary(chunk.type):
        return CodedColumn(column, chunk.to_numpy(), () if is_named else np.empty(0))
    values = chunk.dictionary.slice(1)
    return CodedColumn(
        column, chunk.indices.to_numpy(), tuple(values.to_pylist()) if is_named else values.to_numpy()
    )
