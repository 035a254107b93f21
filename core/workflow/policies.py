"""The cut and the number of segments as versions: saved with a reason, undone, looked back at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from core.caseload import policies
from core.caseload.access import Action, Actor, require
from core.caseload.deeds import Deed
from core.caseload.listed import ListState
from core.caseload.policies import Current, PolicyKind, PolicyPlace, PolicyVersion
from core.caseload.since import SinceLast, since
from core.caseload.store import now_in_utc, open_store
from core.errors import InvalidChoice
from core.registry.strict_json import canonical
from core.settings import Settings
from core.workflow.request_json import request_to_dict
from core.workflow.requests import TrainingRequest
from core.workflow.seeing import require_some

__all__ = ["Current", "ListKey", "ListState", "PolicyKind", "PolicyVersion", "SinceLast"]
DECIDES = (
    "source", "table", "roles", "kinds", "recipe", "outcome", "cohort", "exclude", "model", "seed", "options"
)  # fmt: skip
"""What of a request names its list; which reading of the servers it is does not, nor which code reads it."""


@dataclass(frozen=True)
class ListKey:
    """The list that a policy is for; the same over restarts, updates and new readings of the data."""

    scope: str
    synthetic: bool

    @classmethod
    def of(cls, request: TrainingRequest) -> Self:
        """Return the key of a request's list: a digest of its table, outcome and model."""
        written = request_to_dict(request)
        found = {name: written[name] for name in DECIDES if name in written}
        return cls(hashlib.sha256(canonical(found)).hexdigest(), request.table.is_demo)

    def place(self, kind: PolicyKind) -> PolicyPlace:
        """Return where the versions of this list are kept."""
        return PolicyPlace(self.scope, kind)


def current_policy(actor: Actor, key: ListKey, kind: PolicyKind, *, settings: Settings) -> Current:
    """Return the policy that counts now, or why there is none; raises Forbidden, StoreError."""
    require_some(actor, synthetic=key.synthetic, action=_seeing(kind))
    return policies.current(open_store(settings), key.place(kind), now=now_in_utc())


def policy_history(
    actor: Actor, key: ListKey, kind: PolicyKind, *, settings: Settings
) -> tuple[PolicyVersion, ...]:
    """Return every version, the oldest first, with who, when and why."""
    require(actor, _seeing(kind), synthetic=key.synthetic)
    return policies.history(open_store(settings), key.place(kind))


def save_policy(
    actor: Actor,
    key: ListKey,
    kind: PolicyKind,
    policy: Mapping[str, Any],
    *,
    reason: str,
    expecting: int,
    settings: Settings,
    **more: Any,
) -> PolicyVersion:
    """Keep a policy as the version that counts from now on, and return it.

    ``expecting`` is the number of the version that the actor had seen, 0 for none. ``more`` may hold
    ``expires_on``, the last day in UTC, and ``state``, a ListState, so that who joined and left since can be
    told. Raises InvalidChoice, Forbidden, StoreError, and Conflict with the version that is there as ``now``.
    """
    require(actor, Action.DECIDE, synthetic=key.synthetic)
    extra = _extra(**more)
    deed = Deed(actor.who, now_in_utc(), reason)
    store, place = open_store(settings), key.place(kind)
    return policies.save(store, place, policy, expecting=expecting, deed=deed, **extra)


def undo_policy(
    actor: Actor, key: ListKey, kind: PolicyKind, *, reason: str, expecting: int, settings: Settings
) -> PolicyVersion:
    """Bring back exactly the version before, as a further version, and return it.

    Raises InvalidChoice, AppError where there is none before, Forbidden, StoreError, and Conflict as
    ``save_policy``.
    """
    require(actor, Action.DECIDE, synthetic=key.synthetic)
    deed = Deed(actor.who, now_in_utc(), reason)
    return policies.undo(open_store(settings), key.place(kind), expecting=expecting, deed=deed)


def listed_then(actor: Actor, key: ListKey, number: int, *, settings: Settings) -> tuple[str, ...]:
    """Return who was on the list when a version of the cut was saved, in the order of their ids."""
    require(actor, Action.LIST, synthetic=key.synthetic)
    return policies.listed_ids(open_store(settings), key.place(PolicyKind.CUT), number)


def since_last_time(
    actor: Actor,
    key: ListKey,
    now: ListState,
    *,
    policy: Mapping[str, Any],
    settings: Settings,
    number: int | None = None,
) -> SinceLast | None:
    """Return who joined and left the list since a version of the cut was saved, each with the reason.

    ``now`` are the students with the list that ``policy`` makes today; the version is the last one where
    ``number`` is None. None where there is no version, or it was saved without its list.
    """
    require(actor, Action.LIST, synthetic=key.synthetic)
    store, place = open_store(settings), key.place(PolicyKind.CUT)
    found = policies.history(store, place)
    if not found and number is None:
        return None
    version = found[-1] if number is None else _numbered(found, number)
    then = policies.state_of(store, place, version.number)
    if then is None:
        return None
    return since(then, now, is_same_policy=dict(version.policy) == dict(policy))


def _numbered(found: tuple[PolicyVersion, ...], number: int) -> PolicyVersion:
    for version in found:
        if version.number == number:
            return version
    raise InvalidChoice(f"There is no version {number} of this policy.", hint="Choose one of its history.")


def _extra(*, expires_on: date | None = None, state: ListState | None = None) -> dict[str, Any]:
    return {"expires_on": expires_on, "state": state}


def _seeing(kind: PolicyKind) -> Action:
    return Action.SEGMENT if kind is PolicyKind.SEGMENTS else Action.LIST
