"""What can be tuned in each family, and in what range: wide enough to matter, never so wide as to fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from core.errors import InvalidChoice


@dataclass(frozen=True)
class Range:
    """The values of one setting."""

    low: float
    high: float
    is_log: bool = True
    """Whether equal factors count as equal steps."""
    is_whole: bool = False

    def grid(self, n: int) -> list[float]:
        """Return ``n`` values from low to high, equally far apart; whole ones each once.

        >>> Range(1, 100).grid(3)
        [1.0, 10.0, 100.0]
        """
        space = np.geomspace if self.is_log else np.linspace
        values = np.unique(np.round(space(self.low, self.high, n), 0 if self.is_whole else 12))
        return [float(value) for value in values]

    def suggest(self, trial: Any, name: str) -> float:
        """Return the value that a search asks for."""
        if self.is_whole:
            return float(trial.suggest_int(name, int(self.low), int(self.high), log=self.is_log))
        return float(trial.suggest_float(name, self.low, self.high, log=self.is_log))


SPACES: Mapping[str, Mapping[str, Range]] = MappingProxyType(
    {
        "logistic_regression": {"strength": Range(0.01, 1_000)},
        "lasso": {"strength": Range(0.1, 100)},
        "elastic_net": {"strength": Range(0.1, 100)},
        "decision_tree": {
            "max_depth": Range(2, 12, is_log=False, is_whole=True),
            "min_samples_leaf": Range(5, 200, is_whole=True),
        },
        "random_forest": {
            "min_samples_leaf": Range(1, 50, is_whole=True),
            "max_features": Range(0.1, 1.0, is_log=False),
        },
        "gradient_boosting": {
            "learning_rate": Range(0.01, 0.3),
            "max_leaf_nodes": Range(4, 63, is_whole=True),
            "l2_regularization": Range(0.01, 100),
        },
        "support_vectors": {"C": Range(0.01, 100), "gamma": Range(0.0005, 0.5)},
        "neural_network": {"alpha": Range(0.001, 100), "learning_rate_init": Range(0.0005, 0.05)},
        "explainable_boosting": {
            "learning_rate": Range(0.005, 0.2),
            "max_leaves": Range(2, 6, is_log=False, is_whole=True),
        },
    }
)
"""By family the settings that are searched; see scikit-learn's own words for what they do."""
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "strength": "how much large weights are held back",
        "max_depth": "questions one after another",
        "min_samples_leaf": "fewest students behind an answer",
        "max_features": "share of columns looked at for each question",
        "learning_rate": "how much each tree corrects",
        "max_leaf_nodes": "answers of each tree",
        "l2_regularization": "how much large corrections are held back",
        "C": "how much a student on the wrong side counts",
        "gamma": "how near a student must be to matter",
        "alpha": "how much large weights are held back",
        "learning_rate_init": "how large the first steps are",
        "max_leaves": "steps of each curve's pieces",
    }
)
"""From a setting's name to what it does."""


def settings_of(family: str, settings: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return a family's settings by name, whole ones as whole numbers; raises InvalidChoice."""
    space = SPACES[family]
    found: dict[str, float] = {}
    for name, value in settings:
        if name not in space:
            raise InvalidChoice.of(f"setting of {family}", name, tuple(space))
        one = space[name]
        if not one.low <= value <= one.high or (one.is_whole and value != int(value)):
            whole = "a whole number " if one.is_whole else ""
            raise InvalidChoice(
                f"The setting '{name}' cannot be {value:g}.",
                hint=f"It is {whole}from {one.low:g} to {one.high:g}.",
            )
        found[name] = int(value) if one.is_whole else float(value)
    return found
