"""The list of students for whoever asks: prepared once, then shown and exported as far as each may see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, Allowed, may, require, require_scope, sees_own_only
from core.caseload.listed import ListState
from core.caseload.roster import Roster, Scope
from core.caseload.roster_changes import Moves, Since, since
from core.caseload.roster_choices import ColumnChoice, choice_of, choosable
from core.caseload.roster_link import link_of, query_of
from core.caseload.roster_making import make_roster
from core.caseload.roster_page import RosterPage, cells_of, page_of
from core.caseload.roster_query import TITLES, Between, OneOf, Query, SortBy
from core.caseload.roster_values import Rows
from core.cleaning.export import to_csv_bytes
from core.errors import InvalidChoice
from core.modeling.thresholds import ThresholdPolicy
from core.workflow.roster_columns import Intervals, Marks, SegmentLabels, Steady, TrainedColumns
from core.workflow.training import Training

PERSONAL = ("name", "next_step")
"""Columns for those who may see students; others see ids only, and search by them."""
TOLD_ONE_BY_ONE = ("strengths", "interval", "trend", "change")
MOST_TOLD, MOST_SCORED = 20_000, 300
"""Students of a file with such a column; and with reasons that take hundreds of scores a student."""

__all__ = [
    "TITLES",
    "Between",
    "ColumnChoice",
    "Export",
    "Marks",
    "Moves",
    "OneOf",
    "PreparedRoster",
    "Query",
    "RosterPage",
    "SegmentLabels",
    "SortBy",
    "link_of",
    "query_of",
]


@dataclass(frozen=True, eq=False)
class PreparedRoster:
    """The list of a training, shared by all viewers; what a viewer sees of it, each use case decides."""

    roster: Roster = field(repr=False)
    trained: TrainedColumns = field(repr=False)
    since: Since | None = field(default=None, repr=False)

    @property
    def training(self) -> Training:
        """The training that the risks come from."""
        return self.trained.training

    @property
    def nbytes(self) -> int:
        """The bytes of memory that the list takes beside the training, for all viewers together."""
        return self.roster.nbytes


@dataclass(frozen=True)
class Export:
    """What is written down of a file before it is handed out; it names no student."""

    who: str
    n_students: int
    columns: tuple[str, ...]
    policy: str
    """In words."""
    request: str
    """The digest of the training request."""
    view: str
    """The filters and the order, as the text of a link; where none can be made, their columns and digest."""
    was_searched: bool
    sha256: str
    """Of the file."""


def prepare_roster(
    actor: Actor,
    training: Training,
    *,
    segments: SegmentLabels | None = None,
    marks: Marks | None = None,
    intervals: Intervals | None = None,
    outside: NDArray[np.integer] | None = None,
    saved: ListState | None = None,
) -> PreparedRoster:
    """Return the list of a training: once for all viewers, a few seconds for 1,000,000 students.

    Raises Forbidden for those who may see neither the list nor a student.
    """
    _require_some(actor, training)
    trained = TrainedColumns(training, outside)
    roster = make_roster(
        student_ids=training.features.student_ids,
        order=training.curve.order,
        risk=training.validated.risk,
        names=training.names,
        columns=trained.fixed(intervals),
    )
    prepared = PreparedRoster(roster, trained)
    if saved is not None:
        prepared = replace(prepared, since=since(roster, saved, risk=training.validated.risk))
    prepared = prepared if marks is None else with_marks(actor, prepared, marks)
    return prepared if segments is None else with_segments(actor, prepared, segments)


def with_marks(actor: Actor, prepared: PreparedRoster, marks: Marks) -> PreparedRoster:
    """Return the list with mentors, contacts and next steps as they are now; all else is shared."""
    _require_some(actor, prepared.training)
    columns = marks.columns(prepared.roster.student_ids)
    return replace(prepared, roster=prepared.roster.with_columns(*columns))


def with_segments(actor: Actor, prepared: PreparedRoster, segments: SegmentLabels) -> PreparedRoster:
    """Return the list with the segments of another K; all else is shared."""
    _require_some(actor, prepared.training)
    return replace(prepared, roster=prepared.roster.with_columns(segments.column()))


def roster_page(
    actor: Actor,
    prepared: PreparedRoster,
    query: Query,
    policy: ThresholdPolicy,
    *,
    assigned: Collection[str] = (),
    steady: Steady | None = None,
    among: Rows | None = None,
) -> RosterPage:
    """Return a page of the students whom the actor may see.

    Counselors and analysts see all; a mentor, unless a counselor too, sees the students ``assigned`` to them,
    and nothing is found or counted beyond these. ``among`` are rows of the table to which the list is
    narrowed, as those chosen on a map. Raises Forbidden, ColumnNotFound, WrongKind, InvalidChoice.
    """
    roster, scope = _seen(actor, prepared, assigned, among)
    return page_of(_at(roster, prepared, policy, steady), query, scope)


def roster_moves(
    actor: Actor,
    prepared: PreparedRoster,
    policy: ThresholdPolicy,
    *,
    assigned: Collection[str] = (),
    steady: Steady | None = None,
) -> Moves | None:
    """Return how many of the actor's students joined and left; None where no list was saved."""
    _, scope = _seen(actor, prepared, assigned)
    if prepared.since is None:
        return None
    listed = prepared.trained.listed(policy, steady, None if scope is None else scope.rows)
    return prepared.since.moves(listed, scope, None if scope is None else assigned)


def roster_choices(
    actor: Actor,
    prepared: PreparedRoster,
    policy: ThresholdPolicy,
    *,
    assigned: Collection[str] = (),
    steady: Steady | None = None,
) -> dict[str, str]:
    """Return the columns that the list can be filtered by, each with its title; nothing is counted."""
    roster, _ = _seen(actor, prepared, assigned)
    return choosable(_at(roster, prepared, policy, steady))


def roster_choice(
    actor: Actor,
    prepared: PreparedRoster,
    policy: ThresholdPolicy,
    column: str,
    *,
    assigned: Collection[str] = (),
    steady: Steady | None = None,
) -> ColumnChoice:
    """Return what a column can be filtered by among the actor's students: values with counts, or a range.

    Raises Forbidden, ColumnNotFound, WrongKind.
    """
    roster, scope = _seen(actor, prepared, assigned)
    return choice_of(_at(roster, prepared, policy, steady), column, scope)


def export_roster(
    actor: Actor,
    prepared: PreparedRoster,
    query: Query,
    policy: ThresholdPolicy,
    *,
    log: Callable[[Export], None] | None = None,
    assigned: Collection[str] = (),
    steady: Steady | None = None,
    among: Rows | None = None,
) -> bytes:
    """Return the students of a query, all its pages, as CSV that is safe to open in a spreadsheet.

    The same request gives the same bytes; a mentor's holds the students ``assigned`` only. ``log`` writes the
    export down before anything is handed out; what it raises keeps the file back. Raises
    Forbidden, InvalidChoice for too many told one by one.
    """
    training = prepared.training
    require(actor, Action.EXPORT, synthetic=training.provenance.synthetic)
    seen, scope = _seen(actor, prepared, assigned, among)
    roster = _at(seen, prepared, policy, steady)
    rows = roster.rows(query, scope)
    keys = [key for key in dict.fromkeys(("student_id", *query.columns)) if key in roster.columns]
    _require_tellable(training, keys, len(rows))
    content = to_csv_bytes(_plain(cells_of(roster, rows, keys)))
    if log is not None:
        log(_export(actor, training, query, policy, keys, len(rows), content))
    return content


def mentors_of(
    actor: Actor, prepared: PreparedRoster, student_ids: Collection[str], *, assigned: Collection[str] = ()
) -> dict[str, str]:
    """Return the mentors of these students, of those whom the actor may see; empty text for none."""
    roster, scope = _seen(actor, prepared, assigned)
    if "mentor" not in roster.columns:
        return {}
    rows = roster.rows_of(student_ids)
    rows = rows if scope is None else rows[np.isin(rows, scope.rows)]
    cells = cells_of(roster, rows, ["student_id", "mentor"])
    return dict(zip(cells["student_id"], cells["mentor"], strict=True))


def why_no_file(actor: Actor, prepared: PreparedRoster, query: Query, n: int) -> str:
    """Return why the columns of a query cannot be written for ``n`` students; empty if they can."""
    _require_some(actor, prepared.training)
    try:
        _require_tellable(prepared.training, query.columns, n)
    except InvalidChoice as error:
        return f"{error} {error.hint}"
    return ""


def _at(roster: Roster, prepared: PreparedRoster, policy: ThresholdPolicy, steady: Steady | None) -> Roster:
    """Return the list with what a cut makes of the students."""
    columns = prepared.trained.at(policy, steady)
    if prepared.since is None:
        return roster.with_columns(*columns)
    listed = partial(prepared.trained.listed, policy, steady)
    return roster.with_columns(*columns, *prepared.since.columns(listed, (policy, steady)))


def _seen(
    actor: Actor, prepared: PreparedRoster, assigned: Collection[str], among: Rows | None = None
) -> tuple[Roster, Scope | None]:
    """Return the list without what the actor may not know, and the only students they may see, if not all."""
    _require_some(actor, prepared.training)
    roster = prepared.roster
    if not isinstance(may(actor, Action.SEE_STUDENT), Allowed):
        roster = roster.without(*PERSONAL)
    if not sees_own_only(actor):
        return roster, None if among is None else Scope(np.unique(among).astype(roster.order.dtype))
    own = roster.rows_of(assigned)
    return roster, Scope(own if among is None else np.intersect1d(own, among).astype(own.dtype))


def _require_some(actor: Actor, training: Training) -> None:
    """Do nothing for who may see the list, or students of their own; raises Forbidden."""
    synthetic = training.provenance.synthetic
    if isinstance(may(actor, Action.SEE_STUDENT), Allowed):
        require_scope(actor, synthetic=synthetic)
    else:
        require(actor, Action.LIST, synthetic=synthetic)


def _require_tellable(training: Training, keys: Sequence[str], n: int) -> None:
    slow = next((key for key in keys if key in TOLD_ONE_BY_ONE), None)
    if slow is not None and n > MOST_TOLD:
        raise _too_many(slow, n, MOST_TOLD)
    if "reasons" in keys and not training.explainer.is_sum and n > MOST_SCORED:
        raise _too_many("reasons", n, MOST_SCORED)


def _too_many(key: str, n: int, most: int) -> InvalidChoice:
    return InvalidChoice(
        f"The column '{TITLES[key]}' cannot be written for {n:,} students.",
        hint=f"At most {most:,}: leave the column out, or choose fewer students.",
    )


def _view(query: Query) -> str:
    """Return the filters and the order of a query as a link, or where none can be made, their digest."""
    try:
        return link_of(query)
    except InvalidChoice:
        columns = ", ".join(dict.fromkeys(one.column for one in query.where))
        return f"filters on {columns}; sha256 {hashlib.sha256(repr(query).encode()).hexdigest()}"


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cells as a file holds them: a trend as numbers with spaces."""
    if "trend" not in frame:
        return frame
    told = [" ".join("" if one is None else f"{one:.15g}" for one in values) for values in frame["trend"]]
    return frame.assign(trend=pd.Series(told, dtype="str"))


def _export(
    actor: Actor,
    training: Training,
    query: Query,
    policy: ThresholdPolicy,
    keys: list[str],
    n: int,
    content: bytes,
) -> Export:
    return Export(
        who=actor.who,
        n_students=n,
        columns=tuple(keys),
        policy=policy.describe(),
        request=training.request.digest,
        view=_view(replace(query, start=0, search="")),
        was_searched=bool(query.search.strip()),
        sha256=hashlib.sha256(content).hexdigest(),
    )
