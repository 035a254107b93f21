"""The segments as the screen takes them: everything of one K at hand, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InvalidChoice, ModelError
from core.modeling.segment_identity import Identities, Identity
from core.modeling.segment_map import SegmentMap
from core.modeling.segment_matching import Counts
from core.modeling.segment_moves import Moves, movers
from core.modeling.segment_profiles import SegmentProfile, profile_rows
from core.modeling.segments import Segmentation
from core.workflow.requests import TrainingRequest, digest_of

MOST_CONTRASTS = 4
ROWS = ["segment", "key", "colour", "name", "size", "share", "contrasts"]

Labels = NDArray[np.int16]
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class SegmentView:
    """Everything of one K; made once, so that a move of the slider is a lookup."""

    k: int
    rows: pd.DataFrame = field(repr=False)
    """One row a segment: segment (its number by size), key, colour, name, size, share, contrasts."""
    profile: pd.DataFrame = field(repr=False)
    """One row a segment and column or category, strongest first; see ``profile_rows``; with key and colour.

    ``column``, ``label``, ``level``, ``kind``, ``unit``; ``segment_value`` against ``everyone`` (means of
    numbers, shares of categories and flags); ``strength`` in standard deviations; ``words``, ``difference``.
    """
    rates: pd.DataFrame = field(repr=False)
    """One row a segment: segment, n_known, rate, low, high, is_withheld; no row without an outcome."""

    @classmethod
    def of(
        cls, identities: Sequence[Identity], profiles: Sequence[SegmentProfile], *, rates: pd.DataFrame
    ) -> SegmentView:
        """Return the view of one K; both have one entry a segment."""
        table, profile = _table_of(identities, profiles), _profile_of(identities, profiles)
        return cls(len(identities), table, profile, rates)

    def frame(self) -> pd.DataFrame:
        """Return the segments as a frame of the caller's own."""
        return self.rows.copy()

    def profile_of(self, key: str, *, most: int | None = None) -> pd.DataFrame:
        """Return the rows of one segment, strongest first; none for a key that is not at this K."""
        found = self.profile[self.profile["key"] == key]
        return (found if most is None else found.head(most)).reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Segments:
    """The segments of some students for every K; choosing another K is a lookup."""

    found: Segmentation = field(repr=False)
    student_ids: NDArray[np.object_] = field(repr=False)
    """In the order of the cleaned table, as all arrays here."""
    tables: Mapping[int, pd.DataFrame] = field(repr=False)
    """By K: segment, name, size, share, contrasts (what sets it apart, in words)."""
    synthetic: bool
    identities: Identities = field(repr=False)
    """Who is who at every K; ``identities.as_table()`` is what a refit starts from."""
    views: Mapping[int, SegmentView] = field(repr=False)
    """By K."""
    map: SegmentMap = field(repr=False)
    """Along the principal components."""
    shared: Mapping[tuple[int, int], Counts] = field(repr=False)
    """Students that each segment of a K shares with each of a larger one."""
    choices: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Every column that students may be grouped by, with its label."""
    request: TrainingRequest | None = None
    """Whose students these are."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What was to group the students; columns in which they do not differ are among them."""
        return (*(column.name for column in self.found.columns), *self.found.dropped)

    @property
    def digest(self) -> str:
        """What tells these segments from others: the request, the columns, and how they count."""
        weight = self.found.scaling.category_weight
        of = "" if self.request is None else self.request.digest
        preview = ("preview",) if self.found.is_preview else ()
        return digest_of(repr((of, sorted(self.columns), weight, *preview)))

    @property
    def is_empty(self) -> bool:
        """Whether no K could be fitted."""
        return self.found.is_empty

    @property
    def why_empty(self) -> str:
        """Why there are no segments; empty if there are."""
        return self.found.why_empty

    @property
    def n_students(self) -> int:
        """All students."""
        return len(self.student_ids)

    @property
    def verdict(self) -> str:
        """Whether these are real groups, in words."""
        return self.found.verdict.words

    @property
    def is_clear(self) -> bool:
        """Whether there are real groups."""
        return bool(self.found.verdict.clear)

    @property
    def recommended_k(self) -> int:
        """The K to look at first; 0 if there is none."""
        return self.found.recommended_k

    @property
    def ks(self) -> tuple[int, ...]:
        """Every K that was fitted, rising."""
        return self.found.ks

    @property
    def about(self) -> tuple[str, ...]:
        """Why this K first, what the students were grouped by, and how; one sentence each."""
        grouped = ", ".join(column.label.lower() for column in self.found.columns)
        return (self.found.reason, f"Students are grouped by: {grouped}.", *self.found.notes)

    def quality(self) -> pd.DataFrame:
        """Return one row a K: k, inertia (a student), silhouette, smallest_share, is_recommended."""
        return self.found.quality()

    def labels(self, k: int) -> Labels:
        """Return the number of each student's segment; raises ModelError, InvalidChoice."""
        return self.found.labels(k)

    def names(self, rows: NDArray[np.integer[Any]] | list[int], *, k: int) -> NDArray[np.object_]:
        """Return the segment's name of some students."""
        names = self.tables[k]["name"].to_numpy(dtype=object)
        return np.asarray(names[self.labels(k)[rows].astype(np.intp) - 1])

    def view(self, k: int) -> SegmentView:
        """Return everything of one K; raises ModelError, InvalidChoice."""
        self.labels(k)
        return self.views[k]

    def segment(self, k: int, key: str) -> Identity:
        """Return one segment; raises ModelError for a key that is not at this K, as in an old link."""
        self.labels(k)
        for one in self.identities.at(k):
            if one.key == key:
                return one
        raise ModelError(self._gone(k, key), hint=self._where(key))

    def rows_of(self, k: int, key: str) -> Rows:
        """Return the rows of a segment's students, in the order of the table; raises as ``segment``."""
        one = self.segment(k, key)
        return np.flatnonzero(self.labels(k) == self.identities.at(k).index(one) + 1)

    def moves(self, before: int, after: int) -> Moves:
        """Return who moves from one K to another; raises InvalidChoice for a K that was not fitted."""
        for k in (before, after):
            if k not in self.ks:
                raise InvalidChoice.of("K", k, [str(one) for one in self.ks])
        small, large = sorted((before, after))
        if small == large:
            counts = np.diag([one.size for one in self.identities.at(small)]).astype(np.int64)
        else:
            counts = self.shared[small, large]
        ends = (self.identities.at(before), self.identities.at(after))
        return Moves(*ends, counts if before <= after else counts.T)

    def movers(
        self, before: int, after: int, *, from_key: str | None = None, to_key: str | None = None
    ) -> Rows:
        """Return the rows of the students who change the segment; see ``segment_moves.movers``."""
        return movers(
            self.labels(before),
            self.labels(after),
            moves=self.moves(before, after),
            from_key=from_key,
            to_key=to_key,
        )

    def _gone(self, k: int, key: str) -> str:
        there = any(one.key == key for found in self.identities.by_k for one in found)
        return (
            f"There is no segment '{key}' at K = {k}." if there else f"There is no segment '{key}' any more."
        )

    def _where(self, key: str) -> str:
        ks = [str(len(found)) for found in self.identities.by_k if any(one.key == key for one in found)]
        return f"It is there at K = {', '.join(ks)}." if ks else "Choose one of the segments that are shown."


def _table_of(identities: Sequence[Identity], profiles: Sequence[SegmentProfile]) -> pd.DataFrame:
    rows = [
        (
            *(profile.segment, one.key, one.colour, one.name, profile.size, profile.share),
            "; ".join(contrast.words for contrast in profile.contrasts[:MOST_CONTRASTS]),
        )
        for one, profile in zip(identities, profiles, strict=True)
    ]
    return pd.DataFrame(rows, columns=ROWS)


def _profile_of(identities: Sequence[Identity], profiles: Sequence[SegmentProfile]) -> pd.DataFrame:
    """Return the profiles with the names that the segments have here, their keys and colours."""
    frame = profile_rows(profiles)
    named = pd.DataFrame(
        [(one.key, one.colour, one.name) for one in identities], columns=["key", "colour", "name"]
    )
    place = frame["segment"].to_numpy(dtype=np.intp) - 1
    own = named.iloc[place].reset_index(drop=True)
    return pd.concat([frame[["segment"]], own, frame.drop(columns=["segment", "name"])], axis=1)
