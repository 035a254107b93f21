"""Whom a training request is about: the cleaned students of its cohort, as of its date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Actor
from core.cleaning.report import Exclusion
from core.dataset import Dataset
from core.errors import InvalidChoice, OutcomeError
from core.expressions.arrays import answers
from core.expressions.expression import read_condition
from core.expressions.writing import Subject
from core.frames import wrap
from core.schema import Role, Schema
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.requests import TrainingRequest
from core.workflow.students import Students, students

COHORT = Subject("cohort", OutcomeError)
KIND = "cohort"
AFTER = "as_of"
KINDS = (KIND, AFTER)
"""Of the rows that cleaning kept and that are left out all the same."""


def cohort_of(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> Students:
    """Return the cleaned students whom the request is about; the others are left out by name, with why.

    Raises OutcomeError for a cohort that cannot be read or holds nobody, InvalidChoice for a date that
    the table knows nothing of, and what cleaning raises.
    """
    found = students(actor, request.cleaning, settings=settings, progress=progress)
    if not request.cohort and not request.as_of:
        return found
    frame, schema = found.table.collect(), found.table.schema
    why: NDArray[np.object_] = np.full(len(frame), "", dtype=object)
    kind = np.full(len(frame), KIND, dtype=object)
    if request.as_of:
        for rows, reason in _late(frame, found.table, request.as_of):
            why[rows], kind[rows] = reason, AFTER
    if request.cohort:
        for rows, reason in _outside(frame, schema, request.cohort):
            why[rows & (why == "")] = reason
    stay = why == ""
    if not stay.any():
        raise OutcomeError(
            "No student is in the cohort as of this date.", hint="Widen the condition, or take a later date."
        )
    note = f"{int((~stay).sum()):,} rows are outside the cohort or after the as-of date."
    table = found.table.with_frame(wrap(frame[stay].reset_index(drop=True)), note=note)
    if request.as_of:
        table = replace(table, provenance=replace(table.provenance, as_of=request.as_of))
    gone = _exclusions(frame, schema, np.flatnonzero(~stay), kind, why)
    return Students(table, (*found.left_out, *gone), found.columns_left_out)


def _outside(frame: pd.DataFrame, schema: Schema, cohort: str) -> Sequence[tuple[NDArray[np.bool_], str]]:
    """Return who is outside the cohort, and of whom it is not known."""
    read = read_condition(cohort, list(schema.names()), subject=COHORT)
    inside = answers(read.tree, read.writing, frame)
    said = read.describe()
    return (
        (inside == 0, f"It is not in the cohort: {said}."),
        (np.isnan(inside), f"It is not known whether it is in the cohort: {said}."),
    )


def _late(frame: pd.DataFrame, table: Dataset, as_of: str) -> Sequence[tuple[NDArray[np.bool_], str]]:
    """Return which rows are from after a date, and of which it is not known.

    Raises InvalidChoice where the table's other columns hold later facts: a row's own date says nothing of
    those.
    """
    day, known = _day(as_of), table.provenance.as_of
    if known is not None and _day(known) > day:
        raise InvalidChoice(
            f"The table holds facts up to {known}, so it cannot be as of {as_of}.",
            hint="On Data sources set the as-of date of the record, or take a later date here.",
        )
    times = [column.name for column in table.schema if column.role is Role.TIME]
    dated = [name for name in times if pd.api.types.is_datetime64_any_dtype(frame[name])]
    if dated:
        moments = pd.to_datetime(frame[dated[0]]).dt.tz_localize(None)
        after = (moments >= pd.Timestamp(day) + pd.Timedelta(days=1)).fillna(value=False)
        return (
            (np.asarray(after, dtype=bool), f"It is from after the as-of date {as_of}."),
            (np.asarray(moments.isna(), dtype=bool), "It is not known when it is from."),
        )
    if known is None:
        raise InvalidChoice(
            f"Nothing in the table says what was known on {as_of}.",
            hint="Give a column of dates the role 'time', or join events up to a date on Data sources.",
        )
    return ()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidChoice(f"'{text}' is no date.", hint="Write it like 2026-11-22.") from error


def _exclusions(
    frame: pd.DataFrame,
    schema: Schema,
    rows: NDArray[np.intp],
    kind: NDArray[np.object_],
    why: NDArray[np.object_],
) -> list[Exclusion]:
    """Return the rows that stay out, by id where there is one; ``row`` counts in the cleaned table."""
    name = schema.student_id
    ids = [f"row {row + 1}" for row in rows] if name is None else frame[name].iloc[rows].astype(str).tolist()
    return [
        Exclusion(student, int(row) + 1, 0, str(kind[row]), str(why[row]))
        for student, row in zip(ids, rows, strict=True)
    ]
