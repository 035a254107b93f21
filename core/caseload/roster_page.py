"""Some consecutive students of the list, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from core.caseload.roster import Roster, Scope
from core.caseload.roster_query import Query
from core.caseload.roster_values import Rows

DTYPES = {"rank": "int64", "risk": "int64", "days": "float64", "trend": "object"}
"""How a frame holds the columns that are no texts."""


@dataclass(frozen=True, eq=False)
class RosterPage:
    """A page of the list."""

    rows: pd.DataFrame = field(repr=False)
    """One row a student, with the columns that were asked for and are known, in that order. Rank is a whole
    number, risk a whole percent, days NaN where nobody ever talked, trend a list of numbers."""
    student_ids: tuple[str, ...] = field(repr=False)
    start: int
    """The number of students before the first one here; another where the list ends sooner."""
    n_found: int
    """How many students meet the query."""
    n_students: int
    """How many students there are for this viewer."""
    titles: dict[str, str] = field(repr=False)
    """Of each column."""
    not_known: tuple[str, ...]
    """Columns that were asked for and that nothing is known of yet."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody on this page."""
        return not self.student_ids

    @property
    def why_empty(self) -> str:
        """Why there is nobody; empty if there is."""
        if not self.is_empty:
            return ""
        return (
            "No student matches: widen the filters or the search."
            if self.n_students
            else "There are no students."
        )

    @property
    def words(self) -> str:
        """Which students these are, such as ``students 1 to 25 of 3,000``."""
        if self.is_empty:
            return "no students"
        last = self.start + len(self.student_ids)
        left_out = "" if self.n_found == self.n_students else f" found, {self.n_students:,} in all"
        return f"students {self.start + 1:,} to {last:,} of {self.n_found:,}{left_out}"

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame of the caller's own."""
        return self.rows.copy()


def page_of(roster: Roster, query: Query, scope: Scope | None = None) -> RosterPage:
    """Return a page of the list; a page after the end is the last one.

    Raises ColumnNotFound, WrongKind, InvalidChoice.
    """
    rows = roster.rows(query, scope)
    start = _start(query, len(rows))
    shown = rows[start : start + query.size]
    keys = [key for key in query.columns if key in roster.columns]
    return RosterPage(
        rows=cells_of(roster, shown, keys),
        student_ids=tuple(map(str, roster.student_ids[shown])),
        start=start,
        n_found=len(rows),
        n_students=roster.n_students if scope is None else len(scope.rows),
        titles={key: roster.columns[key].title for key in keys},
        not_known=tuple(key for key in query.columns if key not in keys),
    )


def cells_of(roster: Roster, rows: Rows, keys: Sequence[str]) -> pd.DataFrame:
    """Return columns of some students, in this order."""
    columns = {
        key: pd.Series(list(roster.columns[key].cells(rows)), dtype=DTYPES.get(key, "str")) for key in keys
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _start(query: Query, n: int) -> int:
    """Return the start of the page, or of the last one that has students."""
    return query.start if query.start < n else max(0, (n - 1) // query.size * query.size)
