"""What running totals say of the students listed, of all or of each group: sums, and no student by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.modeling.intervals import Z
from core.modeling.table import Floats
from core.modeling.thresholds import ThresholdCurve

N_SUMS = 6


@dataclass(frozen=True, eq=False)
class Sums:
    """Totals over some students, arrays over the groups."""

    n: Floats
    known: Floats
    """Students whose outcome is known."""
    positives: Floats
    """Of these, with the outcome."""
    expected: Floats
    """The sum of the risks."""
    spread: Floats
    """The sum of risk * (1 - risk)."""
    lean: Floats
    """The sum of risk * (1 - risk) * (1 - 2 * risk)."""

    @classmethod
    def of_all(cls, curve: ThresholdCurve, n_listed: int) -> Sums:
        """Return the totals of the first students of the list, each an array of one."""
        totals = (curve.known, curve.positives, curve.expected, curve.spread, curve.lean)
        return cls(*np.array([n_listed, *(total[n_listed] for total in totals)], dtype=np.float64)[:, None])

    def without(self, others: Sums) -> Sums:
        """Return the totals of those who are not among ``others``; ``others`` are some of these students."""
        left = Sums(*(getattr(self, name) - getattr(others, name) for name in Sums.__dataclass_fields__))
        # What is left of long sums may be a last digit under 0.
        return Sums(
            left.n,
            left.known,
            left.positives,
            np.maximum(left.expected, 0.0),
            np.maximum(left.spread, 0.0),
            left.lean,
        )

    def beside(self, *others: Sums) -> Sums:
        """Return these groups, then those of the others."""
        return Sums(
            *(
                np.concatenate([getattr(one, name) for one in (self, *others)])
                for name in Sums.__dataclass_fields__
            )
        )

    def likely(self) -> tuple[Floats, Floats]:
        """Return between which whole numbers of these students the outcome falls, 95 times in 100.

        That is if the risks are right and the students are independent: the count has the Poisson binomial
        distribution, whose quantiles are taken from its mean, variance and third moment (Cornish and Fisher,
        1937) with half a student of continuity. At most 2.5 % lie on each side, so few students give a wide
        interval.
        """
        error = np.sqrt(self.spread)
        # Of students of whom all is certain there is neither spread nor lean.
        skew = np.divide(self.lean, self.spread, out=np.zeros_like(error), where=self.spread > 0)
        bend = skew * (Z * Z - 1) / 6
        low = np.floor(np.round(self.expected - Z * error + bend + 0.5, 9))
        high = np.ceil(np.round(self.expected + Z * error + bend - 0.5, 9))
        least, most = np.floor(np.round(self.expected, 9)), np.ceil(np.round(self.expected, 9))
        return np.clip(np.minimum(low, least), 0, self.n), np.clip(np.maximum(high, most), 0, self.n)


def values_between(curve: ThresholdCurve, first: int, end: int) -> Floats:
    """Return what each student from one place of the list up to another adds to ``Sums``; shape (6, m)."""
    risk = -curve.negated[first:end]
    variance = risk * (1.0 - risk)
    steps = (np.diff(total[first : end + 1]) for total in (curve.known, curve.positives))
    return np.stack([np.ones(len(risk)), *steps, risk, variance, variance * (1.0 - 2.0 * risk)])
