"""How large a difference is: of means, in standard deviations, and by ranks, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.eda.effect_intervals import NORMAL_975
from core.eda.values import Floats, Integers

_ROUNDING = 8 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Moments:
    """Sizes, means and variances by group, of values or of all values outside each group."""

    n: Floats
    mean: Floats
    variance: Floats


def moments_of(values: Floats, *, groups: Integers, n_groups: int) -> Moments:
    """Return the moments of each group, from distances to its own mean; NaN for an empty one.

    The variance is NaN for one value, and zero where what there is lies within the rounding of the mean.
    """
    n = np.bincount(groups, minlength=n_groups).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        centre = np.bincount(groups, weights=values, minlength=n_groups) / n
        apart = values - centre[groups]
        shift = np.bincount(groups, weights=apart, minlength=n_groups) / n
        squares = np.bincount(groups, weights=apart * apart, minlength=n_groups)
        variance = np.maximum(squares - n * shift * shift, 0.0) / np.where(n > 1, n - 1, np.nan)
        variance = np.where(variance <= (_ROUNDING * centre) ** 2, 0.0, variance)
        mean = centre + shift
    return Moments(n, mean, variance)


def others_of(inside: Moments, *, wanted: Sequence[int]) -> Moments:
    """Return the moments of all values outside each group in ``wanted``, NaN for others.

    Combined group by group after Chan, Golub and LeVeque (1983): nothing is taken off a total.
    """
    filled = inside.n > 0
    n, mean, variance = (np.full(len(inside.n), np.nan) for _ in range(3))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        within = np.where(inside.n > 1, inside.variance * (inside.n - 1), 0.0)
        for group in wanted:
            rest = filled & (np.arange(len(filled)) != group)
            sizes, middles = inside.n[rest], inside.mean[rest]
            n[group] = sizes.sum()
            mean[group] = (sizes * middles).sum() / n[group]
            between = (sizes * (middles - mean[group]) ** 2).sum()
            squares = within[rest].sum() + between
            variance[group] = squares / (n[group] - 1) if n[group] > 1 else np.nan
            if variance[group] <= (_ROUNDING * mean[group]) ** 2:
                variance[group] = 0.0
    return Moments(n, mean, variance)


@dataclass(frozen=True)
class Ends:
    """A figure by group with its 95 % interval; NaN where a group has one value only."""

    value: Floats
    low: Floats
    high: Floats


def means(inside: Moments) -> Ends:
    """Return the mean of each group with its interval by Student's t."""
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        half = stdtrit(np.maximum(inside.n - 1, 1), 0.975) * np.sqrt(inside.variance / inside.n)
    return Ends(inside.mean, inside.mean - half, inside.mean + half)


def differences(inside: Moments, outside: Moments) -> Ends:
    """Return the mean of each group minus the mean of all others, with its interval by Welch's t."""
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        left, right = inside.variance / inside.n, outside.variance / outside.n
        error = np.sqrt(left + right)
        freedom = (left + right) ** 2 / (left**2 / (inside.n - 1) + right**2 / (outside.n - 1))
        half = np.where(error > 0, stdtrit(freedom, 0.975) * error, error)
        value: Floats = inside.mean - outside.mean
    return Ends(value, value - half, value + half)


@dataclass(frozen=True)
class Standardised:
    """Differences in pooled standard deviations, one a group; NaN where nothing varies."""

    d: Floats
    """Cohen's d, as it is found."""
    g: Floats
    """Hedges' g: d times 1 - 3 / (4 (n - 2) - 1), which takes off what d is too large in small groups."""
    low: Floats
    """The 95 % interval of g, by the large-sample variance of Hedges and Olkin (1985)."""
    high: Floats


def standardised(inside: Moments, outside: Moments) -> Standardised:
    """Return the difference of each group to all others in pooled standard deviations."""
    n, m = inside.n, outside.n
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        pooled = np.sqrt(((n - 1) * inside.variance + (m - 1) * outside.variance) / (n + m - 2))
        d: Floats = np.where(pooled > 0, (inside.mean - outside.mean) / pooled, np.nan)
        g = d * (1 - 3 / (4 * (n + m - 2) - 1))
        half = NORMAL_975 * np.sqrt((n + m) / (n * m) + g * g / (2 * (n + m)))
    return Standardised(d, g, g - half, g + half)


@dataclass(frozen=True)
class Delta:
    """Cliff's delta of one group against all others, with its 95 % interval."""

    value: float
    low: float
    high: float


def cliffs_deltas(values: Floats, *, groups: Integers, shown: Sequence[int]) -> dict[int, Delta]:
    """Return the delta of each of the groups ``shown``: P(above) - P(below) one of the others.

    The variance is the one of DeLong et al. (1988), the interval Cliff's unequal-sided one (1996).
    """
    distinct, place = np.unique(values, return_inverse=True)
    everyone = np.bincount(place, minlength=len(distinct))
    found = {}
    for group in shown:
        mine = np.bincount(place[groups == group], minlength=len(distinct))
        found[group] = _delta(mine.astype(np.float64), (everyone - mine).astype(np.float64))
    return found


def _delta(mine: Floats, others: Floats) -> Delta:
    """Return the delta from the number of students at each value, in rising order of the values."""
    n, m = float(mine.sum()), float(others.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        wins = (2 * np.cumsum(others) - others - m) / m
        losses = (n - 2 * np.cumsum(mine) + mine) / n
        value = float(mine @ wins) / n
        spread_in = float(mine @ (wins - value) ** 2) / (n * (n - 1)) if n > 1 else np.nan
        spread_out = float(others @ (losses - value) ** 2) / (m * (m - 1)) if m > 1 else np.nan
    return Delta(value, *_delta_ends(value, spread_in + spread_out, min(n, m)))


def _delta_ends(value: float, variance: float, smaller: float) -> tuple[float, float]:
    square = NORMAL_975**2
    if abs(value) > 1 - 1e-12:
        bound = (smaller - square) / (smaller + square)
        return (bound, 1.0) if value > 0 else (-1.0, -bound)
    if not np.isfinite(variance):
        return float("nan"), float("nan")
    room = 1 - value * value
    half = NORMAL_975 * float(np.sqrt(variance * (room * room + square * variance)))
    scale = room + square * variance
    return (value * room - half) / scale, (value * room + half) / scale
