"""K-means for every K at once: a good start on a sample, then passes over all students."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.modeling.segment_scaling import Points
from core.modeling.table import Floats

Labels = NDArray[np.int16]

START_SAMPLE = 8_000
STARTS = 5
"""Restarts for each K; twice as many where the sample is small."""
SMALL = 4_000
LARGE = 100_000
"""Of more students than this, so many settle first; then all of them in a few passes."""
PASSES = 12
LAST_PASSES = 3
SETTLED = 1e-5
"""Passes stop when one lowers the inertia by less than this fraction."""
BLOCK = 16_384
TIE = 1e-4
"""Squared distances closer than this count as equal; the larger segment takes the student."""


@dataclass(frozen=True, eq=False)
class Fit:
    """One K: centres (k, dimensions), a segment 0..k-1 a student (largest first), and the inertia."""

    k: int
    centres: Points
    labels: Labels
    sizes: NDArray[np.int64]
    inertia: float
    """The sum of squared distances to the centres, divided by the number of students."""


@dataclass
class _Pass:
    """What one pass over all students finds for one K."""

    labels: Labels
    sums: Floats
    sizes: NDArray[np.int64]
    inertia: float


def load_libraries() -> None:
    """Import scikit-learn: only a library that is loaded already can be held to one thread."""
    importlib.import_module("sklearn.cluster")


def count_distinct(points: Points) -> int:
    """Return the number of different rows."""
    rows = np.ascontiguousarray(points + np.float32(0))
    return len(np.unique(rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()))


def fit_all(
    points: Points, *, ks: Sequence[int], seed: int, progress: Callable[[float], None] | None = None
) -> tuple[Fit, ...]:
    """Return one fit for each K in ``ks``; the rows must stand in a drawn order.

    Starts are the best of several runs on the first 8,000 rows; then come passes over all rows until the
    inertia settles.
    """
    tell = progress or (lambda _done: None)
    start = points[:START_SAMPLE]
    centres = []
    for i, k in enumerate(ks):
        centres.append(_started(start, k, seed))
        tell(0.5 * (i + 1) / len(ks))
    _settle(points[:LARGE], centres, PASSES)
    tell(0.7)
    if len(points) > LARGE:
        _settle(points, centres, LAST_PASSES)
    tell(0.9)
    return _by_size(points, centres)


def assign_all(points: Points, *, centres: Sequence[Points]) -> list[Labels]:
    """Return the nearest centre of each student for each set of centres, the first of equally near ones."""
    return [found.labels for found in _one_pass(points, centres)]


def _started(start: Points, k: int, seed: int) -> Points:
    from sklearn.cluster import KMeans

    n_init = 2 * STARTS if len(start) <= SMALL else STARTS
    model = KMeans(n_clusters=k, n_init=n_init, random_state=seed, algorithm="lloyd").fit(start)
    centres: Points = model.cluster_centers_.astype(np.float32)
    return centres


def _settle(points: Points, centres: list[Points], passes: int) -> None:
    """Move the centres in passes over the rows; a K that has settled is left alone."""
    moving = list(range(len(centres)))
    before = [np.inf] * len(centres)
    for _ in range(passes):
        found = _one_pass(points, [centres[i] for i in moving])
        for i, result in zip(list(moving), found, strict=True):
            if before[i] - result.inertia <= SETTLED * result.inertia:
                moving.remove(i)
            else:
                before[i] = result.inertia
                centres[i] = _moved(points, centres[i], result)
        if not moving:
            return


def _moved(points: Points, centres: Points, found: _Pass) -> Points:
    """Return the means of the segments; an empty one moves to the student farthest from any centre."""
    moved = (found.sums / np.maximum(found.sizes, 1)[:, None]).astype(np.float32)
    for empty in np.flatnonzero(found.sizes == 0):
        distance = ((points - centres[found.labels]) ** 2).sum(axis=1)
        moved[empty] = points[int(np.argmax(distance))]
    return moved


def _one_pass(points: Points, centres: Sequence[Points]) -> list[_Pass]:
    """Return for each set of centres who is nearest to which; all sets share each block of rows."""
    stacked = np.concatenate(centres)
    half_norms = (stacked.astype(np.float64) ** 2).sum(axis=1).astype(np.float32) / 2
    starts = np.cumsum([0, *(len(c) for c in centres)])
    labels = np.empty((len(centres), len(points)), dtype=np.int16)
    sums = np.zeros(stacked.shape)
    for first in range(0, len(points), BLOCK):
        block = points[first : first + BLOCK]
        distance = half_norms - block @ stacked.T
        members = np.zeros(distance.shape, dtype=np.float32)
        rows = np.arange(len(block))
        for i in range(len(centres)):
            nearest = _first_nearest(distance[:, starts[i] : starts[i + 1]])
            labels[i, first : first + BLOCK] = nearest
            members[rows, starts[i] + nearest] = 1
        sums += members.T @ block
    total = float(np.einsum("ij,ij->", points, points, dtype=np.float64))
    return [
        _summed(labels[i], sums[starts[i] : starts[i + 1]], centres[i], total) for i in range(len(centres))
    ]


def _first_nearest(half_distance: Points) -> NDArray[np.intp]:
    """Return the first column within a tie of the smallest one, for each row."""
    limit = half_distance.min(axis=1, keepdims=True) + np.float32(TIE / 2)
    nearest: NDArray[np.intp] = np.argmax(half_distance <= limit, axis=1)
    return nearest


def _summed(labels: Labels, sums: Floats, centres: Points, total: float) -> _Pass:
    sizes = np.bincount(labels, minlength=len(centres)).astype(np.int64)
    exact = centres.astype(np.float64)
    inertia = total - 2 * float((exact * sums).sum()) + float((sizes * (exact**2).sum(axis=1)).sum())
    return _Pass(labels, sums, sizes, max(0.0, inertia) / max(1, len(labels)))


def _by_size(points: Points, centres: list[Points]) -> tuple[Fit, ...]:
    """Number the segments by size, equal sizes by their centres, and assign everybody accordingly."""
    found = _one_pass(points, centres)
    for _ in range(3):
        centres = [c[_ranking(c, result.sizes)] for c, result in zip(centres, found, strict=True)]
        found = _one_pass(points, centres)
        if all((np.diff(result.sizes) <= 0).all() for result in found):
            break
    return tuple(
        Fit(len(c), _frozen(c), _frozen(result.labels), _frozen(result.sizes), result.inertia)
        for c, result in zip(centres, found, strict=True)
    )


def _ranking(centres: Points, sizes: NDArray[np.int64]) -> NDArray[np.intp]:
    keys = np.round(centres[:, ::-1].T.astype(np.float64), 3)
    return np.lexsort((*keys, -sizes))


def _frozen(values: Any) -> Any:
    values.flags.writeable = False
    return values
