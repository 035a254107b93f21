"""How features become points for K-means: every column, number or category, counts alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import ColumnNotFound, InvalidChoice, ProtectedFeature, quoted
from core.modeling.table import FeatureColumn, Features, Floats
from core.modeling.threads import two_at_a_time
from core.schema import Kind, Role

Points = NDArray[np.float32]
Levels = NDArray[np.int64]

FARTHEST = 4.0
"""A value stands at most so many standard deviations from the mean: one student is not a segment."""
MAX_LEVELS = 20
"""Categories after the 20th most frequent count as one."""
ENOUGH_BARRIERS = 3
WEIGHTS = (0.1, 10.0)
BLOCK = 16_384


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
    category_weight: float = 1.0

    @property
    def said(self) -> str:
        """How columns count, in one sentence."""
        times = "as much as" if self.category_weight == 1 else f"{self.category_weight:g} times as much as"
        return f"A category counts {times} a number; missing numbers stand at the median."

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that take part, numbers first."""
        return (*(scale.name for scale in self.numbers), *(scale.name for scale in self.categories))

    def parts(self, features: Features, *, rows: NDArray[np.intp] | None = None) -> Parts:
        """Return the scaled columns for ``rows``, all rows if None; raises ColumnNotFound."""
        place = _places(features, self.columns)
        order = np.arange(features.n_students) if rows is None else rows
        numbers = np.empty((len(order), len(self.numbers)), dtype=np.float32)
        levels = np.empty((len(order), len(self.categories)), dtype=np.int64)
        at = [place[scale.name] for scale in self.numbers]
        codes_at = [place[scale.name] - features.numbers.shape[1] for scale in self.categories]
        rows_of = [_translation(c, features.columns[place[c.name]].levels) for c in self.categories]

        def in_block(first: int) -> None:
            block = slice(first, first + BLOCK)
            numbers[block] = _scaled(features.numbers[order[block]][:, at], self.numbers)
            codes = features.codes[order[block]]
            for j, rows_of_codes in enumerate(rows_of):
                levels[block, j] = rows_of_codes[codes[:, codes_at[j]]]

        two_at_a_time(in_block, range(0, len(order), BLOCK))
        return Parts(numbers, levels)

    def points(self, parts: Parts) -> Points:
        """Return the points of shape (n, dimensions)."""
        ends = np.cumsum([len(self.numbers), *(scale.places.shape[1] for scale in self.categories)])
        points = np.empty((len(parts.numbers), ends[-1]), dtype=np.float32)

        def in_block(first: int) -> None:
            block = slice(first, first + BLOCK)
            points[block, : ends[0]] = parts.numbers[block]
            for j, scale in enumerate(self.categories):
                points[block, ends[j] : ends[j + 1]] = scale.places[parts.levels[block, j]]

        two_at_a_time(in_block, range(0, len(points), BLOCK))
        return points


def chosen_columns(features: Features, *, columns: Sequence[str] | None) -> tuple[FeatureColumn, ...]:
    """Return the columns to group by: those asked for, else the barriers if there are three, else all.

    Raises ColumnNotFound, InvalidChoice for none at all, and ProtectedFeature should a protected attribute be
    among them.
    """
    if columns is not None and not columns:
        raise InvalidChoice(
            "There is no column to group students by.",
            hint=f"Choose at least one of {quoted(c.name for c in features.columns)}.",
        )
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
    features: Features, *, columns: Sequence[FeatureColumn], category_weight: float = 1.0
) -> tuple[Scaling, tuple[str, ...]]:
    """Return the scaling of ``columns``, and the names of those dropped because all values are equal.

    A category counts ``category_weight`` times as much as a number, in squared distances; raises
    InvalidChoice for a weight outside [0.1, 10].
    """
    low, high = WEIGHTS
    if not low <= category_weight <= high:
        raise InvalidChoice(
            f"'category_weight' cannot be {category_weight:g}.", hint=f"It goes from {low:g} to {high:g}."
        )
    place = _places(features, [c.name for c in columns])
    n_numbers = features.numbers.shape[1]

    def learn(column: FeatureColumn) -> NumberScale | CategoryScale | None:
        i = place[column.name]
        if column.kind is Kind.CATEGORY:
            return _learn_category(column, features.codes[:, i - n_numbers], category_weight)
        return _learn_number(column.name, features.numbers[:, i])

    found = two_at_a_time(learn, columns)
    numbers = tuple(scale for scale in found if isinstance(scale, NumberScale))
    categories = tuple(scale for scale in found if isinstance(scale, CategoryScale))
    scaling = Scaling(numbers, categories, category_weight)
    return scaling, tuple(c.name for c in columns if c.name not in scaling.columns)


def _learn_number(name: str, values: Floats) -> NumberScale | None:
    """Return the scale, or None if the known values are all equal; sorted, sums hang on no order of rows."""
    known = np.sort(values[np.isfinite(values)])
    if not len(known) or known[0] == known[-1]:
        return None
    median = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
    return NumberScale(name, float(median), float(known.mean()), float(known.std()))


def _learn_category(column: FeatureColumn, codes: NDArray[np.int32], weight: float) -> CategoryScale | None:
    """Return the scale, or None if the known values are all equal."""
    counts = np.bincount(codes[codes >= 0], minlength=len(column.levels))
    if (counts > 0).sum() < 2:
        return None
    named = sorted(range(len(counts)), key=lambda i: (-counts[i], column.levels[i]))
    kept = [i for i in named[:MAX_LEVELS] if counts[i]]
    total = counts.sum()
    shares = np.array([*counts[kept], total - counts[kept].sum()]) / total
    unit = 1 / np.sqrt(1 - float((shares**2).sum()))
    places = np.vstack([np.eye(len(shares)), shares]) * unit * np.sqrt(weight)
    levels = tuple(column.levels[i] for i in kept)
    return CategoryScale(column.name, levels, shares, places.astype(np.float32))


def _scaled(values: Floats, scales: Sequence[NumberScale]) -> Floats:
    """Return the values of several columns, one scale a column."""
    for j, scale in enumerate(scales):
        column = values[:, j]
        column[np.isnan(column)] = scale.median
        values[:, j] = (column - scale.mean) / scale.std
    return np.clip(values, -FARTHEST, FARTHEST, out=values)


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
