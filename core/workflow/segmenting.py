"""Segments: K-means over the features of the cleaned students, every K at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.features.build import build_features
from core.features.table import FeatureTable
from core.modeling.segments import Segmentation, fit_segments
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.requests import TrainingRequest
from core.workflow.students import students

MOST_CONTRASTS = 4


@dataclass(frozen=True, eq=False)
class Segments:
    """The segments of some students for every K; choosing another K is a lookup."""

    found: Segmentation = field(repr=False)
    student_ids: NDArray[np.object_] = field(repr=False)
    """In the order of the cleaned table, as all arrays here."""
    tables: Mapping[int, pd.DataFrame] = field(repr=False)
    """By K: segment, name, size, share, contrasts (what sets it apart, in words)."""
    synthetic: bool

    @property
    def is_empty(self) -> bool:
        """Whether no K could be fitted."""
        return self.found.is_empty

    @property
    def why_empty(self) -> str:
        """Why there are no segments; empty if there are."""
        return self.found.why_empty

    @property
    def verdict(self) -> str:
        """Whether these are real groups, in words."""
        return self.found.verdict.words

    @property
    def is_clear(self) -> bool:
        """Whether there are real groups."""
        return bool(self.found.verdict.clear)

    @property
    def recommended_k(self) -> int:
        """The K to look at first; 0 if there is none."""
        return self.found.recommended_k

    @property
    def ks(self) -> tuple[int, ...]:
        """Every K that was fitted, rising."""
        return self.found.ks

    @property
    def about(self) -> tuple[str, ...]:
        """Why this K first, what the students were grouped by, and how; one sentence each."""
        grouped = ", ".join(column.label.lower() for column in self.found.columns)
        return (self.found.reason, f"Students are grouped by: {grouped}.", *self.found.notes)

    def quality(self) -> pd.DataFrame:
        """Return one row a K: k, inertia (a student), silhouette, smallest_share, is_recommended."""
        return self.found.quality()

    def labels(self, k: int) -> NDArray[np.int16]:
        """Return the number of each student's segment; raises ModelError, InvalidChoice."""
        return self.found.labels(k)

    def names(self, rows: NDArray[np.integer[Any]] | list[int], *, k: int) -> NDArray[np.object_]:
        """Return the segment's name of some students."""
        names = self.tables[k]["name"].to_numpy(dtype=object)
        return np.asarray(names[self.labels(k)[rows].astype(np.intp) - 1])


def segment(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> Segments:
    """Return the segments for every K; the columns that decide the outcome take no part.

    Raises SourceError, RecipeError, OutcomeError, SchemaError, ModelError.
    """
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    features = _features(actor, request, settings)
    found = fit_segments(features, seed=request.seed, progress=progress)
    tables = {k: _table(found, k) for k in found.ks}
    return Segments(found, features.student_ids, tables, synthetic=request.table.is_demo)


def segments_frame(actor: Actor, segments: Segments, *, k: int | None) -> pd.DataFrame:
    """Return student_id, segment, segment_name; ``k`` is the recommended one when None.

    Raises ModelError for a K that these students do not have, InvalidChoice for one that was not fitted.
    """
    require(actor, Action.SEGMENT, synthetic=segments.synthetic)
    chosen = segments.recommended_k if k is None else k
    labels = segments.labels(chosen)
    names = segments.names(list(range(len(labels))), k=chosen)
    return pd.DataFrame({"student_id": segments.student_ids, "segment": labels, "segment_name": names})


def _features(actor: Actor, request: TrainingRequest, settings: Settings) -> FeatureTable:
    """Return the features of the request's students; without an outcome no column is kept out for it."""
    cleaned = students(actor, request.cleaning, settings=settings)
    outcome_columns = cleaned.outcome(request.outcome).columns if request.outcome else ()
    return build_features(
        cleaned.table.collect(),
        schema=cleaned.table.schema,
        outcome_columns=outcome_columns,
        exclude=request.exclude,
    )


def _table(found: Segmentation, k: int) -> pd.DataFrame:
    rows = [
        (
            profile.segment,
            profile.name,
            profile.size,
            profile.share,
            "; ".join(contrast.words for contrast in profile.contrasts[:MOST_CONTRASTS]),
        )
        for profile in found.profiles(k)
    ]
    return pd.DataFrame(rows, columns=["segment", "name", "size", "share", "contrasts"])
