"""Whether the segments are real groups, and which K to look at first.

Held against tables with a known answer: evenly spread, normal, stretched along a line, skewed, flags and
five-point scales are not called groups; planted ones are. Known limit: students along a strong bend (a curve
without gaps) may be called groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.modeling.segment_fit import Labels, count_distinct
from core.modeling.segment_quality import silhouettes
from core.modeling.segment_scaling import Parts, Points, Scaling
from core.modeling.segment_twins import learn_twins

MARGIN = 0.05
"""The silhouette must exceed that of students without groups by at least this much."""
SURE = 3.0
"""And by so many standard deviations between the draws."""
TWINS = 8
JUDGED = 1_000
"""Students looked at for the verdict, and within one segment at most 400."""
JUDGED_INSIDE = 400
FEWEST = 30
STARTS = 3


@dataclass(frozen=True)
class Verdict:
    """Whether there are groups, against made-up students without any."""

    clear: bool | None
    """None if there are too few students to tell."""
    words: str
    k: int
    """The K that was judged."""
    silhouette: float
    """Of the students judged, segmented among themselves."""
    twin_mean: float
    """The mean silhouette of students without groups who are otherwise alike."""
    twin_std: float
    n_students: int
    """Students judged."""
    n_twins: int = TWINS
    margin: float = MARGIN

    @property
    def excess(self) -> float:
        """How much higher the silhouette is than that of students without groups."""
        return self.silhouette - self.twin_mean


def judge(
    parts: Parts,
    *,
    scaling: Scaling,
    labels: Sequence[Labels],
    scores: Sequence[float],
    ks: Sequence[int],
    seed: int,
) -> tuple[Verdict, int, str]:
    """Return the verdict, the K to look at first, and the reason in words.

    ``labels`` and ``scores`` (silhouettes) go with ``ks``. First comes the K with the highest silhouette.
    If its groups are clear, K grows until no segment falls apart into clear groups itself: near groups
    beside far ones hide in one segment otherwise.
    """
    best = int(np.argmax(np.nan_to_num(np.round(scores, 6), nan=-1.0)))
    verdict = _verdict(parts, scaling, ks[best], seed)
    reason = f"K = {ks[best]} has the highest silhouette ({scores[best]:.2f})."
    if not verdict.clear:
        return verdict, ks[best], reason
    for i in range(best, len(ks)):
        if not _any_falls_apart(parts, scaling, labels[i], seed):
            if i == best:
                return verdict, ks[i], f"{reason} No segment falls apart into clear groups."
            finer = _verdict(parts, scaling, ks[i], seed)
            if finer.clear:
                return finer, ks[i], _finer_reason(ks[i], ks[best], scores[best])
            break
    return verdict, ks[best], reason


def unjudged(n_students: int, *, k: int, silhouette: float) -> Verdict:
    """Return the verdict on too few students."""
    words = f"Cannot be judged: {n_students} students are too few to tell groups from chance."
    return Verdict(None, words, k, silhouette, float("nan"), float("nan"), n_students, n_twins=0)


def _finer_reason(k: int, best: int, score: float) -> str:
    return (
        f"K = {best} has the highest silhouette ({score:.2f}), but one of its segments falls apart into "
        f"clear groups; K = {k} is the first without that."
    )


def _verdict(parts: Parts, scaling: Scaling, k: int, seed: int) -> Verdict:
    rows = np.arange(min(JUDGED, len(parts.numbers)))
    if len(rows) < FEWEST:
        return unjudged(len(rows), k=k, silhouette=float("nan"))
    found = _compared(parts.take(rows), scaling, k, seed)
    return replace(found, words=_words(found))


def _compared(parts: Parts, scaling: Scaling, k: int, seed: int) -> Verdict:
    """Return the students' silhouette at this K beside that of their twins, both segmented alike."""
    real = _score(scaling.points(parts), k, seed)
    twins = learn_twins(parts, scaling=scaling, seed=seed)
    rng = np.random.default_rng(seed)
    drawn = np.array([_score(twins.draw(rng), k, seed) for _ in range(TWINS)])
    mean, std = float(drawn.mean()), float(drawn.std(ddof=1))
    clear = bool(real - mean >= max(MARGIN, SURE * std))
    return Verdict(clear, "", k, real, mean, std, len(parts.numbers))


def _score(points: Points, k: int, seed: int) -> float:
    """Return the silhouette of a quick segmentation; of as many segments as there are different students."""
    from sklearn.cluster import KMeans

    n_segments = min(k, count_distinct(points))
    if n_segments < 2:
        return 0.0
    labels = KMeans(n_clusters=n_segments, n_init=STARTS, random_state=seed).fit_predict(points)
    return silhouettes(points, labels=[labels])[0]


def _any_falls_apart(parts: Parts, scaling: Scaling, labels: Labels, seed: int) -> bool:
    """Return whether a segment holds two clear groups."""
    for segment in range(int(labels.max()) + 1):
        rows = np.flatnonzero(labels == segment)[:JUDGED_INSIDE]
        if len(rows) >= FEWEST and _compared(parts.take(rows), scaling, 2, seed).clear:
            return True
    return False


def _words(found: Verdict) -> str:
    figures = (
        f"at K = {found.k} the silhouette is {found.silhouette:.2f}, and {found.twin_mean:.2f} for made-up "
        f"students without groups but with the same spread and correlations"
    )
    if found.clear:
        return f"Clear groups: {figures}."
    return f"No clear groups: {figures}; at least {found.margin:.2f} more would be needed."
