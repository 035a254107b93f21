"""How well students fit their segments, for every K: five figures, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.modeling.segment_fit import Fit, Labels
from core.modeling.segment_gap import Gaps
from core.modeling.segment_indices import Indices
from core.modeling.segment_scaling import Points
from core.modeling.table import Floats
from core.modeling.threads import two_at_a_time

SILHOUETTE_SAMPLE = 3_000
"""The silhouette needs all pairs of students, so it is computed on at most so many."""
BLOCK = 500
COLUMNS = (
    "k", "inertia", "silhouette", "calinski_harabasz", "davies_bouldin", "gap", "gap_error", "smallest_share",
    "is_recommended",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Quality:
    """The figures of each K, in the order of the fits."""

    silhouettes: tuple[float, ...]
    n_silhouette: int
    """The students whose silhouette was computed."""
    indices: tuple[Indices, ...]
    gaps: Gaps | None
    """None in a preview."""

    def frame(self, fits: Sequence[Fit], *, recommended: int) -> pd.DataFrame:
        """Return one row a K, with ``COLUMNS``."""
        gaps = self.gaps
        rows = [
            (
                fit.k,
                fit.inertia,
                self.silhouettes[i],
                *self.indices[i],
                *((float("nan"),) * 2 if gaps is None else (gaps.gap[i + 1], gaps.error[i + 1])),
                fit.sizes.min() / fit.sizes.sum(),
                fit.k == recommended,
            )
            for i, fit in enumerate(fits)
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def said(self, ks: Sequence[int]) -> str:
        """Return which K each figure prefers, in words."""
        best = {
            "the silhouette": ks[_first_best(self.silhouettes)],
            "Calinski-Harabasz": ks[_first_best([found.calinski_harabasz for found in self.indices])],
            "Davies-Bouldin": ks[_first_best([-found.davies_bouldin for found in self.indices])],
        }
        listed = ", ".join(f"{k} by {name}" for name, k in best.items())
        return f"The best K is {listed}{self._gap_said()}."

    def _gap_said(self) -> str:
        if self.gaps is None:
            return ""
        k = self.gaps.first_enough
        if k == 1:
            return ", and by the gap statistic no division at all"
        return f", {k} by the gap statistic"


def _first_best(values: Sequence[float]) -> int:
    return int(np.argmax(np.nan_to_num(np.round(values, 6), nan=-np.inf)))


def silhouettes(points: Points, *, labels: Sequence[Labels]) -> tuple[float, ...]:
    """Return the mean silhouette in [-1, 1] of each labelling of the same students.

    It is the full one, of Euclidean distances; a student alone in a segment counts 0. NaN for a labelling
    with fewer than two segments.
    """
    members = [_members(found) for found in labels]
    if not members:
        return ()
    stacked = np.concatenate(members, axis=1)
    exact = points.astype(np.float64)
    blocks = two_at_a_time(
        lambda first: _distances(exact, first) @ stacked, range(0, max(1, len(points)), BLOCK)
    )
    ends = np.cumsum([found.shape[1] for found in members])[:-1]
    by_labelling = zip(np.split(np.concatenate(blocks), ends, axis=1), members, strict=True)
    return tuple(_silhouette(to_segment, found) for to_segment, found in by_labelling)


def _members(labels: Labels) -> Points:
    """Return who is in which segment as 0 and 1, without empty segments."""
    found, place = np.unique(labels, return_inverse=True)
    members = np.zeros((len(labels), len(found)), dtype=np.float32)
    members[np.arange(len(labels)), place] = 1
    return members


def _distances(exact: Floats, first: int) -> Points:
    """Return the distances of a block of students to all, so exact that equal students are 0 apart."""
    block = exact[first : first + BLOCK]
    between = block @ exact.T
    between *= -2
    between += np.einsum("ij,ij->i", exact, exact)
    between += np.einsum("ij,ij->i", block, block)[:, None]
    np.sqrt(np.maximum(between, 0.0, out=between), out=between)
    np.fill_diagonal(between[:, first:], 0.0)
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
