"""Segments: K-means over the features of the cleaned students, every K at once, prepared for the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, Allowed, may_see, require
from core.eda.withholding import withheld
from core.features.build import build_features
from core.features.table import FeatureTable
from core.modeling.order import seeded_order
from core.modeling.segment_identity import Identities
from core.modeling.segment_map import Box, SegmentMap, map_by_pca
from core.modeling.segment_matching import Counts, identify, shared_students
from core.modeling.segment_mix import outcome_rates
from core.modeling.segment_profiles import SegmentProfile
from core.modeling.segment_stability import Stability, find_stability
from core.modeling.segment_umap import map_by_umap
from core.modeling.segments import Segmentation, fit_segments
from core.modeling.table import Floats
from core.modeling.threads import one_thread
from core.settings import Settings
from core.sources.base import Progress, silent, stage
from core.workflow.cohort import cohort_of
from core.workflow.requests import TrainingRequest
from core.workflow.segment_views import Labels, Rows, Segments, SegmentView

__all__ = ["Box", "SeenStudents", "SegmentView", "Segments", "on_map", "seen", "segment", "segments_frame"]

ORDER = "segments"
"""What the drawn order of students for the map by UMAP is drawn for."""


@dataclass(frozen=True, eq=False)
class SeenStudents:
    """Some students of a segment, a move or a part of the map: those whom the viewer may see."""

    student_ids: tuple[str, ...]
    n: int
    """All of them, seen or not."""
    n_hidden: int
    """On this page, whom the viewer may not see."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody."""
        return self.n == 0

    @property
    def why_empty(self) -> str:
        """Why nobody is shown; empty if somebody is."""
        if self.student_ids:
            return ""
        return "There is nobody here." if self.is_empty else "You may not see these students."

    def frame(self) -> pd.DataFrame:
        """Return one row a student: student_id."""
        return pd.DataFrame({"student_id": list(self.student_ids)})


def segment(
    actor: Actor,
    request: TrainingRequest,
    *,
    settings: Settings,
    columns: Sequence[str] = (),
    category_weight: float = 1.0,
    earlier: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    on_preview: Callable[[Segments], None] | None = None,
) -> Segments:
    """Return the segments for every K; the columns that decide the outcome take no part.

    Students are grouped by ``columns``, by the barriers where none are named; a category counts
    ``category_weight`` times as much as a number.
    ``earlier`` is what ``Segments.identities.as_table()`` gave for the same school before: segments that
    are still there keep their names, keys and colours.
    Of more than 20,000 students ``on_preview`` first gets the segments of a sample of that size; their
    ``student_ids``, labels and map are of the sample alone.
    Raises SourceError, RecipeError, OutcomeError, SchemaError, ModelError, and for columns ColumnNotFound,
    InvalidChoice.
    """
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    report = progress or silent
    known = Identities.of_table(earlier) if earlier is not None else None
    features, outcome = _features(actor, request, settings)

    def finish(found: Segmentation, tell: Progress) -> Segments:
        return _segments(found, features, outcome, request=request, earlier=known, tell=tell)

    found = fit_segments(
        features,
        seed=request.seed,
        columns=list(columns) or None,
        category_weight=category_weight,
        progress=stage(report, 0.0, 0.8),
        on_preview=None if on_preview is None else lambda seen: on_preview(finish(seen, silent)),
    )
    return finish(found, stage(report, 0.8, 1.0))


def _segments(
    found: Segmentation,
    features: FeatureTable,
    outcome: Floats | None,
    *,
    request: TrainingRequest,
    earlier: Identities | None,
    tell: Progress,
) -> Segments:
    """Return what the screen takes; of a preview, only the students of its sample."""
    if found.rows is not None:
        features = features.take(found.rows)
        outcome = None if outcome is None else outcome[found.rows]
    tell(0.0, "Naming the segments")
    profiles = {k: found.profiles(k) for k in found.ks}
    shared = _shared(found)
    identities = _identified(found, profiles, shared, earlier)
    views = {k: _view(found, identities, profiles[k], outcome, k) for k in found.ks}
    tell(0.5, "Drawing the map")
    return Segments(
        found=found,
        student_ids=features.student_ids,
        tables={k: view.rows.drop(columns=["key", "colour"]) for k, view in views.items()},
        synthetic=request.table.is_demo,
        identities=identities,
        views=views,
        map=_mapped(features, found),
        shared=shared,
        choices={column.name: column.label for column in features.columns},
        request=request,
    )


def stability(
    actor: Actor,
    request: TrainingRequest,
    segments: Segments,
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> Stability:
    """Return how well the segments of every K come out again; raises as ``segment``."""
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    features, _ = _features(actor, request, settings)
    return find_stability(segments.found, features, progress=progress)


def umap(
    actor: Actor,
    request: TrainingRequest,
    segments: Segments,
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> SegmentMap:
    """Return the map by UMAP, of a sample drawn by the request's seed; raises as ``segment``."""
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    report = progress or silent
    features, _ = _features(actor, request, settings)
    report(0.2, "Drawing the map with UMAP: some minutes for many students")
    order = seeded_order(features.student_ids, seed=request.seed, purpose=ORDER)
    with one_thread():
        scaling = segments.found.scaling
        points = scaling.points(scaling.parts(features))
        return map_by_umap(points, order=order, labels=_labels(segments.found), seed=request.seed)


def segments_frame(actor: Actor, segments: Segments, *, k: int | None) -> pd.DataFrame:
    """Return student_id, segment, segment_name; ``k`` is the recommended one when None.

    Raises ModelError for a K that these students do not have, InvalidChoice for one that was not fitted.
    """
    require(actor, Action.SEGMENT, synthetic=segments.synthetic)
    chosen = segments.recommended_k if k is None else k
    labels = segments.labels(chosen)
    names = segments.names(list(range(len(labels))), k=chosen)
    return pd.DataFrame({"student_id": segments.student_ids, "segment": labels, "segment_name": names})


def on_map(
    actor: Actor, segments: Segments, box: Box, *, chart: SegmentMap | None = None, k: int | None = None,
    key: str | None = None,
) -> Rows:  # fmt: skip
    """Return the rows of the students inside a box of the map; of one segment only, where ``key`` is given.

    ``chart`` is the map by UMAP where that one is shown. Raises as ``Segments.rows_of``.
    """
    require(actor, Action.SEGMENT, synthetic=segments.synthetic)
    rows = (chart or segments.map).students_in(box)
    if key is None or k is None:
        return rows
    one = segments.segment(k, key)
    inside: Rows = rows[segments.labels(k)[rows] == segments.identities.at(k).index(one) + 1]
    return inside


def seen(actor: Actor, segments: Segments, rows: Rows, *, start: int = 0, size: int = 25) -> SeenStudents:
    """Return those of ``size`` students from ``start`` on whom the viewer may see, in the table's order.

    ``rows`` are those of ``Segments.rows_of``, of ``Segments.movers``, or of ``on_map``.
    """
    require(actor, Action.LIST, synthetic=segments.synthetic)
    page = segments.student_ids[rows[max(0, start) : max(0, start) + size]]
    shown = tuple(
        str(one)
        for one in page
        if isinstance(may_see(actor, str(one), synthetic=segments.synthetic), Allowed)
    )
    return SeenStudents(shown, len(rows), len(page) - len(shown))


def _features(
    actor: Actor, request: TrainingRequest, settings: Settings
) -> tuple[FeatureTable, Floats | None]:
    """Return the features of the request's students, and the outcome where one is chosen."""
    cleaned = cohort_of(actor, request, settings=settings)
    frame = cleaned.table.collect()
    outcome = cleaned.outcome(request.outcome) if request.outcome else None
    features = build_features(
        frame,
        schema=cleaned.table.schema,
        outcome_columns=outcome.columns if outcome else (),
        exclude=request.exclude,
    )
    return features, np.asarray(outcome.label(frame), dtype=np.float64) if outcome else None


def _labels(found: Segmentation) -> dict[int, Labels]:
    return {k: found.labels(k) for k in found.ks}


def _shared(found: Segmentation) -> dict[tuple[int, int], Counts]:
    """Return the shared students of each pair of K, the smaller first."""
    labels = _labels(found)
    return {(a, b): shared_students(labels[a], labels[b], ks=(a, b)) for a in labels for b in labels if a < b}


def _identified(
    found: Segmentation,
    profiles: Mapping[int, Sequence[SegmentProfile]],
    shared: Mapping[tuple[int, int], Counts],
    earlier: Identities | None,
) -> Identities:
    return identify(
        {k: [profile.contrasts for profile in profiles[k]] for k in found.ks},
        sizes={k: [profile.size for profile in profiles[k]] for k in found.ks},
        shared=shared,
        start=found.recommended_k,
        scaling=found.scaling,
        earlier=earlier,
    )


def _view(
    found: Segmentation,
    identities: Identities,
    profiles: Sequence[SegmentProfile],
    outcome: Floats | None,
    k: int,
) -> SegmentView:
    return SegmentView.of(identities.at(k), profiles, rates=_rates(found.labels(k), k, outcome))


def _rates(labels: Labels, k: int, outcome: Floats | None) -> pd.DataFrame:
    """Return the outcome rates; those of small segments are withheld, and with them what tells on them."""
    values: NDArray[np.float64] = np.full(len(labels), np.nan) if outcome is None else outcome
    known = np.bincount(labels[~np.isnan(values)], minlength=k + 1)[1:]
    hidden = withheld(np.bincount(labels, minlength=k + 1)[1:]) | withheld(known)
    rates = outcome_rates(labels, k=k, outcome=values, shown=~hidden)
    return rates.head(0) if outcome is None else rates


def _mapped(features: FeatureTable, found: Segmentation) -> SegmentMap:
    if found.is_empty:
        return map_by_pca(np.empty((0, 0), dtype=np.float32), labels={})
    with one_thread():
        points = found.scaling.points(found.scaling.parts(features))
        return map_by_pca(points, labels=_labels(found))
