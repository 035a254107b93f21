"""The map by UMAP, for who asks for it: of a sample of students, the others beside the nearest of these."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping

import numpy as np

from core.modeling.segment_map import Labels, SegmentMap, gridded
from core.modeling.segment_scaling import Points
from core.modeling.table import Integers
from core.modeling.threads import one_thread

SAMPLE = 3_000
"""UMAP sees so many students."""
FEWEST = 20
NEIGHBOURS = 15
BLOCK = 16_384


def map_by_umap(
    points: Points, *, order: Integers, labels: Mapping[int, Labels], seed: int, sample: int = SAMPLE
) -> SegmentMap:
    """Return the map that UMAP makes of the first ``sample`` students in ``order`` (a seeded one).

    Every other student stands where the nearest of these stands. Near students stay near; distances
    between far groups, and the axes, say nothing. Same seed, same map. Empty below 20 students.
    """
    if len(points) < FEWEST:
        why = f"UMAP needs at least {FEWEST} students; there are {len(points)}."
        return SegmentMap("UMAP", (), (), np.empty((0, 0), dtype=np.float32), (), why)
    drawn = np.asarray(order[:sample], dtype=np.intp)
    placed = _embedded(points[drawn], seed)
    places = np.empty((2, len(points)), dtype=np.float32)
    if len(drawn) == len(points):
        places[:, drawn] = placed.T
    else:
        places[:] = placed[_nearest(points, points[drawn])].T
        places[:, drawn] = placed.T
    found = SegmentMap("UMAP", _notes(len(points), len(drawn), seed), ("UMAP 1", "UMAP 2"), places, ())
    return gridded(found, labels=labels)


def _embedded(points: Points, seed: int) -> Points:
    with warnings.catch_warnings():
        # What it says is on optional parts (TensorFlow), on its own threads, and on its start.
        warnings.simplefilter("ignore")
        umap = importlib.import_module("umap")
        with one_thread():
            model = umap.UMAP(
                n_components=2, n_neighbors=min(NEIGHBOURS, len(points) - 1), random_state=seed, n_jobs=1
            )
            placed: Points = np.asarray(model.fit_transform(points), dtype=np.float32)
    return placed


def _nearest(points: Points, drawn: Points) -> Integers:
    """Return the place among ``drawn`` of the nearest one to each student."""
    half_norms = (drawn.astype(np.float64) ** 2).sum(axis=1).astype(np.float32) / 2
    across = np.ascontiguousarray(drawn.T)
    found = np.empty(len(points), dtype=np.intp)
    for first in range(0, len(points), BLOCK):
        distance = points[first : first + BLOCK] @ across
        np.subtract(half_norms, distance, out=distance)
        found[first : first + BLOCK] = distance.argmin(axis=1)
    return found


def _notes(n: int, n_drawn: int, seed: int) -> tuple[str, ...]:
    drawn = f"UMAP of all {n:,} students, seed {seed}."
    if n_drawn < n:
        drawn = (
            f"UMAP of {n_drawn:,} students drawn from {n:,}, seed {seed}; "
            "each of the others stands where the nearest of these stands."
        )
    return (drawn, "Near students stay near; the axes and the distances between groups say nothing.")
