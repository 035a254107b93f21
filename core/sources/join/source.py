"""A part of a plan, read from its own source as the plan knows it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from core import frames
from core.dataset import Dataset, Provenance
from core.sources.base import Progress, Source, silent, stage
from core.sources.join.drift import refuse_drift
from core.sources.join.measures import grouping_for, measured, rows_without_key
from core.sources.join.part_table import PartTable, in_their_kinds, keeping_digits, schema_of_measures
from core.sources.plan import Part

GUESS_ROWS = 1_000
"""From so many rows it is guessed what a measured column is: its role, its unit."""
GUESSED, GROUPED = 0.1, 0.95
"""The fractions of a measured part's reading at which its stages end."""
UNDATED = "carries no time column: all its rows count, whatever the as-of date."


def read_part(
    source: Source, part: Part, *, as_of: date | None, progress: Progress | None = None
) -> PartTable:
    """Return one table of a plan; with measures, worked out where the rows are, one row a key.

    Raises SchemaChanged when the table is no longer what the plan knows, PlanError for measures that
    cannot be worked out, and what the source raises.
    """
    tell = progress or silent
    if part.measures:
        grouping_for(part, as_of)
    refuse_drift(part, source.describe(part.table, explode=part.explode))
    if part.measures:
        return _read_measured(source, part, as_of, tell)
    columns = tuple(dict.fromkeys((part.key, *part.columns) if part.key else part.columns))
    dataset = source.load(
        part.table,
        columns=columns if part.columns else None,
        rows=part.rows,
        explode=part.explode,
        texts=(part.key,) if part.key else (),
        progress=progress,
    )
    return PartTable(dataset)


def _read_measured(source: Source, part: Part, as_of: date | None, tell: Progress) -> PartTable:
    grouping = grouping_for(part, as_of)
    of = tuple(dict.fromkeys(measure.of for measure in part.measures if measure.of))
    first = source.load(
        part.table, columns=(part.key, *of), rows=part.rows, explode=part.explode, limit=GUESS_ROWS
    )
    tell(GUESSED, f"Working out the measures of '{part.table}'")
    groups = source.group(
        part.table,
        grouping,
        rows=part.rows,
        explode=part.explode,
        progress=stage(tell, GUESSED, GROUPED),
    )
    made = measured(groups, part, as_of=as_of)
    schema = keeping_digits(schema_of_measures(part, first.schema, as_of=as_of), made)
    frame, changed = in_their_kinds(made, schema)
    undated = (f"'{part.table}' {UNDATED}",) if as_of and not part.time else ()
    provenance = Provenance(
        source=first.provenance.source,
        table=part.table,
        loaded_at=datetime.now(UTC),
        n_rows=len(frame),
        content_hash=frames.content_hash(frame),
        as_of=as_of.isoformat() if as_of and part.time else first.provenance.as_of,
        synthetic=first.provenance.synthetic,
        notes=(*groups.notes, *changed, *undated),
        query=groups.query,
    )
    tell(1.0, f"{len(frame):,} students found in '{part.table}'")
    return PartTable(
        Dataset(frames.wrap(frame), schema, provenance),
        rows_without_key(groups, part.rule),
        groups.n_after,
        groups.n_undated,
    )
