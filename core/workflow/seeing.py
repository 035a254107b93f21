"""Whether somebody may see a student, or anything of the list: asked by every use case on cases."""

from __future__ import annotations

from collections.abc import Collection

from core.caseload import assignments
from core.caseload.access import Action, Actor, Allowed, may, may_see, require, sees_own_only
from core.caseload.schools import school_of
from core.caseload.store import open_store
from core.errors import Forbidden
from core.settings import Settings


def require_seeing(actor: Actor, student_id: str, *, synthetic: bool, settings: Settings) -> None:
    """Do nothing if the actor may see this student; raises Forbidden with the reason."""
    own = assigned_to(actor, synthetic=synthetic, settings=settings)
    require_one(actor, student_id, synthetic=synthetic, assigned=own)


def require_one(actor: Actor, student_id: str, *, synthetic: bool, assigned: Collection[str]) -> None:
    """Do nothing if the actor, a mentor of ``assigned`` or not, may see this student; raises Forbidden."""
    decision = may_see(actor, student_id, synthetic=synthetic, assigned=assigned)
    if not isinstance(decision, Allowed):
        raise Forbidden(f"You may not see this student: {decision.reason}.", hint="Ask an administrator.")


def assigned_to(actor: Actor, *, synthetic: bool, settings: Settings) -> frozenset[str]:
    """Return the students whom a mentor accompanies now; nobody for those who may see all, or none at all.

    The store is asked for a mentor only. Raises StoreError.
    """
    if not sees_own_only(actor):
        return frozenset()
    own = assignments.students_of(open_store(settings), school_of(synthetic=synthetic), actor.who)
    return frozenset(own)


def require_some(actor: Actor, *, synthetic: bool, action: Action = Action.LIST) -> None:
    """Do nothing for who may do this with the list, or sees students of it as a mentor; raises Forbidden."""
    sees = isinstance(may(actor, Action.SEE_STUDENT), Allowed)
    require(actor, Action.SEE_STUDENT if sees else action, synthetic=synthetic)
