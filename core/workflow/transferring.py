"""Judging a model on terms, schools and programmes that it did not learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.caseload.access import Actor
from core.eda.timelines import natural
from core.errors import InvalidChoice
from core.modeling.train import cross_validate
from core.modeling.transfer import Transfer, validate_across
from core.schema import Column, Kind, Role
from core.settings import Settings
from core.sources.base import Progress, silent, stage
from core.workflow.requests import TrainingRequest
from core.workflow.training import Prepared, prepare_training

MOST_GROUPS = 60
"""A column with more values parts the students too finely."""
TIMES = (Role.TERM, Role.TIME)


@dataclass(frozen=True)
class Parting:
    """A column that parts the students, and whether its parts follow one another in time."""

    column: str
    title: str
    by_time: bool


def partings(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> tuple[Parting, ...]:
    """Return the columns that a model may be judged across, terms and cohorts first."""
    (progress or silent)(0.0, "Reading and cleaning the table")
    ready = prepare_training(actor, request, settings=settings)
    able = [column for column in ready.cleaned.table.schema if _parts(ready, column)]
    found = [Parting(column.name, column.title, _is_time(column)) for column in able]
    return tuple(sorted(found, key=lambda one: not one.by_time))


def transfer(
    actor: Actor,
    request: TrainingRequest,
    *,
    column: str,
    settings: Settings,
    progress: Progress | None = None,
) -> Transfer:
    """Return how the request's model does on each value of a column without having learned from it.

    Raises InvalidChoice (a column that parts nobody), and as ``train``.
    """
    report = progress or silent
    report(0.0, "Reading and cleaning the table")
    ready = prepare_training(actor, request, settings=settings)
    able = [one for one in ready.cleaned.table.schema if _parts(ready, one)]
    chosen = next((one for one in able if one.name == column), None)
    if chosen is None:
        raise InvalidChoice.of("column", column, tuple(one.name for one in able))
    validated = cross_validate(
        ready.features,
        ready.label,
        candidate=request.model,
        options=request.options,
        groups=ready.groups,
        seed=request.seed,
        repeats=1,
        progress=stage(report, 0.1, 0.4),
    )
    values = ready.cleaned.table.collect()[column]
    groups = np.where(values.isna(), "", values.astype(str)).astype(object)
    return validate_across(
        ready.features,
        validated,
        groups,
        order=sorted(set(groups) - {""}, key=natural),
        by_time=_is_time(chosen),
        progress=stage(report, 0.4, 1.0),
    )


def _parts(ready: Prepared, column: Column) -> bool:
    """Tell whether a column parts the students into a few groups; protected ones belong to fairness."""
    if column.role in {Role.PROTECTED, Role.STUDENT_ID, Role.NAME, Role.CONTACT, Role.OUTCOME}:
        return False
    if column.name in ready.outcome.columns or not (column.kind is Kind.CATEGORY or _is_time(column)):
        return False
    n_values = ready.cleaned.table.collect()[column.name].nunique()
    return 2 <= n_values <= MOST_GROUPS


def _is_time(column: Column) -> bool:
    return column.role in TIMES
