"""What the checks of a model look at, and how they come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import numpy as np

from core.modeling import measures
from core.modeling.baseline import MOST_TRIED, column_aucs
from core.modeling.evaluate import Evaluation
from core.modeling.order import seeded_order
from core.modeling.score_cells import count_scores
from core.modeling.table import Features, Floats
from core.modeling.train import CrossValidated


class Severity(StrEnum):
    """How much a check matters."""

    ISSUE = "issue"
    TIP = "tip"
    PASSED = "passed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Check:
    """One finding: what was looked at, how it came out, and what that means."""

    code: str
    title: str
    severity: Severity
    words: str


class LeftOut(Protocol):
    """A column that is no feature, and why."""

    @property
    def name(self) -> str:
        """The column."""

    @property
    def reason(self) -> str:
        """Why it is left out, as a sentence."""


@dataclass(frozen=True)
class Case:
    """What the checks look at; ``aucs`` is worked out once."""

    validated: CrossValidated = field(repr=False)
    evaluation: Evaluation = field(repr=False)
    features: Features = field(repr=False)
    excluded: Sequence[LeftOut]
    derived: Sequence[str]

    @cached_property
    def aucs(self) -> Floats:
        """The ROC-AUC of each column alone, on at most ``MOST_TRIED`` students."""
        drawn = seeded_order(self.features.student_ids, seed=self.validated.seed, purpose="checks")
        rows = drawn[~np.isnan(self.validated.label[drawn])][:MOST_TRIED]
        students, label = self.features.take(rows), self.validated.label[rows]
        grouped = column_aucs(students, label)
        n_numbers = students.numbers.shape[1]
        ranked = [_rank_auc(students.numbers[:, j], label) for j in range(n_numbers)]
        grouped[:n_numbers] = np.maximum(grouped[:n_numbers], ranked)
        return grouped


Verdict = tuple[Severity, str]
"""How a check came out, and what that means."""


def _rank_auc(values: Floats, label: Floats) -> float:
    """Return the ROC-AUC of a number alone, whichever way it points; 0.5 where it has no meaning."""
    known = ~np.isnan(values)
    cells = count_scores(label[known], values[known])
    auc = float(measures.auc(cells.negatives, cells.positives))
    return 0.5 if np.isnan(auc) else max(auc, 1 - auc)
