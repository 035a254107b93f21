"""What the checks of a model look at, and how they come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import numpy as np

from core.modeling.baseline import MOST_TRIED, column_aucs
from core.modeling.evaluate import Evaluation
from core.modeling.feature_profile import ColumnProfile
from core.modeling.leaks import rank_auc
from core.modeling.order import seeded_order
from core.modeling.proxies import Protected
from core.modeling.table import Features, Floats, Integers
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
class InUse:
    """What is known of the model in use."""

    profile: tuple[ColumnProfile, ...] | None = field(repr=False)
    """How the features of its students were spread; None where there is no such model."""
    why_none: str = ""


NOTHING_IN_USE = InUse(None, "No published model is in use yet.")


@dataclass(frozen=True)
class Case:
    """What the checks look at; ``aucs`` is worked out once."""

    validated: CrossValidated = field(repr=False)
    evaluation: Evaluation = field(repr=False)
    features: Features = field(repr=False)
    excluded: Sequence[LeftOut]
    derived: Sequence[str]
    capacity: int | None = None
    """How many students are listed; a tenth where nothing is said."""
    protected: Sequence[Protected] = field(default=(), repr=False)
    in_use: InUse = NOTHING_IN_USE

    @property
    def names(self) -> list[str]:
        """The features."""
        return [column.name for column in self.features.columns]

    @property
    def n_listed(self) -> int:
        """How many students are listed."""
        return self.capacity or max(1, round(self.features.n_students / 10))

    @cached_property
    def drawn(self) -> Integers:
        """All rows in a drawn order."""
        return seeded_order(self.features.student_ids, seed=self.validated.seed, purpose="checks")

    @cached_property
    def grouped_aucs(self) -> Floats:
        """The ROC-AUC of each column alone, its gaps a group, on at most ``MOST_TRIED`` students."""
        return column_aucs(*self._tried)

    @cached_property
    def ranked_aucs(self) -> Floats:
        """The ROC-AUC of each number among those in whom it is recorded; NaN of few, and of other columns."""
        students, label = self._tried
        found = np.full(len(students.columns), np.nan)
        for place in range(students.numbers.shape[1]):
            found[place] = rank_auc(students.numbers[:, place], label)
        return found

    @cached_property
    def aucs(self) -> Floats:
        """The higher of the two."""
        return np.fmax(self.grouped_aucs, self.ranked_aucs)

    @cached_property
    def _tried(self) -> tuple[Features, Floats]:
        rows = self.drawn[~np.isnan(self.validated.label[self.drawn])][:MOST_TRIED]
        return self.features.take(rows), self.validated.label[rows]


Verdict = tuple[Severity, str]
"""How a check came out, and what that means."""
