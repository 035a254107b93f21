"""What a list comes to at a cut, and who is missed and falsely alarmed by it."""

from __future__ import annotations

from core.caseload.access import Action, Actor, require
from core.modeling.at_cut import AtCut, at_cut
from core.modeling.errors_in_words import Errors, describe_errors
from core.modeling.thresholds import ThresholdPolicy
from core.workflow.training import Training


def count_at_cut(actor: Actor, training: Training, policy: ThresholdPolicy) -> AtCut:
    """Return the counts and shares at a cut; a lookup."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    return at_cut(training.curve, policy)


def explain_mistakes(actor: Actor, training: Training, policy: ThresholdPolicy) -> Errors:
    """Return how missed and falsely alarmed students differ from the others, feature by feature."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    return describe_errors(training.features, training.validated.label, training.curve.listed(policy))
