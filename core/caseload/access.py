"""Who may do what, and who may see whom, with the reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Forbidden


class ActorRole(StrEnum):
    """What a person does in the school."""

    MENTOR = "mentor"
    COUNSELOR = "counselor"
    ANALYST = "analyst"
    DEAN = "dean"
    ADMIN = "admin"


class Action(StrEnum):
    """What a use case does, as far as permission goes."""

    LOAD = "load data"
    CONNECT = "change connections"
    CLEAN = "clean data"
    EXPLORE = "explore data"
    TRAIN = "train a model"
    PUBLISH = "publish a model"
    LIST = "see the at-risk list"
    SEE_STUDENT = "see a student"
    SEGMENT = "see segments"
    DECIDE = "change the cut"
    ASSIGN = "assign students to mentors"
    NOTE = "write notes on students"
    EXPORT = "export the list"


ALLOWED: dict[Action, frozenset[ActorRole]] = {
    Action.LOAD: frozenset({ActorRole.ANALYST, ActorRole.ADMIN}),
    Action.CONNECT: frozenset({ActorRole.ADMIN}),
    Action.CLEAN: frozenset({ActorRole.ANALYST}),
    Action.EXPLORE: frozenset({ActorRole.ANALYST, ActorRole.COUNSELOR}),
    Action.TRAIN: frozenset({ActorRole.ANALYST}),
    Action.PUBLISH: frozenset({ActorRole.ANALYST}),
    Action.LIST: frozenset({ActorRole.COUNSELOR, ActorRole.ANALYST}),
    Action.SEE_STUDENT: frozenset({ActorRole.COUNSELOR, ActorRole.MENTOR}),
    Action.SEGMENT: frozenset({ActorRole.COUNSELOR, ActorRole.ANALYST}),
    Action.DECIDE: frozenset({ActorRole.COUNSELOR}),
    Action.ASSIGN: frozenset({ActorRole.COUNSELOR}),
    Action.NOTE: frozenset({ActorRole.MENTOR, ActorRole.COUNSELOR}),
    Action.EXPORT: frozenset({ActorRole.COUNSELOR, ActorRole.ANALYST}),
}


@dataclass(frozen=True)
class Actor:
    """The person on whose behalf a use case runs."""

    who: str
    roles: frozenset[ActorRole]
    scope: str
    """What the person may see at most: ``all`` students, or only ``synthetic`` ones."""
    note: str = ""
    """What the page shows about how this person is known."""


@dataclass(frozen=True)
class Allowed:
    """The actor may, for this reason."""

    reason: str


@dataclass(frozen=True)
class Denied:
    """The actor may not, for this reason."""

    reason: str


LOCAL = Actor(who="local", roles=frozenset(ActorRole), scope="all", note="Local, not signed in")
"""The one person at this computer, until sign-in is built; the gate answers loopback only."""

UNGATED = Actor(
    who="nobody",
    roles=frozenset(ActorRole),
    scope="synthetic",
    note="The front door is missing: demo students only",
)
"""Whoever reaches the screen without passing the gate: sees made-up students only."""


def may(actor: Actor, action: Action) -> Allowed | Denied:
    """Return whether the actor's roles include the action."""
    held = actor.roles & ALLOWED[action]
    if held:
        return Allowed(f"{actor.who} is {' and '.join(sorted(held))}")
    return Denied(f"{actor.who} has none of the roles {', '.join(sorted(ALLOWED[action]))}")


def may_see(
    actor: Actor, student_id: str, *, synthetic: bool, assigned: Collection[str] = ()
) -> Allowed | Denied:
    """Return whether the actor may see this student; ``assigned`` are the ids whom a mentor accompanies.

    A student who is not there is answered as one whom the mentor does not accompany.
    """
    if actor.scope == "synthetic" and not synthetic:
        return Denied(f"{actor.who} may see made-up students only")
    decision = may(actor, Action.SEE_STUDENT)
    if isinstance(decision, Denied):
        return decision
    if sees_own_only(actor) and student_id not in assigned:
        return Denied(f"{actor.who} sees assigned students only")
    return Allowed(f"{decision.reason}, with {actor.scope} students in scope ({student_id})")


def sees_own_only(actor: Actor) -> bool:
    """Return whether the actor sees students, but of them only those whom they accompany as a mentor.

    Only a counselor sees all: a mentor who is an analyst as well does not.
    """
    return ActorRole.MENTOR in actor.roles and ActorRole.COUNSELOR not in actor.roles


def require(actor: Actor, action: Action, *, synthetic: bool) -> None:
    """Do nothing if the actor may; raises Forbidden with the reason."""
    decision = may(actor, action)
    if isinstance(decision, Denied):
        raise Forbidden(f"You may not {action}: {decision.reason}.", hint="Ask an administrator.")
    require_scope(actor, synthetic=synthetic)


def require_scope(actor: Actor, *, synthetic: bool) -> None:
    """Do nothing if such students are in the actor's scope; raises Forbidden with the reason.

    For the steps inside a use case, which has asked for its own action: who may see the list may have
    the table behind it cleaned.
    """
    if actor.scope == "synthetic" and not synthetic:
        raise Forbidden(
            "You may not see these students: only the demo school is open without the front door.",
            hint="Start Waymark with 'make run' or 'streamlit run app.py'.",
        )
