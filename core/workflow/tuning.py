"""Tuning the family that a request names."""

from __future__ import annotations

from collections.abc import Mapping

from core.caseload.access import Actor
from core.modeling import tuning
from core.modeling.tuning import METHODS, Tuned
from core.settings import Settings
from core.sources.base import Progress, silent, stage
from core.workflow.requests import TrainingRequest
from core.workflow.training import prepare_training

SEARCHES: Mapping[str, str] = METHODS
"""The ways to search, by name, as the screen calls them."""


def tune(
    actor: Actor,
    request: TrainingRequest,
    *,
    method: str,
    budget: int,
    settings: Settings,
    progress: Progress | None = None,
) -> Tuned:
    """Return the best settings of the request's family, and their gain on students unseen; as ``train``."""
    report = progress or silent
    report(0.0, "Reading and cleaning the table")
    ready = prepare_training(actor, request, settings=settings)
    return tuning.tune(
        ready.features,
        ready.label,
        candidate=request.model,
        method=method,
        budget=budget,
        options=request.options,
        groups=ready.groups,
        seed=request.seed,
        progress=stage(report, 0.05, 1.0),
    )
