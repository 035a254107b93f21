"""The at-risk list: the cut, a page of it, one student of it, and the whole as a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, Allowed, may, require, sees_own_only
from core.cleaning.export import to_csv_bytes
from core.errors import InvalidChoice, nearest
from core.modeling.thresholds import AtScore, Cut, ForCapacity, ThresholdPolicy
from core.workflow.seeing import require_one
from core.workflow.segmenting import Segments
from core.workflow.training import Training

Rows = NDArray[np.integer[Any]] | list[int]
CSV_COLUMNS = ("student_id", "rank", "listed", "risk", "need", "segment", "reasons")

__all__ = ["AtScore", "Cut", "ForCapacity", "ListPage", "StudentSheet", "ThresholdPolicy"]


@dataclass(frozen=True, eq=False)
class ListPage:
    """Some consecutive students of the list, highest risk first."""

    rows: pd.DataFrame
    """rank, student_id, name (where known, and for those who may see students), need, risk (whole percent),
    reasons, segment (where known)."""
    student_ids: tuple[str, ...]
    words: str
    """Which students these are, such as ``students 1 to 25 of 3,000``."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody on this page."""
        return not self.student_ids

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame of the caller's own."""
        return self.rows.copy()


@dataclass(frozen=True, eq=False)
class StudentSheet:
    """One student of the list: need, reasons, strengths, and every value that the model used."""

    student_id: str
    name: str
    rank: int
    n_students: int
    listed: bool
    need: str
    risk: float
    mean_risk: float
    """The mean risk of all students, to set the student's beside."""
    reasons: tuple[str, ...]
    strengths: tuple[str, ...]
    segment: str
    """The segment in words; empty where there is none."""
    contributions: pd.DataFrame
    """One row a feature: label, value, typical, contribution (log-odds), what raises the risk most first."""


def cut(actor: Actor, training: Training, policy: ThresholdPolicy) -> Cut:
    """Return what a policy comes to: listed, found, missed, false alarms; a lookup."""
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    return training.curve.cut(policy)


def list_page(
    actor: Actor,
    training: Training,
    policy: ThresholdPolicy,
    *,
    start: int,
    size: int,
    segments: Segments | None = None,
) -> ListPage:
    """Return ``size`` students from rank ``start + 1`` on; the last page may be shorter."""
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    rows = training.curve.order[max(0, start) : max(0, start) + size]
    frame = pd.DataFrame(
        {"rank": training.curve.rank[rows], "student_id": training.features.student_ids[rows]}
    )
    if training.names is not None and isinstance(may(actor, Action.SEE_STUDENT), Allowed):
        frame["name"] = training.names[rows]
    frame["need"] = _need(training, policy, rows)
    frame["risk"] = np.rint(training.validated.risk[rows] * 100).astype(int)
    frame["reasons"] = training.explainer.reasons(rows) if len(rows) else ""
    if segments is not None and not segments.is_empty:
        frame["segment"] = segments.names(rows, k=segments.recommended_k)
    words = f"students {start + 1:,} to {start + len(rows):,} of {training.n_students:,}"
    return ListPage(frame, tuple(map(str, frame["student_id"])), words)


def list_frame(
    actor: Actor,
    training: Training,
    policy: ThresholdPolicy,
    *,
    segments: Segments | None,
) -> pd.DataFrame:
    """Return every student ordered by rank, with the columns ``CSV_COLUMNS``."""
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    order = training.curve.order
    numbers: NDArray[np.object_] = np.full(training.n_students, "", dtype=object)
    if segments is not None and not segments.is_empty:
        numbers = segments.labels(segments.recommended_k).astype(str).astype(object)
    listed = np.where(training.curve.listed(policy), "true", "false")
    columns = {
        "student_id": training.features.student_ids[order],
        "rank": training.curve.rank[order],
        "listed": listed[order],
        "risk": training.validated.risk[order],
        "need": _need(training, policy, order),
        "segment": numbers[order],
        "reasons": training.explainer.reasons()[order],
    }
    return pd.DataFrame(columns, columns=list(CSV_COLUMNS))


def list_csv(
    actor: Actor,
    training: Training,
    policy: ThresholdPolicy,
    *,
    segments: Segments | None,
) -> bytes:
    """Return the list as CSV, safe to open in a spreadsheet; the same request gives the same bytes."""
    frame = list_frame(actor, training, policy, segments=segments)
    frame["risk"] = [f"{risk:.6f}" for risk in frame["risk"]]
    return to_csv_bytes(frame)


def student_sheet(
    actor: Actor,
    training: Training,
    policy: ThresholdPolicy,
    student_id: str,
    *,
    segments: Segments | None = None,
    assigned: Collection[str] = (),
) -> StudentSheet:
    """Return one student's sheet; raises Forbidden, InvalidChoice with the nearest id.

    ``assigned`` are a mentor's students: a mentor sees the sheet of no other one.
    """
    row = row_of(actor, training, student_id, assigned=assigned)
    (told,) = training.explainer.explain([row])
    found = segments is not None and not segments.is_empty
    return StudentSheet(
        student_id=student_id,
        name="" if training.names is None else str(training.names[row]),
        rank=int(training.curve.rank[row]),
        n_students=training.n_students,
        listed=bool(training.curve.rank[row] <= training.curve.n_listed(policy)),
        need=str(_need(training, policy, [row])[0]),
        risk=told.risk,
        mean_risk=training.curve.mean_risk,
        reasons=told.reasons,
        strengths=told.strengths,
        segment=str(segments.names([row], k=segments.recommended_k)[0]) if segments and found else "",
        contributions=told.frame(),
    )


def row_of(actor: Actor, training: Training, student_id: str, *, assigned: Collection[str] = ()) -> int:
    """Return the row of a student whom the actor may see; a mentor sees those ``assigned`` only.

    Raises Forbidden, and InvalidChoice with the nearest id for those who may see all.
    """
    require_one(actor, student_id, synthetic=training.provenance.synthetic, assigned=assigned)
    places = np.flatnonzero(training.features.student_ids == student_id)
    if len(places):
        return int(places[0])
    if sees_own_only(actor):
        raise InvalidChoice(
            f"'{student_id}' is assigned to you, and is not among the students of this table.",
            hint="The student may have left the data since.",
        )
    guess = nearest(student_id, [str(one) for one in training.features.student_ids[:20_000]])
    raise InvalidChoice(
        f"There is no student '{student_id}' in this list.",
        hint=f"Did you mean '{guess}'?" if guess else "Take an id from the list on the Explorer page.",
    )


def _need(training: Training, policy: ThresholdPolicy, rows: Rows) -> NDArray[np.object_]:
    """Return the need of some students; what is asked of a page costs what a page costs."""
    return training.curve.need(policy, known_share=training.known_share, outside=training.outside, rows=rows)
