"""Who joined and who left the list since a version of it was saved, each with the reason."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.listed import ListState

Rows = NDArray[np.intp]


class Why(StrEnum):
    """Why a student joined or left."""

    NEW = "new student"
    GONE = "gone from the data"
    ROSE = "risk rose"
    FELL = "risk fell"
    CUT = "cut or capacity changed"
    OTHERS = "others moved"
    """The student's own risk did not move that way: others came, went, or passed by."""


@dataclass(frozen=True, eq=False)
class SinceLast:
    """Who joined and left, in the order of their ids."""

    rows: pd.DataFrame = field(repr=False)
    """student_id, change (``joined`` or ``left``), why."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody joined or left."""
        return self.rows.empty

    @property
    def why_empty(self) -> str:
        """Why there is nobody; empty if there is somebody."""
        return "Nobody has joined or left the list since it was saved." if self.is_empty else ""

    @property
    def words(self) -> str:
        """How many joined and left, and why, in one sentence."""
        return self.why_empty or f"{self._told('joined')}; {self._told('left')}."

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame of the caller's own."""
        return self.rows.copy()

    def _told(self, change: str) -> str:
        whys = self.rows.loc[self.rows["change"] == change, "why"]
        parts = [f"{(whys == why).sum():,} {why}" for why in Why if (whys == why).any()]
        return f"{len(whys):,} {change}" + (f" ({', '.join(parts)})" if parts else "")


def since(then: ListState, now: ListState, *, is_same_policy: bool) -> SinceLast:
    """Return who joined and left, each with the reason that explains it.

    A new student joins because of that, and one who is gone from the data leaves because of that. Of the
    others, one who would stand on the other side with as many listed as then moved with the cut or the
    capacity, unless the policy is the same; the rest moved by their own risk, or as others did.
    """
    joined, left = _only_listed(now, then), _only_listed(then, now)
    parts = [
        _part(now.student_ids[joined], "joined", _why_joined(then, now, joined, is_same_policy)),
        _part(then.student_ids[left], "left", _why_left(then, now, left, is_same_policy)),
    ]
    rows = pd.concat(parts, ignore_index=True).sort_values("student_id", ignore_index=True)
    return SinceLast(rows)


def _part(ids: NDArray[np.object_], change: str, why: NDArray[np.object_]) -> pd.DataFrame:
    return pd.DataFrame({"student_id": ids, "change": change, "why": why}, dtype=object)


def _only_listed(here: ListState, there: ListState) -> Rows:
    """Return the rows of those who are on the list here and not there."""
    others, rows = frozenset(there.listed_ids), np.flatnonzero(here.listed)
    new = [one not in others for one in here.student_ids[rows]]
    return np.asarray(rows[np.array(new, dtype=bool)])


def _places(of: ListState, student_ids: NDArray[np.object_]) -> Rows:
    """Return where each of a few students stands in a state, -1 where not at all; its ids are sorted."""
    ids = of.student_ids
    found = [bisect_left(ids, one) for one in student_ids]
    is_there = [place < len(ids) and ids[place] == one for place, one in zip(found, student_ids, strict=True)]
    return np.where(np.array(is_there, dtype=bool), np.array(found, dtype=np.intp), -1)


def _why_joined(then: ListState, now: ListState, rows: Rows, is_same_policy: bool) -> NDArray[np.object_]:  # noqa: FBT001  a pair of private halves
    was = _places(then, now.student_ids[rows])
    before = _at(then.risk, was)
    by_cut = ~_within(now, then.n_listed)[rows] & (not is_same_policy)
    rose = now.risk[rows] > before
    return _chosen([was < 0, by_cut, rose], [Why.NEW, Why.CUT, Why.ROSE])


def _why_left(then: ListState, now: ListState, rows: Rows, is_same_policy: bool) -> NDArray[np.object_]:  # noqa: FBT001  a pair of private halves
    still = _places(now, then.student_ids[rows])
    after = _at(now.risk, still)
    by_cut = _at(_within(now, then.n_listed), still).astype(bool) & (not is_same_policy)
    fell = after < then.risk[rows]
    return _chosen([still < 0, by_cut, fell], [Why.GONE, Why.CUT, Why.FELL])


def _at(values: NDArray[Any], places: Rows) -> NDArray[Any]:
    """Return the values at some places; what stands for -1 is of no account."""
    return values[places] if len(values) else np.zeros(len(places), dtype=values.dtype)


def _chosen(conditions: list[NDArray[np.bool_]], whys: list[Why]) -> NDArray[np.object_]:
    found = np.full(len(conditions[0]), str(Why.OTHERS), dtype=object)
    for condition, why in reversed(list(zip(conditions, whys, strict=True))):
        found[condition] = str(why)
    return found


def _within(state: ListState, n: int) -> NDArray[np.bool_]:
    """Return who would be among the ``n`` highest risks; whoever has the same as the last of them too."""
    if n <= 0:
        return np.zeros(len(state.risk), dtype=bool)
    if n >= len(state.risk):
        return np.ones(len(state.risk), dtype=bool)
    lowest = np.partition(state.risk, len(state.risk) - n)[len(state.risk) - n]
    return np.asarray(state.risk >= lowest)
