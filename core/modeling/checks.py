"""Coded findings on a model, for somebody who has to decide whether to trust it: docs/checks/model.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.errors import quoted
from core.modeling import leak_checks, other_checks, stability_checks
from core.modeling.auc_difference import auc_difference
from core.modeling.case import NOTHING_IN_USE, Case, Check, InUse, LeftOut, Severity, Verdict
from core.modeling.evaluate import Evaluation
from core.modeling.proxies import Protected
from core.modeling.table import Features
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


def run_checks(
    validated: CrossValidated,
    evaluation: Evaluation,
    features: Features,
    *,
    excluded: Sequence[LeftOut] = (),
    derived: Sequence[str] = (),
    capacity: int | None = None,
    protected: Sequence[Protected] = (),
    in_use: InUse = NOTHING_IN_USE,
) -> tuple[Check, ...]:
    """Return all checks of a model, in the order of their codes.

    ``excluded`` are the columns left out, ``derived`` the features that a recipe works out from columns that
    decide the outcome. The list takes ``capacity`` students, a tenth where nothing is said.
    """
    case = Case(validated, evaluation, features, excluded, derived, capacity, protected, in_use)
    return tuple(Check(code, title, *check(case)) for code, (title, check) in CHECKS.items())


def _leak(case: Case) -> Verdict:
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


def _beats_baseline(case: Case) -> Verdict:
    """M002."""
    difference, low, high = auc_difference(case.validated.label, case.validated.held_out)
    span = f"{difference:+.3f} ROC-AUC, 95 % interval {low:+.3f} to {high:+.3f}"
    if low > 0:
        return Severity.PASSED, f"The model ranks students better than the simple rule ({span})."
    return Severity.ISSUE, (
        f"The model is not clearly better than the simple rule ({span}). Use the rule, or collect more."
    )


def _enough_students(case: Case) -> Verdict:
    """M003."""
    label = case.validated.label
    rarer = int(min((label == 1).sum(), (label == 0).sum()))
    weights = _n_weights(case)
    if not weights:
        return Severity.NOT_APPLICABLE, "This family of models does not weigh columns one by one."
    words = f"{rarer:,} students of the rarer outcome for {weights} weights in the model"
    if rarer < VERY_FEW * weights:
        return Severity.ISSUE, f"Only {words}: single reasons and odds ratios may be chance."
    if rarer < FEW * weights:
        return Severity.TIP, f"{words}: {FEW} for each weight are better."
    return Severity.PASSED, f"{words}."


def _overfit(case: Case) -> Verdict:
    """M004."""
    seen, unseen = float(np.mean(case.validated.train_auc)), case.validated.auc
    words = f"ROC-AUC {seen:.3f} on training students and {unseen:.3f} on others"
    if seen - unseen > VERY_OVERFIT:
        return Severity.ISSUE, f"{words}: the model has learned its students by heart. Use fewer features."
    if seen - unseen > OVERFIT:
        return Severity.TIP, f"{words}: fewer features or more students may help."
    return Severity.PASSED, f"{words}."


def _calibration(case: Case) -> Verdict:
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


def _separation(case: Case) -> Verdict:
    """M006."""
    seen = float(np.mean(case.validated.train_auc))
    if seen < SEPARATED:
        return Severity.PASSED, "The features do not part the outcomes completely."
    return Severity.ISSUE, (
        "Together the features part the training students without error. Look for a column that is a "
        "consequence of the outcome; the odds ratios are held finite only by the penalty."
    )


def _left_out(case: Case) -> Verdict:
    """M007."""
    if not case.excluded:
        return Severity.PASSED, "Every column that may be a feature is one."
    names = "; ".join(f"'{e.name}': {e.reason}" for e in case.excluded[:10])
    more = f" And {len(case.excluded) - 10} more." if len(case.excluded) > 10 else ""
    return Severity.TIP, f"Columns left out: {len(case.excluded)}. {names}{more}"


def _unknown_outcomes(case: Case) -> Verdict:
    """M008."""
    unknown, total = int(np.isnan(case.validated.label).sum()), len(case.validated.label)
    if not unknown:
        return Severity.PASSED, "The outcome of every student is known."
    return Severity.TIP, (
        f"The outcome of {unknown:,} of {total:,} students is not known. They are scored, but taught the "
        "model nothing; if they differ from the others, so may their risks."
    )


CHECKS: dict[str, tuple[str, Callable[[Case], Verdict]]] = {
    "M001": ("Too good to be true", _leak),
    "M002": ("Better than the simple rule", _beats_baseline),
    "M003": ("Enough students for the features", _enough_students),
    "M004": ("As good on students it has not seen", _overfit),
    "M005": ("Risks come true as often as they say", _calibration),
    "M006": ("The outcomes are not parted completely", _separation),
    "M007": ("Columns left out", _left_out),
    "M008": ("Students whose outcome is not known", _unknown_outcomes),
    "M009": ("One column far ahead of the others", leak_checks.ahead),
    "M010": ("The same students several times", leak_checks.copied),
    "M011": ("Learns nothing where there is nothing", leak_checks.canary),
    "M012": ("Features made from the outcome", leak_checks.made_of_outcome),
    "M013": ("Weights that other students would bear out", stability_checks.unstable),
    "M014": ("Columns that say the same", stability_checks.collinear),
    "M015": ("Protected attributes told by other columns", other_checks.proxy),
    "M016": ("The list ends between two risks", stability_checks.tied),
    "M017": ("Students as when the model in use was trained", other_checks.drifted),
}
"""From a check's code to its title and what looks."""
OF_MODEL_IN_USE = ("M017",)
"""Checks that speak of the model in use: publishing another one is the answer to them."""


def _n_weights(case: Case) -> int:
    """Return how many weights the largest fold model has; 0 for a family that does not weigh columns."""
    return max(model.n_weights or 0 for model in case.validated.models)
