"""How far apart and how tight segments are, for every K: Calinski-Harabasz and Davies-Bouldin.

Both are as in scikit-learn (Calinski and Harabasz 1974; Davies and Bouldin 1979), from the segments' means:
of all students, in one look at each for each K.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.modeling.segment_fit import BLOCK, Fit
from core.modeling.segment_scaling import Points
from core.modeling.table import Floats
from core.modeling.threads import two_at_a_time

NEAR_ZERO = 1e-8


class Indices(NamedTuple):
    """Two figures of one K, of all students."""

    calinski_harabasz: float
    """Spread between segments over spread within, each by its degrees of freedom; higher is better."""
    davies_bouldin: float
    """Mean over segments of the worst (radius + radius) / distance to another one; lower is better."""


class _Within(NamedTuple):
    """By segment: the sum of squared distances to its mean, and of distances."""

    squares: Floats
    distances: Floats


def indices(points: Points, *, fits: Sequence[Fit]) -> tuple[Indices, ...]:
    """Return both figures for each fit of these students; NaN where every student is alone."""
    blocks = two_at_a_time(lambda first: _within_block(points, fits, first), range(0, len(points), BLOCK))
    return tuple(
        _indices(fit, _Within(*np.sum([block[i] for block in blocks], axis=0))) for i, fit in enumerate(fits)
    )


def _within_block(points: Points, fits: Sequence[Fit], first: int) -> list[_Within]:
    block = points[first : first + BLOCK]
    apart = np.empty_like(block)
    found = []
    for fit in fits:
        labels = fit.labels[first : first + BLOCK].astype(np.intp)
        np.take(fit.means.astype(np.float32), labels, axis=0, out=apart, mode="clip")
        np.subtract(block, apart, out=apart)
        squares = np.einsum("ij,ij->i", apart, apart).astype(np.float64)
        found.append(
            _Within(
                np.bincount(labels, weights=squares, minlength=fit.k).astype(np.float64),
                np.bincount(labels, weights=np.sqrt(squares), minlength=fit.k).astype(np.float64),
            )
        )
    return found


def _indices(fit: Fit, within: _Within) -> Indices:
    n = int(fit.sizes.sum())
    if n <= fit.k:
        return Indices(float("nan"), float("nan"))
    centre = fit.sizes @ fit.means / n
    between = float((fit.sizes * ((fit.means - centre) ** 2).sum(axis=1)).sum())
    inside = float(within.squares.sum())
    spread = 1.0 if inside == 0 else between * (n - fit.k) / (inside * (fit.k - 1))
    return Indices(spread, _davies_bouldin(fit.means, within.distances / fit.sizes))


def _davies_bouldin(means: Floats, radii: Floats) -> float:
    apart = np.sqrt(((means[:, None] - means) ** 2).sum(axis=2))
    if np.allclose(radii, 0, atol=NEAR_ZERO) or np.allclose(apart, 0, atol=NEAR_ZERO):
        return 0.0
    apart[apart == 0] = np.inf
    return float(((radii[:, None] + radii) / apart).max(axis=1).mean())
