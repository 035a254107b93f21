"""The cleaned table as it is explored: with the outcome as a column, and the part that a viewer chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from core.caseload.access import Actor
from core.dataset import Provenance
from core.eda.filters import Bits, Filter, kept, packed
from core.eda.values import identifies
from core.eda.withholding import MIN_GROUP
from core.errors import AppError
from core.features.outcome import parse_outcome
from core.schema import Column, Kind, Role, Schema
from core.settings import Settings
from core.workflow.requests import TrainingRequest
from core.workflow.shown import Filters, ShownParts
from core.workflow.students import students

OUTCOME_TITLE = "The outcome"
"""What the outcome is called beside the columns of the table."""


@dataclass(frozen=True, eq=False)
class ExploredTable:
    """What the figures of the Explore page are made of."""

    frame: pd.DataFrame
    schema: Schema
    provenance: Provenance
    decided_by: tuple[str, ...]
    """The columns that make up the outcome; empty where there is none."""
    notes: tuple[str, ...]
    """Columns that were set aside, and why, one sentence each."""
    n_of: int
    """Students of the whole table."""


def explored(
    actor: Actor, request: TrainingRequest, *, filters: Sequence[Filter] = (), settings: Settings
) -> ExploredTable:
    """Return the students who meet all ``filters``, without what cannot be explored.

    Raises InvalidChoice where figures of so few, or beside those of a part shown before, would tell about
    single students; and as ``Filter.met``.
    """
    dataset = students(actor, request.cleaning, settings=settings).table
    frame = dataset.collect()
    unfit = [c for c in dataset.schema if not _fits(frame[c.name], c.kind)]
    schema = Schema(tuple(c for c in dataset.schema if c not in unfit))
    notes = tuple(_set_aside(column) for column in unfit)
    table = ExploredTable(frame, schema, dataset.provenance, (), notes, len(frame))
    whole = _with_outcome(table, request.outcome) if request.outcome else table
    if not filters:
        return whole
    shown = ShownParts.of(actor, dataset.provenance, settings=settings)
    return _part(whole, tuple(filters), outcome=request.outcome, shown=shown)


def _part(table: ExploredTable, filters: Filters, *, outcome: str, shown: ShownParts) -> ExploredTable:
    """Return the rows that meet the filters, once it is certain that they may be shown."""
    rows = kept(table.frame, filters, schema=table.schema)
    shown.admit(rows, filters, outcome=outcome, bits_of=lambda *earlier: _bits(table, *earlier))
    return replace(table, frame=table.frame[rows].reset_index(drop=True))


def _bits(table: ExploredTable, outcome: str, filters: Filters) -> Bits | None:
    """Return which rows are in an earlier part; None if its filters do not fit, as by another recipe."""
    needed = outcome not in table.schema and any(one.column == outcome for one in filters)
    wide = _with_outcome(table, outcome) if needed else table
    try:
        return packed(kept(wide.frame, filters, schema=wide.schema))
    except AppError:
        return None


def _with_outcome(table: ExploredTable, text: str) -> ExploredTable:
    """Return the table with the outcome as a yes/no column that is named by its expression."""
    try:
        outcome = parse_outcome(text, [str(name) for name in table.frame.columns])
        values = outcome.label(table.frame)
    except AppError as error:
        return replace(table, notes=(*table.notes, f"The outcome is left out: {error}"))
    if why := _tells_on_somebody(outcome.columns, values, table.schema):
        return replace(table, notes=(*table.notes, f"The outcome is left out: {why}"))
    reason = f"The outcome that was chosen: {outcome.describe()}."
    column = Column(text, Kind.FLAG, Role.OUTCOME, OUTCOME_TITLE, reason)
    others = tuple(c for c in table.schema if c.name != text)
    frame = table.frame.assign(**{text: values})
    return replace(table, frame=frame, schema=Schema((*others, column)), decided_by=outcome.columns)


def _tells_on_somebody(columns: Sequence[str], values: pd.Series, schema: Schema) -> str:
    """Return why figures of an outcome could tell about single students; empty where they do not."""
    naming = [name for name in columns if name in schema and identifies(schema.column(name))]
    if naming:
        return f"'{naming[0]}' can identify a student."
    sizes = values.value_counts()
    if any(n < MIN_GROUP for n in sizes):
        return f"it happened to fewer than {MIN_GROUP} students, or to all but so few."
    return ""


def _fits(values: pd.Series, kind: Kind) -> bool:
    if kind in (Kind.NUMBER, Kind.FLAG):
        return pd.api.types.is_numeric_dtype(values.dtype)
    if kind is Kind.DATE:
        return pd.api.types.is_datetime64_any_dtype(values.dtype)
    return True


def _set_aside(column: Column) -> str:
    held = {Kind.NUMBER: "numbers", Kind.FLAG: "yes/no values", Kind.DATE: "dates"}[column.kind]
    return (
        f"'{column.name}' is left out: it should hold {held} but holds text. "
        "Switch on the cleaning step that reads it, or change its kind."
    )
