"""How well risks put students in order, measured among students whom the same model had not seen.

Risks out of fold must not be pooled for this: of two students who are alike, the one with the outcome
is missing from the training students of its own model, which is therefore a little lower; pooled, such
pairs count as mistakes (on Kaggle's 1,000 students with three features ROC-AUC falls from 0.714 to 0.704).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.modeling import measures
from core.modeling.intervals import Interval, Measure, percentiles, resampled
from core.modeling.score_cells import MOST_CELLS, ScoreCells, count_scores, group_cells
from core.modeling.table import Floats, Integers


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Scores of students by the models that had not seen them; each repeat by itself."""

    fold_of: NDArray[np.int8]
    """Shape (repeats, n_students): who was held out together; -1 is nobody's."""
    score: Floats
    """Shape (repeats, n_students); the higher, the more at risk."""
    baseline: Floats
    """The same for the simple rule."""


@dataclass(frozen=True, eq=False)
class Ranking:
    """Cells of the students that are compared with one another: one tuple a repeat, one entry a fold."""

    repeats: tuple[tuple[ScoreCells, ...], ...]

    def value(self, measure: Measure) -> float | None:
        """Return the mean of a measure over all folds; None where it has no meaning."""
        found = [float(measure(c.negatives, c.positives)) for folds in self.repeats for c in folds]
        known = [value for value in found if not np.isnan(value)]
        return float(np.mean(known)) if known else None

    def intervals(self, names: dict[str, Measure], *, seed: int) -> dict[str, Interval | None]:
        """Return the 95 % interval of each measure.

        Students of the first repeat are drawn, neighbouring scores taken together, and the interval is moved
        to the mean of all repeats.
        """
        folds = self.repeats[0]
        most = MOST_CELLS // max(2, len(folds))
        groups = [group_cells(cells, np.zeros(len(cells.scores), int), most) for cells in folds]

        ends = np.cumsum([len(group.risk) for group in groups])[:-1]
        negatives = np.concatenate([group.negatives for group in groups])
        positives = np.concatenate([group.positives for group in groups])
        means = {name: _mean_over(measure, ends) for name, measure in names.items()}
        drawn = resampled(negatives, positives, means, seed=seed)
        first = {name: float(mean(negatives[None], positives[None])[0]) for name, mean in means.items()}
        return {name: _moved(drawn[name], first[name], self.value(m)) for name, m in names.items()}


MEASURES: dict[str, Measure] = {"roc_auc": measures.auc, "pr_auc": measures.average_precision}


def pooled(label: Floats, score: Floats) -> Ranking:
    """Return the ranking of all students against one another; for scores from one model."""
    return Ranking(((count_scores(label, score),),))


def within_folds(label: Floats, fold_of: NDArray[np.int8], score: Floats) -> Ranking:
    """Return the ranking of students against those who were held out together."""
    return Ranking(
        tuple(
            tuple(_cells(label, scores, folds == fold) for fold in range(int(folds.max(initial=0)) + 1))
            for folds, scores in zip(fold_of, score, strict=True)
        )
    )


def _cells(label: Floats, score: Floats, chosen: NDArray[np.bool_]) -> ScoreCells:
    """Return the cells of the chosen students whose outcome is known."""
    rows = np.flatnonzero(chosen & ~np.isnan(label))
    return count_scores(label[rows], score[rows])


def _mean_over(measure: Measure, ends: Integers) -> Callable[[Integers, Integers], Floats]:
    """Return the measure as a mean over folds that stand side by side."""

    def mean(negatives: Integers, positives: Integers) -> Floats:
        parts = zip(np.split(negatives, ends, axis=1), np.split(positives, ends, axis=1), strict=True)
        return np.asarray(np.mean([measure(n, p) for n, p in parts], axis=0))

    return mean


def _moved(drawn: Floats, first: float, value: float | None) -> Interval | None:
    """Return the percentiles, moved by the difference of the value from that of what was drawn from."""
    interval = percentiles(drawn)
    if interval is None or np.isnan(first) or value is None:
        return None
    return max(0.0, interval[0] + value - first), min(1.0, interval[1] + value - first)
