"""The cut of the list as the doors hand it to a page: figures while it moves, and its saved versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, ActorRole, Allowed, may, require
from core.modeling.cut_curves import CutCurves
from core.modeling.list_changes import list_changes
from core.modeling.need_hysteresis import SteadyCurve, SteadyList, steady
from core.settings import Settings
from core.workflow import deciding, policies, previewing, replaying, versions
from core.workflow.deciding import Decided, Margin, PreparedCut, ThresholdPolicy
from core.workflow.policies import Current, ListKey, ListState, PolicyKind, PolicyVersion
from core.workflow.previewing import ListSide, Preview, SideBySide
from core.workflow.requests import TrainingRequest
from core.workflow.training import Training

Flags = NDArray[np.bool_]
Keep = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Keeps the last few answers of a function; arguments with a leading underscore are no part of the key."""


@dataclass(frozen=True, eq=False)
class SavedList:
    """The students whom a version of the cut was saved with, found again among those of a training."""

    listed: Flags = field(repr=False)
    student_ids: tuple[str, ...] | None = field(repr=False)
    """None where the version was saved without its list, which is then made by its cut."""
    n_gone: int
    steady: Callable[[float, ThresholdPolicy], SteadyList] = field(repr=False)
    """The list with a margin at a cut; the same object for the same question, as long as it is kept."""


@dataclass(frozen=True, eq=False)
class Moved:
    """A cut beside the version that was saved last."""

    words: str
    """How many enter and leave; empty where there is no version."""
    is_changed: bool
    """Whether the cut is another one than was saved, or somebody enters or leaves."""
    steady: SteadyList | None = field(repr=False)
    """Who is listed with a margin; the same object for the same cut. None without one."""


class CutDoors:
    """What is answered at once; what is worked out once for a training is kept for all viewers."""

    about, measures = deciding.ABOUT, deciding.MEASURES
    policy, as_json = staticmethod(deciding.policy_from_json), staticmethod(deciding.policy_to_json)

    def __init__(self, settings: Callable[[], Settings], keep: Keep) -> None:
        self._settings = settings
        self._prepared, self._saved = keep(_prepared), keep(_saved_list)

    def may_move(self, actor: Actor) -> bool:
        """Return whether the actor may look at other cuts."""
        return isinstance(may(actor, Action.LIST), Allowed)

    def may_save(self, actor: Actor) -> bool:
        """Return whether the actor may change the cut that counts."""
        return isinstance(may(actor, Action.DECIDE), Allowed)

    def prepared(self, actor: Actor, training: Training) -> PreparedCut:
        """Return what every move of the cut looks up; made once, for whoever asks first."""
        require(actor, Action.LIST, synthetic=training.provenance.synthetic)
        found: PreparedCut = self._prepared(training, actor, self._settings())
        return found

    def figures(self, actor: Actor, training: Training, policy: ThresholdPolicy) -> Decided:
        """Return the figures of a cut."""
        return deciding.figures_at(actor, training, policy, self.prepared(actor, training))

    def curves(self, actor: Actor, training: Training) -> CutCurves:
        """Return the curves; the same value at every cut."""
        return deciding.curves_of(actor, training, self.prepared(actor, training))

    def margin(self, actor: Actor, training: Training, policy: ThresholdPolicy) -> Margin:
        """Return how unsure the risks at a cut are."""
        return deciding.margin_at(actor, training, policy, self.prepared(actor, training))

    def current(self, actor: Actor, request: TrainingRequest) -> Current:
        """Return the version of the cut that counts now, or why there is none."""
        key = ListKey.of(request)
        return policies.current_policy(actor, key, PolicyKind.CUT, settings=self._settings())

    def start(self, training: Training, now: Current) -> ThresholdPolicy:
        """Return the cut that a page starts from: the one that counts, else the usual capacity."""
        if now.policy is not None:
            return deciding.policy_from_json(now.policy)
        return deciding.ForCapacity(training.default_capacity)

    def saved(self, actor: Actor, training: Training, now: Current) -> SavedList | None:
        """Return the list of the last version, also of an expired one; None where nothing was saved."""
        require(actor, Action.LIST, synthetic=training.provenance.synthetic)
        if now.version is None:
            return None
        scope = ListKey.of(training.request).scope
        found: SavedList = self._saved(
            training, now.version.number, scope, now.version, actor, self._settings()
        )
        return found

    def moved(
        self, actor: Actor, training: Training, policy: ThresholdPolicy, now: Current, *, margin: float = 0.0
    ) -> Moved:
        """Return a cut beside the last version; lookups, so that it can be asked at every move."""
        saved = self.saved(actor, training, now)
        if saved is None:
            return Moved("", is_changed=policy != self.start(training, now), steady=None)
        kept = saved.steady(margin, policy) if margin else None
        listed = training.curve.listed(policy) if kept is None else kept.listed
        changes = list_changes(saved.listed, listed, rank=training.curve.rank)
        is_other = now.is_empty or policy != self.start(training, now)
        gone = f" {saved.n_gone:,} of the saved list no longer here." if saved.n_gone else ""
        return Moved(changes.words + gone, is_changed=is_other or not changes.is_empty, steady=kept)

    def preview(
        self, actor: Actor, training: Training, policy: ThresholdPolicy, now: Current, *, margin: float = 0.0
    ) -> Preview:
        """Return who would enter and leave, with the names that the actor may see."""
        saved, prepared = self.saved(actor, training, now), self.prepared(actor, training)
        before = None if saved is None else _cheapest(training, saved, now)
        found = previewing.preview_list(actor, training, before, policy, prepared=prepared, margin=margin)
        return found if saved is None else replace(found, n_gone=saved.n_gone)

    def describe(self, version: PolicyVersion) -> str:
        """Return the cut of a version in words."""
        return deciding.policy_from_json(version.policy).describe()

    def history(self, actor: Actor, request: TrainingRequest) -> tuple[PolicyVersion, ...]:
        """Return every version of the cut, the last one first."""
        key = ListKey.of(request)
        return policies.policy_history(actor, key, PolicyKind.CUT, settings=self._settings())[::-1]

    def history_frame(self, actor: Actor, request: TrainingRequest) -> pd.DataFrame:
        """Return one row a version, the last one first: version, when, who, cut, n_listed, until, why."""
        rows = [_told(one) for one in self.history(actor, request)]
        return pd.DataFrame(rows, columns=["version", "when", "who", "cut", "n_listed", "until", "why"])

    def save(
        self,
        actor: Actor,
        training: Training,
        policy: ThresholdPolicy,
        *,
        reason: str,
        expecting: int,
        expires_on: date | None = None,
        steady: SteadyList | None = None,
    ) -> PolicyVersion:
        """Let a cut count from now on, with the list that it makes; raises as ``policies.save_policy``."""
        require(actor, Action.DECIDE, synthetic=training.provenance.synthetic)
        listed = training.curve.listed(policy) if steady is None else steady.listed
        risk = training.validated.risk
        return policies.save_policy(
            actor,
            ListKey.of(training.request),
            PolicyKind.CUT,
            deciding.policy_to_json(policy),
            reason=reason,
            expecting=expecting,
            settings=self._settings(),
            expires_on=expires_on,
            state=ListState.of(training.features.student_ids, risk=risk, listed=listed),
        )

    def undo(self, actor: Actor, request: TrainingRequest, *, reason: str, expecting: int) -> PolicyVersion:
        """Bring back the version before; raises as ``policies.undo_policy``."""
        key, settings = ListKey.of(request), self._settings()
        return policies.undo_policy(
            actor, key, PolicyKind.CUT, reason=reason, expecting=expecting, settings=settings
        )

    def compare(
        self,
        actor: Actor,
        first: tuple[Training, ThresholdPolicy],
        second: tuple[Training, ThresholdPolicy],
    ) -> SideBySide:
        """Return two lists side by side."""
        prepared = self.prepared(actor, second[0])
        return previewing.compare_sides(actor, ListSide(*first), ListSide(*second), prepared=prepared)

    def models(self, actor: Actor) -> dict[str, str]:
        """Return the published versions of the model that can be used: id to title."""
        return versions.usable_versions(actor, settings=self._settings())

    def model_request(self, actor: Actor, model: str) -> TrainingRequest:
        """Return the request that a published version was trained by, with its files of the workspace.

        Who may see the list but not train has it read as an analyst would.
        """
        settings = self._settings()
        written = versions.listed_request(actor, model, settings=settings)
        reader = replace(actor, who="the list", roles=frozenset({ActorRole.ANALYST}), note="")
        if isinstance(may(actor, Action.TRAIN), Allowed):
            reader = actor
        return replaying.read_request(reader, written, beside=settings.workspace / "files", settings=settings)


def _told(one: PolicyVersion) -> tuple[Any, ...]:
    why = f"undid version {one.undoes}: {one.reason}" if one.undoes else one.reason
    until = str(one.expires_on or "")
    return (
        one.number,
        f"{one.saved_at:%Y-%m-%d %H:%M}",
        one.author,
        deciding.policy_from_json(one.policy).describe(),
        one.n_listed,
        until,
        why,
    )


def _prepared(training: Training, _actor: Actor, _settings: Settings) -> PreparedCut:
    return deciding.prepare_cut(_actor, training, settings=_settings)


def _saved_list(
    training: Training,
    number: int,
    scope: str,
    _version: PolicyVersion,
    _actor: Actor,
    _settings: Settings,
) -> SavedList:
    """Return the list of a version; versions never change, so that it is looked up once."""
    curve, ids = training.curve, None
    listed = curve.listed(deciding.policy_from_json(_version.policy))
    if _version.n_listed is not None:
        key = ListKey(scope, training.request.table.is_demo)
        ids = policies.listed_then(_actor, key, number, settings=_settings)
        listed = np.asarray(pd.Index(training.features.student_ids).isin(ids), dtype=np.bool_)

    @lru_cache(maxsize=2)
    def with_margin(margin: float) -> SteadyCurve:
        return steady(curve, before=listed, margin=margin)

    @lru_cache(maxsize=8)
    def at(margin: float, policy: ThresholdPolicy) -> SteadyList:
        return with_margin(margin).listed(policy)

    return SavedList(listed, ids, 0 if ids is None else len(ids) - int(listed.sum()), at)


def _cheapest(training: Training, saved: SavedList, now: Current) -> ThresholdPolicy | tuple[str, ...] | None:
    """Return the saved cut where it still makes the saved list, which spares looking up every id."""
    if now.version is None:
        return None
    policy = deciding.policy_from_json(now.version.policy)
    if saved.student_ids is None or np.array_equal(training.curve.listed(policy), saved.listed):
        return policy
    return saved.student_ids
