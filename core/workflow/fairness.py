"""Fairness of the list at the live cut: groups by protected attributes, figures of groups only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.errors import InvalidChoice
from core.features.build import build_features
from core.modeling.fairness import Fairness, assess
from core.modeling.fairness_counts import GroupCurve, prepare_groups
from core.modeling.fairness_rates import MEASURES
from core.modeling.mitigation import Mitigation, mitigate
from core.modeling.thresholds import ThresholdPolicy
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.cohort import cohort_of
from core.workflow.fair_groups import Attributes, Proxy
from core.workflow.requests import TrainingRequest
from core.workflow.training import Training

__all__ = ["MEASURES", "FairGroups", "Scores", "assess_at", "group_students", "mitigate_at", "scores_of"]
NO_COLUMN = "No column has the role 'protected', so there are no groups to compare."


@dataclass(frozen=True, eq=False)
class Scores:
    """What the groups are set beside: places, risks and outcomes, in the order of the cleaned table."""

    digest: str
    """Of the request that they were trained by."""
    rank: NDArray[np.integer[Any]] = field(repr=False)
    risk: NDArray[np.float64] = field(repr=False)
    label: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True, eq=False)
class FairGroups:
    """The students of a request in groups, counted along the list: a cut is a lookup."""

    curve: GroupCurve | None = field(repr=False)
    """None where there is no attribute to group by."""
    bands: tuple[str, ...]
    """How numbers were cut into bands, one sentence a number."""
    left_out: tuple[tuple[str, str], ...]
    """Protected columns, and pairs, that make no groups, each with the reason."""
    proxies: dict[str, tuple[Proxy, ...]]
    """By attribute: the features that tell most of it, the strongest first."""
    n_withheld: int
    """Groups that are not shown, those of pairs included."""
    synthetic: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compare."""
        return self.curve is None

    @property
    def why_empty(self) -> str:
        """Why there is nothing to compare; empty if there is."""
        if self.curve is not None:
            return ""
        reasons = " ".join(f"{title}: {reason}" for title, reason in self.left_out)
        return f"No protected attribute makes groups. {reasons}" if reasons else NO_COLUMN

    @property
    def titles(self) -> tuple[str, ...]:
        """The groupings: each attribute, then each pair."""
        return () if self.curve is None else tuple(one.title for one in self.curve.groupings)

    def attributes_of(self, title: str) -> tuple[str, ...]:
        """Return the attributes that a grouping is made of: one, or two."""
        return () if self.curve is None else self.curve.groupings[self.curve.place(title)].attributes


def scores_of(actor: Actor, training: Training) -> Scores:
    """Return what the groups are set beside; nothing is copied."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    validated = training.validated
    return Scores(training.request.digest, training.curve.rank, validated.risk, validated.label)


def group_students(
    actor: Actor,
    request: TrainingRequest,
    *,
    scores: Scores,
    settings: Settings,
    progress: Progress | None = None,
) -> FairGroups:
    """Return the request's students in groups by each protected attribute and each pair of them.

    Raises SourceError, RecipeError, OutcomeError, SchemaError, NoFeatures.
    """
    require(actor, Action.TRAIN, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading the groups")
    cleaned = cohort_of(actor, request, settings=settings)
    frame, schema = cleaned.table.collect(), cleaned.table.schema
    found = Attributes.of(frame, schema, known=~np.isnan(scores.label))
    report(0.6, "Looking for features that tell of an attribute")
    outcome = cleaned.outcome(request.outcome).columns
    features = build_features(frame, schema=schema, outcome_columns=outcome, exclude=request.exclude)
    proxies = {one.title: Proxy.most(one, features) for one in found.singles}
    report(0.9, "Counting the groups along the list")
    groupings = (*found.singles, *found.pairs)
    places = {"rank": scores.rank, "risk": scores.risk, "label": scores.label}
    curve = prepare_groups(groupings, **places) if groupings else None
    return FairGroups(
        curve, found.bands, found.left_out, proxies, found.n_withheld, synthetic=request.table.is_demo
    )


def assess_at(actor: Actor, groups: FairGroups, training: Training, policy: ThresholdPolicy) -> Fairness:
    """Return what the list does to each group at this cut; raises InvalidChoice where there is no group."""
    require(actor, Action.TRAIN, synthetic=groups.synthetic)
    return assess(_curve(groups), n_listed=training.curve.n_listed(policy))


def mitigate_at(
    actor: Actor, groups: FairGroups, training: Training, policy: ThresholdPolicy, *, title: str
) -> Mitigation:
    """Return what it would take to find the groups of one grouping as often; nothing is applied."""
    require(actor, Action.TRAIN, synthetic=groups.synthetic)
    curve = _curve(groups)
    if title not in groups.titles:
        raise InvalidChoice.of("grouping", title, groups.titles)
    return mitigate(curve, curve.place(title), n_listed=training.curve.n_listed(policy))


def _curve(groups: FairGroups) -> GroupCurve:
    if groups.curve is None:
        raise InvalidChoice(groups.why_empty, hint="Give a column the role 'protected' on Data sources.")
    return groups.curve
