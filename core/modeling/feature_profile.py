"""How the features of a model's students were spread, as counts, and whether others are spread otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.modeling.table import FeatureColumn, Features, Floats, Integers
from core.schema import Kind

FEWEST_IN_BIN = 10
"""Values of fewer students are counted with the other rare ones, so that a profile tells of no single one."""
N_BINS = 10
CHANCE = 0.05
"""How often, over all columns together, a shift may be seen where there is none."""
DIGITS = 6
"""Significant digits of the borders between bins."""


@dataclass(frozen=True)
class ColumnProfile:
    """One feature: its bins and how many students were in each."""

    name: str
    edges: tuple[float, ...]
    """Of a number: the highest value of each bin but the last, rising."""
    levels: tuple[str, ...]
    """Of a category: the values with a bin of their own; all others share the one behind."""
    counts: tuple[int, ...]
    """Students in each bin; those in whom nothing is recorded stand last."""

    @property
    def is_category(self) -> bool:
        """Whether it holds values, not numbers; a category has bins for levels, others and missing."""
        return not self.edges and len(self.counts) == len(self.levels) + 2


@dataclass(frozen=True)
class Shift:
    """How differently a feature is spread."""

    name: str
    psi: float
    """The population stability index; 0 is no shift."""
    is_more_than_chance: bool


def profile_of(features: Features) -> tuple[ColumnProfile, ...]:
    """Return the profile of each feature: deciles of a number, frequent values of a category."""
    n_numbers = features.numbers.shape[1]
    numbers = [
        _of_number(column.name, features.numbers[:, j])
        for j, column in enumerate(features.columns[:n_numbers])
    ]
    categories = [
        _of_category(column, features.codes[:, j]) for j, column in enumerate(features.columns[n_numbers:])
    ]
    return (*numbers, *categories)


def shifts(before: tuple[ColumnProfile, ...], features: Features) -> tuple[Shift, ...]:
    """Return the shift of each feature that both have, the largest first.

    More than chance is a chi-squared test at 5 % over all features together: with few students the index
    is well above 0 where nothing has changed.
    """
    from scipy.special import chdtrc

    places = {column.name: place for place, column in enumerate(features.columns)}
    shared = [one for one in before if one.name in places and _fits(one, features.columns[places[one.name]])]
    found = []
    for one in shared:
        then = np.array(one.counts, dtype=np.float64)
        now = _counted(one, features, places[one.name]).astype(np.float64)
        filled = then + now > 0
        statistic, free = _statistic(then[filled], now[filled])
        p = float(chdtrc(free, statistic)) if free else 1.0
        found.append(Shift(one.name, _psi(then[filled], now[filled]), p < CHANCE / len(shared)))
    return tuple(sorted(found, key=lambda shift: (-round(shift.psi, 9), shift.name)))


def _fits(one: ColumnProfile, column: FeatureColumn) -> bool:
    return one.is_category == (column.kind is Kind.CATEGORY)


def _of_number(name: str, values: Floats) -> ColumnProfile:
    known = values[~np.isnan(values)]
    cuts = np.quantile(known, np.arange(1, N_BINS) / N_BINS, method="lower") if len(known) else np.zeros(1)
    edges = tuple(dict.fromkeys(float(f"{cut:.{DIGITS}g}") + 0.0 for cut in cuts))
    return ColumnProfile(name, edges, (), tuple(_bins(np.array(edges), values).tolist()))


def _of_category(column: FeatureColumn, codes: NDArray[np.int32]) -> ColumnProfile:
    counts = np.bincount(codes[codes >= 0], minlength=len(column.levels))
    frequent = np.flatnonzero(counts >= FEWEST_IN_BIN)
    own = (*counts[frequent].tolist(), int(counts.sum() - counts[frequent].sum()), int((codes < 0).sum()))
    return ColumnProfile(column.name, (), tuple(column.levels[code] for code in frequent), own)


def _counted(one: ColumnProfile, features: Features, place: int) -> Integers:
    """Return how many students there are in each bin of a profile."""
    n_numbers = features.numbers.shape[1]
    if place < n_numbers:
        return _bins(np.array(one.edges), features.numbers[:, place])
    bins = {level: bin_ for bin_, level in enumerate(one.levels)}
    others = len(one.levels)
    meaning = np.array([*(bins.get(level, others) for level in features.columns[place].levels), others + 1])
    return np.bincount(meaning[features.codes[:, place - n_numbers]], minlength=others + 2)


def _bins(edges: Floats, values: Floats) -> Integers:
    missing = np.isnan(values)
    bins = np.where(missing, len(edges) + 1, np.searchsorted(edges, values, side="left"))
    return np.bincount(bins, minlength=len(edges) + 2)


def _psi(then: Floats, now: Floats) -> float:
    """Return the index; half a student more in each bin keeps it finite."""
    before, after = ((side + 0.5) / (side.sum() + 0.5 * len(side)) for side in (then, now))
    return float(((after - before) * np.log(after / before)).sum())


def _statistic(then: Floats, now: Floats) -> tuple[float, int]:
    """Return chi-squared of the two rows of counts, and its degrees of freedom."""
    both = then + now
    total = both.sum()
    statistic = 0.0
    for side in (then, now):
        expected = both * side.sum() / total
        statistic += float(((side - expected) ** 2 / np.maximum(expected, 1e-300)).sum())
    return statistic, len(then) - 1
