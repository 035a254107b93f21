"""The students behind the outliers of a column, for those who may see students; nobody else is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.caseload.access import ALLOWED, Action, Actor, Allowed, may, may_see, require
from core.eda.filters import Filter
from core.eda.outliers import far_out
from core.schema import Column
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.explored import explored
from core.workflow.requests import TrainingRequest
from core.workflow.seeing import assigned_to

__all__ = ["OutlyingStudents", "outlying_students", "why_unnamed"]
MOST = 50
"""So many students are listed at most: the farthest out."""


@dataclass(frozen=True, eq=False)
class OutlyingStudents:
    """Who is behind the outliers of one column, the farthest out first."""

    column: Column
    frame: pd.DataFrame
    """Columns: student_id, value, beyond (how far outside, in the column's unit), by_robust; ties by id."""
    n: int
    """All outliers of the column whose students the viewer may see; ``frame`` has at most 50 of them."""
    why_empty: str = ""
    n_unnamed: int = 0
    """Rows far out that have no student id; they are neither in ``n`` nor in ``frame``."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody to show."""
        return self.frame.empty


def why_unnamed(actor: Actor, request: TrainingRequest) -> str:
    """Return in one sentence who may see the students behind outliers; empty text if the actor may."""
    is_hidden = actor.scope == "synthetic" and not request.table.is_demo
    if isinstance(may(actor, Action.SEE_STUDENT), Allowed) and not is_hidden:
        return ""
    roles = " or ".join(f"a {role}" for role in sorted(ALLOWED[Action.SEE_STUDENT]))
    return f"Which students these are may be seen by {roles} only."


def outlying_students(
    actor: Actor,
    request: TrainingRequest,
    *,
    column: str,
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> OutlyingStudents:
    """Return the students of the cleaned table whose value lies far out by either rule of Explore.

    Raises Forbidden where the actor may not see students, ColumnNotFound, WrongKind; as ``explored``.
    """
    require(actor, Action.SEE_STUDENT, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading the table")
    table = explored(actor, request, filters=filters, settings=settings)
    wanted = table.schema.column(column)
    name = table.schema.student_id
    if name is None:
        return OutlyingStudents(wanted, _listed([], pd.DataFrame()), 0, "The table has no student id.")
    found = far_out(table.frame, column=wanted)
    ids = table.frame[name].iloc[found["row"]]
    named = ids.notna().to_numpy()
    n_unnamed = int((~named).sum())
    frame = _listed(ids[named].astype("str").tolist(), found[named])
    synthetic = request.table.is_demo
    own = assigned_to(actor, synthetic=synthetic, settings=settings)
    seen = [may_see(actor, one, synthetic=synthetic, assigned=own) for one in frame["student_id"]]
    frame = frame[np.array([isinstance(one, Allowed) for one in seen], dtype=np.bool_)]
    why = "" if len(frame) else _why_empty(n_unnamed)
    return OutlyingStudents(wanted, frame.head(MOST).reset_index(drop=True), len(frame), why, n_unnamed)


def _why_empty(n_unnamed: int) -> str:
    return "Nobody far out has a student id." if n_unnamed else "No value of this column lies far out."


def _listed(students: list[str], found: pd.DataFrame) -> pd.DataFrame:
    """Return the students with their values, the farthest out first, ties by id."""
    columns = ["student_id", "value", "beyond", "by_robust"]
    frame = found.assign(student_id=pd.Series(students, dtype="str", index=found.index))
    frame = frame.reindex(columns=columns)
    return frame.sort_values(["beyond", "student_id", "value"], ascending=[False, True, True])
