"""What became of the students of a segment who were given a support, beside those who were not.

Who is given a support is chosen, mostly for need. So the two rates are figures to talk about, never proof.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.eda.withholding import withheld
from core.errors import ColumnNotFound, ModelError
from core.modeling.intervals import wilson
from core.workflow.segmenting import Segments
from core.workflow.training import Training

NO_RECORDS = "No record of supports given yet: which of them helped cannot be said."
NOBODY = "No student of this segment has a record of a support."
CAUTION = (
    "Supports go to those who need them most: a higher rate among those with one does not mean that it "
    "harmed, a lower one does not prove that it helped."
)
COLUMNS = [
    *("support", "n_given", "rate_given", "low_given", "high_given"),
    *("n_others", "rate_others", "low_others", "high_others", "is_withheld"),
]


@dataclass(frozen=True, eq=False)
class Helped:
    """The outcome in one segment with and without each support."""

    rows: pd.DataFrame = field(repr=False)
    """``COLUMNS``: students with a known outcome, and its rate with Wilson's 95 % interval."""
    why_empty: str = ""
    caution: str = CAUTION

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be said."""
        return bool(self.why_empty)

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame of the caller's own; the support that most were given comes first."""
        return self.rows.copy()


def which_helped(
    actor: Actor,
    training: Training,
    segments: Segments,
    *,
    k: int,
    key: str,
    records: pd.DataFrame | None = None,
) -> Helped:
    """Return the outcome of a segment's students with and without each support.

    ``records`` is the caseload's: one row a support given, with ``student_id`` and ``support``; supports
    given after the outcome was seen must not be in it. Figures of fewer than 10 students are withheld,
    and with them what tells on them. Raises ColumnNotFound, ModelError, and as ``Segments.rows_of``.
    """
    require(actor, Action.SEGMENT, synthetic=segments.synthetic)
    if not np.array_equal(training.features.student_ids, segments.student_ids):
        raise ModelError(
            "The list and the segments are of different students.", hint="Find the segments again."
        )
    rows = segments.rows_of(k, key)
    if records is None or records.empty:
        return Helped(pd.DataFrame(columns=COLUMNS), NO_RECORDS)
    for name in ("student_id", "support"):
        if name not in records:
            raise ColumnNotFound.of(name, [str(one) for one in records], where="the record of supports")
    label = training.validated.label[rows]
    known = rows[~np.isnan(label)]
    return _compared(segments.student_ids[known], label[~np.isnan(label)], records)


def _compared(ids: NDArray[np.object_], outcome: NDArray[np.float64], records: pd.DataFrame) -> Helped:
    given = records[records["student_id"].astype(str).isin(set(ids.tolist()))]
    if given.empty:
        return Helped(pd.DataFrame(columns=COLUMNS), NOBODY)
    found = []
    for support, own in given.groupby("support", sort=True):
        has = np.isin(ids.astype(str), own["student_id"].astype(str).to_numpy(dtype=str))
        found.append((str(support), *_figures(outcome, has)))
    frame = pd.DataFrame(found, columns=COLUMNS)
    by_number = frame.assign(last=frame["n_given"].isna()).sort_values(
        ["last", "n_given", "support"], ascending=[True, False, True], ignore_index=True
    )
    return Helped(by_number[COLUMNS])


def _figures(outcome: NDArray[np.float64], has: NDArray[np.bool_]) -> tuple[float | bool, ...]:
    """Return the figures of those with and without a support; NaN where they are withheld."""
    sizes = np.array([int(has.sum()), int((~has).sum())])
    hidden = withheld(sizes).any()
    figures: list[float | bool] = []
    for n, rows in zip(sizes.tolist(), (has, ~has), strict=True):
        hits = int((outcome[rows] > 0).sum())
        rate = hits / n if n else np.nan
        figures += [np.nan] * 4 if hidden else [float(n), rate, *wilson(hits, n)]
    return (*figures, bool(hidden))
