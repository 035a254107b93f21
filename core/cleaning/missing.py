"""Steps that fill gaps: with the median, with the most frequent value, or with a given value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals.stable.v2 as nw

from core.cleaning.step import State, Step, listed, need_numbers
from core.errors import StepFailed, WrongKind
from core.frames import Frame, column_names, first_row
from core.schema import Column, Kind, Role, Schema


@dataclass(frozen=True)
class _Fill(Step):
    """What the three fills share: the columns, and a column that remembers the gap."""

    columns: tuple[str, ...]
    was_missing: bool = False
    """Add a column ``<name>_was_missing`` (1.0 where there was a gap) for each filled column."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def schema_after(self, schema: Schema) -> Schema:
        if not self.was_missing:
            return schema
        named = [schema.column(name) for name in self.columns]
        return Schema((*schema, *(_gap_column(column) for column in named)))

    def _filled(self, frame: Frame, values: State) -> Frame:
        """Return the frame with each column's gaps filled; a value of None leaves them."""
        gaps = []
        for name in self.columns if self.was_missing else ():
            if _gap_name(name) in column_names(frame):
                raise StepFailed(
                    f"The table already has a column '{_gap_name(name)}', which {self.kind} wants to add.",
                    hint="Switch 'was_missing' off for this step, or leave that column out before it.",
                )
            gaps.append(nw.col(name).is_null().cast(nw.Float64).alias(_gap_name(name)))
        held = frame.collect_schema()
        known = [name for name in self.columns if values.get(name) is not None]
        fills = [
            (nw.col(c).cast(nw.Float64) if held[c].is_numeric() else nw.col(c)).fill_null(values[c])
            for c in known
        ]
        return frame.with_columns(*fills, *gaps) if fills or gaps else frame


def _gap_name(column: str) -> str:
    return f"{column}_was_missing"


def _gap_column(column: Column) -> Column:
    role = column.role if column.role is not Role.BARRIER else Role.FEATURE
    return Column(
        _gap_name(column.name),
        Kind.FLAG,
        role,
        label=f"{column.title} was missing",
        reason=f"added when the gaps of '{column.name}' were filled",
    )


@dataclass(frozen=True)
class FillWithMedian(_Fill):
    """Fill gaps in number columns with the median of the rows the recipe was fitted on."""

    kind: ClassVar[str] = "fill_with_median"
    in_folds: ClassVar[bool] = True

    def _learn(self, frame: Frame) -> State:
        need_numbers(frame, self.columns, where=self.kind)
        if not self.columns:
            return {}
        medians = first_row(frame.select(nw.col(*self.columns).median()))
        return {name: _plain(value) for name, value in medians.items()}

    def _replay(self, frame: Frame, state: State) -> Frame:
        need_numbers(frame, self.columns, where=self.kind)
        return self._filled(frame, state)

    def _says(self, state: State | None) -> str:
        return _fill_text(self.columns, state, one="its median", many="their medians")


@dataclass(frozen=True)
class FillWithMode(_Fill):
    """Fill gaps with the most frequent value of the rows the recipe was fitted on, the smallest on ties."""

    kind: ClassVar[str] = "fill_with_mode"
    in_folds: ClassVar[bool] = True

    def _learn(self, frame: Frame) -> State:
        held = frame.collect_schema()
        for name in self.columns:
            if not (held[name].is_numeric() or held[name] == nw.String):
                raise WrongKind(
                    f"The column '{name}' holds neither text nor numbers, which {self.kind} needs.",
                    hint="Leave its gaps: a date cannot be guessed from other students.",
                )
        return {name: _mode(frame, name) for name in self.columns}

    def _replay(self, frame: Frame, state: State) -> Frame:
        return self._filled(frame, state)

    def _says(self, state: State | None) -> str:
        return _fill_text(
            self.columns, state, one="its most frequent value", many="their most frequent values"
        )


@dataclass(frozen=True)
class FillWithConstant(_Fill):
    """Fill gaps with a given value, a number in number columns and a text in text columns."""

    kind: ClassVar[str] = "fill_with_constant"
    value: float | str = "unknown"

    def _replay(self, frame: Frame, state: State) -> Frame:
        held = frame.collect_schema()
        for name in self.columns:
            if held[name].is_numeric() == isinstance(self.value, str):
                holds = "numbers" if held[name].is_numeric() else "no numbers"
                raise WrongKind(
                    f"The gaps of '{name}' cannot be filled with '{self.value}': it holds {holds}.",
                    hint="Give a number for number columns and a text for text columns.",
                )
        return self._filled(frame, dict.fromkeys(self.columns, self.value))

    def _says(self, state: State | None) -> str:
        return f"Fill the gaps of {listed(self.columns)} with '{self.value}'"


def _mode(frame: Frame, column: str) -> Any:
    """Return the most frequent value, the smallest among equals, or None; a Spark job."""
    known = frame.select(column).filter(~nw.col(column).is_null())
    counts = known.group_by(column).agg(__n__=nw.len())
    top = counts.sort(["__n__", column], descending=[True, False]).head(1)
    try:
        return _plain(first_row(top)[column])
    except StopIteration:
        return None


def _plain(value: Any) -> Any:
    """Return a value fit for JSON: missing as None, and one zero instead of two."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return None if math.isnan(number) else number + 0.0


def _fill_text(columns: tuple[str, ...], state: State | None, *, one: str, many: str) -> str:
    text = f"Fill the gaps of {listed(columns)} with {one if len(columns) == 1 else many}"
    if not state:
        return text
    shown = [_shown(state.get(name)) for name in columns[:4]]
    return f"{text} ({', '.join(shown)}{', …' if len(columns) > 4 else ''})"


def _shown(value: Any) -> str:
    return "nothing known" if value is None else value if isinstance(value, str) else f"{value:g}"
