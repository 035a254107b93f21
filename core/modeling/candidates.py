"""The models that can be trained. Each learns everything (fills, scales, levels, weights) from its students.

The logistic regression says to the last bits the same as the scikit-learn pipeline of median fill with
missing indicators, scaling, one-hot encoding with pooled rare levels, and LogisticRegression (a test holds
it to that); building the matrix here takes half the time and memory at 1,000,000 students.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from core.errors import InvalidChoice
from core.modeling.design import Design, learn
from core.modeling.linear import LinearRisk
from core.modeling.table import Features, Floats

DEFAULT = "logistic_regression"
FEWEST_OF_LEVEL = 10
"""Levels of fewer training students are pooled; less in small tables, see ``fewest_of_level``."""
PENALTY = 1.0
"""The L2 penalty on each weight in the matrix's scale but the intercept's: 1 / C."""
TOLERANCE = 1e-8
MOST_STEPS = 100
STARTERS = 50_000
"""Of a larger table so many students teach the model where to start."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted model: the matrix it weighs, and the weights."""

    design: Design = field(repr=False)
    weights: Floats = field(repr=False)
    """One a column of the matrix."""
    intercept: float

    @property
    def linear(self) -> LinearRisk:
        """The same model as terms of the table's columns."""
        return self.design.linear(self.weights, self.intercept)


def fewest_of_level(n_students: int) -> int:
    """Return how many training students a level needs to have a weight of its own.

    >>> [fewest_of_level(n) for n in (50, 800, 5000)]
    [1, 4, 10]
    """
    return min(FEWEST_OF_LEVEL, max(1, n_students // 200))


def logistic_regression(features: Features, label: Floats) -> Fitted:
    """Return the L2-penalised logistic regression of these students; ``label`` holds 0 and 1.

    Of a large table the first students teach the model where to start, which halves the time; it
    ends at the same place. They should stand in a drawn order.
    """
    from sklearn.linear_model import LogisticRegression

    design = learn(features, fewest_of_level=fewest_of_level(features.n_students))
    matrix = design.matrix(features.numbers, features.codes)
    model = LogisticRegression(
        C=1 / PENALTY, solver="newton-cholesky", tol=TOLERANCE, max_iter=MOST_STEPS, warm_start=True
    )
    first = label[:STARTERS]
    if len(label) > 2 * STARTERS and first.min() < first.max():
        model.fit(matrix[:STARTERS], first)
    model.fit(matrix, label)
    return Fitted(design, np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0]))


CANDIDATES: Mapping[str, Callable[[Features, Floats], Fitted]] = MappingProxyType(
    {DEFAULT: logistic_regression}
)
"""From a model's name to what fits it on a table and its label."""


def must_exist(candidate: str) -> None:
    """Do nothing if there is such a candidate; raises InvalidChoice."""
    if candidate not in CANDIDATES:
        raise InvalidChoice.of("model", candidate, tuple(CANDIDATES))


def fit(candidate: str, features: Features, label: Floats) -> Fitted:
    """Return the candidate fitted on these students; raises InvalidChoice."""
    must_exist(candidate)
    return CANDIDATES[candidate](features, label)
