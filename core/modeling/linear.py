"""A linear model of risk as plain numbers: scoring and contributions are sums of lookups.

Nothing is learned here; ``candidates`` fits the model and hands its numbers over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.modeling.table import Floats

UNSEEN = -2
"""The code of a category's value that the table of levels does not hold."""
CHUNK = 4096
"""Rows worked on at a time, so that they stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class NumberTerm:
    """What a number adds to the log-odds: a straight line, and a step where it is missing."""

    weight: float
    """Log-odds for one unit more."""
    centre: float
    """The training students' mean, gaps filled."""
    fill: float
    """The value that stands for a missing one: the training students' median."""
    missing_weight: float
    """Log-odds for not being recorded, beside the fill; 0 where it was never missing in training."""
    missing_share: float
    """The share of training students in whom it was missing."""

    @property
    def n_weights(self) -> int:
        """Different weights: one, one more where gaps have their own, none where it was left out."""
        return int(self.weight != 0) + int(self.missing_weight != 0)

    def added(self, values: Floats) -> Floats:
        """Return the log-odds that each value adds, relative to the average student."""
        missing = np.isnan(values)
        filled = np.where(missing, self.fill, values) if missing.any() else values
        line = (filled - self.centre) * self.weight
        if self.missing_weight == 0.0:
            return np.asarray(line)
        return np.asarray(line + (missing - self.missing_share) * self.missing_weight)


@dataclass(frozen=True, eq=False)
class CategoryTerm:
    """What a category adds to the log-odds: one number a level."""

    weights: Floats
    """Log-odds by code + 2: unseen values, missing, then the levels."""
    mean: float
    """What the term added in training, on average."""
    n_weights: int
    """Different weights learned: one a level that is often enough, and one for all others."""
    pooled: tuple[int, ...] = ()
    """Codes too seldom in training to have a number of their own: they share one."""

    def added(self, codes: NDArray[np.int32]) -> Floats:
        """Return the log-odds that each code adds, relative to the average student."""
        return np.asarray((self.weights - self.mean)[codes - UNSEEN])


@dataclass(frozen=True, eq=False)
class LinearRisk:
    """A fitted linear model; the terms stand in the order of the table's columns."""

    base: float
    """The log-odds of the average student of the training rows."""
    numbers: tuple[NumberTerm, ...] = field(repr=False)
    categories: tuple[CategoryTerm, ...] = field(repr=False)

    @property
    def n_weights(self) -> int:
        """The weights: one a number and one for its gaps, and one a level but one."""
        of_numbers = sum(term.n_weights for term in self.numbers)
        return of_numbers + sum(max(0, term.n_weights - 1) for term in self.categories)

    def contributions(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return what each column adds to the log-odds, shape (n_students, n_columns).

        A row's sum plus ``base`` is its log-odds. A value that no level stands for adds what the
        model gives to a category it has never seen.
        """
        parts = np.empty((len(numbers), len(self.numbers) + len(self.categories)))
        for start in range(0, len(numbers), CHUNK):
            some = slice(start, start + CHUNK)
            for place, added in enumerate(self._terms(numbers[some], codes[some])):
                parts[some, place] = added
        return parts

    def log_odds(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return the log-odds of the outcome for each row."""
        total = np.full(len(numbers), self.base)
        for start in range(0, len(numbers), CHUNK):
            some = slice(start, start + CHUNK)
            for added in self._terms(numbers[some], codes[some]):
                total[some] += added
        return total

    def _terms(self, numbers: Floats, codes: NDArray[np.int32]) -> Iterator[Floats]:
        """Give what each column adds, one array a column."""
        yield from (term.added(numbers[:, j]) for j, term in enumerate(self.numbers))
        yield from (term.added(codes[:, j]) for j, term in enumerate(self.categories))
