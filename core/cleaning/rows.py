"""The step that drops rows which cannot be used; the ledger names each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw

from core.cleaning.step import State, Step, listed
from core.frames import Frame


@dataclass(frozen=True)
class DropRows(Step):
    """Drop the rows in which any of the columns is missing.

    Meant for what a row cannot do without, such as the student id: dropping students for other
    gaps loses those who need help most.
    """

    kind: ClassVar[str] = "drop_rows"
    drops_rows: ClassVar[bool] = True
    columns: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def _replay(self, frame: Frame, state: State) -> Frame:
        if not self.columns:
            return frame
        gaps = [nw.col(name).is_null() for name in self.columns]
        if (
            isinstance(frame, nw.DataFrame)
            and not frame.select(nw.any_horizontal(*gaps, ignore_nulls=True).any()).item()
        ):
            return frame
        return frame.filter(~nw.any_horizontal(*gaps, ignore_nulls=True))

    def _says(self, state: State | None) -> str:
        return f"Drop rows without a value in {listed(self.columns)}"

    def why_dropped(self) -> str:
        return f"no value in {listed(self.columns)}"
