"""Segments: K-means over the features of the cleaned students, every K at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.features.build import build_features
from core.features.outcome import parse_outcome
from core.features.table import FeatureTable
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.requests import TrainingRequest
from core.workflow.students import students_table

if TYPE_CHECKING:
    from core.modeling.segments import Segmentation


def segment(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> Segmentation:
    """Return the segments for every K, in the order of the cleaned table's rows.

    The columns that decide the outcome take no part.
    Raises SourceError, RecipeError, OutcomeError, ModelError.
    """
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    from core.modeling.segments import fit_segments

    features = features_of(actor, request, settings=settings)
    return fit_segments(features, seed=request.seed, progress=progress)


def features_of(actor: Actor, request: TrainingRequest, *, settings: Settings) -> FeatureTable:
    """Return the features of the request's students; without an outcome no column is kept out for it."""
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    table = students_table(actor, request.cleaning, settings=settings)
    frame = table.collect()
    names = [str(name) for name in frame.columns]
    outcome_columns = parse_outcome(request.outcome, names).columns if request.outcome else ()
    return build_features(
        frame, schema=table.schema, outcome_columns=outcome_columns, exclude=request.exclude
    )


def segments_frame(actor: Actor, segmentation: Segmentation, *, k: int | None) -> pd.DataFrame:
    """Return student_id, segment, segment_name; ``k`` is the recommended one when None.

    Raises ModelError for a K that these students do not have.
    """
    require(actor, Action.SEGMENT, synthetic=False)
    chosen = segmentation.recommended_k if k is None else k
    return pd.DataFrame(
        {
            "student_id": segmentation.student_ids,
            "segment": segmentation.labels(chosen),
            "segment_name": segmentation.label_of(chosen),
        }
    )
