"""Who is acting, for the doors: the gate, the screen and the command line."""

from __future__ import annotations

from core.caseload.access import LOCAL, UNGATED, Action, Actor, ActorRole
from core.caseload.access import require as require_permission

__all__ = ["LOCAL", "UNGATED", "Action", "Actor", "ActorRole", "actor_named", "require_permission"]


def actor_named(name: str | None) -> Actor:
    """Return the actor whom the gate named; without a gate, the one who sees made-up students only.

    >>> actor_named("local").scope, actor_named(None).scope
    ('all', 'synthetic')
    """
    return LOCAL if name == LOCAL.who else UNGATED
