"""Students counted by distinct score: what every ranking measure and every curve is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from core.modeling.measures import log_losses
from core.modeling.table import Floats, Integers

MOST_CELLS = 1024
"""Resampling works on at most so many groups of neighbouring scores."""
ENOUGH_CELLS = 512
"""Of more scores so many groups do for means over students, such as the Brier score: each keeps its sums."""


@dataclass(frozen=True, eq=False)
class ScoreCells:
    """The distinct scores, ascending, and how many students with and without the outcome have each."""

    scores: Floats
    negatives: Integers
    """Students of this score to whom the outcome did not happen."""
    positives: Integers

    @cached_property
    def n(self) -> int:
        """All students."""
        return self.n_negative + self.n_positive

    @cached_property
    def n_negative(self) -> int:
        """Students without the outcome."""
        return int(self.negatives.sum())

    @cached_property
    def n_positive(self) -> int:
        """Students with the outcome."""
        return int(self.positives.sum())

    @cached_property
    def from_top(self) -> tuple[Integers, Integers]:
        """For k = 0, 1, ...: how many negatives and positives the k highest scores hold."""
        return _from_top(self.negatives), _from_top(self.positives)

    def at_least(self, cut: float) -> tuple[int, int]:
        """Return how many negatives and positives have a score of ``cut`` or more; a lookup."""
        n_above = len(self.scores) - int(np.searchsorted(self.scores, cut, side="left"))
        negatives, positives = self.from_top
        return int(negatives[n_above]), int(positives[n_above])


def count_scores(label: Floats, score: Floats) -> ScoreCells:
    """Return the cells of labelled students; ``label`` holds 0 and 1, neither holds NaN."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, int)
    positives = np.add.reduceat(label[order], starts) if len(starts) else np.empty(0)
    totals = np.diff(np.r_[starts, len(ordered)])
    return ScoreCells(ordered[starts], (totals - positives).astype(np.int64), positives.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Groups:
    """Neighbouring cells taken together, for resampling; the sums make means over students exact."""

    negatives: Integers
    positives: Integers
    risk: Floats
    """The mean score of the group."""
    squares: Floats = field(repr=False)
    """The mean squared error of the group's negatives and positives, shape (2, n_groups)."""
    losses: Floats = field(repr=False)
    """Their mean log loss, shape (2, n_groups)."""
    bins: Integers = field(repr=False)
    """The calibration bin of each group."""


def group_cells(cells: ScoreCells, bins: Integers, most: int = MOST_CELLS) -> Groups:
    """Return at most about ``most`` groups of about equal counts, never across a bin's border."""
    totals = cells.negatives + cells.positives
    if len(totals) <= most:
        place = np.arange(len(totals))
    else:
        middle = np.cumsum(totals) - totals / 2
        rough = np.minimum((middle / cells.n * most).astype(np.int64), most - 1)
        place = np.unique(rough * (int(bins.max()) + 1) + bins, return_inverse=True)[1]
    n_groups = int(place[-1]) + 1
    negatives = np.bincount(place, cells.negatives, n_groups)
    positives = np.bincount(place, cells.positives, n_groups)
    return Groups(
        negatives.astype(np.int64),
        positives.astype(np.int64),
        np.bincount(place, totals * cells.scores, n_groups) / (negatives + positives),
        _means(cells, place, np.stack([cells.scores**2, (1 - cells.scores) ** 2])),
        _means(cells, place, log_losses(cells.scores)),
        bins[np.searchsorted(place, np.arange(n_groups))],
    )


def _means(cells: ScoreCells, place: Integers, values: Floats) -> Floats:
    """Return the mean of the values over each group's negatives and positives, shape (2, n_groups)."""
    rows = []
    for counts, of_outcome in zip((cells.negatives, cells.positives), values, strict=True):
        rows.append(np.bincount(place, counts * of_outcome) / np.maximum(np.bincount(place, counts), 1))
    return np.stack(rows)


def _from_top(counts: Integers) -> Integers:
    """Return running totals from the last entry backwards, starting with 0."""
    return np.concatenate([[0], np.cumsum(counts[::-1])])
