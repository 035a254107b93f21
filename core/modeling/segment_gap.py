"""The gap statistic: how much tighter the segments are than those of evenly spread points.

Tibshirani, Walther and Hastie 2001, with their second reference: even over a box along the principal
directions of the students. All is computed on a drawn sample, the references as large as the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.modeling.segment_scaling import Points
from core.modeling.segment_start import draw_far_apart, move
from core.modeling.table import Floats
from core.modeling.threads import two_at_a_time

GAP_SAMPLE = 1_000
REFERENCES = 10
RUNS = 4
STAGES = ((4, 2), (12, 1))
"""So many moves of the centres, after which so many runs go on."""
LEAST = 1e-12
"""Spread within segments is at least this fraction of the whole: equal students have a logarithm too."""


@dataclass(frozen=True, eq=False)
class Gaps:
    """The gap of K = 1 and of each K fitted, and its standard error."""

    ks: tuple[int, ...]
    gap: Floats
    error: Floats
    """The standard deviation over the references, times sqrt(1 + 1 / references)."""
    n_students: int
    """The students drawn."""

    @property
    def first_enough(self) -> int:
        """The K of the paper's rule: the first whose gap the next K does not exceed by its standard error.

        1 only where no K exceeds its gap so: near groups beside far ones lower the gap of the first K.
        """
        sure = self.gap - self.error
        if (sure[1:] <= self.gap[0]).all():
            return 1
        enough = np.append(self.gap[1:-1] >= sure[2:], [True])
        return self.ks[1 + int(np.argmax(enough))]


def gaps(points: Points, *, ks: Sequence[int], seed: int) -> Gaps:
    """Return the gap for K = 1 and ``ks`` on the first 1,000 rows; the rows must stand in a drawn order."""
    sample = points[:GAP_SAMPLE]
    along = _along_main_directions(sample)
    rng = np.random.default_rng(seed)
    low, high = along.min(axis=0), along.max(axis=0)
    drawn = [rng.uniform(low, high, along.shape).astype(np.float32) for _ in range(REFERENCES)]
    spreads = np.array(two_at_a_time(lambda table: _log_spreads(table, ks, seed), [along, *drawn]))
    references = spreads[1:]
    error = references.std(axis=0) * np.sqrt(1 + 1 / REFERENCES)
    return Gaps((1, *ks), references.mean(axis=0) - spreads[0], error, len(sample))


def _along_main_directions(points: Points) -> Points:
    """Return the points turned to their principal directions; distances stay as they are."""
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    turned: Points = (centred @ directions).astype(np.float32)
    return turned


def _log_spreads(points: Points, ks: Sequence[int], seed: int) -> list[float]:
    """Return the logarithm of the mean squared distance to the nearest centre, for K = 1 and each K."""
    whole = float(points.var(axis=0, dtype=np.float64).sum())
    drawn = draw_far_apart(points, k=max(ks), n_runs=RUNS, seed=seed)
    found = [_spread(points, drawn[:, :k]) for k in ks]
    least = LEAST * max(whole, LEAST)
    return [float(np.log(max(spread, least))) for spread in (whole, *found)]


def _spread(points: Points, centres: Points) -> float:
    for moves, n_kept in STAGES:
        runs = move(points, centres, moves=moves)
        centres = runs.best(n_kept)
    return float(runs.inertia.min())
