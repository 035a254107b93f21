"""The columns of the list that a training, a cut, segments and the work with students bring."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.roster_query import TITLES
from core.caseload.roster_trend import wide_trend
from core.caseload.roster_values import (
    Coded,
    Flags,
    Floats,
    RosterColumn,
    Rows,
    coded_levels,
    coded_numbers,
    level_column,
    number_column,
    told_column,
)
from core.modeling.thresholds import ForCapacity, Need, ThresholdPolicy
from core.workflow.segmenting import Segments
from core.workflow.training import Training

Texts = NDArray[np.object_]
NEEDS = (Need.HIGH.value, Need.WATCH.value, Need.UNKNOWN.value, Need.LOW.value)
"""In the order in which they are sorted: nobody of whom too little is known stands at the end."""
HIGH, WATCH, UNKNOWN, LOW = range(4)
LISTED = ("listed",)


class MentorsOf(Protocol):
    """Knows who accompanies whom."""

    def of(self, student_ids: Any) -> Texts:
        """Return the mentor of each student; empty text where there is none."""


class ContactDays(Protocol):
    """Knows when somebody last talked with a student."""

    def days_since(self, student_ids: Any, *, on: date) -> Floats:
        """Return whole days since the last contact; NaN where there was none."""


class StepTexts(Protocol):
    """Knows what is to be done next."""

    def text_of(self, student_ids: Any) -> Texts:
        """Return each student's next step; empty text where there is none."""


class Steady(Protocol):
    """A list that keeps students a little below the cut; two are the same only if they are one."""

    @property
    def listed(self) -> Flags:
        """Whether each student is on it."""

    def __hash__(self) -> int:
        """Return the same for as long as it lives."""


class Intervals(Protocol):
    """Knows how sure a rank is."""

    def intervals(self, rows: Any) -> Any:
        """Return something whose ``words()`` says for each row where the rank could be."""


@dataclass(frozen=True, eq=False)
class Marks:
    """What people noted about students, as of a day; what is not given is not known yet."""

    on: date
    mentors: MentorsOf | None = None
    contacts: ContactDays | None = None
    steps: StepTexts | None = None

    def columns(self, student_ids: Texts) -> Iterator[RosterColumn]:
        """Give the columns of what is known."""
        if self.contacts is not None:
            days = partial(self.contacts.days_since, on=self.on)
            yield RosterColumn(
                "days",
                TITLES["days"],
                lambda rows: days(student_ids[rows]).tolist(),
                lambda: coded_numbers(days(student_ids)),
            )
        if self.mentors is not None:
            mentors = self.mentors.of
            yield RosterColumn(
                "mentor",
                TITLES["mentor"],
                lambda rows: mentors(student_ids[rows]),
                lambda: _coded(mentors(student_ids)),
            )
        if self.steps is not None:
            steps = self.steps.text_of
            yield told_column("next_step", TITLES["next_step"], lambda rows: steps(student_ids[rows]))


@dataclass(frozen=True, eq=False)
class SegmentLabels:
    """The segment of each student at one K."""

    numbers: NDArray[np.integer[Any]] = field(repr=False)
    """From 1; 0 is none."""
    keys: tuple[str, ...]
    """What a segment is called in a link, by number; a key that stays with a segment keeps its links."""
    names: tuple[str, ...]
    """What it is called on the screen."""
    stamp: Hashable = None
    """Equal for segments that are the same, so that what was sorted by them is kept."""

    @classmethod
    def of(cls, found: Segments, k: int) -> SegmentLabels:
        """Return the segments of a K, called by the letters they keep; raises ModelError, InvalidChoice."""
        names = tuple(map(str, found.tables[k]["name"]))
        keys = tuple(one.key for one in found.identities.at(k))
        return cls(found.labels(k), keys, names, (found, k))

    def column(self) -> RosterColumn:
        """Return the column: sorted and filtered by key, shown by name."""
        named = ("", *self.names)
        return RosterColumn(
            "segment",
            TITLES["segment"],
            lambda rows: [named[number] for number in self.numbers[rows].tolist()],
            lambda: coded_levels(self.numbers.astype(np.int64) - 1, self.keys),
            ("segment", self.stamp or self, self.keys),
        )


@dataclass(frozen=True, eq=False)
class TrainedColumns:
    """What a training says of its students."""

    training: Training = field(repr=False)
    outside: NDArray[np.integer[Any]] | None = field(default=None, repr=False)
    """How many values of each student lie outside what the model was trained on, where that is known."""

    @cached_property
    def unknown(self) -> Flags:
        """Return whether too little is known of a student to call the need low."""
        return np.asarray(self._need(ForCapacity(0)) == Need.UNKNOWN.value)

    def fixed(self, intervals: Intervals | None = None) -> Iterator[RosterColumn]:
        """Give the columns that no cut changes: reasons, strengths, trend, and one for each feature."""
        explainer = self.training.explainer
        yield told_column("reasons", TITLES["reasons"], explainer.reasons)
        yield told_column(
            "strengths",
            TITLES["strengths"],
            lambda rows: [
                "; ".join(word.rstrip(".") for word in one.strengths) for one in explainer.explain(rows)
            ],
        )
        if intervals is not None:
            yield told_column("interval", TITLES["interval"], lambda rows: intervals.intervals(rows).words())
        yield from self._features()

    def at(self, policy: ThresholdPolicy, steady: Steady | None = None) -> tuple[RosterColumn, RosterColumn]:
        """Return need and listed at a cut; with ``steady`` it says who is listed."""
        stamp: Hashable = (policy, steady)
        need = RosterColumn(
            "need",
            TITLES["need"],
            lambda rows: self._bands(policy, self.listed(policy, steady, rows), rows),
            lambda: Coded(self._codes(policy, self.listed(policy, steady)), NEEDS),
            ("need", stamp),
        )
        listed = RosterColumn(
            "listed",
            TITLES["listed"],
            lambda rows: np.where(self.listed(policy, steady, rows), LISTED[0], ""),
            lambda: coded_levels(self.listed(policy, steady).astype(np.int8) - 1, LISTED),
            ("listed", stamp),
        )
        return need, listed

    def listed(
        self, policy: ThresholdPolicy, steady: Steady | None = None, rows: Rows | None = None
    ) -> Flags:
        """Return for each row (of ``rows``, if given) whether its student is on the list."""
        if steady is not None:
            return steady.listed if rows is None else steady.listed[rows]
        curve = self.training.curve
        rank = curve.rank if rows is None else curve.rank[rows]
        return np.asarray(rank <= curve.n_listed(policy))

    def _features(self) -> Iterator[RosterColumn]:
        features = self.training.features
        n_numbers = features.numbers.shape[1]
        for place, column in enumerate(features.columns):
            key = f"{column.name} (feature)" if column.name in TITLES else column.name
            if place < n_numbers:
                yield number_column(key, column.label, features.numbers[:, place])
            else:
                yield level_column(key, column.label, features.codes[:, place - n_numbers], column.levels)
        names = [column.name for column in features.columns[:n_numbers]]
        trend = wide_trend(names, features.numbers)
        if trend is not None:
            yield told_column("trend", trend.title, trend.of)

    def _need(self, policy: ThresholdPolicy, rows: Rows | None = None) -> Texts:
        known = self.training.known_share
        return self.training.curve.need(policy, known_share=known, outside=self.outside, rows=rows)

    def _bands(self, policy: ThresholdPolicy, listed: Flags, rows: Rows) -> list[str]:
        """Return the need of some students."""
        found = self._need(policy, rows)
        found[(found == Need.HIGH.value) & ~listed] = Need.WATCH.value
        found[listed] = Need.HIGH.value
        return [str(one) for one in found]

    def _codes(self, policy: ThresholdPolicy, listed: Flags) -> NDArray[np.uint8]:
        """Return the need of all as places in NEEDS: at which rank a band ends is found by halving."""
        curve = self.training.curve
        first_low = _first(curve.n_students, lambda k: self._is_low(policy, k))
        codes = np.where(curve.rank <= first_low, WATCH, LOW).astype(np.uint8)
        codes[self.unknown] = UNKNOWN
        codes[curve.rank <= curve.n_listed(policy)] = WATCH
        codes[listed] = HIGH
        return codes

    def _is_low(self, policy: ThresholdPolicy, place: int) -> bool:
        curve = self.training.curve
        return bool(curve.need(policy, rows=[int(curve.order[place])])[0] == Need.LOW.value)


def _first(n: int, holds: Any) -> int:
    """Return the first place from 0 at which something holds, and holds from there on; ``n`` for none."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _coded(texts: Texts) -> Coded:
    """Return texts as places in the order of their letters; an empty one is missing."""
    codes, different = pd.factorize(pd.Series(texts, dtype=object).where(texts != ""), sort=True)
    return coded_levels(codes, [str(one) for one in different])
