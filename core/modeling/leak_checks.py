"""Checks that a model does not know what it could not have known."""

from __future__ import annotations

from core.errors import quoted
from core.modeling.case import Case, Severity, Verdict
from core.modeling.leaks import FEWEST_COPIES, copies, permuted_auc, standalone

CANARY_ERRORS = 5.0
"""M011: standard errors from 0.5."""


def ahead(case: Case) -> Verdict:
    """M009."""
    found = standalone(
        case.features, case.validated.label, case.grouped_aucs, case.ranked_aucs, seed=case.validated.seed
    )
    if not found:
        return Severity.PASSED, "No column knows more of the outcome than all others together."
    names = [case.features.columns[one.place].name for one in found]
    first = found[0]
    return Severity.ISSUE, (
        f"{quoted(names)} by itself ranks students better (ROC-AUC {first.alone:.2f}) than all other "
        f"columns together ({first.others:.2f}). That is how a copy of the outcome looks, or something "
        "written down after it. Ask when it is filled in; exclude it if that is later."
    )


def copied(case: Case) -> Verdict:
    """M010."""
    found = copies(case.features, case.validated)
    if not found.n_students:
        return Severity.PASSED, "No two students are alike in every feature."
    alike = f"{found.n_students:,} students are alike in every feature to another one"
    if found.n_students < FEWEST_COPIES:
        return Severity.PASSED, f"{alike}: too few to matter."
    if not found.is_surprising:
        return Severity.PASSED, f"{alike}, and their outcomes differ as chance lets expect."
    return Severity.ISSUE, (
        f"{alike}, and {found.agree:.0%} of such pairs have the same outcome, where {found.expected:.0%} "
        "would be expected. The same students seem to be in the table several times, and the figures are "
        "too good. Merge them on Cleaning."
    )


def canary(case: Case) -> Verdict:
    """M011."""
    found = permuted_auc(case.features, case.validated.label, seed=case.validated.seed)
    if found is None:
        return Severity.NOT_APPLICABLE, "Too few students of one outcome to deal the outcomes out anew."
    mean, error = found
    words = f"On outcomes dealt out by chance the model reaches ROC-AUC {mean:.2f}"
    if abs(mean - 0.5) <= CANARY_ERRORS * error:
        return Severity.PASSED, f"{words}, as it should: 0.50 means it learned nothing."
    return Severity.ISSUE, f"{words}, where 0.50 is all it could learn: the figures cannot be trusted."


def made_of_outcome(case: Case) -> Verdict:
    """M012."""
    if not case.derived:
        return Severity.PASSED, "No feature is worked out from the columns that decide the outcome."
    return Severity.ISSUE, (
        f"{quoted(case.derived)} decides the outcome, or is worked out from what does. Exclude it."
    )
