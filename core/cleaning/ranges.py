"""The step that takes impossible numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import narwhals.stable.v2 as nw

from core.cleaning.step import State, Step, need_numbers
from core.errors import RecipeError
from core.frames import Frame


@dataclass(frozen=True)
class SetRange(Step):
    """Make numbers outside a range missing, or move them to its nearest end; the ends are inside."""

    kind: ClassVar[str] = "set_range"
    column: str
    lowest: float | None = None
    highest: float | None = None
    outside: Literal["missing", "clip"] = "missing"
    """With ``missing``, infinite numbers become missing too, whatever the range."""

    def __post_init__(self) -> None:
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise RecipeError(
                f"set_range of '{self.column}' has its lowest value above its highest: "
                f"{self.lowest:g} and {self.highest:g}.",
                hint="Exchange the two.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def _learn(self, frame: Frame) -> State:
        need_numbers(frame, self.needs, where=self.kind)
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        need_numbers(frame, self.needs, where=self.kind)
        number = nw.col(self.column)
        if self.outside == "clip":
            return frame.with_columns(number.clip(self.lowest, self.highest)) if self._is_bound else frame
        inside = number.is_finite()
        if self.lowest is not None:
            inside = inside & (number >= self.lowest)
        if self.highest is not None:
            inside = inside & (number <= self.highest)
        return frame.with_columns(nw.when(inside).then(number))

    @property
    def _is_bound(self) -> bool:
        return self.lowest is not None or self.highest is not None

    def _says(self, state: State | None) -> str:
        low, high = self.lowest, self.highest
        span = (
            f"below {low:g} or above {high:g}"
            if low is not None and high is not None
            else f"below {low:g}"
            if low is not None
            else f"above {high:g}"
            if high is not None
            else "that are infinite"
        )
        if self.outside == "clip":
            return f"Move values of '{self.column}' {span} to the nearest possible one"
        return f"Make values of '{self.column}' {span} missing"
