"""How well a risk ranks and how true it is, from counts by score; exact, ties counted half.

Each function takes counts of shape (..., n_cells), scores ascending, so that many resamples are
measured at once; a measure that has no meaning (one outcome only) is NaN.
"""

from __future__ import annotations

import numpy as np

from core.modeling.table import Floats, Integers

LEAST_RISK = 5e-7
"""A risk is taken to be at least so far from 0 and from 1: half the last digit that is shown."""
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


def log_loss(negatives: Integers, positives: Integers, losses: Floats) -> Floats:
    """Return the mean log loss of the risk; ``losses`` holds it per cell for both outcomes."""
    return brier(negatives, positives, losses)


def log_losses(risk: Floats) -> Floats:
    """Return the log loss of each risk without the outcome and with it, shape (2, n).

    >>> log_losses(np.array([0.5])).round(3).tolist()
    [[0.693], [0.693]]
    """
    inside = np.clip(risk, LEAST_RISK, 1 - LEAST_RISK)
    return -np.stack([np.log1p(-inside), np.log(inside)])


def recall_of_top(negatives: Integers, positives: Integers, shares: Floats) -> Floats:
    """Return which share of those with the outcome the top shares of all students hold.

    Shape (..., n_shares); ties at the end of a share have the places in common.

    >>> recall_of_top(np.array([1, 1, 0]), np.array([0, 1, 1]), np.array([0.25, 0.5])).tolist()
    [0.5, 0.75]
    """
    found = np.cumsum(positives[..., ::-1], axis=-1)
    listed = np.cumsum((negatives + positives)[..., ::-1], axis=-1)
    held = np.stack([_held(found, listed, share * listed[..., -1:]) for share in shares], axis=-1)
    return _ratio(held, found[..., -1:])


def _held(found: Integers, listed: Integers, length: Floats) -> Floats:
    """Return how many a list of some length finds; the others are running totals from the top."""
    place = np.minimum((listed < length).sum(axis=-1, keepdims=True), listed.shape[-1] - 1)
    upper, found_upper = np.take_along_axis(listed, place, -1), np.take_along_axis(found, place, -1)
    before = np.maximum(place - 1, 0)
    lower = np.where(place > 0, np.take_along_axis(listed, before, -1), 0)
    found_lower = np.where(place > 0, np.take_along_axis(found, before, -1), 0)
    part = (length - lower) / np.maximum(upper - lower, 1)
    return np.asarray((found_lower + part * (found_upper - found_lower))[..., 0])


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
