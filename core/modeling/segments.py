"""Segments: students who are alike in what they face, for every K at once, with an honest verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InvalidChoice, ModelError
from core.modeling import segment_start
from core.modeling.order import seeded_order
from core.modeling.segment_fit import Fit, assign_all, count_distinct, fit_all, load_libraries
from core.modeling.segment_gap import REFERENCES, Gaps, gaps
from core.modeling.segment_indices import indices
from core.modeling.segment_profiles import SegmentProfile, Tally, profile_rows, profiles_of, tallies
from core.modeling.segment_quality import COLUMNS, SILHOUETTE_SAMPLE, Quality, silhouettes
from core.modeling.segment_scaling import Parts, Points, Scaling, chosen_columns, learn_scaling
from core.modeling.segment_verdict import Verdict, judge, unjudged
from core.modeling.table import FeatureColumn, Features, Progress
from core.modeling.threads import one_thread

K_RANGE = range(2, 13)
DISTINCT_SAMPLE = 8_000
PREVIEW_SAMPLE = 20_000
"""Of more students than this, so many are segmented first: a preview, and where the rest begins."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Every K fitted once; choosing another is a lookup. A segment says nothing about need by itself."""

    ks: tuple[int, ...]
    """The K that could be fitted, ascending."""
    n_students: int
    seed: int
    columns: tuple[FeatureColumn, ...]
    """What the students were grouped by."""
    dropped: tuple[str, ...]
    """Columns left out because all their values are equal."""
    verdict: Verdict
    recommended_k: int
    """The K to look at first; 0 if there is none."""
    reason: str
    """Why that K, in words."""
    notes: tuple[str, ...]
    """How it was computed, one sentence each."""
    largest_k: int
    """The number of different students (among the first 8,000 drawn) in these columns; no K can be larger."""
    scaling: Scaling
    why_empty: str = ""
    rows: NDArray[np.intp] | None = None
    """In a preview, the rows of the features that were drawn, rising; it knows of no other students."""
    gaps: Gaps | None = None
    """The gap statistic, of K = 1 too; None in a preview and where no K could be fitted."""
    _fits: tuple[Fit, ...] = ()
    _labels: tuple[NDArray[np.int16], ...] = ()
    _tallies: tuple[Tally, ...] = ()
    _quality: Quality | None = None

    @property
    def is_preview(self) -> bool:
        """Whether only a sample was segmented so far; the settled segments follow."""
        return self.rows is not None

    @property
    def is_empty(self) -> bool:
        """Whether no K could be fitted."""
        return not self.ks

    def labels(self, k: int) -> NDArray[np.int16]:
        """Return the segment of each student, 1 (the largest) to ``k``, in the order of the features.

        In a preview these are the students of ``rows``, in that order.
        Raises ModelError if there are fewer different students than ``k``, InvalidChoice for a K not fitted.
        """
        return self._labels[self._place(k)]

    def label_of(self, k: int) -> NDArray[np.int16]:
        """Return the same as ``labels``."""
        return self.labels(k)

    def sizes(self, k: int) -> tuple[int, ...]:
        """Return the number of students in each segment, largest first."""
        return tuple(int(size) for size in self._fits[self._place(k)].sizes)

    @property
    def centres(self) -> tuple[Points, ...]:
        """The centres (k, dimensions) of each K, among the points of ``scaling``."""
        return tuple(fit.centres for fit in self._fits)

    def profiles(self, k: int) -> tuple[SegmentProfile, ...]:
        """Return each segment in words and figures, largest first."""
        i = self._place(k)
        return profiles_of(self._fits[i], tally=self._tallies[i], scaling=self.scaling, columns=self.columns)

    def profile_frame(self, k: int) -> pd.DataFrame:
        """Return one row a segment and column or category: what is there, and what is there of everyone."""
        return profile_rows(self.profiles(k))

    def quality(self) -> pd.DataFrame:
        """Return one row a K: how well the students fit their segments.

        k; inertia (a student); silhouette (of a sample, see the notes); calinski_harabasz; davies_bouldin
        (lower is better); gap and gap_error, NaN in a preview; smallest_share; is_recommended.
        """
        if self._quality is None:
            return pd.DataFrame(columns=list(COLUMNS))
        return self._quality.frame(self._fits, recommended=self.recommended_k)

    def frame(self) -> pd.DataFrame:
        """Return the same as ``quality``."""
        return self.quality()

    def assign(self, features: Features, *, k: int) -> NDArray[np.int16]:
        """Return the nearest segment of each student, new ones too; nothing is learned from them.

        A category that was never seen, like a missing value, pulls towards no segment.
        Raises ColumnNotFound if a column is gone.
        """
        fit = self._fits[self._place(k)]
        points = self.scaling.points(self.scaling.parts(features))
        with one_thread():
            return assign_all(points, centres=[fit.centres])[0] + np.int16(1)

    def _place(self, k: int) -> int:
        if k in self.ks:
            return self.ks.index(k)
        if k > self.largest_k:
            raise ModelError(
                f"'K' cannot be {k}: {self._too_few()}.", hint=f"The largest K possible is {self.largest_k}."
            )
        raise InvalidChoice.of("K", k, [str(fitted) for fitted in self.ks])

    def _too_few(self) -> str:
        if self.largest_k == 1:
            return "the students do not differ in what they are grouped by"
        return f"there are only {self.largest_k} different students in what they are grouped by"


def fit_segments(
    features: Features,
    *,
    seed: int,
    k_range: Sequence[int] = K_RANGE,
    columns: Sequence[str] | None = None,
    category_weight: float = 1.0,
    progress: Progress | None = None,
    on_preview: Callable[[Segmentation], None] | None = None,
) -> Segmentation:
    """Return the segments for every K in ``k_range``, their quality, and whether they are real groups.

    Students are grouped by ``columns``, else by the barriers if there are at least three, else by all
    features. Missing numbers become the median, then numbers are scaled to standard deviation 1;
    a category weighs ``category_weight`` times as much as a number. The result does not depend on the order
    of the rows. K above the number of different students are left out. Of more than 20,000 students
    ``on_preview`` first gets the segments of a sample of that size.
    Raises InvalidChoice, ColumnNotFound and ProtectedFeature.
    """
    wanted = _checked(k_range)
    tell = progress or (lambda _done, _words: None)
    chosen = chosen_columns(features, columns=columns)
    load_libraries()
    with one_thread():
        tell(0.0, "Scaling the features")
        order = seeded_order(features.student_ids, seed=seed, purpose="segments")
        scaling, dropped = learn_scaling(features, columns=chosen, category_weight=category_weight)
        if features.n_students == 0 or not scaling.columns:
            return _empty(features, seed, dropped, scaling)
        draft = _Draft(features, order, scaling, dropped, chosen, seed, tell)
        return _fitted(draft, wanted, on_preview)


@dataclass(frozen=True, eq=False)
class _Draft:
    """What is known before the first centre is placed."""

    features: Features
    order: NDArray[np.intp]
    scaling: Scaling
    dropped: tuple[str, ...]
    chosen: tuple[FeatureColumn, ...]
    seed: int
    tell: Progress


@dataclass(frozen=True, eq=False)
class _Seen:
    """The first students of the drawn order, and their segments."""

    parts: Parts
    points: Points
    largest: int
    fits: tuple[Fit, ...] = ()
    gaps: Gaps | None = None


def _checked(k_range: Sequence[int]) -> list[int]:
    ks = sorted({int(k) for k in k_range})
    if not ks or ks[0] < 2 or ks[-1] > 100:
        raise InvalidChoice(
            "'k_range' needs whole numbers from 2 to 100.", hint="The usual range is 2 to 12."
        )
    return ks


def _fitted(
    draft: _Draft, wanted: list[int], on_preview: Callable[[Segmentation], None] | None
) -> Segmentation:
    """Segment a sample, show it, and go on from there to all students."""
    scaling, order, tell, seed = draft.scaling, draft.order, draft.tell, draft.seed
    parts = scaling.parts(draft.features, rows=order[:PREVIEW_SAMPLE])
    points = scaling.points(parts)
    largest = count_distinct(points[:DISTINCT_SAMPLE])
    ks = tuple(k for k in wanted if k <= largest)
    if not ks:
        return _empty(draft.features, seed, draft.dropped, scaling, largest=largest)
    tell(0.1, "Finding segments")
    seen = _told_apart(_Seen(parts, points, largest, fit_all(points, ks=ks, seed=seed)))
    if not seen.fits:
        return _empty(draft.features, seed, draft.dropped, scaling, largest=seen.largest)
    if len(order) > PREVIEW_SAMPLE:
        if on_preview is not None:
            tell(0.2, "Showing a preview")
            on_preview(_result(draft, seen))
        seen = _all_students(draft, seen)
    tell(0.6, "Measuring their quality")
    seen = replace(seen, gaps=gaps(points, ks=[fit.k for fit in seen.fits], seed=seed))
    tell(0.7, "Comparing with students without groups")
    result = _result(draft, seen)
    tell(1.0, "Done")
    return result


def _told_apart(seen: _Seen) -> _Seen:
    """Return only the K that leave no segment empty: students may differ by less than can be told."""
    fits = tuple(fit for fit in seen.fits if fit.sizes.min() > 0)
    if len(fits) == len(seen.fits):
        return seen
    lost = min(fit.k for fit in seen.fits if fit.sizes.min() == 0)
    return replace(seen, fits=tuple(fit for fit in fits if fit.k < lost), largest=lost - 1)


def _all_students(draft: _Draft, seen: _Seen) -> _Seen:
    """Return the segments of all students, from where those of the sample stand."""
    draft.tell(0.3, "Finding the segments of all students")
    parts = draft.scaling.parts(draft.features, rows=draft.order)
    points = draft.scaling.points(parts)
    start = [fit.centres for fit in seen.fits]
    fits = fit_all(
        points,
        ks=[fit.k for fit in seen.fits],
        seed=draft.seed,
        start=start,
        progress=lambda done: draft.tell(0.3 + 0.3 * done, "Finding the segments of all students"),
    )
    return _told_apart(_Seen(parts, points, seen.largest, fits))


def _result(draft: _Draft, seen: _Seen) -> Segmentation:
    """Return what is known of the students seen: of some of them, a preview."""
    ks = tuple(fit.k for fit in seen.fits)
    looked_at = seen.points[:SILHOUETTE_SAMPLE]
    scores = silhouettes(looked_at, labels=[fit.labels[:SILHOUETTE_SAMPLE] for fit in seen.fits])
    quality = Quality(scores, len(looked_at), indices(seen.points, fits=seen.fits), seen.gaps)
    verdict, recommended, reason = judge(
        seen.parts,
        scaling=draft.scaling,
        labels=[fit.labels for fit in seen.fits],
        scores=scores,
        ks=ks,
        seed=draft.seed,
    )
    rows = draft.order[: len(seen.points)]
    place = np.argsort(rows)
    return Segmentation(
        ks=ks,
        n_students=len(rows),
        seed=draft.seed,
        columns=tuple(c for c in draft.chosen if c.name in draft.scaling.columns),
        dropped=draft.dropped,
        verdict=verdict,
        recommended_k=recommended,
        reason=f"{reason} {quality.said(ks)}" if len(ks) > 1 else reason,
        notes=_notes(draft, seen),
        largest_k=seen.largest,
        scaling=draft.scaling,
        rows=_frozen(rows[place]) if len(rows) < draft.features.n_students else None,
        gaps=seen.gaps,
        _fits=tuple(replace(fit, labels=fit.labels[:0]) for fit in seen.fits),
        _labels=tuple(_frozen(fit.labels[place] + np.int16(1)) for fit in seen.fits),
        _tallies=tallies(draft.features, seen.parts, scaling=draft.scaling, fits=seen.fits, order=rows),
        _quality=quality,
    )


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    values.flags.writeable = False
    return values


def _empty(
    features: Features, seed: int, dropped: tuple[str, ...], scaling: Scaling, *, largest: int | None = None
) -> Segmentation:
    n = features.n_students
    possible = min(n, 1) if largest is None else largest
    why = "There are no students." if n == 0 else "The students do not differ in what they are grouped by."
    if n == 1:
        why = "One student cannot be divided into segments."
    elif possible > 1:
        why = (
            f"There are only {possible} different students in what they are grouped by: too few for every K."
        )
    verdict = unjudged(n, k=0, silhouette=float("nan"))
    return Segmentation((), n, seed, (), dropped, verdict, 0, why, (), possible, scaling, why)


def _notes(draft: _Draft, seen: _Seen) -> tuple[str, ...]:
    n, n_seen = draft.features.n_students, len(seen.points)
    notes = [draft.scaling.said, segment_start.said(n_seen, seed=draft.seed)]
    if n_seen < n:
        notes.insert(0, f"A preview from {n_seen:,} students drawn from {n:,}; the settled figures follow.")
    if n_seen > SILHOUETTE_SAMPLE:
        notes.append(f"The silhouette is the full one of {SILHOUETTE_SAMPLE:,} students drawn from {n:,}.")
    if seen.gaps is not None and seen.gaps.n_students < n:
        notes.append(
            f"The gap statistic is of {seen.gaps.n_students:,} drawn students, beside "
            f"{REFERENCES} tables of evenly spread ones as large."
        )
    if draft.dropped:
        listed = ", ".join(f"'{name}'" for name in draft.dropped)
        notes.append(f"Left out because all students have the same value: {listed}.")
    return tuple(notes)
