"""Students on a map: two or three axes for many columns, and density instead of a million points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InvalidChoice
from core.modeling.segment_scaling import Points
from core.modeling.table import Floats, Integers

BINS = 60
"""Squares along each side of the map."""
BINS_3D = 24
MOST_POINTS = 3_000
"""Up to so many students are also shown one by one."""
BLOCK = 65_536
AXES = ("x", "y", "z")

Labels = NDArray[np.int16]


@dataclass(frozen=True)
class Box:
    """A part of the map, borders included; without ``z`` over the whole third axis."""

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name, ends in zip(AXES, (self.x, self.y, self.z), strict=True):
            if ends is not None and not ends[0] <= ends[1]:
                raise InvalidChoice(
                    f"The box on the map cannot go from {ends[0]:g} to {ends[1]:g} on '{name}'.",
                    hint="Give the smaller end first.",
                )


@dataclass(frozen=True, eq=False)
class SegmentMap:
    """Where each student stands, and the density by segment for every K; made once, then looked up."""

    method: str
    """``PCA`` or ``UMAP``."""
    notes: tuple[str, ...]
    """How it was made and what it leaves out, one sentence each."""
    axes: tuple[str, ...]
    """What each axis is, in words."""
    places: Points = field(repr=False)
    """Of shape (axes, students); NaN for students who are not on the map."""
    shares: tuple[float, ...]
    """The share of the variance along each axis; empty where that has no meaning."""
    why_empty: str = ""
    _edges: tuple[Floats, ...] = field(default=(), repr=False)
    _cells: tuple[Mapping[int, pd.DataFrame], ...] = field(default=(), repr=False)
    """For two axes, then for three: by K the squares with students."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no map."""
        return not self.places.size

    @property
    def n_students(self) -> int:
        """All students, on the map or not."""
        return int(self.places.shape[1])

    @property
    def shows_points(self) -> bool:
        """Whether students are few enough to be shown one by one."""
        return 0 < self.n_students <= MOST_POINTS

    def density(self, k: int, *, dimensions: int = 2) -> pd.DataFrame:
        """Return one row a square with students: x, y (and z: its middle), n, segment, share.

        ``segment`` is the number of the segment with most students there, the larger segment of two;
        ``share`` its part of them. With two axes also x2 and y2, the far corner, and x1 and y1, the near one.
        Raises InvalidChoice for a K or a number of axes that the map does not have.
        """
        if not 2 <= dimensions <= len(self._cells) + 1:
            raise InvalidChoice.of(
                "number of axes", dimensions, [str(i + 2) for i in range(len(self._cells))]
            )
        found = self._cells[dimensions - 2]
        if k not in found:
            raise InvalidChoice.of("K", k, [str(one) for one in found])
        return found[k].copy()

    def points(self, labels: Labels, *, dimensions: int = 2) -> pd.DataFrame:
        """Return one row a student on the map: row, x, y (and z), segment; empty above 3,000 students."""
        shown = np.arange(self.n_students) if self.shows_points else np.empty(0, dtype=np.intp)
        shown = shown[np.isfinite(self.places[0, shown])]
        columns = {AXES[i]: self.places[i, shown] for i in range(min(dimensions, len(self.places)))}
        return pd.DataFrame({"row": shown} | columns | {"segment": labels[shown]})

    def students_in(self, box: Box) -> NDArray[np.intp]:
        """Return the rows of the students inside a box, in the order of the table."""
        if self.is_empty:
            return np.empty(0, dtype=np.intp)
        inside = np.ones(self.n_students, dtype=np.bool_)
        for values, ends in zip(self.places, (box.x, box.y, box.z), strict=False):
            if ends is not None:
                inside &= (values >= np.float32(ends[0])) & (values <= np.float32(ends[1]))
        return np.flatnonzero(inside)

    def range_of(self, axis: int) -> tuple[float, float]:
        """Return the ends of an axis."""
        return float(self._edges[axis][0]), float(self._edges[axis][-1])


def map_by_pca(points: Points, *, labels: Mapping[int, Labels]) -> SegmentMap:
    """Return the map along the directions in which the students differ most (principal components).

    Exact: from the covariance of all students. Each direction points to where its heaviest column is
    higher, so that the map is not mirrored from one run to the next. Points stand in the order of the table;
    ``labels`` are by K and count from 1.
    """
    if not len(points) or not points.shape[1]:
        return _no_map("PCA")
    mean, covariance = _moments(points)
    values, vectors = np.linalg.eigh(covariance)
    order = np.argsort(-values, kind="stable")[:3]
    total = max(float(np.maximum(values, 0.0).sum()), 1e-12)
    directions = _turned(vectors[:, order])
    shares = tuple(float(max(0.0, values[i])) / total for i in order)
    places = np.empty((3, len(points)), dtype=np.float32)
    places[len(order) :] = 0
    turned = np.ascontiguousarray(directions.T, dtype=np.float32)
    for first in range(0, len(points), BLOCK):
        block = points[first : first + BLOCK] - mean.astype(np.float32)
        places[: len(order), first : first + BLOCK] = turned @ block.T
    shares += (0.0,) * (3 - len(shares))
    axes = tuple(f"Component {i + 1} ({100 * share:.0f} % of the variance)" for i, share in enumerate(shares))
    note = (
        f"Principal components: two axes show {100 * sum(shares[:2]):.0f} % of how students differ, "
        f"three show {100 * sum(shares):.0f} %. Distances on the map leave out the rest."
    )
    return gridded(SegmentMap("PCA", (note,), axes, places, shares), labels=labels)


def gridded(found: SegmentMap, *, labels: Mapping[int, Labels]) -> SegmentMap:
    """Return the map with the densities of every K."""
    edges = tuple(_edges(values, BINS) for values in found.places)
    wide = tuple(_edges(values, BINS_3D) for values in found.places)
    flat = _Grid.of(found.places[:2], edges[:2])
    cells = [{k: flat.frame(one, k) for k, one in labels.items()}]
    if len(found.places) == 3:
        deep = _Grid.of(found.places, wide)
        cells.append({k: deep.frame(one, k) for k, one in labels.items()})
    return replace(found, _edges=edges, _cells=tuple(cells))


def _no_map(method: str) -> SegmentMap:
    why = "There are no students in whom anything differs: there is nothing to map."
    return SegmentMap(method, (), (), np.empty((0, 0), dtype=np.float32), (), why)


def _moments(points: Points) -> tuple[Floats, Floats]:
    """Return the mean and the covariance, from passes in single precision that are added up in double."""
    width = points.shape[1]
    shift = points[: min(len(points), BLOCK)].mean(axis=0, dtype=np.float64).astype(np.float32)
    total, products = np.zeros(width), np.zeros((width, width))
    for first in range(0, len(points), BLOCK):
        block = points[first : first + BLOCK] - shift
        total += block.sum(axis=0, dtype=np.float64)
        products += block.T @ block
    apart = total / len(points)
    return shift + apart, products / len(points) - np.outer(apart, apart)


def _turned(vectors: Floats) -> Floats:
    """Return the directions with their heaviest entry above zero, the first of equally heavy ones."""
    heavy = np.argmax(np.round(np.abs(vectors), 4), axis=0)
    turned: Floats = vectors * np.where(vectors[heavy, np.arange(vectors.shape[1])] < 0, -1.0, 1.0)
    return turned


def _edges(values: Points, n: int) -> Floats:
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, n + 1)


@dataclass(frozen=True, eq=False)
class _Grid:
    """The cells of a grid in which students stand."""

    middles: Floats
    """Of shape (cells with students, axes)."""
    halves: Floats
    """Half a cell along each axis."""
    cell: Integers
    """The place among ``middles`` of each student on the map."""
    on_map: Any
    """Which students those are; a slice where all are."""

    @classmethod
    def of(cls, places: Points, edges: Sequence[Floats]) -> _Grid:
        known = np.isfinite(places[0])
        on_map: Any = slice(None) if known.all() else known
        code = np.zeros(int(known.sum()), dtype=np.int32)
        n = len(edges[0]) - 1
        for values, ends in zip(places, edges, strict=True):
            step = (values[on_map] - np.float32(ends[0])) * np.float32(n / (ends[-1] - ends[0]))
            code = code * n + np.clip(step.astype(np.int32), 0, n - 1)
        there = np.flatnonzero(np.bincount(code, minlength=n ** len(edges)))
        place = np.zeros(n ** len(edges), dtype=np.int32)
        place[there] = np.arange(len(there))
        index = np.stack(np.unravel_index(there, (n,) * len(edges)), axis=1)
        low = np.array([ends[0] for ends in edges])
        widths = np.array([ends[1] - ends[0] for ends in edges])
        return cls(low + (index + 0.5) * widths, widths / 2, place[code], on_map)

    def frame(self, labels: Labels, k: int) -> pd.DataFrame:
        """Return the cells of one K; see ``SegmentMap.density``."""
        code = self.cell * np.int32(k) + (labels[self.on_map] - 1)
        counts = np.bincount(code, minlength=len(self.middles) * k).reshape(-1, k)
        best, n = counts.argmax(axis=1), counts.sum(axis=1)
        columns = {AXES[i]: self.middles[:, i] for i in range(self.middles.shape[1])}
        if len(columns) == 2:
            for i, name in enumerate(AXES[:2]):
                columns |= {f"{name}1": self.middles[:, i] - self.halves[i]}
                columns |= {f"{name}2": self.middles[:, i] + self.halves[i]}
        share = counts[np.arange(len(best)), best] / np.maximum(n, 1)
        return pd.DataFrame(columns | {"n": n, "segment": best + 1, "share": share})
