"""Steps on whole columns: leave them out, rename them, hold them as text or as numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import narwhals.stable.v2 as nw

from core.cleaning.distinct import rewrite
from core.cleaning.number_text import plain_number, write_numbers
from core.cleaning.numbers import with_kind
from core.cleaning.step import ROW, State, Step, listed, texts
from core.errors import RecipeError, StepFailed, WrongKind
from core.frames import Frame, column_names
from core.schema import Kind, Schema


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


@dataclass(frozen=True)
class RenameColumn(Step):
    """Give a column another name; it keeps its place, its kind, its role and, where it has one, its label."""

    kind: ClassVar[str] = "rename_column"
    column: str
    to: str

    def __post_init__(self) -> None:
        if not self.to.strip() or self.to == ROW:
            raise RecipeError(
                f"rename_column cannot name '{self.column}' '{self.to}'.", hint="Give it a name of its own."
            )
        if self.to == self.column:
            raise RecipeError(
                f"rename_column gives '{self.column}' the name it has.", hint="Give it another name."
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def schema_after(self, schema: Schema) -> Schema:
        return Schema(tuple(replace(c, name=self.to) if c.name == self.column else c for c in schema))

    def _learn(self, frame: Frame) -> State:
        self._need_free_name(frame)
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        self._need_free_name(frame)
        return frame.rename({self.column: self.to})

    def _need_free_name(self, frame: Frame) -> None:
        if self.to in column_names(frame):
            raise StepFailed(
                f"The table already has a column '{self.to}', the new name of '{self.column}'.",
                hint="Give another name, or leave that column out before it.",
            )

    def _says(self, state: State | None) -> str:
        return f"Rename '{self.column}' to '{self.to}'"


@dataclass(frozen=True)
class CastColumns(Step):
    """Hold columns as text, as categories or as numbers.

    Numbers are written with a point and at most 15 digits, at most 15 of them behind it: 7.0 is ``7``, 7.5 is
    ``7.5``. Whole numbers beyond 2**53 have lost their last digits and become missing, as do infinite ones.
    Text is read where it is a plain number (``-7``, ``7.50``), else it becomes missing; ``parse_numbers``
    reads more. A column that holds what it should is left alone.
    """

    kind: ClassVar[str] = "cast_columns"
    columns: tuple[str, ...]
    to: Literal["text", "number", "category"] = "text"

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def schema_after(self, schema: Schema) -> Schema:
        after = with_kind(schema, self.columns, Kind(self.to))
        if self.to == "number":
            return after
        return Schema(
            tuple(
                replace(c, unit=None, lowest=None, highest=None) if c.name in self.columns else c
                for c in after
            )
        )

    def _learn(self, frame: Frame) -> State:
        self._need_no_dates(frame)
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        self._need_no_dates(frame)
        if self.to == "number":
            return rewrite(frame, self.columns, plain_number)
        words = texts(frame, self.columns)
        numbers = [name for name in dict.fromkeys(self.columns) if name not in words]
        return write_numbers(frame, numbers) if numbers else frame

    def _need_no_dates(self, frame: Frame) -> None:
        held = frame.collect_schema()
        for name in self.columns:
            if not (held[name] == nw.String or held[name].is_numeric()):
                raise WrongKind(
                    f"The column '{name}' holds neither text nor numbers, which {self.kind} needs.",
                    hint="Leave dates as they are.",
                )

    def _says(self, state: State | None) -> str:
        what = {"text": "text", "number": "numbers", "category": "categories"}[self.to]
        return f"Hold {listed(self.columns)} as {what}"
