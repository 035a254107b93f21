"""A student record that is read anew: as it is, by another plan, or with columns taken from others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from core.caseload.access import Action, Actor, require
from core.sources.plan import SourcePlan
from core.workflow.requests import TrainingRequest, plan_of


def with_plan(actor: Actor, request: TrainingRequest, plan: SourcePlan) -> TrainingRequest:
    """Return the request for the students of a plan, read anew; what was set for an earlier plan stays."""
    revision = _new_revision(actor)
    if plan_of(request) is None:
        return request.with_source(plan, revision=revision)
    return request.with_plan(plan, revision=revision)


def with_remapped(
    actor: Actor, request: TrainingRequest, plan: SourcePlan, names: Mapping[str, str]
) -> TrainingRequest:
    """Return the request for a plan whose columns were taken from others; roles, recipe and outcome stay."""
    return request.with_plan(plan, revision=_new_revision(actor), names=names)


def refresh(actor: Actor, request: TrainingRequest) -> TrainingRequest:
    """Return the request with its plan read anew; roles, recipe and outcome stay."""
    plan = plan_of(request)
    return request if plan is None else request.with_plan(plan, revision=_new_revision(actor))


def _new_revision(actor: Actor) -> str:
    """Return the name of a reading that begins now."""
    require(actor, Action.LOAD, synthetic=False)
    return datetime.now(UTC).isoformat(timespec="milliseconds")
