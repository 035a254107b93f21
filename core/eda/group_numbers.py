"""A number compared between groups: means with intervals, differences to the rest, effect sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.eda.group_tests import GroupTest, number_test
from core.eda.measures import Ranker, benjamini_hochberg
from core.eda.values import Floats, Integers


@dataclass(frozen=True)
class NumberGroup:
    """One group's values, and how they differ from those of all other students together."""

    group: str
    n: int
    mean: float
    low: float
    """The 95 % interval of the mean, by Student's t."""
    high: float
    median: float
    std: float
    difference: float
    """The group's mean minus the mean of all others."""
    difference_low: float
    """The 95 % interval of the difference, by Welch's t."""
    difference_high: float
    cohens_d: float
    """The difference in pooled standard deviations."""
    cliffs_delta: float
    """How much more often a value here is above one of the others than below, in [-1, 1]."""
    p: float
    """Of the difference, by Welch's t."""
    q: float
    """``p`` after Benjamini and Hochberg over the groups shown."""


@dataclass(frozen=True)
class Moments:
    """Sizes, means and variances by group, of values or of all values outside each group."""

    n: Floats
    mean: Floats
    variance: Floats


def compare_numbers(
    values: Floats, *, groups: Integers, levels: tuple[str, ...], shown: list[int]
) -> tuple[tuple[NumberGroup, ...], GroupTest | None]:
    """Return the groups ``shown`` and the test between them (against the rest if it is one only).

    Values are finite and every code in ``groups`` is a position in ``levels``; empty without two groups.
    """
    if not shown or len(np.unique(groups)) < 2:
        return (), None
    inside, outside = _moments(values, groups, len(levels))
    low, high = _mean_interval(inside)
    difference = inside.mean - outside.mean
    d_low, d_high, p = _welch(inside, outside)
    q = benjamini_hochberg(p[shown])
    medians, delta = _medians(values, groups, shown), _cliffs_delta(values, groups, inside.n)
    cohen = _cohens_d(inside, outside)
    found = tuple(
        NumberGroup(
            levels[g], int(inside.n[g]), float(inside.mean[g]), float(low[g]), float(high[g]), medians[g],
            float(np.sqrt(inside.variance[g])), float(difference[g]), float(d_low[g]), float(d_high[g]),
            float(cohen[g]), float(delta[g]), float(p[g]), float(q[i]),
        )
        for i, g in enumerate(shown)
    )  # fmt: skip
    return found, number_test(_parts(values, groups, shown))


def _parts(values: Floats, groups: Integers, shown: list[int]) -> list[Floats]:
    if len(shown) == 1:
        return [values[groups == shown[0]], values[groups != shown[0]]]
    return [values[groups == g] for g in shown]


def _moments(values: Floats, groups: Integers, n_groups: int) -> tuple[Moments, Moments]:
    """Return the moments inside each group and outside of it."""
    centre = float(values.mean())
    centred = values - centre
    n = np.bincount(groups, minlength=n_groups).astype(np.float64)
    sums = np.bincount(groups, weights=centred, minlength=n_groups).astype(np.float64)
    squares = np.bincount(groups, weights=centred * centred, minlength=n_groups).astype(np.float64)
    inside = _of_sums(n, sums, squares, centre)
    outside = _of_sums(n.sum() - n, sums.sum() - sums, squares.sum() - squares, centre)
    return inside, outside


def _of_sums(n: Floats, sums: Floats, squares: Floats, centre: float) -> Moments:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / n
        variance = np.maximum(squares - n * mean * mean, 0.0) / np.where(n > 1, n - 1, np.nan)
    variance = np.where(variance < 1e-14 * squares.max(initial=0.0) / np.maximum(n, 1), 0.0, variance)
    return Moments(n, mean + centre, variance)


def _mean_interval(inside: Moments) -> tuple[Floats, Floats]:
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore", divide="ignore"):
        half = stdtrit(np.maximum(inside.n - 1, 1), 0.975) * np.sqrt(inside.variance / inside.n)
    return inside.mean - half, inside.mean + half


def _welch(inside: Moments, outside: Moments) -> tuple[Floats, Floats, Floats]:
    """Return the interval of each difference, and its p-value."""
    from scipy.special import stdtr, stdtrit

    with np.errstate(invalid="ignore", divide="ignore"):
        left, right = inside.variance / inside.n, outside.variance / outside.n
        error = np.sqrt(left + right)
        freedom = (left + right) ** 2 / (left**2 / (inside.n - 1) + right**2 / (outside.n - 1))
        difference = inside.mean - outside.mean
        half = np.where(error > 0, stdtrit(freedom, 0.975) * error, error)
        p = np.where(error > 0, 2 * stdtr(freedom, -np.abs(difference) / error), np.nan)
    return difference - half, difference + half, p


def _cohens_d(inside: Moments, outside: Moments) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = (inside.n - 1) * inside.variance + (outside.n - 1) * outside.variance
        pooled = np.sqrt(squares / (inside.n + outside.n - 2))
        d: Floats = np.where(pooled > 0, (inside.mean - outside.mean) / pooled, np.nan)
    return d


def _cliffs_delta(values: Floats, groups: Integers, n: Floats) -> Floats:
    """Return the delta of each group against all others, from one ranking of all values."""
    ranks = Ranker(values[:, None]).ranks(0, rows=np.ones(len(values), dtype=np.bool_))
    sums = np.bincount(groups, weights=ranks, minlength=len(n))
    with np.errstate(invalid="ignore", divide="ignore"):
        delta: Floats = 2 * (sums - n * (n + 1) / 2) / (n * (n.sum() - n)) - 1
    return delta


def _medians(values: Floats, groups: Integers, shown: list[int]) -> dict[int, float]:
    return {g: float(np.median(values[groups == g])) for g in shown}
