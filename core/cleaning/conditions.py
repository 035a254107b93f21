"""The step that drops rows by what is in them; the ledger names each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.cleaning.expressions import condition_of, on
from core.cleaning.step import State, Step
from core.frames import Frame


@dataclass(frozen=True)
class DropRowsWhere(Step):
    """Drop the rows for which a condition is true; a row for which it is not known stays."""

    kind: ClassVar[str] = "drop_rows_where"
    drops_rows: ClassVar[bool] = True
    condition: str
    """Such as ``age < 15 or status == "Guest"``; names that are more than words stand in [brackets]."""

    def __post_init__(self) -> None:
        condition_of(self.condition)

    @property
    def needs(self) -> tuple[str, ...]:
        return condition_of(self.condition).columns

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def _learn(self, frame: Frame) -> State:
        on(frame, condition_of(self.condition))
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        is_so = on(frame, condition_of(self.condition))
        return frame.filter((is_so != 1.0).fill_null(value=True))

    def _says(self, state: State | None) -> str:
        return f"Drop the rows for which {self.why_dropped()}"

    def why_dropped(self) -> str:
        return condition_of(self.condition).describe()
