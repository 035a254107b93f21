"""Families that are no sum of columns, by scikit-learn, over the same matrix as the logistic regression.

They stand beside the logistic regression to show whether anything is gained by what a person can no longer
read. Settings are moderate and the same for every table; ``tuning`` searches around them.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.modeling.design import Design
from core.modeling.logistic import log_odds_of
from core.modeling.shapley import shapley
from core.modeling.table import Features, Floats
from core.modeling.wider import WiderDesign

N_BACKGROUND = 8
"""Training students that contributions are measured from."""
MOST_FOR_KERNEL = 4_000
"""A support vector machine learns from at most so many students: its time grows with their square."""
MOST_FOR_FOREST = 20_000
"""Each tree of a forest sees at most so many students."""
SEED = 0
"""Students come in a drawn order; the estimators' own draws are always the same."""


@dataclass(frozen=True, eq=False)
class FittedEstimator:
    """A classifier of scikit-learn with its matrix; contributions are Shapley values."""

    design: Design | WiderDesign = field(repr=False)
    estimator: Any = field(repr=False)
    background: tuple[Floats, NDArray[np.int32]] = field(repr=False)
    nearest: float
    """No risk is nearer to 0 or 1 than this: half a training student in all of them."""

    @property
    def base(self) -> float:
        """The mean log-odds of the background students."""
        return float(self.log_odds(*self.background).mean())

    @property
    def scorer(self) -> Self:
        """What scores students: itself."""
        return self

    @property
    def n_weights(self) -> int | None:
        """None: it does not weigh columns."""
        return None

    def log_odds(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return the log-odds of the outcome for each row."""
        if not len(numbers):
            return np.zeros(0)
        risk = self.estimator.predict_proba(self.design.matrix(numbers, codes))[:, 1]
        return log_odds_of(np.clip(risk.astype(np.float64), self.nearest, 1 - self.nearest))

    def contributions(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return what each column adds to ``base``; a row adds up to its log-odds."""
        return shapley(self.log_odds, numbers, codes, background=self.background, seed=SEED)


def fit_estimator(
    name: str,
    features: Features,
    label: Floats,
    *,
    design: Design | WiderDesign,
    weights: Floats | None = None,
    **settings: Any,
) -> FittedEstimator:
    """Return a family fitted on these students, ``settings`` on top of its own; ``label`` holds 0 and 1.

    Students should stand in a drawn order: the first ones are the background. ``weights`` say how much
    each counts, all alike when None.
    """
    from sklearn.exceptions import ConvergenceWarning

    matrix = design.matrix(features.numbers, features.codes)
    with warnings.catch_warnings():
        # A network or a machine that stops early is judged by its figures like every other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator = _made(name, label, settings)
        rows = _kernel_rows(label) if name == "support_vectors" else slice(None)
        heed = {} if weights is None else {"sample_weight": weights[rows]}
        estimator.fit(matrix[rows], label[rows], **heed)
    return with_background(design, estimator, features, label)


def with_background(
    design: Design | WiderDesign, estimator: Any, features: Features, label: Floats
) -> FittedEstimator:
    """Return a fitted estimator with the students that contributions are measured from."""
    few = min(N_BACKGROUND, len(label))
    background = features.numbers[:few].copy(), features.codes[:few].copy()
    return FittedEstimator(design, estimator, background, 0.5 / (len(label) + 1))


def _made(name: str, label: Floats, settings: Mapping[str, Any]) -> Any:
    """Return the estimator of a family, not fitted."""
    if name == "support_vectors":
        return _support_vectors(int(min((label == 0).sum(), (label == 1).sum())), settings)
    return {
        "decision_tree": _tree,
        "random_forest": _forest,
        "gradient_boosting": _boosting,
        "neural_network": _network,
        "explainable_boosting": _explainable,
    }[name](len(label), settings)


def _tree(n_students: int, settings: Mapping[str, Any]) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    leaf = max(20, n_students // 100)
    return DecisionTreeClassifier(
        **{"max_depth": 6, "min_samples_leaf": leaf, "random_state": SEED, **settings}
    )


def _forest(n_students: int, settings: Mapping[str, Any]) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    most = MOST_FOR_FOREST if n_students > MOST_FOR_FOREST else None
    usual = {"n_estimators": 150, "min_samples_leaf": 5, "max_features": "sqrt", "max_samples": most}
    return RandomForestClassifier(**{**usual, "n_jobs": 1, "random_state": SEED, **settings})


def _boosting(_n_students: int, settings: Mapping[str, Any]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    usual = {"learning_rate": 0.05, "max_iter": 150, "max_leaf_nodes": 15, "l2_regularization": 1.0}
    return HistGradientBoostingClassifier(
        **{**usual, "early_stopping": False, "random_state": SEED, **settings}
    )


def _explainable(_n_students: int, settings: Mapping[str, Any]) -> Any:
    """Return a sum of one curve a column, no products, so that each curve can be drawn."""
    from interpret.glassbox import ExplainableBoostingClassifier

    usual = {
        "interactions": 0,
        "outer_bags": 2,
        "max_rounds": 600,
        "learning_rate": 0.04,
        "n_jobs": 1,
        "random_state": SEED,
    }
    return ExplainableBoostingClassifier(**{**usual, **settings})


def _support_vectors(n_rarer: int, settings: Mapping[str, Any]) -> Any:
    """Return a machine whose distances become probabilities; with one student of an outcome, their share."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.dummy import DummyClassifier
    from sklearn.svm import SVC

    if n_rarer < 2:
        return DummyClassifier(strategy="prior")
    machine = SVC(**{"C": 1.0, "kernel": "rbf", "gamma": "scale", **settings})
    return CalibratedClassifierCV(machine, method="sigmoid", cv=min(3, n_rarer), ensemble=False)


def _network(n_students: int, settings: Mapping[str, Any]) -> Any:
    from sklearn.neural_network import MLPClassifier

    usual = {"hidden_layer_sizes": (16,), "alpha": 1.0, "learning_rate_init": 0.005, "max_iter": 60}
    return MLPClassifier(**{**usual, "batch_size": min(200, n_students), "random_state": SEED, **settings})


def _kernel_rows(label: Floats) -> NDArray[np.intp]:
    """Return the first students, both outcomes among them, in their order."""
    chosen = np.concatenate(
        [
            np.flatnonzero(label == outcome)[
                : max(3, round(MOST_FOR_KERNEL * float((label == outcome).mean())))
            ]
            for outcome in (0.0, 1.0)
        ]
    )
    return np.sort(chosen)
