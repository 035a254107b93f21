"""Groups of students along the list: totals at every 512th place, so that those at any cut are a lookup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SchemaError
from core.modeling.cut_sums import N_SUMS, Sums, values_between
from core.modeling.fairness_counts import Grouping
from core.modeling.fairness_rates import FEWEST
from core.modeling.table import Flags, Floats, Integers, Texts
from core.modeling.thresholds import ThresholdCurve

EVERY = 512
"""Of a cut between two kept totals at most so many students are counted one by one."""
AT_ONCE = 128 * EVERY
"""So many students are summed up at once, so that little memory is needed."""


@dataclass(frozen=True, eq=False)
class CutGroups:
    """The groups of some groupings along one list; made by ``prepare_cut_groups``."""

    groupings: tuple[Grouping, ...]
    starts: Integers = field(repr=False)
    """Where the groups of each grouping begin among all groups; the last entry is their number."""
    group_of: NDArray[np.integer[Any]] = field(repr=False)
    """Shape (groupings, n_students), in the list's order: each student's place among all groups."""
    totals: Floats = field(repr=False)
    """Shape (6, places, groups): the totals of ``Sums`` before every 512th student; the last are of all."""

    @property
    def n_groups(self) -> int:
        """The groups of all groupings."""
        return int(self.starts[-1])

    @property
    def names(self) -> Texts:
        """The name of each group."""
        return np.array([name for one in self.groupings for name in one.levels], dtype=object)

    @property
    def titles(self) -> Texts:
        """For each group what its students are grouped by."""
        titles = np.array([one.title for one in self.groupings], dtype=object)
        return np.repeat(titles, np.diff(self.starts))

    @property
    def shown(self) -> Flags:
        """For each group whether it may be shown: never with under 10 students, and as its grouping says."""
        allowed = [one.shown for one in self.groupings]
        is_enough: Flags = self.totals[0, -1] >= FEWEST
        return np.concatenate([np.empty(0, dtype=np.bool_), *allowed]) & is_enough

    def whole(self) -> Sums:
        """Return the totals of each group."""
        return Sums(*self.totals[:, -1])

    def listed(self, curve: ThresholdCurve, n_listed: int) -> Sums:
        """Return the totals of each group's listed students; a lookup and a count of under 512 students."""
        block = n_listed // EVERY
        first = block * EVERY
        added = np.zeros((N_SUMS, self.n_groups))
        if n_listed > first:
            places = self.group_of[:, first:n_listed].ravel()
            values = values_between(curve, first, n_listed)
            for row, one in enumerate(values):
                weights = np.tile(one, len(self.groupings))
                added[row] = np.bincount(places, weights=weights, minlength=self.n_groups)
        return Sums(*(self.totals[:, block] + added))


def prepare_cut_groups(curve: ThresholdCurve, groupings: Sequence[Grouping]) -> CutGroups:
    """Return the groups along the list; a grouping has one code a student, in the order of the table.

    Raises SchemaError where a grouping is of other students.
    """
    for one in groupings:
        if len(one.codes) != curve.n_students:
            raise SchemaError(
                f"The groups by '{one.title}' are of {len(one.codes):,} students, the list of "
                f"{curve.n_students:,}.",
                hint="Make both from the same version of the data.",
            )
    starts = np.cumsum([0, *(len(one.levels) for one in groupings)])
    narrow = np.int16 if starts[-1] <= np.iinfo(np.int16).max else np.int32
    group_of = np.empty((len(groupings), curve.n_students), dtype=narrow)
    for row, (one, start) in enumerate(zip(groupings, starts, strict=False)):
        group_of[row] = np.asarray(one.codes)[curve.order] + start
    return CutGroups(tuple(groupings), starts, group_of, _totals(curve, group_of, int(starts[-1])))


def grouping_of(title: str, labels: Integers, names: Sequence[str]) -> Grouping:
    """Return students grouped by numbers from 1, as segments are; groups under 10 students are withheld.

    >>> grouping_of("Segment", np.array([1, 2] * 12), ["works long", "lives far"]).shown.tolist()
    [True, True]
    """
    codes = np.asarray(labels, dtype=np.int64) - 1
    sizes = np.bincount(codes, minlength=len(names))
    return Grouping((title,), tuple(names), codes, np.asarray(sizes >= FEWEST))


def _totals(curve: ThresholdCurve, group_of: NDArray[np.integer[Any]], n_groups: int) -> Floats:
    """Return the totals of each group before every 512th student, and of all at the end."""
    n = curve.n_students
    totals = np.zeros((N_SUMS, n // EVERY + 2, n_groups))
    for first in range(0, n, AT_ONCE):
        values = values_between(curve, first, min(first + AT_ONCE, n))
        block = np.arange(values.shape[1]) // EVERY
        blocks, start = int(block[-1]) + 1, first // EVERY + 1
        for places in group_of[:, first : first + AT_ONCE]:
            cells = block * n_groups + places
            for row, one in enumerate(values):
                counted = np.bincount(cells, weights=one, minlength=blocks * n_groups)
                totals[row, start : start + blocks] += counted.reshape(blocks, n_groups)
    np.cumsum(totals, axis=1, out=totals)
    return totals
