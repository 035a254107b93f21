"""The cut of the at-risk list while it is being moved: every figure of it in one call, and nothing saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.errors import AppError
from core.modeling.cut_curves import CutCurves, cut_curves
from core.modeling.cut_figures import ABOUT, MEASURES, CutFigures, figures
from core.modeling.cut_groups import CutGroups, grouping_of, prepare_cut_groups
from core.modeling.fairness_counts import Grouping
from core.modeling.need_range import TrainingRange, training_range, why_not_enough
from core.modeling.policies import (
    AtScore,
    BadPolicy,
    ForCapacity,
    ForCost,
    ForRecall,
    ForTeam,
    ThresholdPolicy,
    policy_from_json,
    policy_to_json,
)
from core.modeling.rank_intervals import NEAR_CUT, RankIntervals, RankSpread, rank_spread
from core.settings import Settings
from core.workflow.cohort import cohort_of
from core.workflow.fair_groups import Attributes
from core.workflow.segmenting import Segments
from core.workflow.training import Training

__all__ = [
    "ABOUT",
    "MEASURES",
    "AtScore",
    "BadPolicy",
    "Decided",
    "ForCapacity",
    "ForCost",
    "ForRecall",
    "ForTeam",
    "Margin",
    "OtherVersion",
    "PreparedCut",
    "ThresholdPolicy",
    "curves_of",
    "figures_at",
    "margin_at",
    "places_of",
    "policy_from_json",
    "policy_to_json",
    "prepare_cut",
    "why_not_enough_known",
    "with_segments",
]
NO_COLUMN = "No column has the role 'protected', so there are no figures by group."
Rows = NDArray[np.integer[Any]] | Sequence[int]


class OtherVersion(AppError):
    """Model, data or what was prepared from them are of different versions."""


@dataclass(frozen=True, eq=False)
class PreparedCut:
    """What is worked out once for a training, so that every move of its cut is a lookup."""

    digest: str
    """Of the training's request: figures of another one are refused."""
    curves: CutCurves = field(repr=False)
    groupings: tuple[Grouping, ...] = field(repr=False)
    """The protected attributes."""
    groups: CutGroups = field(repr=False)
    left_out: tuple[tuple[str, str], ...]
    """Protected columns that make no groups, each with the reason."""
    segmented: Grouping | None = field(repr=False)
    """The segments for one K, where there are any."""
    segment_groups: CutGroups | None = field(repr=False)
    training_range: TrainingRange = field(repr=False)
    outside: NDArray[np.int16] = field(repr=False)
    """Of each student, how many values lie outside what the model was fitted on."""
    spread: RankSpread = field(repr=False)

    @property
    def why_no_groups(self) -> str:
        """Why there are no figures by protected attribute; empty if there are."""
        if self.groupings:
            return ""
        reasons = " ".join(f"{title}: {reason}" for title, reason in self.left_out)
        return f"No protected attribute makes groups. {reasons}" if reasons else NO_COLUMN


@dataclass(frozen=True)
class Margin:
    """By how much the risk of another student must be higher, to take the place of one on the list."""

    risk: float
    words: str
    """Where it comes from."""


@dataclass(frozen=True, eq=False)
class Decided:
    """What a cut comes to, for the page: figures, groups, and where it stands on the curves."""

    policy: ThresholdPolicy
    figures: CutFigures
    marker: dict[str, float]
    """A value for each column of the curves; nothing for an empty list."""

    @property
    def n_listed(self) -> int:
        """How many students are listed."""
        return self.figures.cut.n_listed

    @property
    def is_empty(self) -> bool:
        """Whether nobody is listed."""
        return self.figures.is_empty

    @property
    def why_empty(self) -> str:
        """Why nobody is listed; empty if somebody is."""
        return self.figures.why_empty

    @property
    def note(self) -> str:
        """What has to be said about the cut: ties, a capacity above all, a share counted by the risks."""
        return self.figures.cut.note

    @property
    def words(self) -> str:
        """The policy and what it comes to, in one sentence."""
        lowest = self.figures.cut.lowest_listed
        if lowest is None:
            return self.why_empty
        listed = "1 student is" if self.n_listed == 1 else f"{self.n_listed:,} students are"
        return (
            f"{listed} listed, from a risk of {100 * lowest:.1f} % on: {self.policy.describe()}. "
            f"Expected among them with the outcome: {self.figures.text('expected_found')}."
        )

    def frame(self) -> pd.DataFrame:
        """Return of all students: measure, title, value, low, high, base, text."""
        return self.figures.frame()

    def by_group(self, measure: str = "recall") -> pd.DataFrame:
        """Return one row a group that may be shown: grouping, group, n, listed, value, low, high, base, text.

        Raises InvalidChoice for an unknown measure.
        """
        return self.figures.by_group(measure)


def prepare_cut(actor: Actor, training: Training, *, settings: Settings) -> PreparedCut:
    """Return what every move of a training's cut looks up; made once, in seconds at a million students.

    Raises SourceError, RecipeError, and OtherVersion where the table has changed since the training.
    """
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    table = cohort_of(actor, training.request, settings=settings).table
    label = training.validated.label
    frame = table.collect()
    same = table.provenance.content_hash == training.provenance.content_hash
    if not same or len(frame) != training.n_students:
        raise OtherVersion(
            "The model and the data are of different versions: the table was read anew since the training.",
            hint="Train again, so that both are of one version.",
        )
    found = Attributes.of(frame, table.schema, known=~np.isnan(label))
    usual = training_range(training.features, label=label)
    return PreparedCut(
        digest=training.request.digest,
        curves=cut_curves(training.curve),
        groupings=found.singles,
        groups=prepare_cut_groups(training.curve, found.singles),
        left_out=_of_columns(found),
        segmented=None,
        segment_groups=None,
        training_range=usual,
        outside=usual.outside(training.features),
        spread=rank_spread(training.validated, training.features, training.curve),
    )


def with_segments(
    actor: Actor, prepared: PreparedCut, training: Training, segments: Segments, *, k: int
) -> PreparedCut:
    """Return the same with figures by segment for one K; raises OtherVersion for segments of other students.

    Raises ModelError for a K that these students do not have, InvalidChoice for one that was not fitted.
    """
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    _must_fit(prepared, training)
    if segments.is_empty:
        return replace(prepared, segmented=None, segment_groups=None)
    labels = segments.labels(k)
    numbers, firsts = np.unique(labels, return_index=True)
    found = dict(zip(numbers.tolist(), segments.names(firsts, k=k), strict=True))
    names = [str(found.get(number, f"segment {number}")) for number in range(1, k + 1)]
    one = grouping_of("Segment", labels, names)
    groups = prepare_cut_groups(training.curve, [one])
    return replace(prepared, segmented=one, segment_groups=groups)


def figures_at(actor: Actor, training: Training, policy: ThresholdPolicy, prepared: PreparedCut) -> Decided:
    """Return everything a page shows of a cut; lookups, a millisecond or two at any size of school.

    Raises OtherVersion where ``prepared`` is of another training.
    """
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    _must_fit(prepared, training)
    groups = [prepared.groups] if prepared.groupings else []
    if prepared.segment_groups is not None:
        groups.append(prepared.segment_groups)
    found = figures(training.curve, policy, groups=groups)
    return Decided(policy, found, prepared.curves.marker_at(found.cut.n_listed))


def curves_of(actor: Actor, training: Training, prepared: PreparedCut) -> CutCurves:
    """Return precision, recall and net benefit along the list: the same value at every cut."""
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    _must_fit(prepared, training)
    return prepared.curves


def places_of(actor: Actor, training: Training, rows: Rows, prepared: PreparedCut) -> RankIntervals:
    """Return the places of a page of students with their intervals, in words such as "12th, could be ..."."""
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    _must_fit(prepared, training)
    return prepared.spread.intervals(rows)


def margin_at(actor: Actor, training: Training, policy: ThresholdPolicy, prepared: PreparedCut) -> Margin:
    """Return a margin for ``preview_list`` that is as wide as the risks at this cut are unsure."""
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    _must_fit(prepared, training)
    risk = prepared.spread.margin_at(training.curve.n_listed(policy))
    words = (
        f"{100 * risk:.1f} points of risk: half the width of the risk's 95 % interval, the median of the "
        f"{NEAR_CUT} students around the cut."
    )
    return Margin(risk, words)


def why_not_enough_known(
    actor: Actor, training: Training, row: int, prepared: PreparedCut
) -> tuple[str, ...]:
    """Return why not enough is known of a student, one sentence each; nothing where enough is."""
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    _must_fit(prepared, training)
    return why_not_enough(prepared.training_range, training.features, row, known_share=training.known_share)


def _of_columns(found: Attributes) -> tuple[tuple[str, str], ...]:
    """Return the protected columns that make no groups, without the pairs."""
    pairs = {
        Grouping((*one.attributes, *other.attributes), (), one.codes, one.shown).title
        for one, other in combinations(found.singles, 2)
    }
    return tuple((title, reason) for title, reason in found.left_out if title not in pairs)


def _must_fit(prepared: PreparedCut, training: Training) -> None:
    """Do nothing for what was prepared for this training; raises OtherVersion."""
    if prepared.digest != training.request.digest:
        raise OtherVersion(
            "The figures were prepared for another version of the model.", hint="Open the list again."
        )
