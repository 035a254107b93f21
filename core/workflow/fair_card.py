"""What the list does to each protected group at the default cut, as plain values for the card."""

from __future__ import annotations

from typing import Any

from core.caseload.access import Actor
from core.modeling.thresholds import ForCapacity
from core.settings import Settings
from core.workflow.fairness import assess_at, group_students, scores_of
from core.workflow.training import Training


def fair_figures(actor: Actor, training: Training, *, settings: Settings) -> dict[str, Any]:
    """Return the figures of each group by each protected attribute; groups too small to show are in none.

    Keys: why_empty, cut, titles, groups (a row each: grouping, group, n, and each measure as text),
    verdicts (of pairs too). Raises as ``group_students``.
    """
    groups = group_students(actor, training.request, scores=scores_of(actor, training), settings=settings)
    policy = ForCapacity(training.default_capacity)
    nothing = {"cut": policy.describe(), "titles": {}, "groups": [], "verdicts": [], "n_withheld": 0}
    if groups.is_empty:
        return nothing | {"why_empty": groups.why_empty}
    found = assess_at(actor, groups, training, policy)
    if found.is_empty:
        return nothing | {"why_empty": found.why_empty}
    singles = [title for title in groups.titles if len(groups.attributes_of(title)) == 1]
    rows = [
        {"grouping": title} | {str(name): value for name, value in row.items()}
        for title in singles
        for row in found.overview(title).astype(object).to_dict("records")
    ]
    return nothing | {
        "why_empty": "",
        "titles": {name: title for name, (title, _) in found.measures.items()},
        "groups": [row | {"n": int(row["n"])} for row in rows],
        "verdicts": [{"grouping": v.grouping, "status": v.status, "words": v.words} for v in found.verdicts],
        "n_withheld": groups.n_withheld,
    }
