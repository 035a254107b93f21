"""Made-up students without groups, who are otherwise like the real ones: the yardstick of the verdict.

Each column keeps its values (numbers with many values: the nearest spread with a single peak), and
each pair of columns its rank correlation, by a Gaussian copula. What students have beyond that is groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.modeling.segment_scaling import Parts, Points, Scaling
from core.modeling.table import Floats

BINS = 30
MANY_VALUES = 12
"""A number column with more different values than this is smoothed to one peak."""
ROUNDS = 4
"""Rounds of adjusting the copula until the twins' correlations are those of the students."""
CALIBRATION = 2_000


@dataclass(frozen=True, eq=False)
class Twins:
    """What is needed to draw twins: sorted values by column, and the root of the copula's correlation."""

    scaling: Scaling
    values: Floats
    """Sorted values of shape (n, columns); for categories the rank of the level."""
    root: Floats
    by_rank: tuple[NDArray[np.int64], ...]
    """For each category, the row of its ``places`` at each rank."""

    def draw(self, rng: np.random.Generator) -> Points:
        """Return as many made-up points as there were students."""
        n, width = self.values.shape
        ranks = _ranks(rng.standard_normal((n, width)) @ self.root.T)
        drawn = np.take_along_axis(self.values, ranks, axis=0)
        n_numbers = len(self.scaling.numbers)
        levels = np.empty((n, len(self.by_rank)), dtype=np.int64)
        for j, rows in enumerate(self.by_rank):
            levels[:, j] = rows[drawn[:, n_numbers + j].astype(np.int64)]
        return self.scaling.points(Parts(drawn[:, :n_numbers].astype(np.float32), levels))


def learn_twins(parts: Parts, *, scaling: Scaling, seed: int) -> Twins:
    """Return what is needed to draw twins of these students; there are at least two."""
    by_rank, ranked = _ranked_levels(parts, scaling)
    table = np.concatenate([parts.numbers.astype(np.float64), ranked], axis=1)
    order = np.argsort(table, axis=0, kind="stable")
    values = np.take_along_axis(table, order, axis=0)
    scores = np.stack([_scores(values[:, j]) for j in range(values.shape[1])], axis=1)
    unsorted = np.empty_like(scores)
    np.put_along_axis(unsorted, order, scores, axis=0)
    root = _root_of(_correlation(unsorted), scores, seed)
    for j in range(parts.numbers.shape[1]):
        if (np.diff(values[:, j]) > 0).sum() >= MANY_VALUES:
            values[:, j] = one_peak(values[:, j])
    return Twins(scaling, values, root, by_rank)


def one_peak(ordered: Floats) -> Floats:
    """Return as many sorted values, spread as the single-peaked distribution nearest to ``ordered``.

    Nearest is by likelihood over 30 equal bins; a sample with one peak stays nearly as it is.
    """
    counts, edges = np.histogram(ordered, bins=BINS, range=(ordered[0], ordered[-1]))
    shapes = [
        np.concatenate([_rising(counts[: peak + 1]), _rising(counts[peak + 1 :][::-1])[::-1]])
        for peak in range(BINS)
    ]
    likelihood = [float((counts * np.log(np.maximum(shape, 1e-9))).sum()) for shape in shapes]
    best = shapes[int(np.argmax(np.round(likelihood, 6)))]
    below = np.concatenate([[0.0], np.cumsum(best)]) / best.sum()
    quantiles = (np.arange(len(ordered)) + 0.5) / len(ordered)
    smooth: Floats = np.interp(quantiles, below, edges)
    return smooth


def _rising(counts: NDArray[np.int64]) -> Floats:
    """Return the never-falling sequence nearest to the counts (isotonic regression, by its min-max form)."""
    n = len(counts)
    if n == 0:
        return np.empty(0)
    total = np.concatenate([[0.0], np.cumsum(counts)])
    first, last = np.arange(n)[:, None], np.arange(n)[None, :]
    means = np.where(
        last >= first, (total[last + 1] - total[first]) / np.maximum(last - first + 1, 1), np.inf
    )
    least = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    rising: Floats = np.where(last >= first, least, -np.inf).max(axis=0)
    return rising


def _ranked_levels(parts: Parts, scaling: Scaling) -> tuple[tuple[NDArray[np.int64], ...], Floats]:
    """Return each category's levels along the main direction of the students, and each student's rank.

    A copula needs an order; this one keeps as much as an order can of what the category goes with.
    """
    points = scaling.points(parts).astype(np.float64)
    centred = points - points.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    main = centred @ directions[:, -1]
    by_rank, ranked = [], np.empty(parts.levels.shape)
    for j, scale in enumerate(scaling.categories):
        rows = parts.levels[:, j]
        counts = np.bincount(rows, minlength=len(scale.places))
        means = np.bincount(rows, weights=main, minlength=len(scale.places)) / np.maximum(counts, 1)
        order = np.argsort(np.round(means, 9), kind="stable")
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        by_rank.append(order)
        ranked[:, j] = place[rows]
    return tuple(by_rank), ranked


def _scores(ordered: Floats) -> Floats:
    """Return the ranks of sorted values, equal ones at their middle rank."""
    starts = np.flatnonzero(np.diff(ordered, prepend=np.nan) != 0)
    sizes = np.diff(starts, append=len(ordered))
    return np.repeat(starts + sizes / 2, sizes)


def _correlation(scores: Floats) -> Floats:
    centred = scores - scores.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    scaled = centred / np.where(spread > 0, spread, 1)
    found: Floats = scaled.T @ scaled
    np.fill_diagonal(found, 1.0)
    return found


def _root_of(wanted: Floats, scores: Floats, seed: int) -> Floats:
    """Return the root of the normal correlation whose draws have the ``wanted`` rank correlation.

    Without ties the two are known to go together; ties (flags, categories) weaken a rank correlation,
    so that the normal one has to be stronger.
    """
    n, width = scores.shape
    normal = np.random.default_rng(seed).standard_normal((CALIBRATION, width))
    place = (np.arange(CALIBRATION) * n) // CALIBRATION
    current = 2 * np.sin(np.pi / 6 * wanted)
    root = _root(current)
    for _ in range(ROUNDS):
        drawn = np.take_along_axis(scores[place], _ranks(normal @ root.T), axis=0)
        current = np.clip(current + wanted - _correlation(drawn), -0.999, 0.999)
        np.fill_diagonal(current, 1.0)
        root = _root(current)
    return root


def _root(correlation: Floats) -> Floats:
    """Return a root of the nearest proper correlation matrix (negative eigenvalues become zero)."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    scale = np.sqrt((root**2).sum(axis=1, keepdims=True))
    proper: Floats = root / np.where(scale > 0, scale, 1)
    return proper


def _ranks(values: Floats) -> NDArray[np.intp]:
    order = np.argsort(values, axis=0)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(len(values))[:, None], axis=0)
    return ranks
