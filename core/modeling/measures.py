"""How well a risk ranks and how true it is, from counts by score; exact, ties counted half.

Each function takes counts of shape (..., n_cells), scores ascending, so that many resamples are
measured at once; a measure that has no meaning (one outcome only) is NaN.
"""

from __future__ import annotations

import numpy as np

from core.modeling.table import Floats, Integers

N_BINS = 10
"""Calibration bins, of about the same number of students; equal risks are never parted."""


def auc(negatives: Integers, positives: Integers) -> Floats:
    """Return the chance that a student with the outcome has the higher score (Mann-Whitney).

    >>> float(auc(np.array([1, 1, 0]), np.array([0, 1, 1])))
    0.875
    """
    below = np.cumsum(negatives, axis=-1) - negatives / 2
    pairs = negatives.sum(axis=-1) * positives.sum(axis=-1, dtype=np.float64)
    return _ratio((positives * below).sum(axis=-1), pairs)


def average_precision(negatives: Integers, positives: Integers) -> Floats:
    """Return the area under the precision-recall curve as a step function, as scikit-learn defines it.

    >>> float(average_precision(np.array([1, 1, 0]), np.array([0, 1, 1])))
    0.8333333333333333
    """
    found = np.cumsum(positives[..., ::-1], axis=-1)
    listed = np.cumsum((negatives + positives)[..., ::-1], axis=-1)
    precision = found / np.maximum(listed, 1)
    return _ratio((positives[..., ::-1] * precision).sum(axis=-1), positives.sum(axis=-1))


def brier(negatives: Integers, positives: Integers, squares: Floats) -> Floats:
    """Return the mean squared error of the risk; ``squares`` holds it per cell for both outcomes."""
    total = negatives @ squares[0] + positives @ squares[1]
    return _ratio(total, (negatives + positives).sum(axis=-1))


def calibration_error(negatives: Integers, positives: Integers, risk: Floats, bins: Integers) -> Floats:
    """Return the expected calibration error: the mean gap between risk and observed share by bin."""
    starts = np.flatnonzero(np.r_[True, bins[1:] != bins[:-1]])
    gaps = np.add.reduceat((negatives + positives) * risk - positives, starts, axis=-1)
    return _ratio(np.abs(gaps).sum(axis=-1), (negatives + positives).sum(axis=-1))


def calibration_bins(totals: Integers, *, n_bins: int = N_BINS) -> Integers:
    """Return the bin of each score, by the place of its middle student; bins do not fall.

    >>> calibration_bins(np.array([2, 1, 1]), n_bins=2).tolist()
    [0, 1, 1]
    """
    middle = np.cumsum(totals) - totals / 2
    bins = np.floor(middle * n_bins / max(1, int(totals.sum())))
    return np.minimum(bins, n_bins - 1).astype(np.int64)


def _ratio(top: Floats, bottom: Floats | Integers) -> Floats:
    """Return top / bottom; NaN where the bottom is 0."""
    known = np.asarray(bottom) > 0
    result: Floats = np.where(known, top / np.where(known, bottom, 1), np.nan)
    return result
