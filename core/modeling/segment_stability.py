"""Whether segments come out again: each K is fitted to redrawn students and compared with what is shown.

The bootstrap of Hennig 2007 (cluster-wise assessment of cluster stability): students of a sample are drawn
with replacement and segmented anew. A segment is as stable as its mean Jaccard similarity to the most similar
new one; a K as the adjusted Rand index (Hubert and Arabie 1985) of all its segments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import InvalidChoice
from core.modeling.order import seeded_order
from core.modeling.segment_fit import Labels, assign_all
from core.modeling.segment_scaling import Points
from core.modeling.segment_start import draw_far_apart, move
from core.modeling.segments import Segmentation
from core.modeling.table import Features, Floats, Progress
from core.modeling.threads import one_thread, two_at_a_time

DRAWS = 50
SAMPLE = 3_000
RUNS = 3
MOVES = 15
DISSOLVED = 0.6
STABLE = 0.75
"""Hennig's marks: a segment under the first is not to be trusted; from the second on it is a real pattern."""
FEWEST = 30
AT_LEAST = 5
"""Draws; with fewer the range of the middle nine tenths says nothing."""


@dataclass(frozen=True)
class SegmentStability:
    """How well one segment comes out again."""

    segment: int
    """1 is the largest, as in the segmentation."""
    jaccard: float
    """Mean over the draws, in [0, 1]; NaN for a segment of nobody in the sample."""
    frac_dissolved: float
    """Draws in which nothing similar came out (Jaccard 0.5 or less)."""

    @property
    def words(self) -> str:
        """What Hennig's marks say of it."""
        if np.isnan(self.jaccard):
            return "too small to tell"
        if self.jaccard < DISSOLVED:
            return "unstable"
        return "stable" if self.jaccard >= STABLE else "a pattern, its members uncertain"


@dataclass(frozen=True)
class KStability:
    """How well the segments of one K come out again."""

    k: int
    rand: float
    """Mean adjusted Rand index over the draws; 1 is the same segments, 0 is chance."""
    rand_low: float
    rand_high: float
    """The middle nine tenths of the draws."""
    segments: tuple[SegmentStability, ...]

    @property
    def n_unstable(self) -> int:
        """The number of segments under the lower mark, or too small to tell."""
        return sum(not found.jaccard >= DISSOLVED for found in self.segments)

    @property
    def is_stable(self) -> bool:
        """Whether every segment keeps the lower mark."""
        return self.n_unstable == 0

    @property
    def words(self) -> str:
        """The answer in one sentence."""
        agree = (
            f"when students are redrawn, the segments agree by {self.rand:.2f} (adjusted Rand; "
            f"{self.rand_low:.2f} to {self.rand_high:.2f})"
        )
        if self.is_stable:
            return f"Stable at K = {self.k}: {agree}."
        do = "does" if self.n_unstable == 1 else "do"
        return f"Unstable at K = {self.k}: {agree}; {self.n_unstable} of {self.k} {do} not come out again."


@dataclass(frozen=True)
class Stability:
    """The stability of every K of one segmentation."""

    found: tuple[KStability, ...]
    n_students: int
    """The students in the sample."""
    n_draws: int
    seed: int
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.found

    @property
    def about(self) -> str:
        """How it was found, in one sentence."""
        return (
            f"{self.n_draws} times {self.n_students:,} students were drawn with replacement from as many "
            f"(seed {self.seed}) and segmented anew."
        )

    def of(self, k: int) -> KStability:
        """Return the stability of one K; raises InvalidChoice."""
        for found in self.found:
            if found.k == k:
                return found
        raise InvalidChoice.of("K", k, [str(found.k) for found in self.found])

    def frame(self) -> pd.DataFrame:
        """Return one row a K: k, rand, rand_low, rand_high, n_unstable, is_stable, words."""
        rows = [
            (f.k, f.rand, f.rand_low, f.rand_high, f.n_unstable, f.is_stable, f.words) for f in self.found
        ]
        names = ["k", "rand", "rand_low", "rand_high", "n_unstable", "is_stable", "words"]
        return pd.DataFrame(rows, columns=names)

    def segment_frame(self) -> pd.DataFrame:
        """Return one row a K and segment: k, segment, jaccard, frac_dissolved, words."""
        rows = [
            (f.k, s.segment, s.jaccard, s.frac_dissolved, s.words) for f in self.found for s in f.segments
        ]
        return pd.DataFrame(rows, columns=["k", "segment", "jaccard", "frac_dissolved", "words"])


def find_stability(
    found: Segmentation,
    features: Features,
    *,
    n_draws: int = DRAWS,
    sample: int = SAMPLE,
    progress: Progress | None = None,
) -> Stability:
    """Return how stable each K is; ``features`` are those that were segmented, or others with their columns.

    A sample of the students is drawn by the seed of the segmentation; the result does not depend on the
    order of the rows. Raises InvalidChoice for fewer than 5 draws, ColumnNotFound.
    """
    if n_draws < AT_LEAST:
        raise InvalidChoice(f"'n_draws' cannot be {n_draws}.", hint=f"It is at least {AT_LEAST}.")
    tell = progress or (lambda _done, _words: None)
    with one_thread():
        tell(0.0, "Drawing students")
        rows = seeded_order(features.student_ids, seed=found.seed, purpose="stability")[:sample]
        if found.is_empty or len(rows) < FEWEST:
            why = found.why_empty or f"{len(rows)} students are too few to redraw."
            return Stability((), len(rows), n_draws, found.seed, why)
        points = found.scaling.points(found.scaling.parts(features, rows=rows))
        compared = _compared(points, found, n_draws, tell)
    by_k = tuple(_of_k(k, [draw[i] for draw in compared]) for i, k in enumerate(found.ks))
    tell(1.0, "Done")
    return Stability(by_k, len(rows), n_draws, found.seed)


@dataclass(frozen=True, eq=False)
class _Agreement:
    """One draw beside the segments shown, for one K."""

    rand: float
    jaccard: Floats


def _compared(points: Points, found: Segmentation, n_draws: int, tell: Progress) -> list[list[_Agreement]]:
    """Return the agreement of each draw at each K."""
    shown = assign_all(points, centres=found.centres)
    seeds = np.random.default_rng(found.seed).integers(2**32, size=n_draws)
    compared: list[list[_Agreement]] = []
    for first in range(0, n_draws, 2):
        tell(0.05 + 0.95 * first / n_draws, "Segmenting redrawn students")
        compared += two_at_a_time(
            lambda seed: _redrawn(points, shown, found.ks, int(seed)), seeds[first : first + 2].tolist()
        )
    return compared


def _redrawn(points: Points, shown: Sequence[Labels], ks: Sequence[int], seed: int) -> list[_Agreement]:
    """Draw students with replacement, segment them at each K, and compare those who were drawn."""
    rows = np.random.default_rng(seed).integers(len(points), size=len(points))
    drawn = points[rows]
    starts = draw_far_apart(drawn, k=max(ks), n_runs=RUNS, seed=seed)
    there = np.unique(rows)
    centres = [move(drawn, starts[:, :k], moves=MOVES).best(1)[0] for k in ks]
    anew = assign_all(points[there], centres=centres)
    return [_agreement(shown[i][there], anew[i], k) for i, k in enumerate(ks)]


def _agreement(shown: Labels, anew: Labels, k: int) -> _Agreement:
    both = np.bincount(shown.astype(np.intp) * k + anew, minlength=k * k).reshape(k, k)
    here, there = both.sum(axis=1), both.sum(axis=0)
    jaccard = (both / np.maximum(here[:, None] + there - both, 1)).max(axis=1)
    return _Agreement(_adjusted_rand(both), np.where(here > 0, jaccard, np.nan))


def _adjusted_rand(both: np.ndarray) -> float:
    """Return the adjusted Rand index from the counts of both labellings."""

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1.0)).sum() / 2)

    same, here, there = pairs(both), pairs(both.sum(axis=1)), pairs(both.sum(axis=0))
    by_chance = here * there / max(1.0, pairs(both.sum()))
    most = (here + there) / 2
    return 1.0 if most == by_chance else (same - by_chance) / (most - by_chance)


def _of_k(k: int, draws: Sequence[_Agreement]) -> KStability:
    rand = np.array([draw.rand for draw in draws])
    jaccard = np.array([draw.jaccard for draw in draws])
    segments = tuple(_of_segment(s + 1, jaccard[:, s]) for s in range(k))
    low, high = np.quantile(rand, [0.05, 0.95])
    return KStability(k, float(rand.mean()), float(low), float(high), segments)


def _of_segment(segment: int, jaccard: Floats) -> SegmentStability:
    known = jaccard[~np.isnan(jaccard)]
    if not len(known):
        return SegmentStability(segment, float("nan"), float("nan"))
    return SegmentStability(segment, float(known.mean()), float((known <= 0.5).mean()))
