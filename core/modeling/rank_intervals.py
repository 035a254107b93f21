"""How sure a place on the list is: "12th, could be 5th to 31st", from how much the fold models differ.

The source is the grouped jackknife (Quenouille, 1956; Shao and Tu, The Jackknife and Bootstrap, 1995, 2.3):
each of the K models of a repeat was fitted without another K-th of the students, and (K - 1) / K times the
sum of the squared deviations from their mean estimates the variance that the choice of training students
brings. Before, each model's scores are brought to one level and steepness: what moves all students alike
moves nobody's place. Repeats deal the students out anew, and their variances are averaged, each with K - 1
degrees of freedom.

The interval is about the model only: whom it was fitted on. It does not hold what the model cannot know. In
trials with made-up students it held the true place of about 9 in 10 (tests/modeling/test_rank_intervals.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.modeling.logistic import as_risk
from core.modeling.scorer import Scorer
from core.modeling.table import Features, Floats, Integers
from core.modeling.threads import one_thread
from core.modeling.thresholds import ThresholdCurve
from core.modeling.train import CrossValidated

MOST_COMPARED = 2_000
"""So many students, evenly along the list, tell a model's level and steepness."""
NEAR_CUT = 200


@dataclass(frozen=True, eq=False)
class RankIntervals:
    """The places of some students, each with a 95 % interval."""

    rank: Integers
    low: Integers
    """The best place the student could have, with the others as they are."""
    high: Integers
    risk_low: Floats
    risk_high: Floats
    n_students: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody."""
        return not len(self.rank)

    def frame(self) -> pd.DataFrame:
        """Return one row a student: rank, low, high, risk_low, risk_high, words."""
        names = ("rank", "low", "high", "risk_low", "risk_high")
        return pd.DataFrame({name: getattr(self, name) for name in names} | {"words": self.words()})

    def words(self) -> list[str]:
        """Return each place in words."""
        return [
            rank_words(int(rank), int(low), int(high))
            for rank, low, high in zip(self.rank, self.low, self.high, strict=True)
        ]


@dataclass(frozen=True, eq=False)
class RankSpread:
    """What is needed to say how sure any place is; made by ``rank_spread``."""

    features: Features = field(repr=False)
    curve: ThresholdCurve = field(repr=False)
    log_odds: Floats = field(repr=False)
    models: tuple[Scorer, ...] = field(repr=False)
    level: Floats
    """The mean score of each model among the students compared."""
    steepness: Floats
    """The standard deviation of each model's scores among them."""
    folds: int
    repeats: int

    @property
    def about(self) -> str:
        """Where the intervals come from, in words."""
        times = f", {self.repeats} times over" if self.repeats > 1 else ""
        return (
            f"95 % intervals from {len(self.models)} models, each fitted without another part of the "
            f"students ({self.folds} parts{times}; grouped jackknife): how far a place depends on whom the "
            "model was fitted on, all others staying where they are. In trials with made-up students they "
            "held the true place of about 9 in 10, for what no model can know is not in them."
        )

    def intervals(self, rows: Integers | Sequence[int]) -> RankIntervals:
        """Return the places of these rows' students; what is asked of a page costs what a page costs."""
        from scipy.special import stdtrit

        chosen = np.asarray(rows, dtype=np.intp)
        students = self.features.take(chosen)
        # To hold the threads costs as much as to score a page, which is too little work to be shared out.
        with one_thread() if len(chosen) > MOST_COMPARED else nullcontext():
            scores = np.stack([one.log_odds(students.numbers, students.codes) for one in self.models])
        alike = (scores - self.level[:, None]) / self.steepness[:, None] * self.steepness.mean()
        parts = alike.reshape(self.repeats, self.folds, len(chosen))
        squares = ((parts - parts.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
        error = np.sqrt((self.folds - 1) / self.folds * squares.mean(axis=0))
        half = stdtrit(self.repeats * (self.folds - 1), 0.975) * error
        return self._ranked(
            chosen, as_risk(self.log_odds[chosen] - half), as_risk(self.log_odds[chosen] + half)
        )

    def margin_at(self, n_listed: int) -> float:
        """Return the median half width of the risk's interval among students near a cut; 0 without a cut.

        Looked at are the 200 students around it.
        """
        if not 0 < n_listed < self.curve.n_students:
            return 0.0
        first = max(0, n_listed - NEAR_CUT // 2)
        near = self.intervals(self.curve.order[first : n_listed + NEAR_CUT // 2])
        return float(np.round(np.median(near.risk_high - near.risk_low) / 2, 6))

    def _ranked(self, rows: Integers, lowest: Floats, highest: Floats) -> RankIntervals:
        rank = self.curve.rank[rows]
        above = np.searchsorted(self.curve.negated, -highest, side="left")
        up_to = np.searchsorted(self.curve.negated, -lowest, side="right")
        low, high = np.minimum(above + 1, rank), np.maximum(up_to, rank)
        return RankIntervals(rank, low, high, lowest, highest, self.curve.n_students)


def rank_spread(validated: CrossValidated, features: Features, curve: ThresholdCurve) -> RankSpread:
    """Return what says how sure each place is; ``features`` and ``curve`` are of the same students."""
    places = np.unique(np.linspace(0, max(0, curve.n_students - 1), MOST_COMPARED).astype(np.intp))
    compared = features.take(curve.order[places[: curve.n_students]])
    is_sum = all(one.n_weights is not None for one in validated.models)
    # A family that is no sum of lookups scores too slowly for all repeats to be asked about every page.
    repeats = validated.repeats if is_sum else 1
    models = validated.models[: repeats * validated.folds]
    with one_thread():
        scores = np.stack([one.log_odds(compared.numbers, compared.codes) for one in models])
    level, steepness = scores.mean(axis=1), scores.std(axis=1)
    # A model that tells nobody apart has no steepness to bring in line.
    is_flat = bool((steepness <= 0).any())
    return RankSpread(
        features,
        curve,
        validated.log_odds,
        models,
        level,
        np.ones(len(level)) if is_flat else steepness,
        validated.folds,
        repeats,
    )


def rank_words(rank: int, low: int, high: int) -> str:
    """Return a place with its interval in words.

    >>> rank_words(12, 5, 31), rank_words(1, 1, 1)
    ('12th, could be 5th to 31st', '1st')
    """
    if low == high:
        return ordinal(rank)
    return f"{ordinal(rank)}, could be {ordinal(low)} to {ordinal(high)}"


def ordinal(n: int) -> str:
    """Return a place in short words.

    >>> [ordinal(n) for n in (1, 2, 3, 11, 1_113, 1_021)]
    ['1st', '2nd', '3rd', '11th', '1,113th', '1,021st']
    """
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"
