"""Checks against what stands beside the features: protected attributes, and the model in use."""

from __future__ import annotations

from core.errors import quoted
from core.modeling.case import Case, Severity, Verdict
from core.modeling.feature_profile import shifts
from core.modeling.proxies import tellable

TOLD, NEARLY_KNOWN = 0.7, 0.9
"""M015: the lower end of the ROC-AUC with which a group is told from the features."""
MOST_STUDENTS = 2_000
"""M015: students that it is tried on."""
SHIFTED, VERY_SHIFTED = 0.1, 0.25
"""M017: population stability index."""
MOST_COMPARED = 20_000
FEWEST_SHARED = 0.5
"""M017: with a smaller share of its features in this table, a model was trained on another one."""
MOST_NAMED = 3


def proxy(case: Case) -> Verdict:
    """M015."""
    if not case.protected:
        return Severity.NOT_APPLICABLE, "No column has the role 'protected'."
    found = tellable(case.features, case.protected, rows=case.drawn[:MOST_STUDENTS], from_low=TOLD)
    if not found:
        return Severity.NOT_APPLICABLE, "No group by a protected attribute has 30 students."
    worst = max(found, key=lambda one: (round(one.low, 9), one.title))
    telling = [one for one in found if one.low >= TOLD]
    if not telling:
        return Severity.PASSED, (
            "No protected attribute can be told from the features; "
            f"'{worst.title}: {worst.group}' comes nearest (ROC-AUC {worst.auc:.2f})."
        )
    said = " ".join(_said(case, one.title, one.group, one.auc, one.places) for one in telling)
    return Severity.ISSUE if worst.low >= NEARLY_KNOWN else Severity.TIP, (
        f"{said} Leaving an attribute out does not keep it from deciding: look at Fairness, and exclude what "
        "only stands in for it."
    )


def _said(case: Case, title: str, group: str, auc: float, places: tuple[int, ...]) -> str:
    names = quoted(case.names[place] for place in places)
    by = f", most of all by {names}" if places else ", by many columns together"
    return f"'{title}: {group}' can be told from the features (ROC-AUC {auc:.2f}){by}."


def drifted(case: Case) -> Verdict:
    """M017."""
    profile = case.in_use.profile
    if not profile:
        return Severity.NOT_APPLICABLE, case.in_use.why_none
    found = shifts(profile, case.features.take(case.drawn[:MOST_COMPARED]))
    gone = len(profile) - len(found)
    if len(found) < FEWEST_SHARED * len(profile):
        return Severity.NOT_APPLICABLE, "The model in use was trained on other columns."
    lost = f" {gone} of its features {'is' if gone == 1 else 'are'} not in this table." if gone else ""
    moved = [one for one in found if one.psi >= SHIFTED and one.is_more_than_chance]
    if not moved:
        nearest = f"'{found[0].name}' comes nearest (PSI {found[0].psi:.2f})"
        return Severity.PASSED, f"The students are spread as those of the model in use; {nearest}.{lost}"
    names = ", ".join(f"'{one.name}' (PSI {one.psi:.2f})" for one in moved[:MOST_NAMED])
    more = f" and {len(moved) - MOST_NAMED} more" if len(moved) > MOST_NAMED else ""
    return Severity.ISSUE if moved[0].psi >= VERY_SHIFTED else Severity.TIP, (
        f"Since the model in use was trained, {names}{more} changed more than chance lets expect. Its risks "
        f"may no longer hold: train on today's students and compare.{lost}"
    )
