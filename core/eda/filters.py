"""Parts of a table by stated conditions, and whether their figures may be shown beside others'."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.coded import CodedTable
from core.eda.values import Codes, Floats, codes_of, numbers_of, require_explorable
from core.eda.withholding import MIN_GROUP, Flags, may_show_part
from core.errors import InvalidChoice
from core.schema import Column, Kind, Schema

Test = Literal["is", "is not", "at least", "at most", "above", "below", "between", "is missing", "is known"]
Bits = NDArray[np.uint8]
MOST_VALUES = 1_000
_GAPS = ("is missing", "is known")
_LEVELS = ("is", "is not")
_COMPARED: dict[str, Callable[..., Flags]] = {
    "at least": np.greater_equal,
    "at most": np.less_equal,
    "above": np.greater,
    "below": np.less,
}


@dataclass(frozen=True)
class Filter:
    """One condition on one column. A missing value meets ``is missing`` and no other test.

    Raises InvalidChoice for an unknown test or the wrong number of values.
    """

    column: str
    test: Test
    values: tuple[str, ...] | tuple[float, ...] = ()
    """Categories (``yes`` or ``no`` for a flag) for ``is`` (one of them) and ``is not`` (none of them). A
    number for the comparisons, two for ``between`` (both belong to it); whole days since 1970 for a date, of
    which the hour does not count."""

    def __post_init__(self) -> None:
        if self.test not in get_args(Test):
            raise InvalidChoice.of("test", self.test, get_args(Test))
        n = len(self.values)
        least, most = _wanted(self.test)
        if not least <= n <= most:
            raise InvalidChoice(
                f"The filter on '{self.column}' has {n} values for '{self.test}'.", hint=_hint(least, most)
            )

    def met(self, frame: pd.DataFrame, *, schema: Schema) -> Flags:
        """Return for each row whether it meets the condition.

        Raises ColumnNotFound, WrongKind for a column that identifies students, and InvalidChoice for a test
        that does not fit the column or a category that it does not have.
        """
        column = self._explorable(schema)
        if column.kind in (Kind.NUMBER, Kind.DATE):
            return self._measure(numbers_of(frame, column=column), column)
        return self._choose(codes_of(frame, column=column), column)

    def met_in(self, table: CodedTable) -> Flags:
        """Return as ``met`` for each row of a coded table: each different value is looked at once."""
        held = table.columns[self._explorable(table.schema).name]
        if isinstance(held.values, tuple):
            met = self._choose(Codes(np.arange(-1, len(held.values)), held.values), held.column)
        else:
            met = self._measure(np.append(np.nan, held.values), held.column)
        rows: Flags = met.take(held.places)
        return rows

    def _explorable(self, schema: Schema) -> Column:
        column = schema.column(self.column)
        require_explorable(column)
        return column

    def _measure(self, values: Floats, column: Column) -> Flags:
        # A date with an hour is of its day, as it is shown.
        return self._compare(np.floor(values) if column.kind is Kind.DATE else values)

    def _compare(self, values: Floats) -> Flags:
        if self.test in _GAPS:
            return _flipped(np.isnan(values), self.test == "is known")
        limits = [_number(self.column, value) for value in self.values]
        if self.test == "between":
            inside: Flags = (values >= limits[0]) & (values <= limits[1])
            return inside
        if self.test in _LEVELS:
            return ~np.isnan(values) & _flipped(np.isin(values, limits), self.test == "is not")
        return _COMPARED[self.test](values, limits[0])

    def _choose(self, codes: Codes, column: Column) -> Flags:
        known = codes.values >= 0
        if self.test in _GAPS:
            return _flipped(known, self.test == "is missing")
        if self.test not in _LEVELS:
            raise InvalidChoice(
                f"'{column.name}' has categories, which cannot be '{self.test}' a number.",
                hint="Use 'is', 'is not', 'is missing' or 'is known'.",
            )
        for value in self.values:
            if value not in codes.levels:
                raise InvalidChoice.of(column.name, str(value), codes.levels)
        places = [codes.levels.index(str(value)) for value in self.values]
        return known & _flipped(np.isin(codes.values, places), self.test == "is not")


def kept(frame: pd.DataFrame, filters: Sequence[Filter], *, schema: Schema) -> Flags:
    """Return for each row whether it meets every filter; all without filters. Raises as ``Filter.met``."""
    met = np.ones(len(frame), dtype=np.bool_)
    for one in filters:
        met &= one.met(frame, schema=schema)
    return met


def kept_in(table: CodedTable, filters: Sequence[Filter]) -> Flags:
    """Return as ``kept`` for each row of a coded table."""
    met = np.ones(table.n_rows, dtype=np.bool_)
    for one in filters:
        met &= one.met_in(table)
    return met


@dataclass(frozen=True)
class Decision:
    """Whether figures of a part of the students may be shown, and why not."""

    is_shown: bool
    why: str = ""


def packed(rows: Flags) -> Bits:
    """Return a part, which says for each student whether they are in it, in one bit a student."""
    return np.packbits(rows)


def may_show(rows: Flags, *, shown: Iterable[Bits] = (), min_group: int = MIN_GROUP) -> Decision:
    """Return whether the figures of these rows of a table may be shown.

    The students in the part, and those outside of it, are none or at least ``min_group``: else the figures
    of a few follow from those of the whole. ``shown`` are the parts, ``packed``, whose figures were shown
    before, and are held to the same in pairs. The reason gives no number away.
    """
    if not may_show_part(int(np.count_nonzero(rows)), n_whole=len(rows), minimum=min_group):
        return Decision(
            is_shown=False,
            why=f"Not shown: fewer than {min_group} students are in this choice, or outside of it.",
        )
    part = packed(rows)
    if any(differs_by_few(part, other, n_rows=len(rows), min_group=min_group) for other in shown):
        return Decision(
            is_shown=False,
            why=f"Not shown: this choice and one shown before differ by fewer than {min_group} students.",
        )
    return Decision(is_shown=True)


def differs_by_few(one: Bits, two: Bits, *, n_rows: int, min_group: int = MIN_GROUP) -> bool:
    """Return whether one part and another tell a few students apart, by subtracting their figures.

    That is so where 1 to ``min_group`` - 1 students are in one of the two only; or, as the figures of all
    students are shown too, where so few are in both or in neither.
    """
    apart = int(np.bitwise_count(one ^ two).sum())
    return any(0 < n < min_group for n in (apart, n_rows - apart))


def _flipped(flags: Flags, flip: bool) -> Flags:  # noqa: FBT001
    return ~flags if flip else flags


def _wanted(test: Test) -> tuple[int, int]:
    """Return the least and the largest number of values that a test takes."""
    if test in _GAPS:
        return 0, 0
    if test in _LEVELS:
        return 1, MOST_VALUES
    return (2, 2) if test == "between" else (1, 1)


def _hint(least: int, most: int) -> str:
    if most == 0:
        return "It takes no value."
    if least == most:
        return f"It takes {'one value' if least == 1 else 'two values'}."
    return f"It takes 1 to {most} values."


def _number(column: str, value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        raise InvalidChoice(
            f"The filter on '{column}' compares with '{value}', which is not a number.", hint="Give a number."
        ) from None
