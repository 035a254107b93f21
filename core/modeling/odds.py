"""Odds ratios with 95 % intervals: what a readable step in each column goes with, others being equal.

The intervals come from the curvature of the penalised likelihood. They take the model as true and
the features as given; they describe how things go together, not what causes what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.modeling.candidates import DEFAULT, FAMILIES, Fitted
from core.modeling.design import LevelColumns, NumberColumns
from core.modeling.intervals import Z
from core.modeling.linear import UNSEEN
from core.modeling.logistic import sigmoid
from core.modeling.risk_model import RiskModel
from core.modeling.table import FeatureColumn, Features, Floats
from core.modeling.threads import one_thread
from core.schema import Kind

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
    weights = _Weights(model.fitted.weights, np.asarray(covariance))
    design = model.fitted.design
    found: list[OddsRatio] = []
    for j, (column, part, start) in enumerate(zip(model.columns, design.parts, design.starts(), strict=True)):
        if not part.width:
            continue
        if isinstance(part, NumberColumns):
            found += _number_rows(column, part, start, weights, numbers[:, j])
        else:
            found += _category_rows(column, part, start, weights)
    return OddsRatios(tuple(found), len(rows))


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


def readable_step(spread: float) -> float:
    """Return ``spread`` to two digits.

    >>> [readable_step(x) for x in (5.237, 14.8, 0.0361, 1234.0)]
    [5.2, 15.0, 0.036, 1200.0]
    """
    return float(f"{spread:.1e}")


@dataclass(frozen=True, eq=False)
class _Weights:
    """The weights of the matrix's columns, and how sure they are."""

    values: Floats
    covariance: Floats

    def ratio(self, contrast: dict[int, float]) -> tuple[float, float, float]:
        """Return the odds ratio of a combination of weights, and its interval."""
        places, factors = list(contrast), np.array(list(contrast.values()))
        estimate = float(factors @ self.values[places])
        error = sqrt(max(0.0, float(factors @ self.covariance[np.ix_(places, places)] @ factors)))
        ratio, low, high = (exp(min(700.0, estimate + side * Z * error)) for side in (0, -1, 1))
        return ratio, low, high


def _number_rows(
    column: FeatureColumn, part: NumberColumns, start: int, weights: _Weights, values: Floats
) -> Iterator[OddsRatio]:
    """Give the row of a number's step, and the one of its gaps if it had any."""
    known = values[~np.isnan(values)]
    step = 1.0 if column.kind is Kind.FLAG else readable_step(float(known.std())) if len(known) else 0.0
    if step > 0:
        words = "yes against no" if column.kind is Kind.FLAG else f"per {column.value_text(step)} more"
        ratio = weights.ratio({start: step / part.scale})
        yield OddsRatio(column.name, column.label, words, *ratio, len(known))
    if part.has_gap_column:
        words = "not recorded against the middle value"
        ratio = weights.ratio({start + 1: 1 / part.gap_scale})
        yield OddsRatio(column.name, column.label, words, *ratio, len(values) - len(known))


def _category_rows(
    column: FeatureColumn, part: LevelColumns, start: int, weights: _Weights
) -> Iterator[OddsRatio]:
    """Give one row for each value of a category but the most common one."""
    groups = list(part.groups())
    counts = [int(part.counts[np.array(codes) - UNSEEN].sum()) for codes in groups]
    common = counts.index(max(counts))
    for k, codes in enumerate(groups):
        if k != common:
            words = f"{_level_words(column, codes)} against {_level_words(column, groups[common])}"
            ratio = weights.ratio({start + k: 1.0, start + common: -1.0})
            yield OddsRatio(column.name, column.label, words, *ratio, counts[k])


def _level_words(column: FeatureColumn, codes: tuple[int, ...]) -> str:
    """Return the name of a category's value, or of the rare ones together."""
    return column.value_text(float(codes[0])) if len(codes) == 1 else f"{len(codes)} rare values"
