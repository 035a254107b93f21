"""What if: one student imagined with things that can be worked on otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.caseload.access import Actor
from core.modeling.thresholds import AtScore, ThresholdPolicy
from core.modeling.what_if import Imagined, Lever, imagine, levers, smallest_changes
from core.settings import Settings
from core.workflow.listing import row_of
from core.workflow.seeing import assigned_to
from core.workflow.training import Training

JUST = 1e-6
"""Risks have six decimals."""


@dataclass(frozen=True)
class WhatIf:
    """What can be changed of a student, what was imagined, and the least that would be enough."""

    levers: tuple[Lever, ...]
    imagined: Imagined
    smallest: tuple[Imagined, ...]
    """The least changes that would take the student off the list; empty where none would."""
    target: float
    """The risk at or below which a student of the list leaves it."""
    listed: bool


def what_if(
    actor: Actor,
    training: Training,
    policy: ThresholdPolicy,
    student_id: str,
    changes: Mapping[str, float],
    *,
    settings: Settings,
) -> WhatIf:
    """Return one student imagined with ``changes``; raises Forbidden, InvalidChoice."""
    own = assigned_to(actor, synthetic=training.provenance.synthetic, settings=settings)
    row = row_of(actor, training, student_id, assigned=own)
    listed = bool(training.curve.rank[row] <= training.curve.n_listed(policy))
    below = max(0.0, _border(training, policy) - JUST)
    return WhatIf(
        levers=levers(training.explainer, row),
        imagined=imagine(training.explainer, row, changes),
        smallest=smallest_changes(training.explainer, row, target=below) if listed else (),
        target=below,
        listed=listed,
    )


def _border(training: Training, policy: ThresholdPolicy) -> float:
    """Return the risk that a student must come below to leave the list, all others staying as they are."""
    if isinstance(policy, AtScore):
        return policy.risk
    n = training.curve.n_listed(policy)
    if n >= training.n_students:
        return 0.0
    return float(training.validated.risk[training.curve.order[n]])
