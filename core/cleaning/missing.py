"""Steps that fill the gaps of a column with one value: median, mean, most frequent, or given."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals.stable.v2 as nw

from core.cleaning.fill import Fill, fill_text, need_values, plain
from core.cleaning.learned import is_number, is_value, of_columns
from core.cleaning.means import finite, means
from core.cleaning.quantiles import medians
from core.cleaning.step import State, listed, need_numbers
from core.errors import RecipeError
from core.frames import Frame, first_row

NO_DATES = "Leave its gaps: a date cannot be guessed from other students."


@dataclass(frozen=True)
class FillWithUsual(Fill):
    """A step that fills gaps in number columns with one number a column, learned from all its rows."""

    in_folds: ClassVar[bool] = True
    called: ClassVar[tuple[str, str]]
    """What fills the gaps of one column, and of many."""

    @staticmethod
    @abstractmethod
    def _usual(frame: Frame, columns: Sequence[str]) -> Mapping[str, float | None]: ...

    def _learn(self, frame: Frame) -> State:
        need_numbers(frame, self.columns, where=self.kind)
        return dict(self._usual(frame, self.columns))

    def _can_have_learned(self, state: State) -> bool:
        return of_columns(state, self.columns, is_number)

    def _replay(self, frame: Frame, state: State) -> Frame:
        need_numbers(frame, self.columns, where=self.kind)
        return self._filled(frame, state)

    def _says(self, state: State | None) -> str:
        one, many = self.called
        return fill_text(self.columns, state, one=one, many=many)


@dataclass(frozen=True)
class FillWithMedian(FillWithUsual):
    """Fill gaps in number columns with the median of the rows the recipe was fitted on."""

    kind: ClassVar[str] = "fill_with_median"
    called: ClassVar[tuple[str, str]] = ("its median", "their medians")
    _usual = staticmethod(medians)


@dataclass(frozen=True)
class FillWithMean(FillWithUsual):
    """Fill gaps in number columns with the mean of the rows the recipe was fitted on."""

    kind: ClassVar[str] = "fill_with_mean"
    called: ClassVar[tuple[str, str]] = ("its mean", "their means")
    _usual = staticmethod(means)


@dataclass(frozen=True)
class FillWithMode(Fill):
    """Fill gaps with the most frequent value of the rows the recipe was fitted on, the smallest on ties."""

    kind: ClassVar[str] = "fill_with_mode"
    in_folds: ClassVar[bool] = True

    def _learn(self, frame: Frame) -> State:
        need_values(frame, self.columns, where=self.kind, hint=NO_DATES)
        return {name: mode(frame, name) for name in self.columns}

    def _can_have_learned(self, state: State) -> bool:
        return of_columns(state, self.columns, is_value)

    def _replay(self, frame: Frame, state: State) -> Frame:
        return self._filled(frame, state)

    def _says(self, state: State | None) -> str:
        return fill_text(
            self.columns, state, one="its most frequent value", many="their most frequent values"
        )


@dataclass(frozen=True)
class FillWithConstant(Fill):
    """Fill gaps with a given value, a number in number columns and a text in text columns."""

    kind: ClassVar[str] = "fill_with_constant"
    value: float | str = "unknown"

    def __post_init__(self) -> None:
        if isinstance(self.value, str) and not self.value.strip():
            raise RecipeError(
                f"{self.kind} has no value to fill gaps with.",
                hint="Set 'value' to a number or a text, for example to 'unknown'.",
            )

    def _replay(self, frame: Frame, state: State) -> Frame:
        need_values(frame, self.columns, where=self.kind, hint="Leave its gaps, or leave the column out.")
        return self._filled(frame, dict.fromkeys(self.columns, self.value))

    def _says(self, state: State | None) -> str:
        return f"Fill the gaps of {listed(self.columns)} with '{self.value}'"


def mode(frame: Frame, column: str) -> Any:
    """Return the most frequent value, the smallest among equals, or None; a Spark job."""
    known = answers(frame, column).filter(~nw.col(column).is_null())
    counts = known.group_by(column).agg(__n__=nw.len())
    top = counts.sort(["__n__", column], descending=[True, False]).head(1)
    try:
        return plain(first_row(top)[column])
    except StopIteration:
        return None


def answers(frame: Frame, *columns: str) -> Frame:
    """Return these columns only, those with numbers without infinite ones."""
    held = frame.collect_schema()
    return frame.select(*(finite(name) if held[name].is_numeric() else nw.col(name) for name in columns))
