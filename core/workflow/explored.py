"""The cleaned table as it is explored: with the outcome as a column, and the part that a viewer chose.

Figures of a part and of another part that differs by a few students would together tell about those few
(docs/decisions/0015): so each part that was shown to somebody is remembered, and a part that could be
compared with one of them is not shown.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from core.caseload.access import Actor
from core.dataset import Provenance
from core.eda.filters import Filter, kept, may_show
from core.errors import AppError, InvalidChoice
from core.features.outcome import parse_outcome
from core.schema import Column, Kind, Role, Schema
from core.settings import Settings
from core.workflow.requests import TrainingRequest, digest_of
from core.workflow.students import students
from core.workflow.workspace import add_line

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
    return _part(whole, tuple(filters), _place(actor, request, settings)) if filters else whole


def _part(table: ExploredTable, filters: tuple[Filter, ...], place: Path) -> ExploredTable:
    """Return the rows that meet the filters, once it is certain that they may be shown."""
    before = [one for one in _shown(place) if _is_possible(one, table)]
    decision = may_show(table.frame, filters, schema=table.schema, shown=before)
    if not decision.is_shown:
        raise InvalidChoice(decision.why, hint="Choose another condition, or leave one out.")
    if filters not in before:
        add_line(place, json.dumps([asdict(one) for one in filters]))
    rows = kept(table.frame, filters, schema=table.schema)
    return replace(table, frame=table.frame[rows].reset_index(drop=True))


def _place(actor: Actor, request: TrainingRequest, settings: Settings) -> Path:
    """Return the file of the parts of this table that the actor has seen."""
    return settings.workspace / "shown" / f"{digest_of(actor.who + request.cleaning.digest)}.jsonl"


def _shown(place: Path) -> list[tuple[Filter, ...]]:
    if not place.exists():
        return []
    lines = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    return [tuple(Filter(**{**one, "values": tuple(one["values"])}) for one in line) for line in lines]


def _is_possible(filters: Sequence[Filter], table: ExploredTable) -> bool:
    """Tell whether the filters still fit: the outcome may have been another one."""
    try:
        kept(table.frame, filters, schema=table.schema)
    except AppError:
        return False
    return True


def _with_outcome(table: ExploredTable, text: str) -> ExploredTable:
    """Return the table with the outcome as a yes/no column that is named by its expression."""
    try:
        outcome = parse_outcome(text, [str(name) for name in table.frame.columns])
        frame = table.frame.assign(**{text: outcome.label(table.frame)})
    except AppError as error:
        return replace(table, notes=(*table.notes, f"The outcome is left out: {error}"))
    reason = f"The outcome that was chosen: {outcome.describe()}."
    column = Column(text, Kind.FLAG, Role.OUTCOME, OUTCOME_TITLE, reason)
    others = tuple(c for c in table.schema if c.name != text)
    return replace(table, frame=frame, schema=Schema((*others, column)), decided_by=outcome.columns)


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
