"""The segments of one K as a page draws them: a line each, their places on the map, and their students."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.caseload.access import Action, Actor, require
from core.modeling.policies import ThresholdPolicy
from core.modeling.segment_identity import Identity
from core.modeling.segment_map import SegmentMap
from core.modeling.segment_mix import BANDS
from core.modeling.segment_stability import Stability
from core.workflow.segment_needs import SegmentNeeds
from core.workflow.segment_views import Rows, Segments
from core.workflow.segmenting import SeenStudents, seen
from core.workflow.training import Training

WITHHELD, NOT_KNOWN = "not shown: few students", "not known"
DECIMALS = 3
"""Of places on the map: a thousandth of a standard deviation is less than a pixel."""


@dataclass(frozen=True, eq=False)
class MapView:
    """The map at one K."""

    rows: pd.DataFrame = field(repr=False)
    """One row a student or a square: key, colour, and where it is on the map, in standard deviations.

    x, y of a student; x1, x2, y1, y2 of a square and n, its students; on three axes x, y, z of both.
    """
    marks: pd.DataFrame = field(repr=False)
    """One row a segment: key, and where its letter stands: a row near the middle of its students."""
    axes: tuple[str, ...]
    """What each axis is, in words."""
    shows_points: bool
    """Whether each row is a student, not a square with its number of students."""


@dataclass(frozen=True, eq=False)
class SegmentStudents:
    """Some students of a segment, of a move or of a part of the map, those in most need first."""

    seen: SeenStudents
    rows: pd.DataFrame = field(repr=False)
    """student_id; and with a list place, need, risk (whole percent) and reasons."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody is shown."""
        return not self.seen.student_ids

    @property
    def why_empty(self) -> str:
        """Why nobody is shown; empty if somebody is."""
        return self.seen.why_empty

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame of the caller's own."""
        return self.rows.copy()


def overview(
    actor: Actor,
    segments: Segments,
    *,
    k: int,
    needs: SegmentNeeds | None = None,
    policy: ThresholdPolicy | None = None,
    stability: Stability | None = None,
) -> pd.DataFrame:
    """Return one row a segment: segment, key, colour, name, size, share, and what else is known of it.

    With a list and its cut also the share in each need band (``BANDS``); with an outcome ``outcome`` (the
    rate and its 95 % interval, in words); with the stability ``again``. Raises ModelError, InvalidChoice.
    """
    require(actor, Action.SEGMENT, synthetic=segments.synthetic)
    view = segments.view(k)
    frame = view.frame().drop(columns=["contrasts"])
    if needs is not None and policy is not None:
        mix = needs.at(k, policy)
        for band in BANDS:
            frame[band] = mix[band].to_numpy() / np.maximum(mix["n"].to_numpy(), 1)
    if not view.rates.empty:
        frame["outcome"] = [
            _rate(rate, low, high, hidden=bool(hidden))
            for rate, low, high, hidden in view.rates[["rate", "low", "high", "is_withheld"]].to_numpy()
        ]
    if stability is not None and not stability.is_empty:
        frame["again"] = [one.words for one in stability.of(k).segments]
    return frame


def map_view(
    actor: Actor, segments: Segments, *, k: int, chart: SegmentMap | None = None, dimensions: int = 2
) -> MapView:
    """Return the map at a K; ``chart`` is the one by UMAP where that is shown. No row names a student.

    Raises ModelError, InvalidChoice.
    """
    require(actor, Action.SEGMENT, synthetic=segments.synthetic)
    shown = chart or segments.map
    labels = segments.labels(k)
    is_points = shown.shows_points
    rows = shown.points(labels, dimensions=dimensions) if is_points else None
    frame = shown.density(k, dimensions=dimensions) if rows is None else rows.drop(columns=["row"])
    identities = segments.identities.at(k)
    weights = np.ones(len(frame)) if is_points else frame["n"].to_numpy()
    marks = _middles(frame, weights, identities, list("xyz"[:dimensions]))
    place = frame["segment"].to_numpy(dtype=np.intp) - 1
    frame["key"] = np.array([one.key for one in identities], dtype=object)[place]
    frame["colour"] = np.array([one.colour for one in identities], dtype=np.int8)[place]
    # Each byte goes to the browser at every move of the slider.
    unneeded = ["segment"] if is_points else ["segment", "share", *("xy" if dimensions == 2 else "")]
    sent = frame.drop(columns=unneeded)
    sizes = {
        name: np.float32 if str(name)[0] in "xyz" else np.int32 for name in sent if str(name)[0] in "xyzn"
    }
    return MapView(sent.astype(sizes), marks, shown.axes[:dimensions], is_points)


def students_of(
    actor: Actor,
    segments: Segments,
    rows: Rows,
    *,
    training: Training | None = None,
    policy: ThresholdPolicy | None = None,
    start: int = 0,
    size: int = 25,
) -> SegmentStudents:
    """Return those of ``size`` students from ``start`` on whom the viewer may see.

    In the order of the list where there is one of the same request, else in that of the table. ``rows`` are
    those of ``Segments.rows_of``, of ``Segments.movers``, or of ``on_map``.
    """
    listed = training if training is not None and training.request == segments.request else None
    if listed is None or policy is None:
        found = seen(actor, segments, rows, start=start, size=size)
        return SegmentStudents(found, found.frame())
    ordered = _in_need(rows, listed.curve.rank[rows], start + size)
    found = seen(actor, segments, ordered, start=start, size=size)
    found = SeenStudents(found.student_ids, len(rows), found.n_hidden)
    named = set(found.student_ids)
    page = np.array(
        [row for row in ordered[start:] if str(segments.student_ids[row]) in named], dtype=np.intp
    )
    frame = pd.DataFrame({"student_id": list(found.student_ids), "place": listed.curve.rank[page]})
    frame["need"] = listed.curve.need(
        policy, known_share=listed.known_share, outside=listed.outside, rows=page
    )
    frame["risk"] = np.rint(listed.validated.risk[page] * 100).astype(int)
    frame["reasons"] = listed.explainer.reasons(page) if len(page) else ""
    return SegmentStudents(found, frame)


def _rate(rate: float, low: float, high: float, *, hidden: bool) -> str:
    if hidden:
        return WITHHELD
    return NOT_KNOWN if np.isnan(rate) else f"{100 * rate:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def _middles(
    frame: pd.DataFrame, weights: np.ndarray, identities: tuple[Identity, ...], axes: list[str]
) -> pd.DataFrame:
    """Return for each segment the row nearest to its weighted middle; a segment without any is left out.

    The middle itself may lie where nobody is: UMAP shows a segment in several pieces.
    """
    place = frame["segment"].to_numpy(dtype=np.intp) - 1
    places = frame[axes].to_numpy(dtype=np.float64)
    rows = {}
    for i, one in enumerate(identities):
        own = np.flatnonzero(place == i)
        if len(own):
            middle = np.average(places[own], axis=0, weights=weights[own])
            rows[one.key] = places[own[((places[own] - middle) ** 2).sum(axis=1).argmin()]]
    return pd.DataFrame([(key, *row.round(DECIMALS)) for key, row in rows.items()], columns=["key", *axes])


def _in_need(rows: Rows, rank: np.ndarray, most: int) -> Rows:
    """Return the first ``most`` rows by rank; all others are not put in order."""
    near = np.argpartition(rank, most - 1)[:most] if most < len(rows) else np.arange(len(rows))
    ordered: Rows = rows[near[np.argsort(rank[near])]]
    return ordered
