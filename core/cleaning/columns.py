"""The step that leaves columns out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.cleaning.step import State, Step, listed
from core.frames import Frame, column_names
from core.schema import Schema


@dataclass(frozen=True)
class DropColumns(Step):
    """Leave columns out."""

    kind: ClassVar[str] = "drop_columns"
    columns: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def schema_after(self, schema: Schema) -> Schema:
        return Schema(tuple(c for c in schema if c.name not in self.columns))

    def _replay(self, frame: Frame, state: State) -> Frame:
        return frame.select([c for c in column_names(frame) if c not in self.columns])

    def _says(self, state: State | None) -> str:
        return f"Leave out {listed(self.columns)}"
