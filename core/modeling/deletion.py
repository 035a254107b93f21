"""Whether the reasons matter: what is left of the risk without them.

The facts behind a student's first reasons are replaced by what is typical, and the models that did not see
the student are asked again. If reasons are reasons, the risk falls further than without as many columns drawn
at random, or the least ones (after DeYoung and others, 2020: comprehensiveness).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt

import numpy as np
import pandas as pd

from core.modeling.explain import MOST_SAID, Explainer
from core.modeling.intervals import Z
from core.modeling.logistic import sigmoid
from core.modeling.order import seeded_hash, seeded_order
from core.modeling.table import Features, Floats, Integers
from core.modeling.threads import one_thread
from core.modeling.unseen import is_sum, log_odds_unseen

MOST_ASKED, MOST_ASKED_SLOWLY = 2_000, 200
"""Students of the highest risk who are asked about; fewer of a family that is no sum."""
SHARE_ASKED = 0.2
"""The highest risks among all students: those whose reasons are read."""
DRAWS = 10
"""How often columns are drawn at random for each student."""
FEWEST = 10
REASONS, RANDOM, LEAST = "the reasons", "as many at random", "as many of the least"


@dataclass(frozen=True, eq=False)
class DeletionTest:
    """How far the risk falls without the first reasons, and without other columns."""

    table: pd.DataFrame = field(repr=False)
    n_students: int
    """Students of high risk who have a reason."""
    holds: bool
    """Whether the reasons beat both others for every number of them."""

    @property
    def is_empty(self) -> bool:
        """Whether too few students have reasons."""
        return self.table.empty

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty if there is."""
        if not self.is_empty:
            return ""
        return f"Only {self.n_students} students of high risk have a reason; {FEWEST} are needed to tell."

    def frame(self) -> pd.DataFrame:
        """Return kind, k, fall, low, high: the fall of the risk in [-1, 1] without k columns of a kind.

        Students who have fewer than k reasons are without all of theirs, and as many others.
        """
        return self.table

    @property
    def words(self) -> str:
        """Whether the reasons matter, in two or three sentences."""
        if self.is_empty:
            return self.why_empty
        last = self.table[self.table["k"] == self.table["k"].max()].set_index("kind")
        falls = {kind: _points(last.loc[kind, "fall"]) for kind in (REASONS, RANDOM, LEAST)}
        low, high = (_points(last.loc[REASONS, end]) for end in ("low", "high"))
        figures = (
            f"With the facts behind them replaced by what is typical, the risk falls by {falls[REASONS]} "
            f"percentage points on average (95 % interval {low} to {high}); with as many columns drawn at "
            f"random by {falls[RANDOM]}, with as many of the least by {falls[LEAST]}."
        )
        verdict = "The reasons matter." if self.holds else "The reasons are not shown to matter."
        return f"{verdict} {figures}"


def deletion_test(explainer: Explainer, *, seed: int) -> DeletionTest:
    """Return whether the reasons of students of high risk matter more than other columns do.

    Intervals are over students; random columns are drawn among all of a student's, the reasons included.
    What is drawn depends on the seed and the students' ids, not on the rows' order.
    """
    rows = _asked(explainer, seed=seed)
    with one_thread():
        ranked = explainer.reason_places(rows)
        told = ranked[:, 0] >= 0
        rows, ranked = rows[told], ranked[told]
        if len(rows) < FEWEST:
            return DeletionTest(pd.DataFrame(), len(rows), holds=False)
        return _tested(explainer, rows, ranked, seed=seed)


def _asked(explainer: Explainer, *, seed: int) -> Integers:
    """Return the students of the highest risk; equal risks stand in an order that is drawn."""
    validated = explainer.validated
    drawn = seeded_order(explainer.features.student_ids, seed=seed, purpose="deletion")
    first = drawn[np.argsort(-validated.risk[drawn], kind="stable")]
    most = MOST_ASKED if is_sum(validated) else MOST_ASKED_SLOWLY
    return first[: min(most, max(FEWEST, round(SHARE_ASKED * len(first))))]


def _tested(explainer: Explainer, rows: Integers, ranked: Integers, *, seed: int) -> DeletionTest:
    """Return the curve: each student without the first k reasons, k random columns, k of the least."""
    sizes = np.abs(explainer.contributions(rows).values)
    least = np.argsort(sizes, axis=1, kind="stable")
    draws = [_orders(explainer.features, rows, seed=seed, draw=draw) for draw in range(DRAWS)]
    table, holds = [], True
    for k in range(1, min(MOST_SAID, ranked.shape[1]) + 1):
        n_gone = np.minimum(k, (ranked >= 0).sum(axis=1))
        falls = {
            REASONS: _fall(explainer, rows, ranked, n_gone),
            RANDOM: np.mean([_fall(explainer, rows, drawn, n_gone) for drawn in draws], axis=0),
            LEAST: _fall(explainer, rows, least, n_gone),
        }
        table += [(kind, k, *_mean(fall)) for kind, fall in falls.items()]
        holds &= all(_mean(falls[REASONS] - falls[other])[1] > 0 for other in (RANDOM, LEAST))
    frame = pd.DataFrame(table, columns=["kind", "k", "fall", "low", "high"])
    return DeletionTest(frame, len(rows), holds)


def _fall(explainer: Explainer, rows: Integers, ranked: Integers, n_gone: Integers) -> Floats:
    """Return how far each student's risk falls with the first columns of ``ranked`` as is typical."""
    students = explainer.features.take(rows)
    numbers, codes = students.numbers.copy(), students.codes.copy()
    n_numbers = numbers.shape[1]
    for k in range(int(n_gone.max())):
        for place, typical in enumerate(explainer.typical):
            gone = (ranked[:, k] == place) & (n_gone > k)
            if place < n_numbers:
                numbers[gone, place] = typical
            else:
                codes[gone, place - n_numbers] = int(typical)
    before = explainer.validated.log_odds[rows]
    after = log_odds_unseen(explainer.validated, rows, numbers, codes)
    return np.asarray(sigmoid(before) - sigmoid(after))


def _orders(features: Features, rows: Integers, *, seed: int, draw: int) -> Integers:
    """Return the columns of each student in an order that is drawn, shape (n_students, n_columns)."""
    drawn = [
        seeded_hash(features.student_ids[rows], seed=seed, purpose=f"deletion {draw} {place}")
        for place in range(len(features.columns))
    ]
    return np.argsort(np.stack(drawn, axis=1), axis=1, kind="stable")


def _mean(values: Floats) -> tuple[float, float, float]:
    """Return the mean and its 95 % interval over students."""
    mean, error = float(values.mean()), float(values.std(ddof=1)) / sqrt(len(values))
    return mean, mean - Z * error, mean + Z * error


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
