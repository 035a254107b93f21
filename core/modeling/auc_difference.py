"""Whether one ranking beats another on the same students: the difference in ROC-AUC and its interval."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from core.modeling.intervals import Z
from core.modeling.ranking import HeldOut
from core.modeling.table import Floats


def auc_difference(label: Floats, held_out: HeldOut) -> tuple[float, float, float]:
    """Return how much higher the scores' ROC-AUC is than the baseline's, with a 95 % interval.

    Both are means over folds and repeats. The interval is DeLong's for paired rankings; a student who
    is held out once in every repeat counts as one student. A fold with fewer than two students of one
    outcome says nothing of its own error and is left out; without any other the interval is -1 to 1.
    """
    influence = np.zeros(len(label))
    difference, n_folds = 0.0, 0
    for folds, score, simple in zip(held_out.fold_of, held_out.score, held_out.baseline, strict=True):
        for fold in range(int(folds.max(initial=-1)) + 1):
            rows = np.flatnonzero((folds == fold) & ~np.isnan(label))
            n_positive = int((label[rows] == 1).sum())
            if min(n_positive, len(rows) - n_positive) < 2:
                continue
            better, parts = rank_parts(label[rows], score[rows])
            worse, others = rank_parts(label[rows], simple[rows])
            difference += better - worse
            influence[rows] += parts - others
            n_folds += 1
    if not n_folds:
        return 0.0, -1.0, 1.0
    difference /= n_folds
    error = sqrt(float((influence**2).sum())) / n_folds
    return difference, difference - Z * error, difference + Z * error


def rank_parts(label: Floats, score: Floats) -> tuple[float, Floats]:
    """Return the ROC-AUC and each student's part in its error (DeLong's placements, ties half)."""
    positive = label == 1
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    placement = np.empty(len(label))
    placement[positive] = _below(score[positive], score[~positive]) / n_negative
    placement[~positive] = 1 - _below(score[~positive], score[positive]) / n_positive
    value = float(placement[positive].mean())
    counts: NDArray[np.int64] = np.where(positive, n_positive, n_negative)
    return value, (placement - value) / np.sqrt(counts * (counts - 1.0))


def _below(score: Floats, others: Floats) -> Floats:
    """Return for each score how many of the others are lower, ties half."""
    ordered = np.sort(others)
    return np.asarray(
        (np.searchsorted(ordered, score, "left") + np.searchsorted(ordered, score, "right")) / 2
    )
