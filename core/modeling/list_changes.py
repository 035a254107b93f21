"""Who enters a list and who leaves it, and how far two lists of the same students differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.modeling.fairness_counts import Grouping
from core.modeling.fairness_rates import FEWEST
from core.modeling.table import Flags, Floats, Integers

FEWEST_RANKED = 3
"""Of fewer students an agreement of orders says nothing."""


@dataclass(frozen=True, eq=False)
class ListChanges:
    """A list beside another of the same students; rows stand in the order of the list after."""

    entering: Integers = field(repr=False)
    leaving: Integers = field(repr=False)
    n_before: int
    n_after: int

    @property
    def is_empty(self) -> bool:
        """Whether the two lists are the same."""
        return not len(self.entering) and not len(self.leaving)

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty if there is."""
        return "Nobody enters and nobody leaves." if self.is_empty else ""

    @property
    def words(self) -> str:
        """How many enter and leave.

        >>> ListChanges(np.arange(18), np.arange(1), 10, 27).words
        '18 enter, 1 leaves: from 10 to 27 students.'
        """
        if self.is_empty:
            return self.why_empty
        enter, leave = len(self.entering), len(self.leaving)
        comes, goes = "enters" if enter == 1 else "enter", "leaves" if leave == 1 else "leave"
        length = f"from {self.n_before:,} to {self.n_after:,} students"
        if self.n_before == self.n_after:
            length = f"{self.n_after:,} students as before"
        return f"{enter:,} {comes}, {leave:,} {goes}: {length}."

    def by_group(self, groupings: Sequence[Grouping], *, fewest: int = FEWEST) -> pd.DataFrame:
        """Return one row a group that may be shown: grouping, group, n, enter, leave.

        Where fewer than ``fewest`` students enter (or leave) in all, their groups are not told: NaN, for the
        names stand beside. 0 is for groups that are no secret, such as segments.
        """
        parts = [self._of_grouping(one, fewest) for one in groupings]
        columns = ["grouping", "group", "n", "enter", "leave"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)

    def _of_grouping(self, one: Grouping, fewest: int) -> pd.DataFrame:
        codes, n_levels = np.asarray(one.codes), len(one.levels)
        sizes = np.bincount(codes, minlength=n_levels)
        places = np.flatnonzero(one.shown & (sizes >= FEWEST))
        columns = {"grouping": one.title, "group": np.array(one.levels, dtype=object)[places]}
        columns["n"] = sizes[places]
        for name, rows in (("enter", self.entering), ("leave", self.leaving)):
            counts = np.bincount(codes[rows], minlength=n_levels).astype(np.float64)
            few = 0 < len(rows) < fewest
            columns[name] = np.full(len(places), np.nan) if few else counts[places]
        return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class ListComparison:
    """Two lists side by side, over the students that both put in order."""

    changes: ListChanges
    """From the first list to the second."""
    n_both: int
    """Students on both lists."""
    n_students: int
    rank_correlation: float | None
    """Spearman's, over all these students; None where it has no meaning."""

    @property
    def overlap(self) -> float | None:
        """The share of the students on either list who are on both (Jaccard); None for two empty lists."""
        either = self.n_both + len(self.changes.entering) + len(self.changes.leaving)
        return self.n_both / either if either else None

    @property
    def words(self) -> str:
        """How far the lists differ, in one or two sentences."""
        only_first, only_second = len(self.changes.leaving), len(self.changes.entering)
        if self.overlap is None:
            return "Nobody is on either list."
        words = (
            f"Students on both lists: {self.n_both:,}; on the first only: {only_first:,}; "
            f"on the second only: {only_second:,}."
        )
        if self.rank_correlation is None:
            return words
        return (
            f"{words} The order of all students agrees by {self.rank_correlation:.2f} (1 is the same order)."
        )


def list_changes(before: Flags, after: Flags, *, rank: Integers) -> ListChanges:
    """Return who enters and who leaves; ``rank`` is the place of each on the list after.

    >>> found = list_changes(np.array([True, True, False]), np.array([True, False, True]), rank=[1, 3, 2])
    >>> found.entering.tolist(), found.leaving.tolist()
    ([2], [1])
    """
    ranks = np.asarray(rank)
    rows = [np.flatnonzero(who) for who in (after & ~before, before & ~after)]
    entering, leaving = (one[np.argsort(ranks[one], kind="stable")] for one in rows)
    return ListChanges(entering, leaving, int(before.sum()), int(after.sum()))


def compare_lists(
    before: Flags, after: Flags, *, rank: Integers, risks: tuple[Floats, Floats]
) -> ListComparison:
    """Return two lists of the same students side by side; ``risks`` are those of the first and the second."""
    changes = list_changes(before, after, rank=rank)
    return ListComparison(changes, int((before & after).sum()), len(before), _spearman(*risks))


def _spearman(first: Floats, second: Floats) -> float | None:
    """Return Spearman's correlation; None for fewer than three students or where all risks are equal."""
    from scipy.stats import rankdata

    if len(first) < FEWEST_RANKED or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.round(np.corrcoef(rankdata(first), rankdata(second))[0, 1], 6))
