"""Students in groups, counted along the list once, so that the counts at any cut are a lookup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from core.modeling.table import Flags, Floats, Integers

PEOPLE = ("n", "known", "positives")
"""All students, those whose outcome is known, and those who have it."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """The students put in groups by one protected attribute, or by two together."""

    attributes: tuple[str, ...]
    """Their names in plain words; two for a pair."""
    levels: tuple[str, ...]
    """The groups' names."""
    codes: Integers = field(repr=False)
    """The place in ``levels`` of each student's group; every student has one."""
    shown: Flags = field(repr=False)
    """For each group whether it is large enough to be shown; whoever makes this value decides."""

    @property
    def title(self) -> str:
        """What the students are grouped by, in words."""
        return " and ".join([self.attributes[0], *(name.lower() for name in self.attributes[1:])])


@dataclass(frozen=True, eq=False)
class Counts:
    """Students of each group, arrays over the groups of all groupings, one after another."""

    n: Floats
    known: Floats
    """Students whose outcome is known."""
    positives: Floats
    """Of these, with the outcome."""
    listed: Floats
    listed_known: Floats
    found: Floats
    """Listed students with the outcome."""

    def of_rest(self, whole: Counts) -> Counts:
        """Return the counts of all students who are not in the group, for each group."""
        return Counts(*(getattr(whole, name) - getattr(self, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class GroupCurve:
    """Groups of students along the list; made by ``prepare_groups``."""

    groupings: tuple[Grouping, ...]
    starts: Integers = field(repr=False)
    """Where the groups of each grouping begin among all groups; the last entry is their number."""
    rank: Integers = field(repr=False)
    """The place of each student on the list, from 1."""
    label: Floats = field(repr=False)
    """1, 0, or NaN where the outcome is not known."""
    residuals: Floats = field(repr=False)
    """For each group the sum of (risk - outcome), and the sum of its squares; shape (2, groups)."""
    _cells: tuple[Integers, ...] = field(repr=False)
    """For each grouping the group that each cell is part of; a cell is a group by all attributes at once."""
    _keys: tuple[Integers, ...] = field(repr=False)
    """For each of ``PEOPLE``: cell * (students + 1) + rank, rising."""

    @property
    def n_students(self) -> int:
        """All students."""
        return len(self.rank)

    @property
    def shown(self) -> Flags:
        """For each group of all groupings whether it may be shown."""
        return np.concatenate([one.shown for one in self.groupings])

    def place(self, title: str) -> int:
        """Return the place of a grouping among ``groupings``; raises ValueError."""
        return [one.title for one in self.groupings].index(title)

    def counts(self, n_listed: int) -> Counts:
        """Return the counts of every group with so many students listed; a lookup."""
        everybody = [self._up_to(keys, self.n_students) for keys in self._keys]
        return Counts(*everybody, *(self._up_to(keys, n_listed) for keys in self._keys))

    def whole(self, n_listed: int) -> Counts:
        """Return the same counts of all students together, each an array of one."""
        first = slice(0, int(self.starts[1]))
        counts = self.counts(n_listed)
        return Counts(*(getattr(counts, name)[first].sum(keepdims=True) for name in Counts.__annotations__))

    def _up_to(self, keys: Integers, rank: int) -> Floats:
        """Return how many students with these keys stand at this rank or before, for each group."""
        firsts = np.arange(len(self._cells[0]), dtype=np.int64) * (self.n_students + 1)
        found = np.searchsorted(keys, firsts + rank, side="right") - np.searchsorted(keys, firsts)
        groups = zip(self._cells, self.groupings, strict=True)
        return np.concatenate(
            [np.bincount(of, weights=found, minlength=len(one.levels)) for of, one in groups]
        )


def prepare_groups(
    groupings: Sequence[Grouping], *, rank: ArrayLike, risk: ArrayLike, label: ArrayLike
) -> GroupCurve:
    """Return the groups along the list; ``groupings`` holds at least one.

    ``rank`` counts from 1, ``label`` holds 1, 0 or NaN; all have one value a student, in the same order.

    >>> by = Grouping(("Sex",), ("f", "m"), np.array([0, 1, 0]), np.array([True, True]))
    >>> curve = prepare_groups([by], rank=[1, 2, 3], risk=[0.9, 0.5, 0.1], label=[1, 0, 0])
    >>> curve.counts(1).listed.tolist(), curve.counts(2).found.tolist()
    ([1.0, 0.0], [1.0, 0.0])
    """
    ranks, labels = np.asarray(rank, dtype=np.int64), np.asarray(label, dtype=np.float64)
    cells, cell_of = _cells(groupings)
    keys = cells * (len(ranks) + 1) + ranks
    people = (np.ones(len(ranks), dtype=np.bool_), ~np.isnan(labels), labels == 1)
    return GroupCurve(
        tuple(groupings),
        np.cumsum([0, *(len(one.levels) for one in groupings)]),
        ranks,
        labels,
        _residuals(groupings, np.asarray(risk, dtype=np.float64) - labels),
        cell_of,
        tuple(np.sort(keys[chosen]) for chosen in people),
    )


def _cells(groupings: Sequence[Grouping]) -> tuple[Integers, tuple[Integers, ...]]:
    """Return each student's cell, and for each grouping the group of each cell."""
    cells = np.zeros(len(groupings[0].codes), dtype=np.int64)
    for one in groupings:
        _, cells = np.unique(cells * len(one.levels) + one.codes, return_inverse=True)
    _, firsts = np.unique(cells, return_index=True)
    return cells, tuple(one.codes[firsts] for one in groupings)


def _residuals(groupings: Sequence[Grouping], residual: Floats) -> Floats:
    known = ~np.isnan(residual)
    return np.concatenate(
        [
            np.stack(
                [
                    np.bincount(one.codes[known], weights=residual[known] ** power, minlength=len(one.levels))
                    for power in (1, 2)
                ]
            )
            for one in groupings
        ],
        axis=1,
    )
