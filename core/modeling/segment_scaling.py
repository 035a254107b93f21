"""How features become points for K-means: every column, number or category, counts alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ColumnNotFound, ProtectedFeature, quoted
from core.modeling.table import FeatureColumn, Features, Floats
from core.schema import Kind, Role

Points = NDArray[np.float32]
Levels = NDArray[np.int64]

FARTHEST = 4.0
"""A value stands at most so many standard deviations from the mean: one student is not a segment."""
MAX_LEVELS = 20
"""Categories after the 20th most frequent count as one."""
ENOUGH_BARRIERS = 3


@dataclass(frozen=True)
class NumberScale:
    """What was learned of a number column: missing is the median, then mean 0 and standard deviation 1."""

    name: str
    median: float
    mean: float
    std: float


@dataclass(frozen=True, eq=False)
class CategoryScale:
    """What was learned of a category column: its levels, and where each stands among the points.

    One row of ``places`` a level, then one for all rarer levels, then one for missing (the average). The
    columns are scaled so that two students drawn at random are as far apart here as in a number column.
    """

    name: str
    levels: tuple[str, ...]
    shares: Floats
    """Of levels, and of all rarer ones together; adds up to 1."""
    places: Points

    @property
    def missing(self) -> int:
        """The row of ``places`` for missing and for levels that were never seen."""
        return len(self.levels) + 1


@dataclass(frozen=True, eq=False)
class Parts:
    """Scaled numbers (n, numbers), and each category's row of ``places`` (n, categories)."""

    numbers: Points
    levels: Levels

    def take(self, rows: NDArray[np.intp]) -> Parts:
        """Return the parts of these rows."""
        return Parts(self.numbers[rows], self.levels[rows])


@dataclass(frozen=True, eq=False)
class Scaling:
    """What was learned of all columns that take part; the same for new students."""

    numbers: tuple[NumberScale, ...]
    categories: tuple[CategoryScale, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that take part, numbers first."""
        return (*(scale.name for scale in self.numbers), *(scale.name for scale in self.categories))

    def parts(self, features: Features, *, rows: NDArray[np.intp] | None = None) -> Parts:
        """Return the scaled columns for ``rows``, all rows if None; raises ColumnNotFound."""
        place = _places(features, self.columns)
        n = features.n_students if rows is None else len(rows)
        numbers = np.empty((n, len(self.numbers)), dtype=np.float32)
        levels = np.empty((n, len(self.categories)), dtype=np.int64)
        n_numbers = features.numbers.shape[1]
        for j, scale in enumerate(self.numbers):
            values = features.numbers[:, place[scale.name]]
            numbers[:, j] = _scaled(values if rows is None else values[rows], scale)
        for j, category in enumerate(self.categories):
            known = features.columns[place[category.name]].levels
            codes = features.codes[:, place[category.name] - n_numbers]
            levels[:, j] = _translation(category, known)[codes if rows is None else codes[rows]]
        return Parts(numbers, levels)

    def points(self, parts: Parts) -> Points:
        """Return the points of shape (n, dimensions)."""
        blocks = [scale.places[parts.levels[:, j]] for j, scale in enumerate(self.categories)]
        return np.ascontiguousarray(np.concatenate([parts.numbers, *blocks], axis=1))


def chosen_columns(features: Features, *, columns: Sequence[str] | None) -> tuple[FeatureColumn, ...]:
    """Return the columns to group by: those asked for, else the barriers if there are three, else all.

    Raises ColumnNotFound, and ProtectedFeature should a protected attribute be among them.
    """
    barriers = [c for c in features.columns if c.role is Role.BARRIER]
    if columns is not None:
        place = _places(features, columns)
        chosen = [c for i, c in enumerate(features.columns) if i in place.values()]
    else:
        chosen = barriers if len(barriers) >= ENOUGH_BARRIERS else list(features.columns)
    protected = [c.name for c in chosen if c.role is Role.PROTECTED]
    if protected:
        raise ProtectedFeature(
            f"Students are not grouped by {quoted(protected)}: it is a protected attribute.",
            hint="Leave it out; compare the segments by it afterwards.",
        )
    return tuple(chosen)


def learn_scaling(
    features: Features, *, columns: Sequence[FeatureColumn], order: NDArray[np.intp]
) -> tuple[Scaling, tuple[str, ...]]:
    """Return the scaling of ``columns``, and the names of those dropped because all values are equal.

    ``order`` lists all rows; it makes sums independent of the order of the table.
    """
    place = _places(features, [c.name for c in columns])
    n_numbers = features.numbers.shape[1]
    numbers: list[NumberScale] = []
    categories: list[CategoryScale] = []
    for column in columns:
        i = place[column.name]
        if column.kind is Kind.CATEGORY:
            categories += _learn_category(column, features.codes[:, i - n_numbers])
        else:
            numbers += _learn_number(column.name, features.numbers[:, i][order])
    scaling = Scaling(tuple(numbers), tuple(categories))
    return scaling, tuple(c.name for c in columns if c.name not in scaling.columns)


def _learn_number(name: str, values: Floats) -> list[NumberScale]:
    """Return one scale, or none if the known values are all equal."""
    known = values[np.isfinite(values)]
    if not len(known) or known.min() == known.max():
        return []
    return [NumberScale(name, float(np.median(known)), float(known.mean()), float(known.std()))]


def _learn_category(column: FeatureColumn, codes: NDArray[np.int32]) -> list[CategoryScale]:
    """Return one scale, or none if the known values are all equal."""
    counts = np.bincount(codes[codes >= 0], minlength=len(column.levels))
    if (counts > 0).sum() < 2:
        return []
    named = sorted(range(len(counts)), key=lambda i: (-counts[i], column.levels[i]))
    kept = [i for i in named[:MAX_LEVELS] if counts[i]]
    total = counts.sum()
    shares = np.array([*counts[kept], total - counts[kept].sum()]) / total
    weight = 1 / np.sqrt(1 - float((shares**2).sum()))
    places = np.vstack([np.eye(len(shares)), shares]) * weight
    levels = tuple(column.levels[i] for i in kept)
    return [CategoryScale(column.name, levels, shares, places.astype(np.float32))]


def _scaled(values: Floats, scale: NumberScale) -> Floats:
    filled = np.where(np.isnan(values), scale.median, values)
    scaled: Floats = np.clip((filled - scale.mean) / scale.std, -FARTHEST, FARTHEST)
    return scaled


def _translation(scale: CategoryScale, known: Sequence[str]) -> Levels:
    """Return the row of ``places`` for each code of a table with the levels ``known``, the last for -1."""
    rows = {level: i for i, level in enumerate(scale.levels)}
    rest = len(scale.levels) if scale.shares[-1] > 0 else scale.missing
    return np.array([*(rows.get(level, rest) for level in known), scale.missing], dtype=np.int64)


def _places(features: Features, columns: Sequence[str]) -> dict[str, int]:
    names = {column.name: i for i, column in enumerate(features.columns)}
    for name in columns:
        if name not in names:
            raise ColumnNotFound.of(name, list(names), where="segments")
    return {name: names[name] for name in columns}
