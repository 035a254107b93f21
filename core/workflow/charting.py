"""What the Explore page draws when it is asked for: curves, points, lines over time, barriers together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.eda.barrier_pairs import BarrierPairs, pair_barriers
from core.eda.barrier_rules import BarrierRule
from core.eda.barriers import Barriers, count_barriers
from core.eda.density import Density, density
from core.eda.filters import Filter
from core.eda.points import PairPlot, pair_plot
from core.eda.timelines import Every, Timeline, timeline
from core.eda.withholding import MIN_GROUP
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.explored import ExploredTable, explored
from core.workflow.requests import TrainingRequest

__all__ = [
    "BarrierRule", "Filter", "Hardships", "count_hardships", "draw_curve", "draw_points", "draw_timeline",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Hardships:
    """How many students carry several barriers, and which come together."""

    counts: Barriers
    pairs: BarrierPairs
    has_outcome: bool
    """Whether the outcome's rate stands beside the counts."""
    n_left_out: int
    """Students of whom a value is not known, at least 10 or none; not known does not mean no barrier."""


def draw_curve(
    actor: Actor,
    request: TrainingRequest,
    *,
    column: str,
    group: str = "",
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> Density:
    """Return the curve of a number column, for all students or for each group.

    Raises ColumnNotFound, WrongKind; as ``explored``.
    """
    table = _table(actor, request, filters, settings, progress)
    by = table.schema.column(group) if group else None
    return density(table.frame, column=table.schema.column(column), group=by)


def draw_points(
    actor: Actor,
    request: TrainingRequest,
    *,
    columns: tuple[str, ...],
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> PairPlot:
    """Return two to five columns against each other; raises as ``pair_plot`` and ``explored``."""
    table = _table(actor, request, filters, settings, progress)
    return pair_plot(table.frame, columns=columns, schema=table.schema, seed=request.seed)


def draw_timeline(
    actor: Actor,
    request: TrainingRequest,
    *,
    value: str,
    time: str,
    every: Every,
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> Timeline:
    """Return a value by week, month, year or term; raises as ``timeline`` and ``explored``."""
    table = _table(actor, request, filters, settings, progress)
    return timeline(table.frame, value=value, time=time, every=every, schema=table.schema)


def count_hardships(
    actor: Actor,
    request: TrainingRequest,
    *,
    rules: tuple[BarrierRule, ...],
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> Hardships:
    """Return how many students meet 0, 1, 2, 3 or more of the rules, and which rules go together.

    Students of whom a value is not known are left out. Where those are fewer than 10 they stay, as not having
    that barrier: what is shown of the others, taken from the whole, would tell about them.

    Raises ColumnNotFound, WrongKind, InvalidChoice; as ``explored``.
    """
    table = _table(actor, request, filters, settings, progress)
    frame = _complete(table, [rule.column for rule in rules])
    outcome = frame[request.outcome].to_numpy(dtype="float64") if table.decided_by else None
    return Hardships(
        count_barriers(frame, rules=rules, schema=table.schema, outcome=outcome),
        pair_barriers(frame, rules=rules, schema=table.schema),
        has_outcome=outcome is not None,
        n_left_out=len(table.frame) - len(frame),
    )


def _complete(table: ExploredTable, names: Sequence[str]) -> pd.DataFrame:
    """Return the students with every value known; all, where those without are fewer than 10."""
    known = table.frame[[table.schema.column(name).name for name in names]].notna().all(axis=1)
    return table.frame[known] if (~known).sum() >= MIN_GROUP else table.frame


def _table(
    actor: Actor,
    request: TrainingRequest,
    filters: Sequence[Filter],
    settings: Settings,
    progress: Progress | None,
) -> ExploredTable:
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading the table")
    table = explored(actor, request, filters=filters, settings=settings)
    report(0.5, "Counting")
    return table
