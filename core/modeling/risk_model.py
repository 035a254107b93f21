"""The model fitted on all students whose outcome is known, for students it has never seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.modeling import candidates
from core.modeling.calibrators import Calibrator, NoCalibration
from core.modeling.candidates import Fitted
from core.modeling.corrected import corrected
from core.modeling.estimators import FittedEstimator
from core.modeling.linear import UNSEEN, LinearRisk
from core.modeling.logistic import as_risk
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import seeded_order
from core.modeling.scorer import Scorer
from core.modeling.table import FeatureColumn, Features, Floats
from core.modeling.threads import one_thread
from core.modeling.train import CrossValidated, known_labels
from core.schema import Kind


@dataclass(frozen=True, eq=False)
class RiskModel:
    """A fitted model as plain numbers; it learns nothing from the students it scores."""

    fitted: Fitted | FittedEstimator = field(repr=False)
    columns: tuple[FeatureColumn, ...]
    """What it was fitted on, numbers first; the levels give the codes their meaning."""
    candidate: str
    seed: int
    n_students: int
    """Students it was fitted on."""
    calibrator: Calibrator = NoCalibration()  # noqa: RUF009  a value that never changes
    """What corrects its risks; learned from students whom the models behind it had not seen."""
    options: ModelOptions = USUAL

    @cached_property
    def linear(self) -> LinearRisk:
        """The model as plain numbers by column, not corrected; raises InvalidChoice where it is no sum."""
        if isinstance(self.fitted, Fitted):
            return self.fitted.linear
        raise InvalidChoice(
            f"The model '{self.candidate}' is no sum of columns.", hint="Use a logistic regression."
        )

    @property
    def scorer(self) -> Scorer:
        """What scores students, corrected."""
        return corrected(self.fitted.scorer, self.calibrator)

    def predict_risk(self, features: Features) -> Floats:
        """Return the risk of each row in [0, 1], 6 decimals.

        Columns are found by name, categories by their text; further columns are ignored. A missing
        number counts as the training students' median; a value of a category that was never seen
        adds what the rare ones add, or nothing. Raises ColumnNotFound, WrongKind.
        """
        return as_risk(self.predict_log_odds(features))

    def predict_log_odds(self, features: Features) -> Floats:
        """Return the log-odds of the same, before rounding."""
        return self.scorer.log_odds(*self.aligned(features))

    def aligned(self, features: Features) -> tuple[Floats, NDArray[np.int32]]:
        """Return the numbers and codes of a table as the model knows them; unseen values are UNSEEN."""
        places = {column.name: place for place, column in enumerate(features.columns)}
        n_numbers = features.numbers.shape[1]
        numbers, codes = [], []
        for column in self.columns:
            if column.name not in places:
                raise ColumnNotFound.of(column.name, tuple(places), where="the model")
            place = places[column.name]
            if (column.kind is Kind.CATEGORY) != (place >= n_numbers):
                found = "numbers" if place < n_numbers else "categories"
                raise WrongKind(
                    f"'{column.name}' holds {found}, but the model was fitted on another kind.",
                    hint="Give the column the kind it had when the model was trained.",
                )
            if column.kind is Kind.CATEGORY:
                meaning = _translation(features.columns[place].levels, column.levels)
                codes.append(meaning[features.codes[:, place - n_numbers]])
            else:
                numbers.append(features.numbers[:, place])
        return _side_by_side(numbers, features.n_students), _side_by_side(
            codes, features.n_students, np.int32
        )


def fit_model(
    features: Features,
    label: ArrayLike,
    *,
    candidate: str = candidates.DEFAULT,
    options: ModelOptions = USUAL,
    calibrator: Calibrator = NoCalibration(),  # noqa: B008  a value that never changes
    seed: int,
    outcome: str = "",
) -> RiskModel:
    """Return the candidate fitted on all students whose label is 1 or 0; the rows' order changes nothing.

    Raises NotEnoughStudents, OneOutcomeOnly, InvalidChoice (an unknown candidate).
    """
    labels = known_labels(features, label, outcome=outcome)
    drawn = seeded_order(features.student_ids, seed=seed, purpose="rows")
    rows = drawn[~np.isnan(labels[drawn])]
    with one_thread():
        fitted = candidates.fit(candidate, features.take(rows), labels[rows], options=options)
    return RiskModel(fitted, tuple(features.columns), candidate, seed, len(rows), calibrator, options)


def fit_as(validated: CrossValidated, features: Features) -> RiskModel:
    """Return the model of a cross-validation fitted on all its students, corrected as the folds call for."""
    choice = validated.calibration
    return fit_model(
        features,
        validated.label,
        candidate=validated.candidate,
        options=validated.options,
        calibrator=NoCalibration() if choice is None else choice.calibrator,
        seed=validated.seed,
    )


def _translation(levels: tuple[str, ...], known: tuple[str, ...]) -> NDArray[np.int32]:
    """Return the model's code for each code of another table; the last entry is for missing (-1)."""
    codes = {level: code for code, level in enumerate(known)}
    return np.array([*(codes.get(level, UNSEEN) for level in levels), -1], dtype=np.int32)


def _side_by_side(columns: list[NDArray[Any]], n_rows: int, dtype: type = np.float64) -> NDArray[Any]:
    """Return the columns as one array, also when there are none."""
    return np.column_stack(columns) if columns else np.empty((n_rows, 0), dtype=dtype)
