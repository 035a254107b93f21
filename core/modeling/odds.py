"""Odds ratios with 95 % intervals: what a readable step in each column goes with, others being equal.

The intervals come from the curvature of the penalised likelihood. They take the model as true and
the features as given; they describe how things go together, not what causes what.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.modeling.candidates import DEFAULT, FAMILIES, Fitted
from core.modeling.effect_rows import Effect, Weights, effects
from core.modeling.logistic import sigmoid
from core.modeling.risk_model import RiskModel
from core.modeling.table import Features, Floats
from core.modeling.threads import one_thread

CHUNK = 50_000


@dataclass(frozen=True)
class OddsRatio:
    """How many times higher the odds of the outcome are after a step, other columns being equal."""

    column: str
    label: str
    comparison: str
    """The step in words: ``per 5 hours a week more``, ``free against standard``."""
    odds_ratio: float
    low: float
    high: float
    n: int
    """Students with a recorded number, or with this value of a category."""


@dataclass(frozen=True)
class OddsRatios:
    """The odds ratios of a model, in the order of its columns."""

    rows: tuple[OddsRatio, ...]
    n_students: int
    """Students the model was fitted on."""
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there are none."""
        return not self.rows

    def frame(self) -> pd.DataFrame:
        """Return column, label, comparison, odds_ratio, low, high, n."""
        names = ("column", "label", "comparison", "odds_ratio", "low", "high", "n")
        return pd.DataFrame(
            [[getattr(row, name) for name in names] for row in self.rows], columns=list(names)
        )


def odds_ratios(model: RiskModel, features: Features, label: ArrayLike) -> OddsRatios:
    """Return the odds ratios of a model; ``features`` and ``label`` are what it was fitted on.

    Numbers are compared over a step near one standard deviation, yes with no, and each value of a
    category with its most common one; values too seldom for a weight of their own stand together.
    """
    if model.candidate != DEFAULT or not isinstance(model.fitted, Fitted) or model.options.balanced:
        title = FAMILIES[model.candidate].title
        why = f"{title}: only the plain logistic regression has odds ratios with intervals."
        return OddsRatios((), model.n_students, why)
    labels = np.asarray(label, dtype=np.float64)
    rows = np.flatnonzero(~np.isnan(labels))
    numbers, codes = model.aligned(features.take(rows))
    with one_thread():
        covariance = np.linalg.inv(curvature(model.fitted, numbers, codes))
    weights = Weights(model.fitted.weights, np.asarray(covariance))
    found = [_ratio(one) for one in effects(model.columns, model.fitted.design, weights, numbers)]
    return OddsRatios(tuple(found), len(rows))


def _ratio(effect: Effect) -> OddsRatio:
    """Return an effect in log-odds as a ratio of odds."""
    ratio, low, high = (exp(min(700.0, value)) for value in (effect.value, effect.low, effect.high))
    column = effect.column
    return OddsRatio(column.name, column.label, effect.comparison, ratio, low, high, effect.n)


def curvature(fitted: Fitted, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
    """Return the second derivatives of the penalised loss by the weights, the intercept last."""
    size = fitted.design.width + 1
    total = np.diag(np.append(np.full(size - 1, fitted.penalty), 0.0))
    for start in range(0, len(numbers), CHUNK):
        some = slice(start, start + CHUNK)
        matrix = np.ones((len(numbers[some]), size))
        matrix[:, :-1] = fitted.design.matrix(numbers[some], codes[some])
        risk = sigmoid(matrix @ np.append(fitted.weights, fitted.intercept))
        total += matrix.T @ (matrix * (risk * (1 - risk))[:, None])
    return np.asarray(total)
