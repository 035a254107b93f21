"""The K that counts for a list: saved in versions with a reason, taken back, told with who and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from core.caseload.access import Action, Actor, Allowed, may
from core.errors import InvalidChoice
from core.settings import Settings
from core.workflow import policies
from core.workflow.policies import Current, ListKey, PolicyKind, PolicyVersion
from core.workflow.requests import TrainingRequest
from core.workflow.segment_views import Segments


class KDoors:
    """What the Segments tab asks of the case store."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings

    def may_save(self, actor: Actor) -> bool:
        """Return whether the actor may say which K counts."""
        return isinstance(may(actor, Action.DECIDE), Allowed)

    def current(self, actor: Actor, request: TrainingRequest) -> Current:
        """Return the version that counts now, or why there is none."""
        key = ListKey.of(request)
        return policies.current_policy(actor, key, PolicyKind.SEGMENTS, settings=self._settings())

    def start(self, actor: Actor, request: TrainingRequest, segments: Segments) -> int:
        """Return the K to begin with: the saved one if these segments have it, else the recommended one."""
        now = self.current(actor, request)
        saved = dict(now.policy) if not now.is_empty and now.policy is not None else {}
        is_same = all(saved.get(name) == value for name, value in _grouping(segments).items())
        k = saved.get("k")
        return k if is_same and k in segments.ks else segments.recommended_k

    def save(
        self,
        actor: Actor,
        request: TrainingRequest,
        segments: Segments,
        *,
        k: int,
        reason: str,
        expecting: int,
    ) -> PolicyVersion:
        """Let a K count from now on; raises InvalidChoice, Forbidden, StoreError, and Conflict."""
        if k not in segments.ks:
            raise InvalidChoice.of("K", k, [str(one) for one in segments.ks])
        return policies.save_policy(
            actor,
            ListKey.of(request),
            PolicyKind.SEGMENTS,
            {"k": k, **_grouping(segments)},
            reason=reason,
            expecting=expecting,
            settings=self._settings(),
        )

    def undo(self, actor: Actor, request: TrainingRequest, *, reason: str, expecting: int) -> PolicyVersion:
        """Bring back the K before; raises as ``save`` does."""
        key = ListKey.of(request)
        return policies.undo_policy(
            actor, key, PolicyKind.SEGMENTS, reason=reason, expecting=expecting, settings=self._settings()
        )

    def history_frame(self, actor: Actor, request: TrainingRequest) -> pd.DataFrame:
        """Return one row a version, the last one first: version, when, who, k, why."""
        key = ListKey.of(request)
        found = policies.policy_history(actor, key, PolicyKind.SEGMENTS, settings=self._settings())
        rows = [
            (one.number, f"{one.saved_at:%Y-%m-%d %H:%M}", one.author, one.policy["k"], _why(one))
            for one in reversed(found)
        ]
        return pd.DataFrame(rows, columns=["version", "when", "who", "k", "why"])


def _grouping(segments: Segments) -> dict[str, Any]:
    """Return what the students are grouped by, for another grouping has other segments."""
    weight = segments.found.scaling.category_weight
    return {"columns": sorted(segments.columns), "category_weight": weight}


def _why(one: PolicyVersion) -> str:
    return f"undid version {one.undoes}: {one.reason}" if one.undoes else one.reason
