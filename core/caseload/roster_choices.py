"""What the list can be filtered by, counted among the students whom a viewer may see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.caseload.roster import Roster, Scope
from core.errors import WrongKind


@dataclass(frozen=True)
class ColumnChoice:
    """The values of one column: some of them to choose, or a range."""

    column: str
    title: str
    values: tuple[tuple[str, int], ...]
    """Each value that somebody has, with how many have it; nothing for numbers."""
    low: float | None
    """The lowest and the highest number; None for other columns, or where nothing is known."""
    high: float | None
    n_missing: int
    """Students without a value."""

    @property
    def is_range(self) -> bool:
        """Whether a range of numbers is chosen."""
        return self.low is not None


def choosable(roster: Roster) -> dict[str, str]:
    """Return the title of each column that students can be chosen by; ids and names are searched."""
    return {
        key: column.title
        for key, column in roster.columns.items()
        if column.coded is not None and key not in ("student_id", "name")
    }


def choice_of(roster: Roster, key: str, scope: Scope | None = None) -> ColumnChoice:
    """Return what a column can be filtered by; raises ColumnNotFound, WrongKind."""
    column = roster.column(key)
    coded = roster.coded(column)
    if isinstance(coded.values, range):
        raise WrongKind(f"The list cannot be filtered by '{key}'.", hint="Search for it instead.")
    places = coded.places if scope is None else coded.places[scope.rows]
    counts = np.bincount(places, minlength=coded.missing + 1)
    there = np.flatnonzero(counts[:-1]).tolist()
    missing = int(counts[-1])
    if isinstance(coded.values, tuple):
        values = tuple((coded.values[place], int(counts[place])) for place in there)
        return ColumnChoice(key, column.title, values, None, None, missing)
    low, high = (float(coded.values[there[end]]) if there else None for end in (0, -1))
    return ColumnChoice(key, column.title, (), low, high, missing)
