"""Predicting a score: a ridge regression over the usual matrix, out of fold for every student.

Intervals of the measures come from their influence functions over the students (the delta method); a test
holds them to their coverage.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughStudents, OneOutcomeOnly
from core.modeling.candidates import fewest_of_level
from core.modeling.design import Design, learn
from core.modeling.effect_rows import Effect, Weights, effects
from core.modeling.intervals import Z
from core.modeling.order import grouped_parts, seeded_order, stratified_parts
from core.modeling.table import FeatureColumn, Features, Floats, Progress, Texts
from core.modeling.threads import one_thread

PENALTY = 1.0
FEWEST_STUDENTS = 20
FOLDS, REPEATS, MANY_STUDENTS = 5, 3, 20_000
INSIDE = 0.9
"""The share of students who come within ``ScorePrediction.within`` of what was predicted."""
TITLES = {
    "rmse": "Root mean squared error (RMSE)",
    "mae": "Mean absolute error (MAE)",
    "r2": "Explained variation (R2)",
}


@dataclass(frozen=True, eq=False)
class ScorePrediction:
    """Predicted scores out of fold, and how good they are; arrays in the table's order."""

    predicted: Floats = field(repr=False)
    """In the score's unit; students whose score is not known are predicted by all models."""
    observed: Floats = field(repr=False)
    """NaN where the score is not known."""
    measures: pd.DataFrame = field(repr=False)
    effects: tuple[Effect, ...] = field(repr=False)
    within: float
    """Nine of ten students come no further than this from what was predicted (out of fold)."""
    rule: str
    """The simple rule beside it, in words."""
    n_known: int
    protocol: str

    def frame(self) -> pd.DataFrame:
        """Return one row a measure: name, title, value, low, high (95 %), rule, mean.

        ``rule`` is the same measure of the best single column, ``mean`` of the same prediction for all.
        """
        return self.measures

    def effects_frame(self) -> pd.DataFrame:
        """Return label, comparison, points, low, high, n: what a step in each column goes with."""
        rows = [(e.column.label, e.comparison, e.value, e.low, e.high, e.n) for e in self.effects]
        return pd.DataFrame(rows, columns=["label", "comparison", "points", "low", "high", "n"])

    def value(self, name: str) -> float:
        """Return a measure by its name."""
        return float(self.measures["value"].to_numpy()[list(TITLES).index(name)])

    @property
    def words(self) -> str:
        """What the figures say, in two sentences."""
        r2 = self.measures.set_index("name").loc["r2"]
        share, low, high = (f"{100 * r2[name]:.0f} %" for name in ("value", "low", "high"))
        told = (
            f"Predictions are off by {self.value('mae'):.3g} on average, and nine of ten come within "
            f"{self.within:.3g}. They explain {share} (95 % interval {low} to {high}) of how students differ"
        )
        beats = r2["low"] > r2["rule"]
        return f"{told}; {'more' if beats else 'not clearly more'} than the best single column does."


def predict_score(
    features: Features,
    score: ArrayLike,
    *,
    groups: Texts | None = None,
    seed: int,
    progress: Progress | None = None,
) -> ScorePrediction:
    """Return each student's score as models predict it that did not see the student.

    ``score`` holds numbers, NaN where it is not known; students of one of the ``groups`` are never parted.
    The rows' order changes nothing.
    Raises NotEnoughStudents, OneOutcomeOnly (every score is the same).
    """
    values = np.asarray(score, dtype=np.float64)
    _check(values)
    rows = seeded_order(features.student_ids, seed=seed, purpose="rows")
    with one_thread():
        run = _Run(features.take(rows), values[rows], seed, None if groups is None else groups[rows])
        found = run.run(progress or (lambda _done, _words: None))
    back = np.empty_like(rows)
    back[rows] = np.arange(len(rows))
    known = ~np.isnan(values)
    predicted, simple, constant = (one[back] for one in found.sums)
    errors = np.abs(values - predicted)[known]
    return ScorePrediction(
        predicted=predicted,
        observed=values,
        measures=_measures(values[known], predicted[known], simple[known], constant[known]),
        effects=found.effects(features.take(rows), values[rows]),
        within=float(np.quantile(errors, INSIDE, method="higher")),
        rule=found.rule,
        n_known=int(known.sum()),
        protocol=f"{FOLDS}-fold cross-validation, repeats: {found.repeats}; every student is predicted "
        "only by models that were fitted without the student.",
    )


def _check(values: Floats) -> None:
    known = values[~np.isnan(values)]
    if len(known) < FEWEST_STUDENTS:
        raise NotEnoughStudents(
            f"The score is known of {len(known):,} students.", hint=f"At least {FEWEST_STUDENTS} are needed."
        )
    if known.min() == known.max():
        raise OneOutcomeOnly(
            f"Every student has the score {known[0]:g}, so there is nothing to learn.",
            hint="Choose another score.",
        )


def _check_parts(parts: NDArray[np.int8]) -> None:
    """Do nothing if every fold holds somebody; raises NotEnoughStudents."""
    if len(np.unique(parts[parts >= 0])) < FOLDS:
        raise NotEnoughStudents(
            "Too few groups are kept together to part the students into folds.",
            hint=f"At least {FOLDS} groups are needed; choose another column to keep together, or none.",
        )


@dataclass(frozen=True, eq=False)
class _Ridge:
    """A fitted regression: the matrix, the weights, the mean."""

    design: Design
    weights: Floats
    intercept: float

    def predict(self, features: Features) -> Floats:
        matrix = self.design.matrix(features.numbers, features.codes)
        return np.asarray(matrix @ self.weights + self.intercept)


def _fit(features: Features, score: Floats, *, used: frozenset[int] | None = None) -> _Ridge:
    from sklearn.linear_model import Ridge

    design = learn(features, fewest_of_level=fewest_of_level(features.n_students), used=used)
    model = Ridge(alpha=PENALTY, solver="cholesky").fit(
        design.matrix(features.numbers, features.codes), score
    )
    return _Ridge(design, np.asarray(model.coef_, dtype=np.float64), float(model.intercept_))


class _Run:
    """The state of one cross-validation."""

    def __init__(self, table: Features, score: Floats, seed: int, groups: Texts | None) -> None:
        self.groups = groups
        self.table, self.score, self.seed = table, score, seed
        self.known = np.flatnonzero(~np.isnan(score))
        self.unknown = np.flatnonzero(np.isnan(score))
        self.repeats = REPEATS if len(score) <= MANY_STUDENTS else 1
        self.sums = np.zeros((3, len(score)))
        self.rules: list[str] = []

    @property
    def rule(self) -> str:
        """The column of the simple rule, most often chosen."""
        names = sorted(set(self.rules), key=lambda name: (-self.rules.count(name), name))
        return f"The best single column: {names[0]}."

    def run(self, tell: Progress) -> _Run:
        half = np.where(np.isnan(self.score), np.nan, self.score >= np.median(self.score[self.known]))
        for repeat in range(self.repeats):
            drawn = seeded_order(self.table.student_ids, seed=self.seed, purpose=f"folds {repeat}")
            labels = half.astype(np.float64)
            parts = (
                stratified_parts(labels, drawn, FOLDS)
                if self.groups is None
                else grouped_parts(labels, self.groups, drawn, FOLDS)
            )
            _check_parts(parts)
            for fold in range(FOLDS):
                tell((repeat * FOLDS + fold) / (self.repeats * FOLDS), "Predicting the score")
                self.fold(parts, fold)
        tell(1.0, "Every score is predicted")
        return self

    def fold(self, parts: NDArray[np.int8], fold: int) -> None:
        seen, held_out = np.flatnonzero((parts >= 0) & (parts != fold)), np.flatnonzero(parts == fold)
        training, score = self.table.take(seen), self.score[seen]
        model, single = _fit(training, score), self.single(training, score)
        for rows, share in ((held_out, 1.0), (self.unknown, 1 / FOLDS)):
            students = self.table.take(rows)
            for place, one in enumerate((model.predict(students), single.predict(students), score.mean())):
                self.sums[place, rows] += one * share / self.repeats

    def single(self, training: Features, score: Floats) -> _Ridge:
        """Return the regression on the one column that explains most of the training students."""
        some, told = training.take(range(min(5_000, training.n_students))), score[:5_000]
        fits = [_fit(some, told, used=frozenset({place})) for place in range(len(training.columns))]
        losses = [float(((told - fit.predict(some)) ** 2).mean()) for fit in fits]
        best = int(np.argmin(np.round(losses, 9)))
        self.rules.append(training.columns[best].label)
        return _fit(training, score, used=frozenset({best}))

    def effects(self, table: Features, score: Floats) -> tuple[Effect, ...]:
        """Return what steps in each column go with, in the regression of all who have a score."""
        students, told = table.take(self.known), score[self.known]
        model = _fit(students, told)
        matrix = model.design.matrix(students.numbers, students.codes)
        left = told - model.predict(students)
        centred = matrix - matrix.mean(axis=0)
        inverse = np.linalg.inv(centred.T @ centred + PENALTY * np.eye(matrix.shape[1]))
        variance = float(left @ left) / max(1, len(told) - matrix.shape[1] - 1)
        columns: tuple[FeatureColumn, ...] = tuple(table.columns)
        weights = Weights(model.weights, np.asarray(variance * inverse))
        return tuple(effects(columns, model.design, weights, students.numbers))


def _measures(observed: Floats, predicted: Floats, simple: Floats, constant: Floats) -> pd.DataFrame:
    rows = []
    for name, title in TITLES.items():
        value, low, high = _MEASURES[name](observed, predicted)
        beside = (_MEASURES[name](observed, other)[0] for other in (simple, constant))
        rows.append((name, title, value, low, high, *beside))
    return pd.DataFrame(rows, columns=["name", "title", "value", "low", "high", "rule", "mean"])


def _mean(values: Floats) -> tuple[float, float, float]:
    """Return a mean and its interval, the same to the last bit in any order."""
    ordered = np.sort(values)
    half = Z * float(ordered.std(ddof=1)) / np.sqrt(len(ordered))
    return float(ordered.mean()), float(ordered.mean()) - half, float(ordered.mean()) + half


def _rmse(observed: Floats, predicted: Floats) -> tuple[float, float, float]:
    value, low, high = (float(np.sqrt(max(0.0, one))) for one in _mean((observed - predicted) ** 2))
    return value, low, high


def _mae(observed: Floats, predicted: Floats) -> tuple[float, float, float]:
    return _mean(np.abs(observed - predicted))


def _r2(observed: Floats, predicted: Floats) -> tuple[float, float, float]:
    """Return 1 less the share of the variance that is left, with the interval of that ratio of means."""
    squared, spread = (observed - predicted) ** 2, (observed - observed.mean()) ** 2
    left, all_of_it = _mean(squared)[0], _mean(spread)[0]
    value = 1 - left / all_of_it
    half = Z * float(np.sort(squared - (1 - value) * spread).std(ddof=1)) / all_of_it / np.sqrt(len(observed))
    return value, value - half, value + half


_MEASURES = {"rmse": _rmse, "mae": _mae, "r2": _r2}
