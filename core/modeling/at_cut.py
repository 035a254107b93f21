"""What a list comes to at the cut that was chosen: the counts, and their shares with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from core.modeling.intervals import wilson
from core.modeling.thresholds import Cut, ThresholdCurve, ThresholdPolicy


@dataclass(frozen=True)
class AtCut:
    """The students whose outcome is known, by who is listed and what happened."""

    cut: Cut
    spared: int
    """Students without the outcome who are not listed."""

    @property
    def is_empty(self) -> bool:
        """Whether no student's outcome is known."""
        return self.cut.n_known + self.cut.missed + self.spared == 0

    @property
    def why_empty(self) -> str:
        """Why there is nothing to count; empty if there is."""
        return "No student's outcome is known." if self.is_empty else ""

    def counts(self) -> pd.DataFrame:
        """Return two rows (listed or not) by two columns (what happened)."""
        return pd.DataFrame(
            {
                "outcome": [self.cut.found, self.cut.missed],
                "no outcome": [self.cut.false_alarms, self.spared],
            },
            index=pd.Index(["on the list", "not on the list"], name="said"),
        )

    def frame(self) -> pd.DataFrame:
        """Return title, value, low, high (Wilson), hits, n; a share of nothing is NaN."""
        cut = self.cut
        n_with, n_without = cut.found + cut.missed, cut.false_alarms + self.spared
        rows = [
            ("Precision: right of those listed", cut.found, cut.n_known),
            ("Recall: found of those with the outcome", cut.found, n_with),
            ("False alarms: listed of those without it", cut.false_alarms, n_without),
            ("Accuracy: on the right side of the cut", cut.found + self.spared, n_with + n_without),
        ]
        names = ["title", "value", "low", "high", "hits", "n"]
        return pd.DataFrame([_figure(*row) for row in rows], columns=names)


def at_cut(curve: ThresholdCurve, policy: ThresholdPolicy) -> AtCut:
    """Return what a policy comes to, tied students counted as they are listed; a lookup."""
    cut = curve.cut(policy)
    return AtCut(cut, int(curve.known[-1]) - cut.found - cut.missed - cut.false_alarms)


def _figure(title: str, hits: int, n: int) -> tuple[str, float, float, float, int, int]:
    """Return one row of the frame."""
    if n == 0:
        return title, float("nan"), float("nan"), float("nan"), 0, 0
    return title, hits / n, *wilson(hits, n), hits, n
