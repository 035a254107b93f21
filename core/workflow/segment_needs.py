"""The need mix of each segment while the cut moves: how many of its students stand in which need band."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.caseload.access import Action, Actor, require
from core.errors import ModelError
from core.modeling.need_hysteresis import SteadyList
from core.modeling.policies import ForCapacity, ThresholdPolicy
from core.modeling.segment_identity import Identities
from core.modeling.segment_mix import BANDS, NeedBySegment, prepare_needs
from core.modeling.thresholds import Need, ThresholdCurve
from core.workflow.segmenting import Segments
from core.workflow.training import Training

__all__ = ["BANDS", "SegmentNeeds", "segment_needs"]


@dataclass(frozen=True, eq=False)
class SegmentNeeds:
    """The need bands by segment for every K and every cut; made once."""

    identities: Identities = field(repr=False)
    curve: ThresholdCurve = field(repr=False)
    along: NeedBySegment = field(repr=False)
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there are no segments."""
        return bool(self.why_empty)

    def at(self, k: int, policy: ThresholdPolicy, *, steady: SteadyList | None = None) -> pd.DataFrame:
        """Return one row a segment: segment, key, colour, name, high, watch, low, not enough known, n.

        Counts of students, which add up to ``n``. With ``steady`` those count as high whom it lists.
        Raises InvalidChoice for a K that was not fitted.
        """
        counts = self.along.counts(
            k,
            n_listed=self.curve.n_listed(policy),
            n_watched=_n_watched(self.curve, policy),
            kept=None if steady is None else steady.kept,
            waiting=None if steady is None else steady.waiting,
        )
        rows = [
            (i + 1, one.key, one.colour, one.name, *counts[i].tolist(), int(counts[i].sum()))
            for i, one in enumerate(self.identities.at(k))
        ]
        return pd.DataFrame(rows, columns=["segment", "key", "colour", "name", *BANDS, "n"])


def segment_needs(actor: Actor, training: Training, segments: Segments) -> SegmentNeeds:
    """Return the need bands by segment, nobody of whom too little is known among the low.

    Raises ModelError where segments and training are of different students.
    """
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    require(actor, Action.SEGMENT, synthetic=segments.synthetic)
    if not np.array_equal(training.features.student_ids, segments.student_ids):
        raise ModelError(
            "The list and the segments are of different students.", hint="Find the segments again."
        )
    bands = training.curve.need(ForCapacity(0), known_share=training.known_share, outside=training.outside)
    labels = {k: segments.labels(k) for k in segments.ks}
    along = prepare_needs(training.curve.rank, labels=labels, unknown=bands == Need.UNKNOWN.value)
    return SegmentNeeds(segments.identities, training.curve, along, segments.why_empty)


def _n_watched(curve: ThresholdCurve, policy: ThresholdPolicy) -> int:
    """Return how many of the first are high or watched: the rule is the curve's, asked by halving."""

    def is_low(place: int) -> bool:
        return str(curve.need(policy, rows=[int(curve.order[place])])[0]) == Need.LOW.value

    return bisect_left(range(curve.n_students), 1, key=is_low)
