"""What stands behind the risks as a whole, and a second opinion on one student's reasons."""

from __future__ import annotations

from core.caseload.access import Action, Actor, require
from core.modeling.deletion import DeletionTest, deletion_test
from core.modeling.dependence import Dependence, dependence
from core.modeling.importance import Importance, permutation_importance
from core.modeling.lime import SecondOpinion, second_opinion
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.listing import row_of
from core.workflow.requests import TrainingRequest
from core.workflow.seeing import assigned_to
from core.workflow.training import Training


def weigh_columns(
    actor: Actor,
    request: TrainingRequest,
    *,
    training: Training,
    settings: Settings,  # noqa: ARG001  as all studies
    progress: Progress | None = None,
) -> Importance:
    """Return what ROC-AUC loses without each column; ``training`` is the request's."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    return permutation_importance(training.validated, training.features, seed=request.seed, progress=progress)


def follow_columns(
    actor: Actor,
    request: TrainingRequest,
    *,
    training: Training,
    settings: Settings,  # noqa: ARG001  as all studies
    progress: Progress | None = None,
) -> Dependence:
    """Return how the risk goes along with each column; ``training`` is the request's."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    return dependence(training.validated, training.features, seed=request.seed, progress=progress)


def try_reasons(
    actor: Actor,
    request: TrainingRequest,
    *,
    training: Training,
    settings: Settings,  # noqa: ARG001  as all studies
    progress: Progress | None = None,
) -> DeletionTest:
    """Return whether the risk falls further without the reasons than without other columns."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    (progress or silent)(0.0, "Asking the models again without the reasons")
    return deletion_test(training.explainer, seed=request.seed)


def ask_again(
    actor: Actor,
    request: TrainingRequest,
    *,
    training: Training,
    student_id: str,
    settings: Settings,
    progress: Progress | None = None,
) -> SecondOpinion:
    """Return LIME beside the contributions of one student; raises Forbidden, InvalidChoice."""
    own = assigned_to(actor, synthetic=training.provenance.synthetic, settings=settings)
    row = row_of(actor, training, student_id, assigned=own)
    (progress or silent)(0.0, "Asking the models about students alike")
    return second_opinion(training.explainer, row, seed=request.seed)
