"""A second opinion on one student's reasons: LIME, set beside the contributions.

LIME (Ribeiro, Singh and Guestrin, 2016, "Why should I trust you?") draws students around one student, asks
the models about them, and fits a small linear model to the answers, near ones weighing more. Here a drawn
student takes each column's value from another student, and the small model knows of each column only whether
it is as the student's own: in the same quarter of all students, or the same category.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.modeling.explain import Explainer
from core.modeling.order import seeded_order
from core.modeling.table import Features, Floats
from core.modeling.threads import one_thread
from core.modeling.unseen import log_odds_unseen
from core.schema import Kind

N_DRAWN = 5_000
"""As many as the authors' program: fewer give other weights with another seed."""
WIDTH = 0.75
"""The kernel's width by the square root of the number of columns, as the authors' program has it."""
PENALTY = 1.0
QUARTERS = (0.25, 0.5, 0.75)
MOST_COMPARED = 3
GOOD = 0.7
"""From this rank correlation on, with two of the top three in common, both agree."""


@dataclass(frozen=True)
class SecondOpinion:
    """What LIME and the contributions say of one student, side by side."""

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    values: tuple[str, ...]
    """The student's values in words."""
    contributions: tuple[float, ...]
    """In log-odds, relative to the average student."""
    weights: tuple[float, ...]
    """LIME's, in log-odds: what being as this student rather than as others adds nearby."""
    correlation: float | None
    """Spearman's, over the columns; None where all of one side are equal."""
    n_compared: int
    """How many of the strongest columns are compared: 3, or all of fewer."""
    n_common: int
    """How many of these, by size, both have."""
    is_exact: bool
    """Whether the contributions are the model's own terms, not estimates."""
    fit: float
    """How much of the answers the small model explains (R2, weighted), up to 1."""

    @property
    def agrees(self) -> bool:
        """Whether both tell the same story."""
        return (self.correlation or 0.0) >= GOOD and self.n_common >= min(2, self.n_compared)

    @property
    def words(self) -> str:
        """How far both agree, in one or two sentences."""
        rank = "none can be told" if self.correlation is None else f"{self.correlation:.2f}"
        figures = (
            f"rank correlation {rank}; {self.n_common} of the {self.n_compared} strongest columns in common"
        )
        if self.agrees:
            return f"Both tell the same story ({figures})."
        if self.is_exact:
            why = "The contributions are this model's own terms; LIME, which only knows quarters, is coarser."
            return f"They differ in part ({figures}). {why}"
        return f"They differ in part ({figures}). Both are estimates: take this student's reasons with care."

    @property
    def fit_words(self) -> str:
        """How far LIME's small model can be trusted."""
        return f"LIME's small model explains {100 * max(0.0, self.fit):.0f} % of what the models say nearby."

    def frame(self) -> pd.DataFrame:
        """Return column, label, value, contribution, lime: the largest contribution by size first."""
        frame = pd.DataFrame(
            {
                "column": self.columns,
                "label": self.labels,
                "value": self.values,
                "contribution": self.contributions,
                "lime": self.weights,
            }
        )
        return frame.sort_values(
            "contribution", key=lambda sizes: -sizes.abs(), kind="stable", ignore_index=True
        )


def second_opinion(explainer: Explainer, row: int, *, seed: int, n_drawn: int = N_DRAWN) -> SecondOpinion:
    """Return LIME's weights beside the contributions of one student; the models did not see the student.

    What is drawn depends on the seed and the students' ids, not on the rows' order.
    """
    features = explainer.features
    numbers, codes = _drawn(features, row, seed=seed, n_drawn=n_drawn)
    same = _same(features, row, numbers, codes)
    with one_thread():
        answers = log_odds_unseen(explainer.validated, np.full(len(numbers), row), numbers, codes)
        weights, fit = _fitted(same, answers)
        (contributions,) = explainer.contributions([row]).values
    n_compared = min(MOST_COMPARED, len(weights))
    common = set(_strongest(weights, n_compared)) & set(_strongest(contributions, n_compared))
    own = [*features.numbers[row].tolist(), *map(float, features.codes[row])]
    return SecondOpinion(
        columns=tuple(column.name for column in features.columns),
        labels=tuple(column.label for column in features.columns),
        values=tuple(c.value_text(value) for c, value in zip(features.columns, own, strict=True)),
        contributions=tuple(contributions.tolist()),
        weights=tuple(weights.tolist()),
        correlation=_rank_correlation(weights, contributions),
        n_compared=n_compared,
        n_common=len(common),
        is_exact=explainer.is_sum,
        fit=fit,
    )


def _drawn(features: Features, row: int, *, seed: int, n_drawn: int) -> tuple[Floats, NDArray[np.int32]]:
    """Return drawn students, each column's value from another student; the first is the student as is."""
    order = seeded_order(features.student_ids, seed=seed, purpose="lime")
    key = np.flatnonzero(order == row)
    rng = np.random.default_rng([seed, 23, int(key[0])])
    n_numbers, n_columns = features.numbers.shape[1], len(features.columns)
    givers = order[rng.integers(0, features.n_students, (n_drawn, n_columns))]
    givers[0] = row
    numbers = np.take_along_axis(features.numbers, givers[:, :n_numbers], axis=0)
    return numbers, np.take_along_axis(features.codes, givers[:, n_numbers:], axis=0)


def _same(features: Features, row: int, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
    """Return 1 where a drawn value is as the student's own, else 0, shape (n_drawn, n_columns)."""
    same = np.empty((len(numbers), len(features.columns)))
    for place, column in enumerate(features.columns):
        if place >= numbers.shape[1]:
            at = place - numbers.shape[1]
            same[:, place] = codes[:, at] == features.codes[row, at]
        elif column.kind is Kind.FLAG:
            same[:, place] = _equal(numbers[:, place], features.numbers[row, place])
        else:
            ends = _quarters(features.numbers[:, place])
            parts = _part(numbers[:, place], ends)
            same[:, place] = parts == _part(features.numbers[row : row + 1, place], ends)[0]
    return same


def _quarters(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    return np.unique(np.quantile(known, QUARTERS)) if len(known) else np.empty(0)


def _part(values: Floats, ends: Floats) -> NDArray[np.intp]:
    """Return the quarter of each value; a missing one is a part of its own."""
    return np.where(np.isnan(values), -1, np.searchsorted(ends, values))


def _equal(values: Floats, own: float) -> NDArray[np.bool_]:
    return np.asarray(np.isnan(values) if np.isnan(own) else values == own)


def _fitted(same: Floats, answers: Floats) -> tuple[Floats, float]:
    """Return the weights of the small model and how well it fits."""
    from sklearn.linear_model import Ridge

    width = WIDTH * np.sqrt(same.shape[1])
    near = np.exp(-(1 - same).sum(axis=1) / width**2)
    model = Ridge(alpha=PENALTY).fit(same, answers, sample_weight=near)
    if np.ptp(answers) == 0:
        return np.zeros(same.shape[1]), 1.0
    return np.asarray(model.coef_, dtype=np.float64), float(model.score(same, answers, sample_weight=near))


def _strongest(weights: Floats, n: int) -> list[int]:
    """Return the places of the largest by size; equal ones in the order of the columns."""
    return [int(place) for place in np.argsort(-np.abs(weights), kind="stable")[:n]]


def _rank_correlation(one: Floats, two: Floats) -> float | None:
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return None
    return float(spearmanr(one, two).statistic)
