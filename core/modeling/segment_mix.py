"""How each segment is doing: its need bands at any cut, and the share of its students with the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.errors import InvalidChoice
from core.modeling.intervals import wilson
from core.modeling.table import Flags, Floats, Integers
from core.modeling.thresholds import Need

BANDS = tuple(need.value for need in Need)
"""``high``, ``watch``, ``low``, ``not enough known``."""
BLOCK = 4_096

Labels = NDArray[np.int16]
Longs = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Along:
    """The students of one K along the list."""

    k: int
    codes: NDArray[np.uint8]
    """By rank: the segment's place times 2, plus 1 for a student of whom not enough is known."""
    running: Longs
    """Of shape (blocks + 1, 2 k): how many of each code stand before each block of ranks."""

    def first(self, n: int) -> Longs:
        """Return how many of the first ``n`` have each code, of shape (k, 2)."""
        block = n // BLOCK
        rest = np.bincount(self.codes[block * BLOCK : n], minlength=2 * self.k)
        found: Longs = (self.running[block] + rest).reshape(self.k, 2)
        return found


@dataclass(frozen=True, eq=False)
class NeedBySegment:
    """The need bands by segment for every K; a cut is a lookup, whatever the number of students."""

    n_students: int
    rank: Integers = field(repr=False)
    """The place of each row's student on the list, from 1."""
    unknown: Flags = field(repr=False)
    """Of each row, whether not enough is known."""
    _along: Mapping[int, _Along] = field(repr=False)

    def counts(
        self,
        k: int,
        *,
        n_listed: int,
        n_watched: int,
        kept: Integers | None = None,
        waiting: Integers | None = None,
    ) -> Longs:
        """Return the students by segment (rows) and need band (``BANDS``).

        The first ``n_listed`` are high; of the others those of whom not enough is known stand apart, the
        first ``n_watched`` are watched, the rest is low. ``kept`` (rows who are listed although they stand
        further down) and ``waiting`` (rows who are not although they stand in front) are a steady list's.
        Raises InvalidChoice for a K that was not fitted.
        """
        if k not in self._along:
            raise InvalidChoice.of("K", k, [str(one) for one in self._along])
        along = self._along[k]
        n_listed = min(max(0, n_listed), self.n_students)
        n_watched = min(max(n_listed, n_watched), self.n_students)
        listed, watched = along.first(n_listed), along.first(n_watched)
        everybody = along.first(self.n_students)
        found = np.column_stack([
            listed.sum(axis=1),
            (watched - listed)[:, 0],
            (everybody - watched)[:, 0],
            (everybody - listed)[:, 1],
        ])  # fmt: skip
        for rows, sign in ((kept, 1), (waiting, -1)):
            if rows is not None and len(rows):
                segment, band = self._moved(along, rows, n_watched)
                listed_or_not = np.bincount(segment, minlength=k)
                found[:, 0] += sign * listed_or_not
                found -= sign * np.bincount(segment * 4 + band, minlength=4 * k).reshape(k, 4)
        return found

    def _moved(self, along: _Along, rows: Integers, n_watched: int) -> tuple[Longs, Longs]:
        """Return the segment of each row, and the band without being listed."""
        code = along.codes[self.rank[rows] - 1]
        watched_or_low = np.where(self.rank[rows] <= n_watched, 1, 2)
        return (code // 2).astype(np.int64), np.where(code % 2 == 1, 3, watched_or_low)


def prepare_needs(rank: ArrayLike, *, labels: Mapping[int, Labels], unknown: ArrayLike) -> NeedBySegment:
    """Return the bands along the list; all have one value a student, ranks and labels from 1."""
    ranks, little = np.asarray(rank), np.asarray(unknown, dtype=np.bool_)
    order = np.empty(len(ranks), dtype=np.intp)
    order[ranks - 1] = np.arange(len(ranks))
    drawn = little[order].astype(np.uint8)
    along = {k: _along(k, labels[k][order], drawn) for k in sorted(labels)}
    return NeedBySegment(len(ranks), ranks, little, along)


def _along(k: int, labels: Labels, unknown: NDArray[np.uint8]) -> _Along:
    codes = ((labels - 1) * 2).astype(np.uint8) + unknown
    n_blocks = len(codes) // BLOCK
    whole = codes[: n_blocks * BLOCK].astype(np.int32)
    place = np.repeat(np.arange(n_blocks, dtype=np.int32), BLOCK) * (2 * k) + whole
    by_block = np.bincount(place, minlength=n_blocks * 2 * k).reshape(n_blocks, 2 * k)
    running = np.zeros((n_blocks + 1, 2 * k), dtype=np.int64)
    np.cumsum(by_block, axis=0, out=running[1:])
    return _Along(k, codes, running)


def outcome_rates(labels: Labels, *, k: int, outcome: Floats, shown: Flags) -> pd.DataFrame:
    """Return one row a segment: segment, n_known, rate, low, high, is_withheld.

    ``outcome`` holds 1, 0 or NaN where it is not known; the interval is Wilson's at 95 %. Of a segment that
    is not ``shown`` (whoever calls decides which are too small) all figures are NaN; so is the rate of a
    segment of nobody with a known outcome.
    """
    known = ~np.isnan(outcome)
    n = np.bincount(labels[known], minlength=k + 1)[1:]
    with_it = np.bincount(labels[known & (outcome > 0)], minlength=k + 1)[1:]
    nothing = (np.nan, np.nan, np.nan, np.nan)
    rows = []
    for segment in range(k):
        size, hits = int(n[segment]), int(with_it[segment])
        figures = (float(size), hits / size if size else np.nan, *wilson(hits, size))
        rows.append((segment + 1, *(figures if shown[segment] else nothing), not shown[segment]))
    return pd.DataFrame(rows, columns=["segment", "n_known", "rate", "low", "high", "is_withheld"])
