"""The models that can be trained. Each learns everything (fills, scales, levels, weights) from its students.

The logistic regression says to the last bits the same as the scikit-learn pipeline of median fill with
missing indicators, scaling, one-hot encoding with pooled rare levels, and LogisticRegression (a test holds
it to that); building the matrix here takes half the time and memory at 1,000,000 students.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from core.errors import InvalidChoice
from core.modeling.design import Design, learn
from core.modeling.estimators import FittedEstimator, fit_estimator, with_background
from core.modeling.linear import LinearRisk
from core.modeling.options import USUAL, ModelOptions
from core.modeling.scorer import Scorer
from core.modeling.search_spaces import settings_of
from core.modeling.selection import choose_columns
from core.modeling.table import Features, Floats
from core.modeling.wider import WiderDesign, widen

DEFAULT = "logistic_regression"
FEWEST_OF_LEVEL = 10
"""Levels of fewer training students are pooled; less in small tables, see ``fewest_of_level``."""
PENALTY = 1.0
"""The L2 penalty on each weight in the matrix's scale but the intercept's: 1 / C."""
TOLERANCE = 1e-8
MOST_STEPS = 100
STARTERS = 10_000
"""Of a much larger table so many students teach the model where to start."""
MUCH_LARGER = 4


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted model: the matrix it weighs, and the weights."""

    design: Design = field(repr=False)
    weights: Floats = field(repr=False)
    """One a column of the matrix."""
    intercept: float
    penalty: float = PENALTY
    """What each weight but the intercept was held back by; see ``PENALTY``."""

    @property
    def linear(self) -> LinearRisk:
        """The same model as terms of the table's columns."""
        return self.design.linear(self.weights, self.intercept)

    @property
    def scorer(self) -> Scorer:
        """What scores students."""
        return self.linear


def fewest_of_level(n_students: int) -> int:
    """Return how many training students a level needs to have a weight of its own.

    >>> [fewest_of_level(n) for n in (50, 800, 5000)]
    [1, 4, 10]
    """
    return min(FEWEST_OF_LEVEL, max(1, n_students // 200))


def matrix_of(features: Features, label: Floats, options: ModelOptions) -> Design | WiderDesign:
    """Return how these students become a matrix: the columns are chosen first, by these students alone."""
    used = choose_columns(features, label, method=options.selection, most=options.most_columns)
    design = learn(
        features,
        fewest_of_level=fewest_of_level(features.n_students),
        used=used,
        gap_columns=options.gap_columns,
    )
    return design if options.is_sum else widen(design, features, options)


def weights_of(label: Floats, options: ModelOptions) -> Floats | None:
    """Return how much each student counts: both outcomes alike if asked for, else None."""
    if not options.balanced:
        return None
    share = float(label.mean())
    return np.where(label == 1, 0.5 / share, 0.5 / (1 - share)) if 0 < share < 1 else None


def logistic_regression(
    features: Features, label: Floats, *, options: ModelOptions = USUAL, strength: float = PENALTY
) -> Fitted | FittedEstimator:
    """Return the L2-penalised logistic regression of these students; ``label`` holds 0 and 1.

    Of a large table the first students teach the model where to start, which saves a third of the time
    and more; it ends at the same place. They should stand in a drawn order.
    """
    from sklearn.linear_model import LogisticRegression

    design, weights = matrix_of(features, label, options), weights_of(label, options)
    matrix = design.matrix(features.numbers, features.codes)
    model = LogisticRegression(
        C=1 / strength, solver="newton-cholesky", tol=TOLERANCE, max_iter=MOST_STEPS, warm_start=True
    )
    first = label[:STARTERS]
    if len(label) > MUCH_LARGER * STARTERS and first.min() < first.max():
        model.fit(matrix[:STARTERS], first, None if weights is None else weights[:STARTERS])
    model.fit(matrix, label, weights)
    return _linear(design, model, features, label, strength)


def sparse_logistic_regression(
    features: Features,
    label: Floats,
    *,
    l1_ratio: float,
    options: ModelOptions = USUAL,
    strength: float = 3.0,
) -> Fitted | FittedEstimator:
    """Return a logistic regression whose penalty sets weights to zero: lasso at 1, elastic net between."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    design = matrix_of(features, label, options)
    matrix = design.matrix(features.numbers, features.codes)
    model = LogisticRegression(
        C=1 / strength, l1_ratio=l1_ratio, solver="saga", tol=1e-3, max_iter=200, random_state=0
    )
    with warnings.catch_warnings():
        # Steps end where another one changes no third digit of a risk, or after 200.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, label, weights_of(label, options))
    return _linear(design, model, features, label, strength)


def _linear(
    design: Design | WiderDesign, model: Any, features: Features, label: Floats, strength: float
) -> Fitted | FittedEstimator:
    """Return a linear model as weights where each belongs to one column, else as what scores students."""
    if not isinstance(design, Design):
        return with_background(design, model, features, label)
    weights = np.asarray(model.coef_[0], dtype=np.float64)
    return Fitted(design, weights, float(model.intercept_[0]), strength)


@dataclass(frozen=True)
class Family:
    """A kind of model that can be trained."""

    title: str
    """As the screen calls it."""
    words: str
    """What it is, in one sentence."""
    fit: Callable[..., Fitted | FittedEstimator] = field(repr=False)
    """From a table of features, its label and settings by name to the fitted model."""


def _by_name(
    name: str, features: Features, label: Floats, *, options: ModelOptions = USUAL, **settings: Any
) -> FittedEstimator:
    design, weights = matrix_of(features, label, options), weights_of(label, options)
    return fit_estimator(name, features, label, design=design, weights=weights, **settings)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        DEFAULT: Family(
            "Logistic regression",
            "A sum of what each column adds; every weight can be read.",
            logistic_regression,
        ),
        "lasso": Family(
            "Logistic regression, lasso",
            "The same, with the weights of columns that add little set to zero.",
            partial(sparse_logistic_regression, l1_ratio=1.0),
        ),
        "elastic_net": Family(
            "Logistic regression, elastic net",
            "Between the two: related columns keep a weight together.",
            partial(sparse_logistic_regression, l1_ratio=0.5),
        ),
        "decision_tree": Family(
            "Decision tree", "Questions with yes or no, six deep at most.", partial(_by_name, "decision_tree")
        ),
        "random_forest": Family(
            "Random forest",
            "The mean of 150 trees, each of a part of the students.",
            partial(_by_name, "random_forest"),
        ),
        "gradient_boosting": Family(
            "Gradient boosting",
            "150 small trees, each correcting those before it.",
            partial(_by_name, "gradient_boosting"),
        ),
        "support_vectors": Family(
            "Support vector machine",
            "A border as far from both kinds of students as can be; learned from 4,000 students at most.",
            partial(_by_name, "support_vectors"),
        ),
        "neural_network": Family(
            "Neural network",
            "One layer of 16 units between columns and risk.",
            partial(_by_name, "neural_network"),
        ),
        "explainable_boosting": Family(
            "Explainable boosting",
            "A sum of one curve for each column; each curve can be drawn.",
            partial(_by_name, "explainable_boosting"),
        ),
    }
)
"""From a family's name to what it is; the reference comes first."""


def must_exist(candidate: str) -> None:
    """Do nothing if there is such a family; raises InvalidChoice."""
    if candidate not in FAMILIES:
        raise InvalidChoice.of("model", candidate, tuple(FAMILIES))


def fit(
    candidate: str, features: Features, label: Floats, *, options: ModelOptions = USUAL
) -> Fitted | FittedEstimator:
    """Return the family fitted on these students, with the options; raises InvalidChoice."""
    must_exist(candidate)
    settings = settings_of(candidate, options.settings)
    return FAMILIES[candidate].fit(features, label, options=options, **settings)
