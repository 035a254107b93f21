"""What every cleaning step is: a small plan that learns from rows, then replays what it learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import narwhals.stable.v2 as nw

from core.errors import WrongKind
from core.frames import Frame, require
from core.schema import Schema

State = dict[str, Any]
"""What a step learned, ready for JSON; empty for a step that learns nothing."""

ROW = "__row__"
"""The hidden column of row numbers that a ledger adds; no step reads or changes it."""


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """One entry of a recipe: compared by what it does, never by why it was proposed."""

    kind: ClassVar[str]
    """The stable name used in JSON and in docs/steps.md."""
    in_folds: ClassVar[bool] = False
    """True when the step learns values from rows: a model learns it again inside each fold."""
    drops_rows: ClassVar[bool] = False
    collects: ClassVar[bool] = False
    """True when the step works on pandas only: rows held by Spark are collected before it."""
    changes_all: ClassVar[bool] = False
    """True when cells of any column may differ afterwards, whatever ``changes`` names."""

    reason: str = field(default="", compare=False)
    """Why the step is in the recipe, as a clause that follows "because"."""
    is_on: bool = True
    """False for a step that stays in the recipe but does nothing."""

    @property
    @abstractmethod
    def needs(self) -> tuple[str, ...]:
        """The columns that must be there."""

    @property
    def changes(self) -> tuple[str, ...]:
        """The columns whose cells may differ afterwards."""
        return self.needs

    def fit(self, frame: Frame) -> State:
        """Return what the step learns from these rows; raises ColumnNotFound, WrongKind."""
        require(frame, self.needs, where=self.kind)
        return self._learn(frame)

    def apply(self, frame: Frame, state: State) -> Frame:
        """Return the rows with the step done; lazy on Spark; raises ColumnNotFound, WrongKind."""
        require(frame, self.needs, where=self.kind)
        return self._replay(frame, state)

    def describe(self, state: State | None = None) -> str:
        """Say what the step does, with what it learned where ``state`` is given, and why."""
        why = f", because {self.reason}" if self.reason else ""
        return f"{self._says(state)}{why}."

    def schema_after(self, schema: Schema) -> Schema:
        """Return the schema of the table once the step is done."""
        return schema

    def why_dropped(self) -> str:
        """Say, for the ledger, why a row that the step dropped is gone."""
        return self._says(None)

    def _learn(self, frame: Frame) -> State:
        return {}

    @abstractmethod
    def _replay(self, frame: Frame, state: State) -> Frame: ...

    @abstractmethod
    def _says(self, state: State | None) -> str: ...


def texts(frame: Frame, columns: Sequence[str]) -> list[str]:
    """Return those of ``columns`` that hold text; a clean number column has nothing to tidy."""
    held = frame.collect_schema()
    return [name for name in columns if held[name] == nw.String]


def need_numbers(frame: Frame, columns: Sequence[str], *, where: str) -> None:
    """Do nothing if all ``columns`` hold numbers; raises WrongKind naming the first that does not."""
    held = frame.collect_schema()
    for name in columns:
        if not held[name].is_numeric():
            raise WrongKind(
                f"The column '{name}' does not hold numbers, which {where} needs.",
                hint="Put parse_numbers (or parse_flags) before it in the recipe.",
            )


def shown(text: str, *, limit: int = 60) -> str:
    """Return the text in quotes, cut where it is too long to read.

    >>> shown("own"), shown("abcdef", limit=3)
    ("'own'", "'abc…'")
    """
    return f"'{text}'" if len(text) <= limit else f"'{text[:limit]}…'"


def listed(columns: Sequence[str], *, limit: int = 4) -> str:
    """Name columns in a sentence.

    >>> listed(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    >>> listed([])
    'no column'
    """
    if not columns:
        return "no column"
    names = [shown(name) for name in columns[:limit]]
    if len(columns) > limit:
        return f"{', '.join(names)} and {len(columns) - limit:,} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
