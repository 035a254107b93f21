"""Segments: students who are alike in what they face, for every K at once, with an honest verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InvalidChoice, ModelError
from core.modeling.order import seeded_order
from core.modeling.segment_fit import Fit, assign_all, count_distinct, fit_all, load_libraries
from core.modeling.segment_profiles import SegmentProfile, Tally, profile_rows, profiles_of, tallies
from core.modeling.segment_quality import SILHOUETTE_SAMPLE, silhouettes
from core.modeling.segment_scaling import Parts, Scaling, chosen_columns, learn_scaling
from core.modeling.segment_verdict import Verdict, judge, unjudged
from core.modeling.table import FeatureColumn, Features, Progress
from core.modeling.threads import one_thread

K_RANGE = range(2, 13)
DISTINCT_SAMPLE = 8_000


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
    _fits: tuple[Fit, ...] = ()
    _labels: tuple[NDArray[np.int16], ...] = ()
    _tallies: tuple[Tally, ...] = ()
    _silhouettes: tuple[float, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no K could be fitted."""
        return not self.ks

    def labels(self, k: int) -> NDArray[np.int16]:
        """Return the segment of each student, 1 (the largest) to ``k``, in the order of the features.

        Raises ModelError if there are fewer different students than ``k``, InvalidChoice for a K not fitted.
        """
        return self._labels[self._place(k)]

    def label_of(self, k: int) -> NDArray[np.int16]:
        """Return the same as ``labels``."""
        return self.labels(k)

    def sizes(self, k: int) -> tuple[int, ...]:
        """Return the number of students in each segment, largest first."""
        return tuple(int(size) for size in self._fits[self._place(k)].sizes)

    def profiles(self, k: int) -> tuple[SegmentProfile, ...]:
        """Return each segment in words and figures, largest first."""
        i = self._place(k)
        return profiles_of(self._fits[i], tally=self._tallies[i], scaling=self.scaling, columns=self.columns)

    def profile_frame(self, k: int) -> pd.DataFrame:
        """Return one row a segment and column or category: what is there, and what is there of everyone."""
        return profile_rows(self.profiles(k))

    def quality(self) -> pd.DataFrame:
        """Return one row a K: k, inertia (a student), silhouette, smallest_share, is_recommended."""
        rows = [
            (fit.k, fit.inertia, score, fit.sizes.min() / self.n_students, fit.k == self.recommended_k)
            for fit, score in zip(self._fits, self._silhouettes, strict=True)
        ]
        return pd.DataFrame(rows, columns=["k", "inertia", "silhouette", "smallest_share", "is_recommended"])

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
    progress: Progress | None = None,
) -> Segmentation:
    """Return the segments for every K in ``k_range``, their quality, and whether they are real groups.

    Students are grouped by ``columns``, else by the barriers if there are at least three, else by all
    features. Missing numbers become the median, then numbers are scaled to standard deviation 1;
    a category weighs as much as a number. The result does not depend on the order of the rows. K above
    the number of different students are left out. Raises InvalidChoice, ColumnNotFound and ProtectedFeature.
    """
    wanted = _checked(k_range)
    tell = progress or (lambda _done, _words: None)
    chosen = chosen_columns(features, columns=columns)
    load_libraries()
    with one_thread():
        tell(0.0, "Scaling the features")
        order = seeded_order(features.student_ids, seed=seed, purpose="segments")
        scaling, dropped = learn_scaling(features, columns=chosen, order=order)
        if features.n_students == 0 or not scaling.columns:
            return _empty(features, seed, dropped, scaling)
        return _fitted(features, _Draft(order, scaling, dropped, chosen, seed, tell), wanted)


@dataclass(frozen=True, eq=False)
class _Draft:
    """What is known before the first centre is placed."""

    order: NDArray[np.intp]
    scaling: Scaling
    dropped: tuple[str, ...]
    chosen: tuple[FeatureColumn, ...]
    seed: int
    tell: Progress


def _checked(k_range: Sequence[int]) -> list[int]:
    ks = sorted({int(k) for k in k_range})
    if not ks or ks[0] < 2 or ks[-1] > 100:
        raise InvalidChoice(
            "'k_range' needs whole numbers from 2 to 100.", hint="The usual range is 2 to 12."
        )
    return ks


def _fitted(features: Features, draft: _Draft, wanted: list[int]) -> Segmentation:
    scaling, tell = draft.scaling, draft.tell
    parts = scaling.parts(features, rows=draft.order)
    points = scaling.points(parts)
    largest = count_distinct(points[:DISTINCT_SAMPLE])
    ks = tuple(k for k in wanted if k <= largest)
    if not ks:
        return _empty(features, draft.seed, draft.dropped, scaling, largest=largest)
    fits = fit_all(
        points, ks=ks, seed=draft.seed, progress=lambda done: tell(0.1 + 0.6 * done, "Finding segments")
    )
    tell(0.7, "Measuring their quality")
    looked_at = points[:SILHOUETTE_SAMPLE]
    scores = silhouettes(looked_at, labels=[fit.labels[:SILHOUETTE_SAMPLE] for fit in fits])
    tell(0.8, "Comparing with students without groups")
    verdict, recommended, reason = _judged(parts, scaling, fits, scores, draft.seed)
    tell(0.9, "Describing the segments")
    result = Segmentation(
        ks=ks,
        n_students=features.n_students,
        seed=draft.seed,
        columns=tuple(c for c in draft.chosen if c.name in scaling.columns),
        dropped=draft.dropped,
        verdict=verdict,
        recommended_k=recommended,
        reason=reason,
        notes=_notes(features.n_students, len(looked_at), draft.dropped),
        largest_k=largest,
        scaling=scaling,
        _fits=fits,
        _labels=tuple(_in_table_order(fit, draft.order) for fit in fits),
        _tallies=tallies(features, parts, scaling=scaling, fits=fits, order=draft.order),
        _silhouettes=scores,
    )
    tell(1.0, "Done")
    return result


def _judged(
    parts: Parts, scaling: Scaling, fits: Sequence[Fit], scores: Sequence[float], seed: int
) -> tuple[Verdict, int, str]:
    ks = [fit.k for fit in fits]
    return judge(parts, scaling=scaling, labels=[fit.labels for fit in fits], scores=scores, ks=ks, seed=seed)


def _in_table_order(fit: Fit, order: NDArray[np.intp]) -> NDArray[np.int16]:
    labels = np.empty(len(order), dtype=np.int16)
    labels[order] = fit.labels + np.int16(1)
    labels.flags.writeable = False
    return labels


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


def _notes(n: int, n_silhouette: int, dropped: tuple[str, ...]) -> tuple[str, ...]:
    notes = ["A category counts as much as a number; missing numbers stand at the median."]
    if n_silhouette < n:
        notes.append(f"The silhouette is the full one of {n_silhouette:,} students drawn from {n:,}.")
    if dropped:
        listed = ", ".join(f"'{name}'" for name in dropped)
        notes.append(f"Left out because all students have the same value: {listed}.")
    return tuple(notes)
