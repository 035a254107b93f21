"""Steps that drop repeated rows: exact copies, and further rows of the same student.

Rows whose key is missing may be different students, so they are never repeats of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import narwhals.stable.v2 as nw

from core.cleaning.step import ROW, State, Step, listed
from core.errors import RecipeError
from core.frames import Frame, column_names

_GAPS = "__gaps__"
_UNKNOWN = "__unknown__"
_INDEX = "__index__"
_KEPT = "__kept__"


@dataclass(frozen=True)
class DropDuplicates(Step):
    """Drop rows that repeat another row in every column, one of them kept (the first, on pandas)."""

    kind: ClassVar[str] = "drop_duplicates"
    drops_rows: ClassVar[bool] = True
    drops_repeats: ClassVar[bool] = True
    by: tuple[str, ...]
    """The columns that say who it is; a row without all of them stays."""

    def __post_init__(self) -> None:
        _need_key(self.by, self.kind)

    @property
    def needs(self) -> tuple[str, ...]:
        return self.by

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def _replay(self, frame: Frame, state: State) -> Frame:
        same = [*self.by, *(c for c in column_names(frame) if c not in (*self.by, ROW))]
        return _one_of_each(frame, self.by, same=same, order=self.by, keep="first")

    def _says(self, state: State | None) -> str:
        return f"Drop rows that repeat a row of the same {listed(self.by)} in every column"

    def tells_all(self, columns: Sequence[str]) -> bool:
        return True

    def why_dropped(self) -> str:
        return "the same in every column as another row, which was kept"


@dataclass(frozen=True)
class KeepOnePerStudent(Step):
    """Keep one row of each student: the fullest, or the first or last by ``order_by``.

    Ties go to the row with the fewest gaps, then to the values themselves, column by column (the smaller, or
    the larger with ``last``): never to the order of the rows, which Spark does not keep.
    """

    kind: ClassVar[str] = "keep_one_per_student"
    drops_rows: ClassVar[bool] = True
    drops_repeats: ClassVar[bool] = True
    by: tuple[str, ...]
    keep: Literal["fullest", "first", "last"] = "fullest"
    order_by: str | None = None
    """A date, number or term column; rows without a value lose."""

    def __post_init__(self) -> None:
        _need_key(self.by, self.kind)
        if (self.order_by is None) != (self.keep == "fullest"):
            needs = "needs" if self.order_by is None else "takes no"
            raise RecipeError(
                f"{self.kind} with keep '{self.keep}' {needs} 'order_by'.",
                hint="Use keep 'fullest' alone, or 'first' or 'last' with a column to order by.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return self.by if self.order_by is None else (*self.by, self.order_by)

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def _replay(self, frame: Frame, state: State) -> Frame:
        names = [c for c in column_names(frame) if c != ROW]
        sign = -1 if self.keep == "last" else 1
        gaps = nw.sum_horizontal(*(nw.col(c).is_null().cast(nw.Int64) for c in names)) * sign
        order = [_GAPS, *names]
        ranked = frame.with_columns(gaps.alias(_GAPS))
        if self.order_by is not None:
            unknown = nw.col(self.order_by).is_null().cast(nw.Int64) * sign
            ranked, order = ranked.with_columns(unknown.alias(_UNKNOWN)), [_UNKNOWN, self.order_by, *order]
        kept = _one_of_each(
            ranked, self.by, same=self.by, order=order, keep="last" if self.keep == "last" else "first"
        )
        return kept.select(column_names(frame))

    def _says(self, state: State | None) -> str:
        return f"Keep one row of each {listed(self.by)}: {self._which}"

    def tells_all(self, columns: Sequence[str]) -> bool:
        return set(columns) <= set(self.by)

    def why_dropped(self) -> str:
        return f"another row of the same {listed(self.by)} was kept: {self._which}"

    @property
    def _which(self) -> str:
        return (
            "the one with the fewest gaps"
            if self.order_by is None
            else f"the {self.keep} by '{self.order_by}'"
        )


def _need_key(by: tuple[str, ...], kind: str) -> None:
    if not by:
        raise RecipeError(
            f"{kind} needs at least one column in 'by'.",
            hint="Without a student id, equal rows can be different students.",
        )


def _one_of_each(
    frame: Frame,
    by: Sequence[str],
    *,
    same: Sequence[str],
    order: Sequence[str],
    keep: Literal["first", "last"],
) -> Frame:
    """Return the first or last row in ``order`` of the rows equal in ``same``, and all rows without a key.

    ``same`` contains ``by``, so on pandas only the rows that share their key are looked at.
    """
    unknown = nw.any_horizontal(*(nw.col(name).is_null() for name in by), ignore_nulls=True)
    if isinstance(frame, nw.LazyFrame):
        # Of rows alike in all else the first (or last) of the table is kept, as on pandas, where it is known.
        order = [*order, *(c for c in column_names(frame) if c == ROW)]
        first, *rest = same
        chosen = nw.col(first).is_first_distinct() if keep == "first" else nw.col(first).is_last_distinct()
        windowed = chosen.over(*rest, order_by=order) if rest else chosen.over(order_by=order)
        return frame.with_columns(windowed.alias(_KEPT)).filter(unknown | nw.col(_KEPT)).drop(_KEPT)
    shared = frame.select(*by).is_duplicated() & ~frame.select(unknown.alias(_KEPT))[_KEPT]
    if not shared.any():
        return frame
    numbered = frame.with_row_index(_INDEX)
    some = numbered.filter(shared).unique(subset=list(same), keep=keep, order_by=[*order, _INDEX])
    return frame.filter(~shared | numbered[_INDEX].is_in(some[_INDEX]))
