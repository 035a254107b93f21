"""Comparing families of models on one request's students."""

from __future__ import annotations

from core.caseload.access import Actor
from core.modeling.candidates import FAMILIES
from core.modeling.comparison import Families, compare_families
from core.settings import Settings
from core.sources.base import Progress, silent, stage
from core.workflow.requests import TrainingRequest
from core.workflow.training import prepare_training

TITLES = {name: family.title for name, family in FAMILIES.items()}
"""The families that can be trained, by name, as the screen calls them."""


def compare(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> Families:
    """Return every family and every simple rule on the same folds; raises as ``train``."""
    report = progress or silent
    report(0.0, "Reading and cleaning the table")
    ready = prepare_training(actor, request, settings=settings)
    return compare_families(
        ready.features,
        ready.label,
        options=request.options,
        groups=ready.groups,
        seed=request.seed,
        progress=stage(report, 0.1, 1.0),
    )
