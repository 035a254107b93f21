"""The learning curve of a request: its model fitted again with fewer students, on the same folds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.errors import OutcomeError
from core.features.build import build_features
from core.modeling.learning import LearningCurve, learning_curve
from core.settings import Settings
from core.sources.base import Progress, silent, stage
from core.workflow.cohort import cohort_of
from core.workflow.requests import TrainingRequest


def learn_from_fewer(
    actor: Actor,
    request: TrainingRequest,
    fold_of: NDArray[np.int8],
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> LearningCurve:
    """Return the learning curve on the folds of a training (one repeat of ``validated.fold_of``).

    Raises SourceError, RecipeError, OutcomeError, SchemaError, ModelError.
    """
    require(actor, Action.TRAIN, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading and cleaning the table")
    if not request.outcome:
        raise OutcomeError(
            "No outcome is chosen yet.", hint="Say what is to be avoided, such as: math score < 50."
        )
    cleaned = cohort_of(actor, request, settings=settings)
    frame = cleaned.table.collect()
    outcome = cleaned.outcome(request.outcome)
    features = build_features(
        frame, schema=cleaned.table.schema, outcome_columns=outcome.columns, exclude=request.exclude
    )
    return learning_curve(
        features,
        np.asarray(outcome.label(frame), dtype=np.float64),
        fold_of,
        candidate=request.model,
        options=request.options,
        seed=request.seed,
        outcome=outcome.text,
        progress=stage(report, 0.1, 1.0),
    )
