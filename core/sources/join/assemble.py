"""Tables put together into one row a student: nobody is lost unnamed, and nobody is counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import frames
from core.dataset import Dataset, Provenance
from core.schema import Column, Kind, Role, Schema
from core.sources.columns.coerce import as_strings
from core.sources.join.checks import (
    check_base,
    check_part,
    check_plan,
    ids_in_words,
    keys_of,
    names_in_record,
)
from core.sources.join.keys import common_codes, find_repeats, normalised
from core.sources.join.match import Match, match
from core.sources.join.part_table import PartTable
from core.sources.join.record_words import notes_of, query_of, sources_of
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import How

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Exclusion:
    """Students of the base table who are not in the result, because one table does not know them."""

    table: str
    ids: tuple[str, ...]
    """All of them, as the base writes them, in its order; a student is named at the first such table."""


@dataclass(frozen=True)
class Joined:
    """The student record, and who is in it: rows of the base = rows of the record + the excluded."""

    dataset: Dataset
    n_base: int
    """Rows of the base table."""
    exclusions: tuple[Exclusion, ...] = ()
    matches: tuple[Match, ...] = ()
    """How each part matched, in the order of the plan; counted over all students of the base."""

    @property
    def n_excluded(self) -> int:
        """How many students of the base are left out."""
        return sum(len(exclusion.ids) for exclusion in self.exclusions)


def assemble(plan: SourcePlan, tables: Sequence[PartTable]) -> Joined:
    """Return the base's rows, in their order, with the columns of every part.

    ``tables`` are the base and the parts as read. A plan of one table is that table, unchecked. Raises
    PlanError for a plan that cannot be joined, ColumnNotFound for a key that is not there, and RepeatedIds
    where a table has several rows of a student.
    """
    check_plan(plan, tables)
    base = tables[0]
    if not plan.parts:
        return _alone(plan, base)
    frame = base.dataset.collect()
    check_base(plan.base, base)
    matches = match_parts(plan, tables)
    for part, found in zip(plan.parts, matches, strict=True):
        check_part(plan.base, part, frame[plan.base.key], found)
    names = names_in_record(plan, tables)
    columns: dict[str, Any] = {name: _base_values(plan.base, frame, old) for old, name in names[0].items()}
    schema = [_base_column(plan.base, base.dataset.schema, old, name) for old, name in names[0].items()]
    is_in = np.ones(len(frame), dtype=bool)
    exclusions: list[Exclusion] = []
    for part, table, named in zip(plan.parts, tables[1:], names[1:], strict=True):
        rows = _rows_of(frame[plan.base.key], part, table.dataset.collect())
        if part.join is Join.ONLY_MATCHED:
            exclusions += _excluded(part, frame[plan.base.key][is_in & (rows < 0)])
            is_in &= rows >= 0
        columns |= _part_values(part, table.dataset.collect(), rows, named)
        known = table.dataset.schema
        schema += [_part_column(part, known.column(old), name) for old, name in named.items()]
    record = pd.DataFrame(columns, copy=False)[is_in].reset_index(drop=True)
    provenance = _provenance(plan, tables, record, matches, len(frame) - len(record))
    dataset = Dataset(frames.wrap(record), Schema(tuple(schema)), provenance)
    return Joined(dataset, len(frame), tuple(exclusions), matches)


def match_parts(plan: SourcePlan, tables: Sequence[PartTable]) -> tuple[Match, ...]:
    """Return how the ids of each part match those of the base; nothing is checked or joined.

    The base's ids and the part's are compared under the part's own rule. Raises ColumnNotFound.
    """
    base = _keys(plan.base, tables[0])
    return tuple(
        match(
            base,
            _keys(part, table),
            table=part.table,
            rule=part.rule,
            one_row=not part.measures,
            n_without_key=table.n_without_key,
        )
        for part, table in zip(plan.parts, tables[1:], strict=True)
    )


def _keys(part: Part, table: PartTable) -> pd.Series:
    return keys_of(part, table.dataset.collect())


def _base_values(part: Part, frame: pd.DataFrame, name: str) -> Any:
    return as_strings(frame[name]).array if name == part.key else frame[name].array


def _base_column(part: Part, schema: Schema, old: str, name: str) -> Column:
    column = replace(schema.column(old), name=name)
    if old == part.key:
        if column.role is Role.STUDENT_ID:
            return replace(column, kind=Kind.TEXT)
        reason = "The key of the source plan's base table."
        return Column(name, Kind.TEXT, Role.STUDENT_ID, column.label, reason)
    return _from(part, _no_second_id(column))


def _part_column(part: Part, column: Column, name: str) -> Column:
    column = _no_second_id(replace(column, name=name))
    return column if part.measures else _from(part, column)


def _from(part: Part, column: Column) -> Column:
    """Return the column with its table in the reason; what is measured says it already."""
    return replace(column, reason=f"From '{part.table}'. {column.reason}")


def _no_second_id(column: Column) -> Column:
    if column.role is not Role.STUDENT_ID:
        return column
    return replace(column, role=Role.IGNORED, reason="An id of this table, not the record's.")


def _rows_of(base_keys: pd.Series, part: Part, frame: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Return for each student the row of the part, -1 where there is none."""
    keys, others = normalised(base_keys, part.rule), normalised(frame[part.key], part.rule)
    codes, part_codes, n = common_codes(keys, others)
    row_of = np.full(n + 1, -1, dtype=np.intp)
    row_of[part_codes] = np.arange(len(part_codes))
    row_of[-1] = -1
    rows: npt.NDArray[np.intp] = row_of[codes]
    return rows


def _part_values(
    part: Part, frame: pd.DataFrame, rows: npt.NDArray[np.intp], names: dict[str, str]
) -> dict[str, Any]:
    counts = {measure.title for measure in part.measures if measure.how is How.COUNT}
    taken: dict[str, Any] = {
        name: pd.api.extensions.take(frame[old].array, rows, allow_fill=True) for old, name in names.items()
    }
    for title in counts:
        taken[names[title]] = pd.Series(taken[names[title]]).fillna(0.0)
    return taken


def _excluded(part: Part, ids: pd.Series) -> list[Exclusion]:
    return [Exclusion(part.table, tuple(map(str, as_strings(ids))))] if len(ids) else []


def _alone(plan: SourcePlan, table: PartTable) -> Joined:
    """Return the one table of a plan; an id that occurs twice is told, not refused: cleaning may mend it."""
    dataset, key = table.dataset, plan.base.key
    notes: tuple[str, ...] = notes_of(plan.base, table)
    if key:
        repeats = find_repeats(_keys(plan.base, table), normalised(_keys(plan.base, table), plan.base.rule))
        notes += (f"Several rows have the same '{key}': {ids_in_words(repeats)}.",) if repeats else ()
    as_of = plan.as_of.isoformat() if plan.as_of else dataset.provenance.as_of
    provenance = replace(dataset.provenance, as_of=as_of, notes=(*dataset.provenance.notes, *notes))
    return Joined(replace(dataset, provenance=provenance), provenance.n_rows)


def _provenance(
    plan: SourcePlan,
    tables: Sequence[PartTable],
    record: pd.DataFrame,
    matches: Sequence[Match],
    n_excluded: int,
) -> Provenance:
    """Return where the record came from; it is as old as its oldest part."""
    parts = tuple(table.dataset.provenance for table in tables)
    notes = [note for part, table in zip(plan.tables, tables, strict=True) for note in notes_of(part, table)]
    noticed = [f"{part.table}: {note}" for part in parts for note in part.notes]
    students = "1 student" if n_excluded == 1 else f"{n_excluded:,} students"
    excluded = (f"{students} left out: not in a table that every student must be in.",) if n_excluded else ()
    return Provenance(
        source=sources_of(parts),
        table=plan.name or plan.base.table,
        loaded_at=min(part.loaded_at for part in parts),
        n_rows=len(record),
        content_hash=frames.content_hash(record),
        as_of=plan.as_of.isoformat() if plan.as_of else parts[0].as_of,
        synthetic=all(part.synthetic for part in parts),
        notes=(*(found.sentence() for found in matches), *notes, *noticed, *excluded),
        query=query_of(plan),
        parts=parts,
        outage=" ".join(dict.fromkeys(part.outage for part in parts if part.outage)),
    )
