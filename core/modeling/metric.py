"""One measure, and the table of what was said and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

DEFINITIONS: Mapping[str, str] = MappingProxyType(
    {
        "accuracy": "The share of students for whom 'more likely than not' (risk at or over the cut) "
        "was right.",
        "balanced_accuracy": "The mean of that share among students with and without the outcome.",
        "roc_auc": "The chance that a student with the outcome has a higher risk than one without; "
        "the mean over the folds.",
        "pr_auc": "The mean precision over all cuts (average precision), which is the share with the "
        "outcome by chance; the mean over the folds.",
        "f1": "The harmonic mean of precision and recall at the cut.",
        "precision": "Of the students at or over the cut, the share with the outcome.",
        "recall": "Of the students with the outcome, the share at or over the cut.",
        "specificity": "Of the students without the outcome, the share under the cut.",
        "brier": "The mean squared difference between risk and outcome; lower is better.",
        "log_loss": "The mean of minus the logarithm of the risk given to what happened; lower is better.",
        "ece": "The mean gap between risk and observed share over 10 bins of equal counts; lower is better.",
        "precision_at_listed": "Of the students on the list whose outcome is known, the share with "
        "the outcome.",
        "recall_at_listed": "Of the students with the outcome, the share who are on the list.",
        "lift": "How many times as often the outcome is met on the list as among all students; 1 is chance.",
    }
)
"""What each measure means; 'the cut' is the evaluation's ``cut``, 0.5 unless set."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "accuracy": "Accuracy",
        "balanced_accuracy": "Balanced accuracy",
        "roc_auc": "ROC-AUC",
        "pr_auc": "PR-AUC",
        "f1": "F1",
        "precision": "Precision",
        "recall": "Recall",
        "specificity": "Specificity",
        "brier": "Brier score",
        "log_loss": "Log loss",
        "ece": "Calibration error",
        "precision_at_listed": "Precision of the list",
        "recall_at_listed": "Recall of the list",
        "lift": "Lift of the list",
    }
)

NO_INTERVAL = "Too few students for an interval."


@dataclass(frozen=True)
class Metric:
    """One measure; ``value`` is None where it has no meaning, and ``why`` says so."""

    name: str
    value: float | None
    low: float | None
    """The lower end of the 95 % interval."""
    high: float | None
    baseline: float | None
    """The same measure of the simple rule."""
    why: str = ""

    @property
    def title(self) -> str:
        """The name to show."""
        return TITLES[self.name]

    @property
    def definition(self) -> str:
        """What it means, in one sentence."""
        return DEFINITIONS[self.name]


@dataclass(frozen=True)
class Confusion:
    """Students whose outcome is known, by what was said and what happened."""

    cut: float
    found: int
    """At or over the cut, with the outcome."""
    false_alarms: int
    """At or over the cut, without the outcome."""
    missed: int
    """Under the cut, with the outcome."""
    spared: int
    """Under the cut, without the outcome."""

    @property
    def n(self) -> int:
        """All of them."""
        return self.found + self.false_alarms + self.missed + self.spared

    def frame(self) -> pd.DataFrame:
        """Return two rows (what was said) by two columns (what happened)."""
        return pd.DataFrame(
            {"outcome": [self.found, self.missed], "no outcome": [self.false_alarms, self.spared]},
            index=pd.Index(["risk at or over the cut", "risk under the cut"], name="said"),
        )
