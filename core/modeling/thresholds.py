"""Who is on the list: risks are sorted once, and every move of a threshold or a capacity is a lookup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.modeling.order import rank_order
from core.modeling.policies import AtScore, Counted, ForCapacity, ForCost, ForRecall, ThresholdPolicy
from core.modeling.table import Flags, Floats, Integers, Texts

__all__ = ["AtScore", "Cut", "ForCapacity", "Need", "ThresholdCurve", "ThresholdPolicy", "prepare"]
HALF_KNOWN = 0.5
"""Of a student with less than this share of the feature values recorded, not enough is known."""
MOST_POINTS = 200
SUM_ERROR = 1e-12


class Need(StrEnum):
    """How much support is needed, as far as the list says; see ``ThresholdCurve.need``."""

    HIGH = "high"
    WATCH = "watch"
    LOW = "low"
    UNKNOWN = "not enough known"


@dataclass(frozen=True)
class Cut:
    """What a policy comes to: counts of students, and shares that are None where nothing is known."""

    n_listed: int
    lowest_listed: float | None
    """The risk of the last student listed; None for an empty list."""
    n_expected: float
    """The sum of the listed risks: how many of those listed the outcome is expected to happen to."""
    n_known: int
    """Listed students whose outcome is known."""
    found: int
    """Of these, with the outcome."""
    false_alarms: int
    """Of these, without it."""
    missed: int
    """Students with the outcome who are not listed."""
    precision: float | None
    recall: float | None
    n_tied: int
    """Students with exactly the risk of the last one listed, when not all of them fit; else 0."""
    n_tied_listed: int
    """How many of the tied students are listed."""
    note: str
    """What has to be said about the cut, in words; empty if nothing has."""


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """Students from the highest risk to the lowest, with running totals; made by ``prepare``.

    Equal risks stand in an order that the seed and the student's id decide.
    """

    order: Integers = field(repr=False)
    """The row of the student at each rank, from rank 1."""
    rank: Integers = field(repr=False)
    """The rank of each row's student, from 1."""
    negated: Floats = field(repr=False)
    """The risks times -1, rising, so that a cut is found by halving."""
    expected: Floats = field(repr=False)
    """For k = 0, 1, ...: the sum of the k highest risks."""
    spread: Floats = field(repr=False)
    """For k = 0, 1, ...: the sum of risk * (1 - risk), the variance of how many of them have the outcome."""
    lean: Floats = field(repr=False)
    """For k = 0, 1, ...: the sum of risk * (1 - risk) * (1 - 2 * risk), its third moment."""
    known: Integers = field(repr=False)
    """For k = 0, 1, ...: how many of the first k students have a known outcome."""
    positives: Integers = field(repr=False)
    """For k = 0, 1, ...: how many of these have the outcome."""
    mean_risk: float
    seed: int

    @property
    def risk(self) -> Floats:
        """The risks, falling."""
        return -self.negated

    @property
    def n_students(self) -> int:
        """All students."""
        return len(self.order)

    def n_listed(self, policy: ThresholdPolicy) -> int:
        """Return how many students a policy lists."""
        if isinstance(policy, Counted):
            return min(int(policy.n), self.n_students)
        if isinstance(policy, ForRecall):
            return self._finding(policy.share)
        if isinstance(policy, ForCost):
            return int(np.searchsorted(self.negated, -policy.risk, side="left"))
        return self._count(policy.risk)

    def cut(self, policy: ThresholdPolicy) -> Cut:
        """Return what a policy comes to; a lookup, whatever the number of students."""
        n = self.n_listed(policy)
        known, found = int(self.known[n]), int(self.positives[n])
        all_positive = int(self.positives[-1])
        tied, tied_listed = self._ties(n)
        return Cut(
            n_listed=n,
            lowest_listed=-float(self.negated[n - 1]) if n else None,
            n_expected=float(self.expected[n]),
            n_known=known,
            found=found,
            false_alarms=known - found,
            missed=all_positive - found,
            precision=found / known if known else None,
            recall=found / all_positive if all_positive else None,
            n_tied=tied,
            n_tied_listed=tied_listed,
            note=self._note(policy, tied, tied_listed),
        )

    def listed(self, policy: ThresholdPolicy) -> Flags:
        """Return for each row whether its student is on the list."""
        return np.asarray(self.rank <= self.n_listed(policy))

    def need(
        self,
        policy: ThresholdPolicy,
        *,
        known_share: ArrayLike | None = None,
        outside: ArrayLike | None = None,
        rows: Integers | Sequence[int] | None = None,
    ) -> Texts:
        """Return the need band of each row's student; of ``rows`` only, if given.

        ``high``: on the list. ``not enough known``: not listed, and less than half of the feature
        values are recorded (``known_share``), or any lies outside what the model was trained on
        (``outside``: how many do), so a low risk says little. ``watch``: not listed, with at least the
        average risk and at least half the risk of the last student listed. ``low``: the others.
        """
        n = self.n_listed(policy)
        watched = max(self.mean_risk, -float(self.negated[n - 1]) / 2 if n else 0.0)
        n_watched = max(n, self._count(watched))
        chosen = slice(None) if rows is None else np.asarray(rows, dtype=np.intp)
        rank = self.rank[chosen]
        bands = np.full(len(rank), Need.LOW.value, dtype=object)
        bands[rank <= n_watched] = Need.WATCH.value
        if known_share is not None:
            bands[np.asarray(known_share)[chosen] < HALF_KNOWN] = Need.UNKNOWN.value
        if outside is not None:
            bands[np.asarray(outside)[chosen] > 0] = Need.UNKNOWN.value
        bands[rank <= n] = Need.HIGH.value
        return bands

    def frame(self) -> pd.DataFrame:
        """Return at most 200 points along the list: n_listed, risk, n_expected, found, precision, recall.

        ``risk`` is that of the last student listed; precision and recall are NaN where nothing is known.
        """
        places = self.places()
        found, known = self.positives[places], self.known[places]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = {"precision": found / known, "recall": found / self.positives[-1]}
        columns = {"n_listed": places, "risk": -self.negated[places - 1], "n_expected": self.expected[places]}
        return pd.DataFrame(columns | {"found": found} | shares)

    def places(self) -> Integers:
        """Return at most 200 numbers of students listed, from 1 to all, evenly spread; none of nobody."""
        if self.n_students == 0:
            return np.empty(0, dtype=np.int64)
        return np.unique(np.linspace(1, self.n_students, MOST_POINTS).astype(np.int64))

    def _count(self, risk: float) -> int:
        """Return how many students have at least this risk."""
        return int(np.searchsorted(self.negated, -risk, side="right"))

    def _finding(self, share: float) -> int:
        """Return the fewest students among whom a share of those with the outcome is found."""
        positives = int(self.positives[-1])
        if positives == 0:
            # The last digits of a long sum must not ask for one student more.
            wanted = share * float(self.expected[-1]) * (1 - SUM_ERROR)
            return int(np.searchsorted(self.expected, wanted, side="left"))
        needed = ceil(share * positives)
        if needed and (needed - 1) / positives >= share:  # 0.07 * 100 is a little over 7
            needed -= 1
        return int(np.searchsorted(self.positives, needed, side="left"))

    def _ties(self, n: int) -> tuple[int, int]:
        """Return how many students share the risk at the cut, and how many of them are listed."""
        if n in (0, self.n_students) or self.negated[n - 1] != self.negated[n]:
            return 0, 0
        first = int(np.searchsorted(self.negated, self.negated[n], side="left"))
        return self._count(-float(self.negated[n])) - first, n - first

    def _note(self, policy: ThresholdPolicy, tied: int, tied_listed: int) -> str:
        """Say what is not obvious about the cut."""
        if isinstance(policy, Counted) and policy.n > self.n_students:
            return self._note_of_all()
        notes = []
        if isinstance(policy, ForRecall) and self.positives[-1] == 0:
            notes.append("Nobody is known to have the outcome, so the share is counted by the risks.")
        if tied:
            verb = "is" if tied_listed == 1 else "are"
            notes.append(
                f"{tied:,} students share the risk at the cut; {tied_listed:,} of them {verb} listed, "
                f"drawn with seed {self.seed}."
            )
        return " ".join(notes)

    def _note_of_all(self) -> str:
        """Say that the capacity is more than there are students."""
        if self.n_students == 0:
            return "There are no students."
        if self.n_students == 1:
            return "There is only 1 student, who is listed."
        return f"There are only {self.n_students:,} students: all of them are listed."


def prepare(
    risk: ArrayLike, student_ids: NDArray[np.object_], *, seed: int, label: ArrayLike | None = None
) -> ThresholdCurve:
    """Return the curve of these students; ``label`` holds 1, 0, or NaN where it is not known.

    >>> curve = prepare([0.2, 0.9, 0.6], np.array(["a", "b", "c"], dtype=object), seed=7)
    >>> curve.rank.tolist(), curve.cut(AtScore(0.5)).n_listed, curve.cut(ForCapacity(1)).n_expected
    ([3, 1, 2], 2, 0.9)
    """
    risks = np.asarray(risk, dtype=np.float64)
    order = rank_order(risks, student_ids, seed=seed)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    labels = np.full(len(risks), np.nan) if label is None else np.asarray(label, dtype=np.float64)
    ordered, falling = labels[order], risks[order]
    return ThresholdCurve(
        order,
        rank,
        -falling,
        _running(falling),
        _running(falling * (1.0 - falling)),
        _running(falling * (1.0 - falling) * (1.0 - 2.0 * falling)),
        _running(~np.isnan(ordered)).astype(np.int64),
        _running(ordered == 1).astype(np.int64),
        float(risks.mean()) if len(risks) else 0.0,
        seed,
    )


def _running(values: Floats | Flags) -> Floats:
    """Return running totals, starting with 0."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
