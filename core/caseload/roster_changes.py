"""Who joined the list and who left it since it was saved: columns, and counts of what a viewer may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.caseload.listed import ListState
from core.caseload.roster import Roster, Scope
from core.caseload.roster_query import TITLES
from core.caseload.roster_values import (
    Flags,
    Floats,
    RosterColumn,
    Rows,
    coded_levels,
    told_column,
)

STATUSES = ("new", "left")
"""On the list now and not then; on it then and not now."""
NEW, LEFT, SAME = 0, 1, -1
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Moves:
    """How many students joined and left, for one viewer."""

    n_new: int
    n_left: int
    """Those who were on the list and are not, still in the data."""
    n_gone: int
    """Those who were on the list and are no longer in the data."""

    @property
    def words(self) -> str:
        """What happened since, in one sentence."""
        if not (self.n_new or self.n_left or self.n_gone):
            return "Nobody joined or left since the list was saved."
        gone = f", {self.n_gone:,} more are no longer in the data" if self.n_gone else ""
        return f"{self.n_new:,} joined and {self.n_left:,} left since the list was saved{gone}."


@dataclass(frozen=True, eq=False)
class Since:
    """A saved list laid beside the students of now, in their rows; made by ``since``."""

    was_listed: Flags = field(repr=False)
    percent_then: Floats = field(repr=False)
    """The risk then; NaN of students who were not in the data."""
    percent_now: Floats = field(repr=False)
    gone: frozenset[str] = field(repr=False)
    """The ids of those who were on the list and are no longer in the data."""

    def columns(
        self, listed: Callable[[Rows | None], Flags], stamp: Hashable
    ) -> tuple[RosterColumn, RosterColumn]:
        """Return the status of each student and what changed; ``stamp`` tells this list of now apart.

        ``listed`` returns whether students are on the list now, of some rows or of all (None).
        """
        status = RosterColumn(
            "status",
            TITLES["status"],
            partial(self._status_at, listed),
            lambda: coded_levels(self.codes(listed(None)), STATUSES),
            ("status", self, stamp),
        )
        return status, told_column("change", TITLES["change"], partial(self._changes_at, listed))

    def codes(self, listed: Flags, rows: Rows | None = None) -> Codes:
        """Return NEW, LEFT or SAME of each row, or of each of ``rows``; ``listed`` is of the same ones."""
        before = self.was_listed if rows is None else self.was_listed[rows]
        codes = np.full(len(listed), SAME, dtype=np.int8)
        codes[listed & ~before] = NEW
        codes[before & ~listed] = LEFT
        return codes

    def moves(self, listed: Flags, scope: Scope | None = None, own: Collection[str] | None = None) -> Moves:
        """Return how many joined and left; with a scope only of its students, whose ids are ``own``.

        ``listed`` is of the same rows: all, or those of the scope.
        """
        codes = self.codes(listed, None if scope is None else scope.rows)
        gone = self.gone if own is None else self.gone.intersection(own)
        return Moves(int(np.count_nonzero(codes == NEW)), int(np.count_nonzero(codes == LEFT)), len(gone))

    def _status_at(self, listed: Callable[[Rows | None], Flags], rows: Rows) -> list[str]:
        return [(*STATUSES, "")[code] for code in self.codes(listed(rows), rows).tolist()]

    def _changes_at(self, listed: Callable[[Rows | None], Flags], rows: Rows) -> list[str]:
        codes = self.codes(listed(rows), rows).tolist()
        risks = zip(self.percent_then[rows].tolist(), self.percent_now[rows].tolist(), strict=True)
        return [_change(code, *pair) for code, pair in zip(codes, risks, strict=True)]


def since(roster: Roster, saved: ListState, *, risk: Floats) -> Since:
    """Return a saved list beside the students of now; ``risk`` is theirs, in their rows."""
    ids = pa.array(saved.student_ids, pa.large_string())
    found = pc.index_in(ids, value_set=pa.array(roster.student_ids, pa.large_string()))
    there: NDArray[Any] = pc.is_valid(found).to_numpy(zero_copy_only=False)
    rows = found.drop_null().to_numpy().astype(np.intp)
    was_listed = np.zeros(roster.n_students, dtype=np.bool_)
    was_listed[rows] = saved.listed[there]
    percent_then = np.full(roster.n_students, np.nan)
    percent_then[rows] = _percent(saved.risk[there])
    gone = frozenset(saved.student_ids[saved.listed & ~there].tolist())
    return Since(was_listed, percent_then, _percent(risk), gone)


def _percent(risk: NDArray[Any]) -> Floats:
    """Return whole percent, the same from a risk that was kept in single precision and one that was not."""
    return np.rint(np.round(risk.astype(np.float32).astype(np.float64), 6) * 100)


def _change(code: int, then: float, now: float) -> str:
    """Say what changed of a student, in whole percent; nothing where nothing did.

    >>> _change(NEW, 41.0, 63.0), _change(LEFT, 41.0, 41.0), _change(SAME, 41.0, 41.0)
    ('risk 41 % then, 63 % now', 'risk 41 % as before: the cut or others changed', '')
    """
    if then != then:
        return "was not in the data"
    if then != now:
        return f"risk {then:.0f} % then, {now:.0f} % now"
    return "" if code == SAME else f"risk {now:.0f} % as before: the cut or others changed"
