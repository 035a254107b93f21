"""The step that takes impossible numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import narwhals.stable.v2 as nw

from core.cleaning.step import State, Step, need_numbers, shortest
from core.errors import RecipeError, StepFailed
from core.frames import Frame, column_names
from core.schema import Column, Kind, Role, Schema


@dataclass(frozen=True)
class SetRange(Step):
    """Make numbers outside a range missing, move them to its ends, or flag them; the ends are inside."""

    kind: ClassVar[str] = "set_range"
    column: str
    lowest: float | None = None
    highest: float | None = None
    outside: Literal["missing", "clip", "flag"] = "missing"
    """With ``missing``, infinite numbers become missing too, whatever the range.

    With ``flag``, the values stay, and a column ``<column>_outside_range`` holds 1.0 for those outside (the
    infinite ones too), 0.0 for those inside, and is missing where there is no value.
    """

    def __post_init__(self) -> None:
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise RecipeError(
                f"set_range of '{self.column}' has its lowest value above its highest: "
                f"{shortest(self.lowest)} and {shortest(self.highest)}.",
                hint="Exchange the two.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def changes(self) -> tuple[str, ...]:
        return () if self.outside == "flag" else self.needs

    def schema_after(self, schema: Schema) -> Schema:
        if self.outside != "flag":
            return schema
        return Schema((*schema, _flag_column(schema.column(self.column))))

    def _learn(self, frame: Frame) -> State:
        need_numbers(frame, self.needs, where=self.kind)
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        need_numbers(frame, self.needs, where=self.kind)
        number = nw.col(self.column)
        if self.outside == "clip":
            return frame.with_columns(number.clip(self.lowest, self.highest)) if self._is_bound else frame
        if self.outside == "flag":
            return self._flagged(frame)
        return frame.with_columns(nw.when(self._inside).then(number))

    @property
    def _inside(self) -> nw.Expr:
        number = nw.col(self.column)
        inside = number.is_finite()
        if self.lowest is not None:
            inside = inside & (number >= self.lowest)
        if self.highest is not None:
            inside = inside & (number <= self.highest)
        return inside

    def _flagged(self, frame: Frame) -> Frame:
        """Return the frame with one more column; raises StepFailed if it has one of that name."""
        name = _flag_name(self.column)
        if name in column_names(frame):
            raise StepFailed(
                f"The table already has a column '{name}', which {self.kind} wants to add.",
                hint="Choose 'missing' or 'clip' for this step, or leave that column out before it.",
            )
        flag = nw.when(self._inside).then(nw.lit(0.0)).otherwise(nw.lit(1.0))
        return frame.with_columns(nw.when(~nw.col(self.column).is_null()).then(flag).alias(name))

    @property
    def _is_bound(self) -> bool:
        return self.lowest is not None or self.highest is not None

    def _says(self, state: State | None) -> str:
        low, high = self.lowest, self.highest
        span = (
            f"below {shortest(low)} or above {shortest(high)}"
            if low is not None and high is not None
            else f"below {shortest(low)}"
            if low is not None
            else f"above {shortest(high)}"
            if high is not None
            else "that are infinite"
        )
        if self.outside == "clip":
            return f"Move values of '{self.column}' {span} to the nearest possible one"
        if self.outside == "flag":
            return f"Flag values of '{self.column}' {span} in a column '{_flag_name(self.column)}'"
        return f"Make values of '{self.column}' {span} missing"


def _flag_name(column: str) -> str:
    return f"{column}_outside_range"


def _flag_column(column: Column) -> Column:
    """Return what the added column is: a feature, or what a column that no model uses is itself."""
    return Column(
        _flag_name(column.name),
        Kind.FLAG,
        column.role if column.role is not Role.BARRIER else Role.FEATURE,
        label=f"{column.title} was outside its range",
        reason=f"added when the range of '{column.name}' was checked",
    )
