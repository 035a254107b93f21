"""Coded findings on a model, for somebody who has to decide whether to trust it: docs/checks/model.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol

import numpy as np

from core.errors import quoted
from core.modeling import measures
from core.modeling.auc_difference import auc_difference
from core.modeling.baseline import MOST_TRIED, column_aucs
from core.modeling.evaluate import Evaluation
from core.modeling.order import seeded_order
from core.modeling.score_cells import count_scores
from core.modeling.table import Features, Floats
from core.modeling.train import CrossValidated

TOO_GOOD = 0.95
"""M001: a column, or the whole model, with this ROC-AUC."""
FEW, VERY_FEW = 10, 5
"""M003: students of the rarer outcome for each weight of the model."""
OVERFIT, VERY_OVERFIT = 0.05, 0.1
"""M004: ROC-AUC lost between training students and others."""
BADLY_CALIBRATED = 0.05
"""M005: calibration error."""
ENOUGH_FOR_CALIBRATION = 200
SEPARATED = 0.9999
"""M006: mean ROC-AUC on the training students."""


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
class _Case:
    """What the checks look at; ``aucs`` is worked out once."""

    validated: CrossValidated = field(repr=False)
    evaluation: Evaluation = field(repr=False)
    features: Features = field(repr=False)
    excluded: Sequence[LeftOut]

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


def run_checks(
    validated: CrossValidated,
    evaluation: Evaluation,
    features: Features,
    *,
    excluded: Sequence[LeftOut] = (),
) -> tuple[Check, ...]:
    """Return all checks of a model, in the order of their codes; ``excluded`` are the columns left out."""
    case = _Case(validated, evaluation, features, excluded)
    return tuple(Check(code, title, *check(case)) for code, (title, check) in CHECKS.items())


def _leak(case: _Case) -> Verdict:
    """M001."""
    names = [column.name for column in case.features.columns]
    found = [name for name, auc in zip(names, case.aucs, strict=True) if auc >= TOO_GOOD]
    best = int(np.argmax(case.aucs))
    nearest = f"'{names[best]}' comes nearest (ROC-AUC {case.aucs[best]:.2f})"
    ask = "Ask whether it is known before the outcome is; if not, exclude it"
    if found:
        verb = "tell" if len(found) > 1 else "tells"
        return Severity.ISSUE, (
            f"{quoted(found)} {verb} the outcome almost without error. {ask}, or the risks are worth "
            "nothing for new students."
        )
    if case.validated.auc >= TOO_GOOD:
        return Severity.TIP, (
            f"The model is unusually good (ROC-AUC {case.validated.auc:.2f}), though no column alone is; "
            f"{nearest}. {ask}."
        )
    return Severity.PASSED, f"No column tells the outcome alone; {nearest}."


def _beats_baseline(case: _Case) -> Verdict:
    """M002."""
    difference, low, high = auc_difference(case.validated.label, case.validated.held_out)
    span = f"{difference:+.3f} ROC-AUC, 95 % interval {low:+.3f} to {high:+.3f}"
    if low > 0:
        return Severity.PASSED, f"The model ranks students better than the simple rule ({span})."
    return Severity.ISSUE, (
        f"The model is not clearly better than the simple rule ({span}). Use the rule, or collect more."
    )


def _enough_students(case: _Case) -> Verdict:
    """M003."""
    label = case.validated.label
    rarer = int(min((label == 1).sum(), (label == 0).sum()))
    weights = max(_n_weights(case), 1)
    words = f"{rarer:,} students of the rarer outcome for {weights} weights in the model"
    if rarer < VERY_FEW * weights:
        return Severity.ISSUE, f"Only {words}: single reasons and odds ratios may be chance."
    if rarer < FEW * weights:
        return Severity.TIP, f"{words}: {FEW} for each weight are better."
    return Severity.PASSED, f"{words}."


def _overfit(case: _Case) -> Verdict:
    """M004."""
    seen, unseen = float(np.mean(case.validated.train_auc)), case.validated.auc
    words = f"ROC-AUC {seen:.3f} on training students and {unseen:.3f} on others"
    if seen - unseen > VERY_OVERFIT:
        return Severity.ISSUE, f"{words}: the model has learned its students by heart. Use fewer features."
    if seen - unseen > OVERFIT:
        return Severity.TIP, f"{words}: fewer features or more students may help."
    return Severity.PASSED, f"{words}."


def _calibration(case: _Case) -> Verdict:
    """M005."""
    metric = case.evaluation.metric("ece")
    if metric.value is None or case.evaluation.n_students < ENOUGH_FOR_CALIBRATION:
        return Severity.NOT_APPLICABLE, f"It takes {ENOUGH_FOR_CALIBRATION} students with a known outcome."
    words = f"Risks and observed shares differ by {metric.value:.3f} on average"
    if metric.low is not None and metric.low > BADLY_CALIBRATED:
        return Severity.ISSUE, f"{words}: read the risks as an order, not as probabilities."
    if metric.value > BADLY_CALIBRATED:
        return Severity.TIP, f"{words}, which may be chance: read the risks with care."
    return Severity.PASSED, f"{words}."


def _separation(case: _Case) -> Verdict:
    """M006."""
    seen = float(np.mean(case.validated.train_auc))
    if seen < SEPARATED:
        return Severity.PASSED, "The features do not part the outcomes completely."
    return Severity.ISSUE, (
        "Together the features part the training students without error. Look for a column that is a "
        "consequence of the outcome; the odds ratios are held finite only by the penalty."
    )


def _left_out(case: _Case) -> Verdict:
    """M007."""
    if not case.excluded:
        return Severity.PASSED, "Every column that may be a feature is one."
    names = "; ".join(f"'{e.name}': {e.reason}" for e in case.excluded[:10])
    more = f" And {len(case.excluded) - 10} more." if len(case.excluded) > 10 else ""
    return Severity.TIP, f"Columns left out: {len(case.excluded)}. {names}{more}"


def _unknown_outcomes(case: _Case) -> Verdict:
    """M008."""
    unknown, total = int(np.isnan(case.validated.label).sum()), len(case.validated.label)
    if not unknown:
        return Severity.PASSED, "The outcome of every student is known."
    return Severity.TIP, (
        f"The outcome of {unknown:,} of {total:,} students is not known. They are scored, but taught the "
        "model nothing; if they differ from the others, so may their risks."
    )


CHECKS: dict[str, tuple[str, Callable[[_Case], Verdict]]] = {
    "M001": ("Too good to be true", _leak),
    "M002": ("Better than the simple rule", _beats_baseline),
    "M003": ("Enough students for the features", _enough_students),
    "M004": ("As good on students it has not seen", _overfit),
    "M005": ("Risks come true as often as they say", _calibration),
    "M006": ("The outcomes are not parted completely", _separation),
    "M007": ("Columns left out", _left_out),
    "M008": ("Students whose outcome is not known", _unknown_outcomes),
}
"""From a check's code to its title and what looks."""


def _rank_auc(values: Floats, label: Floats) -> float:
    """Return the ROC-AUC of a number alone, whichever way it points; 0.5 where it has no meaning."""
    known = ~np.isnan(values)
    cells = count_scores(label[known], values[known])
    auc = float(measures.auc(cells.negatives, cells.positives))
    return 0.5 if np.isnan(auc) else max(auc, 1 - auc)


def _n_weights(case: _Case) -> int:
    """Return how many weights the largest fold model has, one a column and gap, and one a level but one."""
    return max(
        sum(1 + (0 < term.missing_share < 1) for term in model.numbers)
        + sum(max(0, term.n_weights - 1) for term in model.categories)
        for model in case.validated.models
    )
