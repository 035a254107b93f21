"""How well students fit their segments: the silhouette, for every K from one table of distances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.modeling.segment_fit import Labels
from core.modeling.segment_scaling import Points

SILHOUETTE_SAMPLE = 3_000
"""The silhouette needs all pairs of students, so it is computed on at most so many."""


def silhouettes(points: Points, *, labels: Sequence[Labels]) -> tuple[float, ...]:
    """Return the mean silhouette in [-1, 1] of each labelling of the same students.

    It is the full one, of Euclidean distances; a student alone in a segment counts 0. NaN for a labelling
    with fewer than two segments.
    """
    members = [_members(found) for found in labels]
    if not members:
        return ()
    sums = _distances(points) @ np.concatenate(members, axis=1)
    ends = np.cumsum([found.shape[1] for found in members])[:-1]
    by_labelling = zip(np.split(sums, ends, axis=1), members, strict=True)
    return tuple(_silhouette(to_segment, found) for to_segment, found in by_labelling)


def _members(labels: Labels) -> Points:
    """Return who is in which segment as 0 and 1, without empty segments."""
    found, place = np.unique(labels, return_inverse=True)
    members = np.zeros((len(labels), len(found)), dtype=np.float32)
    members[np.arange(len(labels)), place] = 1
    return members


def _distances(points: Points) -> Points:
    """Return all distances, computed in double precision so that equal students are 0 apart."""
    exact = points.astype(np.float64)
    squares = (exact * exact).sum(axis=1)
    between = squares[:, None] + squares - 2 * (exact @ exact.T)
    np.sqrt(np.maximum(between, 0.0, out=between), out=between)
    np.fill_diagonal(between, 0.0)
    distances: Points = between.astype(np.float32)
    return distances


def _silhouette(sums: Points, members: Points) -> float:
    """Return the mean silhouette from each student's summed distances to each segment."""
    if members.shape[1] < 2:
        return float("nan")
    sizes = members.sum(axis=0)
    own_size = members @ sizes
    own = (sums * members).sum(axis=1) / np.maximum(own_size - 1, 1)
    other = np.where(members > 0, np.inf, sums / sizes).min(axis=1)
    larger = np.maximum(own, other)
    there = (own_size > 1) & (larger > 0)
    return float(np.where(there, (other - own) / np.where(there, larger, 1), 0.0).astype(np.float64).mean())
