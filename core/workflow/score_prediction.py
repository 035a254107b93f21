"""Predicting a score for the students of a request."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.cleaning.export import to_csv_bytes
from core.cleaning.worked_out import worked_out_with
from core.dataset import Provenance
from core.errors import OutcomeError
from core.features.build import build_features
from core.features.score import Score, parse_score
from core.modeling.regression import ScorePrediction, predict_score
from core.settings import Settings
from core.sources.base import Progress, silent, stage
from core.workflow.cohort import cohort_of
from core.workflow.grouped import groups_of
from core.workflow.requests import TrainingRequest


@dataclass(frozen=True, eq=False)
class PredictedScore:
    """A score, how well it is predicted, and for whom."""

    score: Score
    found: ScorePrediction = field(repr=False)
    student_ids: NDArray[np.object_] = field(repr=False)
    provenance: Provenance

    @property
    def is_empty(self) -> bool:
        """Whether nothing was predicted; it never is."""
        return False

    def frame(self) -> pd.DataFrame:
        """Return student_id, score (where known), predicted, low, high (nine of ten), by student id."""
        predicted, within = self.found.predicted, self.found.within
        columns = {
            "student_id": self.student_ids,
            "score": self.found.observed,
            "predicted": predicted.round(4),
            "low": (predicted - within).round(4),
            "high": (predicted + within).round(4),
        }
        return pd.DataFrame(columns).sort_values("student_id", kind="stable", ignore_index=True)

    def points(self, most: int = 2_000) -> pd.DataFrame:
        """Return observed and predicted of at most so many students, unnamed, to draw."""
        frame = self.frame().dropna(subset=["score"])[["score", "predicted"]]
        return frame.iloc[:: max(1, -(-len(frame) // most))].reset_index(drop=True)


def predict(
    actor: Actor,
    request: TrainingRequest,
    *,
    score: str,
    settings: Settings,
    progress: Progress | None = None,
) -> PredictedScore:
    """Return a score predicted from everything that is no part of it, nor of the request's outcome.

    Raises OutcomeError, ExpressionError, NotEnoughStudents, OneOutcomeOnly, and what loading raises.
    """
    require(actor, Action.TRAIN, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading and cleaning the table")
    if not score.strip():
        raise OutcomeError("No score is chosen yet.", hint="Name a column of numbers, such as: math score.")
    cleaned = cohort_of(actor, request, settings=settings)
    frame, schema = cleaned.table.collect(), cleaned.table.schema
    asked = parse_score(score, schema.names())
    names = list(schema.names())
    given_away = worked_out_with(request.cleaning.recipe, asked.columns, among=names)
    outcome = cleaned.outcome(request.outcome).columns if request.outcome else ()
    features = build_features(
        frame,
        schema=schema,
        outcome_columns=list(dict.fromkeys([*asked.columns, *outcome, *given_away])),
        exclude=request.exclude,
    )
    values = asked.values(frame).to_numpy(dtype=np.float64)
    found = predict_score(
        features,
        values,
        groups=groups_of(frame, request.options.group),
        seed=request.seed,
        progress=stage(report, 0.1, 1.0),
    )
    return PredictedScore(asked, found, features.student_ids, cleaned.table.provenance)


def score_csv(actor: Actor, predicted: PredictedScore) -> bytes:
    """Return every student's predicted score as CSV, safe to open in a spreadsheet."""
    require(actor, Action.TRAIN, synthetic=predicted.provenance.synthetic)
    return to_csv_bytes(predicted.frame())
