"""The columns a linear model weighs: scaled numbers, their gaps, and one for each level of a category.

All that is learned here (fills, means, scales, which levels are frequent) comes from the students it
is learned from; the matrix of other students is made with the same numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from core.modeling.linear import UNSEEN, CategoryTerm, LinearRisk, NumberTerm
from core.modeling.table import Features, Floats, Integers

CHUNK = 4096
"""Rows made at a time, so that the piece of the matrix stays in the processor's cache."""
CONSTANT = 1e-12
"""A number whose spread is under this part of its size is constant."""


@dataclass(frozen=True)
class NumberColumns:
    """A number's own column in the matrix, and one for its gaps if it had any."""

    fill: float
    """The median, which stands for what is missing."""
    mean: float
    """With the gaps filled."""
    scale: float
    """The standard deviation with the gaps filled; 1 for a constant."""
    gap_share: float
    """The share of students in whom it is missing."""
    is_used: bool = True
    """Whether it is in the matrix at all."""
    marks_gaps: bool = True
    """Whether not being recorded may have a column of its own."""

    @property
    def has_gap_column(self) -> bool:
        """Whether some, but not all, students have no value, and this is marked."""
        return self.marks_gaps and 0 < self.gap_share < 1

    @property
    def gap_scale(self) -> float:
        """The standard deviation of being missing."""
        return float(np.sqrt(self.gap_share * (1 - self.gap_share)))

    @property
    def width(self) -> int:
        """How many columns of the matrix it takes."""
        return 1 + self.has_gap_column if self.is_used else 0


@dataclass(frozen=True, eq=False)
class LevelColumns:
    """A category's columns in the matrix: one a frequent level, and one for the rare ones together."""

    own: tuple[int, ...]
    """The codes with a column of their own, in order; -1 is missing."""
    pooled: tuple[int, ...]
    """The codes that share the last column."""
    counts: Integers = field(repr=False)
    """Students by code + 2: never seen, missing, then the levels."""
    place: Integers = field(repr=False)
    """The column by code + 2, from 0; -1 is none."""

    @property
    def width(self) -> int:
        """How many columns of the matrix it takes."""
        return len(self.own) + bool(self.pooled)

    def groups(self) -> Iterator[tuple[int, ...]]:
        """Give the codes of each column."""
        yield from ((code,) for code in self.own)
        if self.pooled:
            yield self.pooled


@dataclass(frozen=True, eq=False)
class Design:
    """How a table of features becomes a matrix; made by ``learn``."""

    numbers: tuple[NumberColumns, ...]
    categories: tuple[LevelColumns, ...]

    @property
    def parts(self) -> tuple[NumberColumns | LevelColumns, ...]:
        """One entry a column of the table, in its order."""
        return (*self.numbers, *self.categories)

    @property
    def width(self) -> int:
        """The number of columns of the matrix."""
        return sum(part.width for part in self.parts)

    def starts(self) -> list[int]:
        """Return for each column of the table its first column in the matrix."""
        return list(accumulate((part.width for part in self.parts[:-1]), initial=0))

    def matrix(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return the matrix of some students, shape (n_students, width)."""
        filled = np.zeros((len(numbers), self.width))
        for start in range(0, len(numbers), CHUNK):
            some = slice(start, start + CHUNK)
            self._fill(filled[some], numbers[some], codes[some])
        return filled

    def linear(self, weights: Floats, intercept: float) -> LinearRisk:
        """Return the model with these weights of the matrix's columns, as terms of the table's columns."""
        starts = self.starts()
        n_numbers = len(self.numbers)
        numbers = [
            _number_term(part, weights[start : start + part.width])
            for part, start in zip(self.numbers, starts, strict=False)
        ]
        categories = [
            _category_term(part, weights[start : start + part.width])
            for part, start in zip(self.categories, starts[n_numbers:], strict=True)
        ]
        base = intercept + sum(term.mean for term in categories)
        return LinearRisk(float(base), tuple(numbers), tuple(categories))

    def _fill(self, block: Floats, numbers: Floats, codes: NDArray[np.int32]) -> None:
        """Write the rows of some students."""
        starts = self.starts()
        for j, part in enumerate(self.numbers):
            if not part.is_used:
                continue
            values, missing = numbers[:, j], np.isnan(numbers[:, j])
            filled = np.where(missing, part.fill, values) if missing.any() else values
            block[:, starts[j]] = (filled - part.mean) / part.scale
            if part.has_gap_column:
                block[:, starts[j] + 1] = (missing - part.gap_share) / part.gap_scale
        rows = np.arange(len(block))
        for j, levels in enumerate(self.categories):
            place = levels.place[codes[:, j] - UNSEEN]
            known = slice(None) if place.min(initial=0) >= 0 else place >= 0
            block[rows[known], starts[len(self.numbers) + j] + place[known]] = 1.0


def learn(
    features: Features,
    *,
    fewest_of_level: int,
    used: Collection[int] | None = None,
    gap_columns: bool = True,
) -> Design:
    """Return the design for these students; levels of fewer students than that are pooled.

    ``used`` are the places of the table's columns that the matrix holds, all when None.
    """
    n_numbers = features.numbers.shape[1]
    places = range(len(features.columns)) if used is None else used
    return Design(
        tuple(
            replace(
                _number_columns(np.ascontiguousarray(features.numbers[:, j])),
                is_used=j in places,
                marks_gaps=gap_columns,
            )
            for j in range(n_numbers)
        ),
        tuple(
            _level_columns(features.codes[:, j], len(features.columns[n_numbers + j].levels), fewest_of_level)
            if n_numbers + j in places
            else _no_levels(len(features.columns[n_numbers + j].levels))
            for j in range(features.codes.shape[1])
        ),
    )


def _number_columns(values: Floats) -> NumberColumns:
    """Return what a number teaches."""
    missing = np.isnan(values)
    known = values[~missing]
    fill = float(np.median(known)) if len(known) else 0.0
    filled = np.where(missing, fill, values)
    mean, spread = float(filled.mean()), float(filled.std())
    scale = spread if spread > CONSTANT * max(abs(mean), 1e-300) else 1.0
    return NumberColumns(fill, mean, scale, float(missing.mean()))


def _level_columns(codes: NDArray[np.int32], n_levels: int, fewest: int) -> LevelColumns:
    """Return which levels of a category are frequent; a level never seen here goes with the rare ones."""
    counts = np.bincount(codes - UNSEEN, minlength=n_levels - UNSEEN)
    own = np.flatnonzero(counts >= max(fewest, 1))
    pooled = np.flatnonzero((counts > 0) & (counts < fewest))
    place = np.full(len(counts), len(own) if len(pooled) else -1)
    place[own] = np.arange(len(own))
    return LevelColumns(
        tuple((own + UNSEEN).tolist()), tuple((pooled + UNSEEN).tolist()), counts.astype(np.int64), place
    )


def _no_levels(n_levels: int) -> LevelColumns:
    """Return a category that is not in the matrix; its counts stand for one student, to divide by."""
    counts = np.zeros(n_levels - UNSEEN, dtype=np.int64)
    counts[0] = 1
    return LevelColumns((), (), counts, np.full(len(counts), -1))


def _number_term(part: NumberColumns, weights: Floats) -> NumberTerm:
    """Return a number's weights by its own unit; none for one that is not in the matrix."""
    if not part.is_used:
        return NumberTerm(0.0, part.mean, part.fill, 0.0, part.gap_share)
    gap = float(weights[1]) / part.gap_scale if part.has_gap_column else 0.0
    return NumberTerm(float(weights[0]) / part.scale, part.mean, part.fill, gap, part.gap_share)


def _category_term(part: LevelColumns, weights: Floats) -> CategoryTerm:
    """Return a category's weights by code."""
    table = np.append(weights, 0.0)[part.place]
    return CategoryTerm(table, float(part.counts @ table / part.counts.sum()), part.width, part.pooled)
