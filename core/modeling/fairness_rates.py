"""What a list does to each group: six measures with intervals, and their gaps to all other students."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.modeling.fairness_counts import Counts
from core.modeling.intervals import Z
from core.modeling.table import Floats, Integers

MEASURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "recall": ("Found (recall)", "Of the students with the outcome, the share that is listed."),
        "false_alarms": ("False alarms", "Of the students without the outcome, the share that is listed."),
        "precision": ("Right on the list", "Of the listed students, the share with the outcome (precision)."),
        "listed": ("Listed", "Of all students, the share that is listed (selection rate)."),
        "calibration": (
            "Risk over truth",
            "The mean risk minus the share with the outcome; above zero the risks are too high.",
        ),
        "outcome": (
            "With the outcome",
            "The share with the outcome (prevalence). It is not the list's doing.",
        ),
    }
)
"""What is measured in each group: a title, and what it means."""
SHARES = ("recall", "false_alarms", "precision", "listed", "outcome")
"""The measures that are so many of so many students."""
SURE_DIGITS = 12
FEWEST = 10
"""A share of fewer students than this is not worked out, nor one that is set beside so few others."""

Ends = tuple[Floats, Floats, Floats]
"""A value and the ends of its 95 % interval, for each group; NaN where there are too few students."""


@dataclass(frozen=True, eq=False)
class Shares:
    """So many of so many, for each measure of ``SHARES`` and each group; shape (5, groups)."""

    hits: Floats
    base: Floats

    @classmethod
    def of(cls, counts: Counts) -> Shares:
        """Return the shares that these counts make."""
        hits = (
            counts.found,
            counts.listed_known - counts.found,
            counts.found,
            counts.listed,
            counts.positives,
        )
        base = (
            counts.positives,
            counts.known - counts.positives,
            counts.listed_known,
            counts.n,
            counts.known,
        )
        return cls(np.stack(hits), np.stack(base))

    @property
    def is_enough(self) -> Floats:
        """Whether there are students enough for each share; 1.0, or NaN where there are not."""
        return np.where(self.base >= FEWEST, 1.0, np.nan)

    def ends(self) -> Ends:
        """Return each share with Wilson's interval."""
        value, low, high = wilson(self.hits, self.base)
        return value * self.is_enough, low * self.is_enough, high * self.is_enough

    def gaps(self, rest: Shares) -> Ends:
        """Return each share minus that of the rest, with Newcombe's interval (1998, method 10)."""
        ours, low, high = wilson(self.hits, self.base)
        theirs, rest_low, rest_high = wilson(rest.hits, rest.base)
        enough = self.is_enough * rest.is_enough
        gap = (ours - theirs) * enough
        return (
            gap,
            gap - np.hypot(ours - low, rest_high - theirs),
            gap + np.hypot(high - ours, theirs - rest_low),
        )


@dataclass(frozen=True, eq=False)
class Residuals:
    """How far mean risk and observed share are apart, for each group."""

    mean: Floats
    error: Floats
    """The mean's standard error."""
    n: Floats
    """Students whose outcome is known; NaN where fewer than 10 have the outcome, or have it not."""

    @classmethod
    def of(cls, sums: Floats, counts: Counts) -> Residuals:
        """Return the means of (risk - outcome) from its sums and sums of squares, shape (2, groups)."""
        few = np.minimum(counts.positives, counts.known - counts.positives) < FEWEST
        n = np.where(few, np.nan, counts.known)
        mean = sums[0] / n
        spread = np.maximum(sums[1] / n - mean * mean, 0.0) * n / (n - 1)
        # Sums depend on the rows' order in their last digits, which must not decide how a half is said.
        return cls(np.round(mean, SURE_DIGITS), np.round(np.sqrt(spread / n), SURE_DIGITS), n)

    def ends(self) -> Ends:
        """Return the means with intervals by Student's t."""
        return _around(self.mean, self.error, self.n - 1)

    def gaps(self, rest: Residuals) -> Ends:
        """Return the means minus those of the rest, with intervals by Welch's t."""
        return _around(self.mean - rest.mean, np.hypot(self.error, rest.error), self.freedom(rest))

    def freedom(self, rest: Residuals) -> Floats:
        """Return the degrees of freedom of the difference (Welch and Satterthwaite)."""
        ours, theirs = self.error**2, rest.error**2
        spread = ours**2 / (self.n - 1) + theirs**2 / (rest.n - 1)
        return np.where(spread > 0, (ours + theirs) ** 2 / np.where(spread > 0, spread, 1), 1.0)


def wilson(hits: Floats | Integers, base: Floats | Integers) -> Ends:
    """Return shares with Wilson's 95 % interval; without any student 0.5, from 0 to 1.

    >>> [round(float(end), 3) for end in wilson(np.array(8), np.array(10))]
    [0.8, 0.49, 0.943]
    """
    n = np.maximum(base, 1)
    share = np.where(base > 0, hits / n, 0.5)
    spread = Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * np.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    low = np.where(base > 0, np.clip(middle - half, 0, share), 0.0)
    return share, low, np.where(base > 0, np.clip(middle + half, share, 1), 1.0)


def _around(value: Floats, error: Floats, freedom: Floats) -> Ends:
    from scipy.special import stdtrit

    half = stdtrit(freedom, 0.975) * error
    return value, value - half, value + half
