"""The rule that a counselor would write: a point for each of a few signs, and more points come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.modeling.baseline import MOST_TRIED, PRIOR_STUDENTS, SingleColumnRule, column_aucs, fit_rules
from core.modeling.logistic import log_odds_of
from core.modeling.table import FeatureColumn, Features, Floats

N_SIGNS = 3
NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class PointsRule:
    """Up to three columns; a student has a point for each in which their group does worse than most."""

    signs: tuple[SingleColumnRule, ...]
    overall: float
    """The share with the outcome among the training students."""
    rates: Floats = field(repr=False)
    """The share with the outcome by the number of points."""

    def points(self, features: Features) -> Floats:
        """Return how many signs each student shows."""
        shown = [sign.risk(features) > self.overall + NOTHING for sign in self.signs]
        return np.asarray(np.sum(shown, axis=0), dtype=np.float64)

    def log_odds(self, features: Features) -> Floats:
        """Return the log-odds of each student's number of points."""
        return log_odds_of(self.rates[self.points(features).astype(np.intp)])

    def words(self, columns: Sequence[FeatureColumn]) -> str:
        """Say which signs count."""
        names = ", ".join(f"'{columns[sign.grouping.place].label}'" for sign in self.signs)
        return f"One point for a worse than usual value of each of {names}."


def fit_points(features: Features, label: Floats) -> PointsRule:
    """Return the rule of the columns that rank the training students best, each by itself."""
    tried = features.take(np.arange(min(features.n_students, MOST_TRIED)))
    best = np.argsort(-column_aucs(tried, label[: tried.n_students]), kind="stable")[:N_SIGNS]
    signs = tuple(fit_rules(features, label, places=[int(place) for place in best]))
    # As the groups' own rates are drawn towards it: a group that nobody taught is no worse than usual.
    overall = float((label.sum() + 0.5) / (len(label) + 1))
    rule = PointsRule(signs, overall, np.full(N_SIGNS + 1, overall))
    points = rule.points(features).astype(np.intp)
    students = np.bincount(points, minlength=N_SIGNS + 1)
    hits = np.bincount(points, label, minlength=N_SIGNS + 1)
    return PointsRule(signs, overall, (hits + PRIOR_STUDENTS * overall) / (students + PRIOR_STUDENTS))
