"""The learning curve: how good the model is with fewer training students, and whether more would help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughStudents
from core.modeling import candidates, measures
from core.modeling.auc_difference import auc_difference
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import Rows, seeded_order
from core.modeling.ranking import MEASURES, HeldOut, within_folds
from core.modeling.score_cells import count_scores
from core.modeling.table import Features, Floats, Progress
from core.modeling.threads import one_thread
from core.modeling.train import FEWEST_OF_OUTCOME, known_labels

Fit = Callable[[Features, Floats], Any]
"""From students and their labels to a fitted model."""
SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
"""Of the training students of each fold; every share holds the smaller ones."""
HELPS = 0.005
"""A gain in ROC-AUC below this is not worth collecting for."""


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """ROC-AUC by the number of training students."""

    table: pd.DataFrame = field(repr=False)
    words: str
    """Whether more students would help, in one or two sentences."""

    @property
    def is_empty(self) -> bool:
        """Whether too few students are there to take a share of."""
        return len(self.table) < 2

    @property
    def why_empty(self) -> str:
        """Why there is no curve; empty if there is."""
        return self.words if self.is_empty else ""

    def frame(self) -> pd.DataFrame:
        """Return share, n_students, roc_auc, low, high, train_auc: one row a share, rising.

        ``n_students`` is the mean over the folds, ``train_auc`` the ROC-AUC on the training students.
        """
        return self.table


def learning_curve(
    features: Features,
    label: ArrayLike,
    fold_of: NDArray[np.int8],
    *,
    candidate: str = candidates.DEFAULT,
    options: ModelOptions = USUAL,
    seed: int,
    outcome: str = "",
    progress: Progress | None = None,
) -> LearningCurve:
    """Return the curve on given folds (one repeat); all shares are scored on the same students.

    Which students make a share depends on the seed and the student's id, not on the rows' order; both
    outcomes keep their proportion. A share is left out where a fold would hold fewer than 2 of one
    outcome. Raises NotEnoughStudents, OneOutcomeOnly, InvalidChoice.
    """
    labels = known_labels(features, label, outcome=outcome)
    candidates.must_exist(candidate)
    drawn = seeded_order(features.student_ids, seed=seed, purpose="learning")
    n_folds = int(fold_of.max(initial=-1)) + 1
    if n_folds < 2:
        raise NotEnoughStudents("There are no folds to learn from.", hint="Train the model first.")
    scores, rows = [], []
    with one_thread():
        for place, share in enumerate(SHARES):
            said = f"Fitting with {share:.0%} of the training students"
            if progress:
                progress(place / len(SHARES), said.replace("%", " %"))
            taken = [_part(labels, drawn[_trains(fold_of, drawn, fold)], share) for fold in range(n_folds)]
            if all(_is_enough(labels[part]) for part in taken):
                score, trained = _scored(
                    features, labels, fold_of, taken, partial(candidates.fit, candidate, options=options)
                )
                scores.append(score)
                rows.append((share, *_measured(labels, fold_of, score, taken, seed=seed), trained))
    names = ["share", "n_students", "roc_auc", "low", "high", "train_auc"]
    return LearningCurve(pd.DataFrame(rows, columns=names), _words(labels, fold_of, scores, rows))


def _trains(fold_of: NDArray[np.int8], drawn: Rows, fold: int) -> NDArray[np.bool_]:
    return np.asarray((fold_of[drawn] >= 0) & (fold_of[drawn] != fold))


def _part(label: Floats, drawn: Rows, share: float) -> Rows:
    """Return the first share of each outcome's students, in the drawn order."""
    kept = np.zeros(len(drawn), dtype=bool)
    for outcome in (0.0, 1.0):
        places = np.flatnonzero(label[drawn] == outcome)
        kept[places[: round(share * len(places))]] = True
    return drawn[kept]


def _is_enough(label: Floats) -> bool:
    return min(int((label == 0).sum()), int((label == 1).sum())) >= FEWEST_OF_OUTCOME


def _scored(
    features: Features, label: Floats, fold_of: NDArray[np.int8], taken: list[Rows], fit: Fit
) -> tuple[Floats, float]:
    """Return the held-out log-odds (NaN in no fold), and the mean ROC-AUC on the training students."""
    score, trained = np.full(len(label), np.nan), []
    for fold, part in enumerate(taken):
        training, held_out = features.take(part), np.flatnonzero(fold_of == fold)
        model = fit(training, label[part]).scorer
        students = features.take(held_out)
        score[held_out] = model.log_odds(students.numbers, students.codes)
        cells = count_scores(label[part], model.log_odds(training.numbers, training.codes))
        trained.append(float(measures.auc(cells.negatives, cells.positives)))
    return score, float(np.mean(trained))


def _measured(
    label: Floats, fold_of: NDArray[np.int8], score: Floats, taken: list[Rows], *, seed: int
) -> tuple[float, float, float, float]:
    """Return the mean number of training students, and ROC-AUC with its interval (NaN where it has none)."""
    ranking = within_folds(label, fold_of[None], score[None])
    value = ranking.value(MEASURES["roc_auc"])
    span = ranking.intervals({"roc_auc": MEASURES["roc_auc"]}, seed=seed)["roc_auc"]
    low, high = (np.nan, np.nan) if span is None else span
    return float(np.mean([len(part) for part in taken])), np.nan if value is None else value, low, high


def _words(
    label: Floats, fold_of: NDArray[np.int8], scores: list[Floats], rows: Sequence[tuple[float, ...]]
) -> str:
    """Say what the last students added."""
    if len(rows) < 2:
        return "There are too few students to learn from fewer."
    found, low, high = auc_difference(label, HeldOut(fold_of[None], scores[-1][None], scores[-2][None]))
    fewer, all_ = rows[-2][1], rows[-1][1]
    said = (
        f"From {fewer:,.0f} to {all_:,.0f} training students ROC-AUC changes by {_signed(found)} "
        f"(95 % interval {_signed(low)} to {_signed(high)})"
    )
    if low > HELPS:
        return f"{said}: more students would help."
    if high < HELPS:
        return f"{said}: more students of the same kind would hardly help."
    return f"{said}: whether more students would help cannot be told."


def _signed(value: float) -> str:
    """Return a difference to three decimals; none is +0.000."""
    return f"{round(value, 3) + 0.0:+.3f}"
