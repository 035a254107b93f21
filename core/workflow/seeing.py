"""Whether somebody may see a student, or anything of the list: asked by every use case on cases."""

from __future__ import annotations

from core.caseload.access import Action, Actor, Allowed, may, may_see, require
from core.errors import Forbidden


def require_seeing(actor: Actor, student_id: str, *, synthetic: bool) -> None:
    """Do nothing if the actor may see this student; raises Forbidden with the reason."""
    decision = may_see(actor, student_id, synthetic=synthetic)
    if not isinstance(decision, Allowed):
        raise Forbidden(f"You may not see this student: {decision.reason}.", hint="Ask an administrator.")


def require_some(actor: Actor, *, synthetic: bool, action: Action = Action.LIST) -> None:
    """Do nothing for who may do this with the list, or sees students of it as a mentor; raises Forbidden."""
    sees = isinstance(may(actor, Action.SEE_STUDENT), Allowed)
    require(actor, Action.SEE_STUDENT if sees else action, synthetic=synthetic)
