"""A column of the list as small whole numbers: each value is its place among the sorted different ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Places = NDArray[np.unsignedinteger[Any]]
Texts = NDArray[np.object_]
MOST_DIGITS, WIDEST, SAMPLE = 2, 2**20, 1_000
"""Numbers with so few digits after the point, within so many steps, are put in order without being sorted."""


@dataclass(frozen=True, eq=False)
class Coded:
    """The values of all students; the place ``len(values)``, after all others, is a missing one."""

    places: Places = field(repr=False)
    values: Floats | tuple[str, ...] | range = field(repr=False)
    """Numbers that rise, or words in the order that they are sorted by; a range where nearly all differ, as
    names do: students can be sorted by them, and are searched for, not chosen."""

    @property
    def missing(self) -> int:
        """The place of a missing value."""
        return len(self.values)

    @property
    def nbytes(self) -> int:
        """The bytes of memory that it holds."""
        return self.places.nbytes + (self.values.nbytes if isinstance(self.values, np.ndarray) else 0)


@dataclass(frozen=True, eq=False)
class RosterColumn:
    """A column that students can be sorted and chosen by, or that is only said of those on a page."""

    key: str
    title: str
    cells: Callable[[Rows], Iterable[Any]] = field(repr=False)
    """Returns the values of some students; what is asked of a page costs what a page costs."""
    coded: Callable[[], Coded] | None = field(default=None, repr=False)
    """Returns the values of all; None where students cannot be sorted by it."""
    stamp: Hashable = field(default_factory=object, repr=False)
    """Tells what is kept of this column apart from that of another with the same key."""


def coded_numbers(values: ArrayLike) -> Coded:
    """Return numbers as places; NaN is missing.

    >>> coded_numbers([20.0, float("nan"), 5.0, 20.0]).places.tolist()
    [1, 2, 0, 1]
    """
    numbers = np.ascontiguousarray(values, dtype=np.float64)
    known = ~np.isnan(numbers)
    for digits in range(MOST_DIGITS + 1):
        coded = _counted(numbers, known, 10.0**digits)
        if coded is not None:
            return coded
    return _ordered(numbers, int(np.count_nonzero(known)))


def _counted(numbers: Floats, known: Flags, scale: float) -> Coded | None:
    """Return numbers of few digits as places without sorting them; None where they are not such."""
    sample = numbers[:SAMPLE][known[:SAMPLE]]
    if not _is_whole(sample, scale) or not _is_whole(numbers[known], scale):
        return None
    whole = np.rint(numbers[known] * scale)
    low = whole.min(initial=0)
    if whole.max(initial=0) - low > WIDEST:
        return None
    at = (whole - low).astype(np.intp)
    there = np.zeros(int(at.max(initial=-1)) + 1, dtype=np.bool_)
    there[at] = True
    distinct = (np.flatnonzero(there) + low) / scale
    kind = np.min_scalar_type(len(distinct))
    places = np.full(len(numbers), len(distinct), dtype=kind)
    places[known] = (np.cumsum(there) - 1).astype(kind)[at]
    return Coded(places, distinct)


def _is_whole(numbers: Floats, scale: float) -> bool:
    with np.errstate(over="ignore"):
        return bool((np.rint(numbers * scale) / scale == numbers).all())


def _ordered(numbers: Floats, known: int) -> Coded:
    """Return numbers as places by sorting them; ``known`` of them are not missing."""
    order = np.argsort(numbers)
    risen = numbers[order[:known]]
    is_new = np.ones(known, dtype=np.bool_)
    is_new[1:] = risen[1:] != risen[:-1]
    distinct = risen[is_new]
    places = np.full(len(numbers), len(distinct), dtype=np.min_scalar_type(len(distinct)))
    places[order[:known]] = np.cumsum(is_new) - 1
    return Coded(places, distinct)


def coded_levels(codes: ArrayLike, levels: Sequence[str]) -> Coded:
    """Return codes of categories as places, in the order of ``levels``; -1 is missing.

    >>> coded_levels([1, -1, 0], ("none", "own")).places.tolist()
    [1, 2, 0]
    """
    given = np.asarray(codes)
    places = given.astype(np.min_scalar_type(len(levels)))
    places[given < 0] = len(levels)
    return Coded(places, tuple(levels))


def number_column(key: str, title: str, values: Floats) -> RosterColumn:
    """Return a column of numbers; NaN is missing. The array is held, not copied."""
    return RosterColumn(key, title, partial(_numbers_at, values), partial(coded_numbers, values))


def level_column(
    key: str,
    title: str,
    codes: NDArray[np.integer[Any]],
    levels: Sequence[str],
    stamp: Hashable | None = None,
) -> RosterColumn:
    """Return a column of categories; -1 is missing. The array is held, not copied."""
    return RosterColumn(
        key,
        title,
        partial(_levels_at, codes, tuple(levels)),
        partial(coded_levels, codes, tuple(levels)),
        object() if stamp is None else stamp,
    )


def told_column(key: str, title: str, cells: Callable[[Rows], Iterable[Any]]) -> RosterColumn:
    """Return a column that is worked out for the students of a page only."""
    return RosterColumn(key, title, cells)


def _numbers_at(values: Floats, rows: Rows) -> list[float | None]:
    return [None if value != value else value for value in values[rows].tolist()]


def _levels_at(codes: NDArray[np.integer[Any]], levels: tuple[str, ...], rows: Rows) -> list[str | None]:
    return [levels[code] if code >= 0 else None for code in codes[rows].tolist()]
