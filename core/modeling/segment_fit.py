"""K-means for every K at once: a good start on a sample, then passes over all students."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.modeling.segment_scaling import Points
from core.modeling.segment_start import start_all
from core.modeling.table import Floats
from core.modeling.threads import two_at_a_time

Labels = NDArray[np.int16]
Sizes = NDArray[np.int64]

LARGE = 65_536
"""Of more students than this, so many settle first; then all of them in one more pass."""
PASSES = 24
LAST_PASSES = 1
SETTLED = 5e-6
"""Passes stop when one lowers the inertia by less than this fraction."""
BLOCK = 8_192
TIE = 1e-4
"""Squared distances closer than this count as equal; the larger segment takes the student."""


@dataclass(frozen=True, eq=False)
class Fit:
    """One K: centres (k, dimensions), a segment 0..k-1 a student (largest first), and the inertia."""

    k: int
    centres: Points
    labels: Labels
    sizes: Sizes
    inertia: float
    """The sum of squared distances to the centres, divided by the number of students."""
    means: Floats
    """The means of the segments (k, dimensions), a last move away from the centres."""


@dataclass
class _Pass:
    """What one pass over all students finds for one K."""

    labels: Labels
    sums: Floats
    sizes: Sizes
    inertia: float


def load_libraries() -> None:
    """Import scikit-learn: only a library that is loaded already can be held to one thread."""
    importlib.import_module("sklearn.cluster")


def count_distinct(points: Points) -> int:
    """Return the number of different rows."""
    rows = np.ascontiguousarray(points + np.float32(0))
    return len(np.unique(rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()))


def fit_all(
    points: Points,
    *,
    ks: Sequence[int],
    seed: int,
    start: Sequence[Points] | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[Fit, ...]:
    """Return one fit for each K in ``ks``; the rows must stand in a drawn order.

    They begin with the centres of ``start``, else with the best of several runs on the first rows; then come
    passes over all rows until the inertia settles.
    """
    tell = progress or (lambda _done: None)
    centres = start_all(points, ks=ks, seed=seed) if start is None else list(start)
    tell(0.4)
    sizes = _settle(points[:LARGE], centres, PASSES)
    tell(0.6)
    if len(points) > LARGE:
        sizes = _settle(points, centres, LAST_PASSES)
        tell(0.8)
    return _by_size(points, centres, sizes)


def assign_all(points: Points, *, centres: Sequence[Points]) -> list[Labels]:
    """Return the nearest centre of each student for each set of centres, the first of equally near ones."""
    return [found.labels for found in _one_pass(points, centres)]


def _settle(points: Points, centres: list[Points], passes: int) -> list[Sizes]:
    """Move the centres in passes over the rows until they settle; return the sizes that were found last."""
    moving = list(range(len(centres)))
    before = [np.inf] * len(centres)
    sizes: list[Sizes] = [np.empty(0, dtype=np.int64)] * len(centres)
    for _ in range(passes):
        found = _one_pass(points, [centres[i] for i in moving])
        for i, result in zip(list(moving), found, strict=True):
            sizes[i] = result.sizes
            if before[i] - result.inertia <= SETTLED * result.inertia:
                moving.remove(i)
            else:
                before[i] = result.inertia
                centres[i] = _moved(points, centres[i], result)
        if not moving:
            break
    return sizes


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
    half_norms = (stacked.astype(np.float64) ** 2).sum(axis=1).astype(np.float32)[:, None] / 2
    ends = np.cumsum([0, *(len(c) for c in centres)])
    labels = np.empty((len(centres), len(points)), dtype=np.int16)

    def in_block(first: int) -> tuple[Floats, Floats, float]:
        block = points[first : first + BLOCK]
        members = half_norms - stacked @ block.T
        for i in range(len(centres)):
            near = members[ends[i] : ends[i + 1]]
            _keep_first_nearest(near, labels[i, first : first + BLOCK])
        square = float(np.einsum("ij,ij->", block, block, dtype=np.float64))
        return (members @ block).astype(np.float64), members.sum(axis=1, dtype=np.float64), square

    blocks = two_at_a_time(in_block, range(0, len(points), BLOCK))
    sums = np.sum([block[0] for block in blocks], axis=0)
    sizes = np.sum([block[1] for block in blocks], axis=0).astype(np.int64)
    total = sum(block[2] for block in blocks)
    places = [slice(ends[i], ends[i + 1]) for i in range(len(centres))]
    return [
        _summed(found, sums[at], sizes[at], c, total)
        for found, at, c in zip(labels, places, centres, strict=True)
    ]


def _keep_first_nearest(half_distance: Points, labels: Labels) -> None:
    """Write the first row within a tie of the least into ``labels``; the distances become 1 there, else 0.

    One row a centre, one column a student: so the least is found for many students at once.
    """
    near = half_distance <= half_distance.min(axis=0) + np.float32(TIE / 2)
    for place in range(len(near) - 1, -1, -1):
        np.copyto(labels, np.int16(place), where=near[place])
    if np.count_nonzero(near) > len(labels):
        near = labels == np.arange(len(near), dtype=np.int16)[:, None]
    half_distance[:] = near


def _summed(labels: Labels, sums: Floats, sizes: Sizes, centres: Points, total: float) -> _Pass:
    exact = centres.astype(np.float64)
    inertia = total - 2 * float((exact * sums).sum()) + float((sizes * (exact**2).sum(axis=1)).sum())
    return _Pass(labels, sums, sizes, max(0.0, inertia) / max(1, len(labels)))


def _by_size(points: Points, centres: list[Points], sizes: list[Sizes]) -> tuple[Fit, ...]:
    """Number the segments by size, equal sizes by their centres, and assign everybody accordingly."""
    found: dict[int, _Pass] = {}
    unsorted = list(range(len(centres)))
    for _ in range(4):
        for i in unsorted:
            centres[i] = centres[i][_ranking(centres[i], sizes[i])]
        for i, result in zip(unsorted, _one_pass(points, [centres[i] for i in unsorted]), strict=True):
            found[i], sizes[i] = result, result.sizes
        unsorted = [i for i in unsorted if (np.diff(sizes[i]) > 0).any()]
        if not unsorted:
            break
    return tuple(_fit(c, found[i]) for i, c in enumerate(centres))


def _fit(centres: Points, found: _Pass) -> Fit:
    return Fit(
        len(centres),
        centres=_frozen(centres),
        labels=_frozen(found.labels),
        sizes=_frozen(found.sizes),
        inertia=found.inertia,
        means=_frozen(found.sums / np.maximum(found.sizes, 1)[:, None]),
    )


def _ranking(centres: Points, sizes: Sizes) -> NDArray[np.intp]:
    keys = np.round(centres[:, ::-1].T.astype(np.float64), 3)
    return np.lexsort((*keys, -sizes))


def _frozen(values: Any) -> Any:
    values.flags.writeable = False
    return values
