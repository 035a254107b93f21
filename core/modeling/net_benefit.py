"""The decision curve: whether a list by risk is better than supporting everybody, or nobody.

Net benefit after Vickers and Elkin (Medical Decision Making 26, 2006): students found, less the false
alarms at the price that the threshold says. Who supports a student from a risk of 20 % on holds four false
alarms to be worth one student found.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.modeling.intervals import Z
from core.modeling.score_cells import ScoreCells
from core.modeling.table import Flags, Floats

THRESHOLDS = np.arange(1, 100) / 100


@dataclass(frozen=True, eq=False)
class NetBenefit:
    """The decision curve of a set of risks."""

    table: pd.DataFrame = field(repr=False)
    words: str
    """Where the list is clearly better than both, in one sentence."""

    @property
    def is_empty(self) -> bool:
        """Whether no student's outcome is known."""
        return self.table.empty

    def frame(self) -> pd.DataFrame:
        """Return threshold, net_benefit, low, high, everyone, nobody, is_better: 0.01, 0.02, ... 0.99.

        Net benefits are a student; ``is_better`` where the 95 % interval of the difference from
        everyone, and from nobody, lies above 0.
        """
        return self.table


def net_benefit(cells: ScoreCells) -> NetBenefit:
    """Return the decision curve; the intervals are those of means over students."""
    columns = ["threshold", "net_benefit", "low", "high", "everyone", "nobody", "is_better"]
    if cells.n == 0:
        return NetBenefit(pd.DataFrame(columns=columns), "No student's outcome is known.")
    price = THRESHOLDS / (1 - THRESHOLDS)
    false_alarms, found = (np.array(part) for part in zip(*map(cells.at_least, THRESHOLDS), strict=True))
    benefit, error = _mean(found, -price, false_alarms, cells.n)
    gained, gained_error = _mean(found - cells.n_positive, price, cells.n_negative - false_alarms, cells.n)
    everyone = (cells.n_positive - price * cells.n_negative) / cells.n
    better = (benefit - Z * error > 0) & (gained - Z * gained_error > 0)
    spans = (benefit, benefit - Z * error, benefit + Z * error)
    values = (THRESHOLDS, *spans, everyone, np.zeros(len(THRESHOLDS)), better)
    return NetBenefit(pd.DataFrame(dict(zip(columns, values, strict=True))), _words(better))


def _mean(ones: Floats, worth: Floats, others: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the mean of 1 (or -1) for some students and ``worth`` for others, and its standard error."""
    mean = (ones + worth * others) / n
    squares = (np.abs(ones) + worth**2 * others) / n
    return mean, np.sqrt(np.maximum(squares - mean**2, 0) / n)


def _words(better: Flags) -> str:
    """Say at which thresholds the list is clearly better than both."""
    runs = np.flatnonzero(np.diff(np.r_[False, better, False])).reshape(-1, 2)
    if not len(runs):
        return "At no threshold is the list clearly better than supporting everybody or nobody."
    first, end = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    low, high = round(100 * THRESHOLDS[first]), round(100 * THRESHOLDS[end - 1])
    return (
        f"From a threshold of {low} % to {high} % the list is clearly better than supporting everybody or "
        "nobody."
    )
