"""Whose values lie outside what the model was fitted on: of them, a low risk says little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.modeling.table import FeatureColumn, Features, Flags, Floats, Integers
from core.modeling.thresholds import HALF_KNOWN

FAR = 0.1
"""Outside is a number that lies beyond the smallest or largest by more than this share of their distance."""
ABOUT = (
    "Not enough is known of a student of whom less than half of the values are recorded, or of whom any "
    "value lies outside what the model was fitted on: a number beyond its smallest or largest there by more "
    f"than {FAR:.0%} of their distance, or a category that nobody there had."
)


@dataclass(frozen=True, eq=False)
class TrainingRange:
    """What the students that a model was fitted on had, column by column; made by ``training_range``."""

    columns: tuple[FeatureColumn, ...]
    lows: Floats = field(repr=False)
    """The smallest of each number; NaN where none was recorded."""
    highs: Floats = field(repr=False)
    seen: tuple[Flags, ...] = field(repr=False)
    """For each category, which of its levels anybody had."""

    def outside(self, features: Features) -> NDArray[np.int16]:
        """Return for each student how many values lie outside; a missing one does not.

        ``features`` have the same columns and, in each category, the same levels.
        """
        found = np.zeros(features.n_students, dtype=np.int16)
        for place in range(len(self.columns)):
            found += self._is_outside(features, place)
        return found

    def words(self, features: Features, row: int) -> tuple[str, ...]:
        """Return each value of a student that lies outside, in one sentence each."""
        student = features.take([row])
        places = [place for place in range(len(self.columns)) if self._is_outside(student, place)[0]]
        return tuple(self._said(student, place) for place in places)

    def _is_outside(self, features: Features, place: int) -> Flags:
        n_numbers = len(self.lows)
        if place >= n_numbers:
            seen = self.seen[place - n_numbers]
            # The last entry is that of a missing value, whose code is -1.
            return np.asarray(~np.r_[seen, True][features.codes[:, place - n_numbers]])
        values = features.numbers[:, place]
        low, high = self.lows[place], self.highs[place]
        if np.isnan(low):
            return ~np.isnan(values)
        slack = FAR * (high - low)
        return np.asarray((values < low - slack) | (values > high + slack))

    def _said(self, student: Features, place: int) -> str:
        column, n_numbers = self.columns[place], len(self.lows)
        if place >= n_numbers:
            value = column.value_text(float(student.codes[0, place - n_numbers]))
            return f"{column.label}: {value}, which nobody had whom the model was fitted on."
        value = column.value_text(float(student.numbers[0, place]))
        if np.isnan(self.lows[place]):
            return f"{column.label}: {value}, and of nobody whom the model was fitted on it was recorded."
        low, high = (column.value_text(float(end[place])) for end in (self.lows, self.highs))
        where = "below" if student.numbers[0, place] < self.lows[place] else "above"
        return f"{column.label}: {value}, far {where} the {low} to {high} that the model was fitted on."


def training_range(features: Features, *, label: Floats) -> TrainingRange:
    """Return what the students had whose outcome is known (``label`` is not NaN)."""
    rows = np.flatnonzero(~np.isnan(label))
    numbers = [features.numbers[rows, place] for place in range(features.numbers.shape[1])]
    known = [values[~np.isnan(values)] for values in numbers]
    lows = np.array([values.min() if len(values) else np.nan for values in known])
    highs = np.array([values.max() if len(values) else np.nan for values in known])
    columns = tuple(features.columns)
    seen = []
    for place, column in enumerate(columns[len(lows) :]):
        codes = features.codes[rows, place]
        seen.append(np.bincount(codes[codes >= 0], minlength=len(column.levels)) > 0)
    return TrainingRange(columns, lows, highs, tuple(seen))


def why_not_enough(
    found: TrainingRange, features: Features, row: int, *, known_share: Floats | Integers
) -> tuple[str, ...]:
    """Return why not enough is known of a student, one sentence each; nothing where enough is."""
    share = float(known_share[row])
    few = _few_words(share, len(found.columns)) if share < HALF_KNOWN else ()
    return (*few, *found.words(features, row))


def _few_words(share: float, n_columns: int) -> Sequence[str]:
    n = round(share * n_columns)
    return (f"Only {n} of {n_columns} values are recorded.",) if n else ("No value is recorded.",)
