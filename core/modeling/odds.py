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
from numpy.typing import ArrayLike

from core.modeling.design import Design, curvature, design_of
from core.modeling.intervals import Z
from core.modeling.risk_model import RiskModel
from core.modeling.table import FeatureColumn, Features, Floats
from core.modeling.threads import one_thread
from core.schema import Kind


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
    labels = np.asarray(label, dtype=np.float64)
    rows = np.flatnonzero(~np.isnan(labels))
    numbers, codes = model.aligned(features.take(rows))
    design = design_of(model.linear, numbers, codes)
    with one_thread():
        covariance: Floats = np.asarray(np.linalg.inv(curvature(model.linear, design, numbers, codes)))
    found = tuple(
        row
        for place, column in enumerate(model.columns)
        for row in (
            _number_rows(column, place, design, covariance, numbers)
            if column.kind is not Kind.CATEGORY
            else _category_rows(column, place, design, covariance)
        )
    )
    return OddsRatios(found, len(rows))


def readable_step(spread: float) -> float:
    """Return ``spread`` to two digits.

    >>> [readable_step(x) for x in (5.237, 14.8, 0.0361, 1234.0)]
    [5.2, 15.0, 0.036, 1200.0]
    """
    return float(f"{spread:.1e}")


def _number_rows(
    column: FeatureColumn, place: int, design: Design, covariance: Floats, numbers: Floats
) -> Iterator[OddsRatio]:
    """Give the row of a number's step, and the one of its gaps if it had any."""
    main = design.columns_of(place)[0]
    missing = np.isnan(numbers[:, place])
    n_known = int((~missing).sum())
    step = 1.0 if column.kind is Kind.FLAG else readable_step(float(np.nanstd(numbers[:, place])))
    if step > 0:
        contrast = {main: step / design.scales[main]}
        words = "yes against no" if column.kind is Kind.FLAG else f"per {column.value_text(step)} more"
        yield _row(column, words, contrast, design, covariance, n_known)
    for gap in design.columns_of(place)[1:]:
        words = "not recorded against the middle value"
        yield _row(column, words, {gap: 1 / design.scales[gap]}, design, covariance, len(missing) - n_known)


def _category_rows(
    column: FeatureColumn, place: int, design: Design, covariance: Floats
) -> Iterator[OddsRatio]:
    """Give one row for each value of a category but the most common one."""
    levels = design.columns_of(place)
    counts = {k: design.counts[k] for k in levels}
    common = max(levels, key=lambda k: counts[k])
    for k in levels:
        if k != common and counts[k]:
            words = f"{_level_words(column, design, k)} against {_level_words(column, design, common)}"
            yield _row(column, words, {k: 1.0, common: -1.0}, design, covariance, counts[k])


def _level_words(column: FeatureColumn, design: Design, k: int) -> str:
    """Return the name of a category's value, or of the rare ones together."""
    codes = design.codes[k]
    if len(codes) == 1:
        return column.value_text(float(codes[0]))
    return f"{len(codes)} rare values"


def _row(
    column: FeatureColumn, words: str, contrast: dict[int, float], design: Design, covariance: Floats, n: int
) -> OddsRatio:
    """Return the odds ratio of a combination of weights."""
    places = list(contrast)
    factors = np.array([contrast[k] for k in places])
    estimate = float(factors @ design.weights[places])
    error = sqrt(max(0.0, float(factors @ covariance[np.ix_(places, places)] @ factors)))
    ratio, low, high = (exp(min(700.0, estimate + side * Z * error)) for side in (0, -1, 1))
    return OddsRatio(column.name, column.label, words, ratio, low, high, n)
