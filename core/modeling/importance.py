"""How much each column matters to the order of the students: what is lost when its values are dealt anew.

Permutation importance (Breiman, 2001; Fisher, Rudin and Dominici, 2019), out of fold: each model is asked
about the students it did not see, once as they are and several times with one column's values dealt out anew
among them. What ROC-AUC falls by is the column's. A category is dealt out whole, and gaps with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.modeling.auc_difference import rank_parts
from core.modeling.intervals import Z
from core.modeling.order import seeded_order
from core.modeling.scorer import Scorer
from core.modeling.table import FeatureColumn, Features, Floats, Integers, Progress
from core.modeling.threads import one_thread
from core.modeling.train import CrossValidated
from core.modeling.unseen import first_models, is_sum

PERMUTATIONS = 5
MOST_STUDENTS = 50_000
"""Of more students so many are drawn."""
MOST_SCORED = 300_000
"""Of a family that is no sum, about so many rows are scored; fewer students are drawn for it."""
FEWEST_STUDENTS = 200
DECIMALS = 9
"""Log-odds that are equal but for the order of a sum are a tie."""


@dataclass(frozen=True)
class ColumnImportance:
    """What ROC-AUC loses without what one column says."""

    column: str
    label: str
    role: str
    drop: float
    """The mean over models and permutations; about 0 for a column that says nothing, and below by chance."""
    low: float
    """The lower end of the 95 % interval over students."""
    high: float
    spread: float
    """The standard deviation from one permutation to the next, each the mean over all models."""

    @property
    def is_clear(self) -> bool:
        """Whether the interval lies over 0."""
        return self.low > 0


@dataclass(frozen=True)
class Importance:
    """The columns of a model, the most important first."""

    columns: tuple[ColumnImportance, ...]
    auc: float
    """ROC-AUC with all columns as they are, over the same models and students."""
    n_students: int
    permutations: int

    @property
    def is_empty(self) -> bool:
        """Whether there are too few students to rank."""
        return not self.columns

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty if there is."""
        return "" if self.columns else "Every fold has fewer than two students of one outcome."

    @property
    def words(self) -> str:
        """What matters most, in one or two sentences."""
        clear = [f"'{one.label}'" for one in self.columns if one.is_clear]
        if not clear:
            return "No column by itself clearly matters: what one says, others say too, or none says much."
        rest = len(self.columns) - len(clear)
        of_rest = (
            f" {rest} of {len(self.columns)} columns by themselves are not shown to matter." if rest else ""
        )
        return f"What the model leans on most: {', '.join(clear[:3])}.{of_rest}"

    def frame(self) -> pd.DataFrame:
        """Return column, label, role, drop, low, high, spread: one row a column, the largest drop first."""
        names = ["column", "label", "role", "drop", "low", "high", "spread"]
        return pd.DataFrame([[getattr(one, n) for n in names] for one in self.columns], columns=names)


def permutation_importance(
    validated: CrossValidated,
    features: Features,
    *,
    seed: int,
    permutations: int = PERMUTATIONS,
    progress: Progress | None = None,
) -> Importance:
    """Return what each column is worth; ``features`` is the table that was cross-validated.

    The interval is the wider of two: DeLong's for two rankings of the same students, the permuted ones
    averaged, which covers who these students are and how the values were dealt; and Nadeau and Bengio's for
    models of overlapping students, which covers what each happened to learn. The first alone held 88 % of
    columns that say nothing. What is drawn depends on the seed and the students' ids, not on the rows' order.
    Folds with fewer than two students of an outcome are left out.
    """
    rows = _drawn(validated, features, seed=seed, permutations=permutations)
    run = _Run(features, validated.label, np.random.default_rng([seed, 17]), permutations, validated.folds)
    models = first_models(validated)
    with one_thread():
        for place, model in enumerate(models):
            if progress:
                progress(place / len(models), f"Asking model {place + 1} of {len(models)}")
            repeat, fold = divmod(place, validated.folds)
            run.ask(model, rows[validated.fold_of[repeat][rows] == fold])
    return run.result(len(rows))


def _drawn(validated: CrossValidated, features: Features, *, seed: int, permutations: int) -> Integers:
    """Return the students who are asked about, in an order that is drawn."""
    drawn = seeded_order(features.student_ids, seed=seed, purpose="importance")
    known = drawn[~np.isnan(validated.label[drawn])]
    if is_sum(validated):
        return known[:MOST_STUDENTS]
    return known[: max(FEWEST_STUDENTS, MOST_SCORED // (permutations * len(features.columns)))]


@dataclass(eq=False)
class _Run:
    """What was found so far."""

    features: Features
    label: Floats
    rng: np.random.Generator
    permutations: int
    n_folds: int
    aucs: list[float] = field(default_factory=list)
    drops: list[Floats] = field(default_factory=list)
    """Of each model: shape (n_columns, permutations)."""

    def __post_init__(self) -> None:
        self.parts = np.zeros((len(self.features.columns), self.features.n_students))
        """Each student's part in the error of each column's drop."""

    def ask(self, model: Scorer, rows: Integers) -> None:
        """Add what a model says of students it did not see."""
        label = self.label[rows]
        if min((label == 1).sum(), (label == 0).sum()) < 2:
            return
        students = self.features.take(rows)
        auc, parts = rank_parts(label, model.log_odds(students.numbers, students.codes).round(DECIMALS))
        orders = np.array([self.rng.permutation(len(rows)) for _ in range(self.permutations)])
        drops = np.empty((len(self.features.columns), self.permutations))
        for place, scores in enumerate(_permuted(model, students, orders)):
            for k, score in enumerate(scores):
                worse, others = rank_parts(label, score.round(DECIMALS))
                drops[place, k] = auc - worse
                self.parts[place, rows] += (parts - others) / self.permutations
        self.aucs.append(auc)
        self.drops.append(drops)

    def result(self, n_students: int) -> Importance:
        """Return the mean over the models, the largest drop first; equal ones in the order of the table."""
        if not self.drops:
            return Importance((), float("nan"), n_students, self.permutations)
        errors = np.maximum(np.sqrt((self.parts**2).sum(axis=1)) / len(self.drops), self._between())
        by_permutation = np.mean(self.drops, axis=0)
        means = by_permutation.mean(axis=1)
        spreads = by_permutation.std(axis=1, ddof=min(1, self.permutations - 1))
        order = np.argsort(-means.round(12), kind="stable")
        columns = self.features.columns
        found = [_column(columns[j], means[j], errors[j], spreads[j]) for j in order]
        return Importance(tuple(found), float(np.mean(self.aucs)), n_students, self.permutations)

    def _between(self) -> Floats:
        """Return the error of each column's drop by how much the models differ (Nadeau and Bengio, 2003)."""
        drops = np.mean(self.drops, axis=2)
        if len(drops) < 2:
            return np.zeros(drops.shape[1])
        test_by_train = 1 / (self.n_folds - 1)
        return np.asarray(np.sqrt((1 / len(drops) + test_by_train) * drops.var(axis=0, ddof=1)))


def _column(column: FeatureColumn, drop: float, error: float, spread: float) -> ColumnImportance:
    low, high = float(drop - Z * error), float(drop + Z * error)
    return ColumnImportance(
        column.name, column.label, column.role.value, float(drop), low, high, float(spread)
    )


def _permuted(model: Scorer, students: Features, orders: Integers) -> list[Floats]:
    """Return for each column the scores with its values dealt anew, shape (permutations, n_students)."""
    if model.n_weights is not None:
        parts = model.contributions(students.numbers, students.codes)
        total = model.base + parts.sum(axis=1)
        return [total - part + part[orders] for part in parts.T]
    return [_dealt(model, students, orders, place) for place in range(len(students.columns))]


def _dealt(model: Scorer, students: Features, orders: Integers, place: int) -> Floats:
    """Return the scores of a family that is no sum, with one column dealt anew."""
    n_numbers = students.numbers.shape[1]
    numbers = np.tile(students.numbers, (len(orders), 1))
    codes = np.tile(students.codes, (len(orders), 1))
    if place < n_numbers:
        numbers[:, place] = students.numbers[orders.ravel(), place]
    else:
        codes[:, place - n_numbers] = students.codes[orders.ravel(), place - n_numbers]
    return model.log_odds(numbers, codes).reshape(orders.shape)
