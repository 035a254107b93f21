"""Who moves when K changes: how many students go from which segment to which, in figures and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.modeling.segment_identity import Identity
from core.modeling.segment_matching import Counts

MOST_SAID = 6
SMALL_FLOW = 0.02
"""Moves of a smaller fraction of a segment's students are counted, not told."""

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Moves:
    """What becomes of the segments of one K at another. A student who keeps the segment's identity stays."""

    before: tuple[Identity, ...]
    after: tuple[Identity, ...]
    counts: Counts = field(repr=False)
    """Students by segment before (rows) and after (columns), in the order of the segments' numbers."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody changes the segment."""
        return self.n_moved == 0

    @property
    def why_empty(self) -> str:
        """Why there is nothing to tell; empty if there is."""
        if not self.is_empty:
            return ""
        return f"Between K = {len(self.before)} and K = {len(self.after)} nobody changes the segment."

    @property
    def n_students(self) -> int:
        """All students."""
        return int(self.counts.sum())

    @property
    def n_stay(self) -> int:
        """Students whose segment has the same identity before and after."""
        return int(self.counts[_same(self.before, self.after)].sum())

    @property
    def n_moved(self) -> int:
        """All others."""
        return self.n_students - self.n_stay

    @property
    def sentences(self) -> tuple[str, ...]:
        """How many stay, then the largest moves, one sentence each; at most so many are told."""
        short = _short_names((*self.before, *self.after))
        return (self._first(), *(self._told(flow, short) for flow in self._flows()[:MOST_SAID]))

    def frame(self) -> pd.DataFrame:
        """Return one row a pair of segments with students in both, the largest first.

        Columns: from_key, from_name, to_key, to_name, n, share (of the segment before), stays.
        """
        same = _same(self.before, self.after)
        rows = [
            (
                *(self.before[i].key, self.before[i].name, self.after[j].key, self.after[j].name),
                *(int(self.counts[i, j]), float(self.counts[i, j] / self.counts[i].sum()), bool(same[i, j])),
            )
            for i, j in np.argwhere(self.counts > 0)
        ]
        names = ["from_key", "from_name", "to_key", "to_name", "n", "share", "stays"]
        frame = pd.DataFrame(rows, columns=names)
        return frame.sort_values(
            ["n", "from_key", "to_key"], ascending=[False, True, True], kind="stable", ignore_index=True
        )

    def _flows(self) -> list[tuple[int, int]]:
        """Return the pairs of different segments worth telling, the largest first."""
        worth = (self.counts > SMALL_FLOW * self.counts.sum(axis=1, keepdims=True)) & (self.counts > 0)
        pairs = np.argwhere(worth & ~_same(self.before, self.after))
        keyed = [(-int(self.counts[i, j]), self.before[i].key, self.after[j].key, i, j) for i, j in pairs]
        return [(int(i), int(j)) for *_, i, j in sorted(keyed)]

    def _first(self) -> str:
        ks = f"From K = {len(self.before)} to K = {len(self.after)}"
        if self.is_empty:
            return f"{ks} nobody changes the segment."
        share = 100 * self.n_stay / self.n_students
        return f"{ks}, {self.n_stay:,} of {self.n_students:,} students ({share:.0f} %) stay in their segment."

    def _told(self, flow: tuple[int, int], short: Mapping[str, str]) -> str:
        one, other = self.before[flow[0]], self.after[flow[1]]
        n, size = int(self.counts[flow]), int(self.counts[flow[0]].sum())
        of = f"All {size:,}" if n == size else f"{n:,} of {size:,}"
        new = "" if other.key in {known.key for known in self.before} else "the new "
        return f"{of} students of '{short[one.key]}' go to {new}'{short[other.key]}'."


def movers(
    before: NDArray[np.int16],
    after: NDArray[np.int16],
    *,
    moves: Moves,
    from_key: str | None = None,
    to_key: str | None = None,
) -> Rows:
    """Return the rows of the students who change the segment, in the order of the table.

    Only those who leave ``from_key``, and only those who come to ``to_key``, where given; a key that is not
    at that K has no students. Labels count from 1, as everywhere.
    """
    moved = ~_same(moves.before, moves.after)
    if from_key is not None:
        moved &= np.array([one.key == from_key for one in moves.before])[:, None]
    if to_key is not None:
        moved &= np.array([one.key == to_key for one in moves.after])[None, :]
    # One lookup in a flat table: at a million students a third of what two indices take.
    code = (before - np.int16(1)) * np.int16(len(moves.after)) + (after - np.int16(1))
    return np.flatnonzero(moved.ravel()[code])


def _short_names(segments: Sequence[Identity]) -> dict[str, str]:
    """Return by key the first part of each segment's name, where no other segment's begins like it."""
    names = {one.key: one.name for one in segments}
    firsts = {one.key: one.parts[0].words for one in segments if len(one.parts) > 1}
    return {
        key: f"{firsts[key]} …"
        if key in firsts and sum(other.startswith(firsts[key]) for other in names.values()) == 1
        else name
        for key, name in names.items()
    }


def _same(before: Sequence[Identity], after: Sequence[Identity]) -> NDArray[np.bool_]:
    return np.array([[one.key == other.key for other in after] for one in before], dtype=np.bool_)
