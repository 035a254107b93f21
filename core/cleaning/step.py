"""What every cleaning step is: a small plan that learns from rows, then replays what it learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import narwhals.stable.v2 as nw
import pandas as pd

from core.errors import ColumnNotFound, RecipeError, WrongKind
from core.frames import Frame, column_names
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
    drops_repeats: ClassVar[bool] = False
    """True when a row is dropped only beside another one, which stays; the ids tell whose it was."""
    joins_ids: ClassVar[bool] = False
    """True when rows of different ids are one student because the step says so."""
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
        self._need_columns(frame)
        return self._learn(frame)

    def apply(self, frame: Frame, state: State) -> Frame:
        """Return the rows with the step done; lazy on Spark; raises ColumnNotFound, WrongKind."""
        self._need_columns(frame)
        return self._replay(frame, state)

    def _need_columns(self, frame: Frame) -> None:
        """Do nothing if the frame has what the step needs; raises ColumnNotFound, silent on row numbers."""
        valid = [name for name in column_names(frame) if name != ROW]
        for name in self.needs:
            if name not in valid:
                raise ColumnNotFound.of(name, valid, where=self.kind)

    def describe(self, state: State | None = None) -> str:
        """Say what the step does, with what it learned where ``state`` is given, and why."""
        why = f", because {self.reason}" if self.reason else ""
        return f"{self._says(state)}{why}."

    def schema_after(self, schema: Schema) -> Schema:
        """Return the schema of the table once the step is done."""
        return schema

    def tells_all(self, columns: Sequence[str]) -> bool:
        """Whether a row of a table of these columns is dropped only for one that is equal in all of them."""
        return False

    def why_dropped(self) -> str:
        """Say, for the ledger, why a row that the step dropped is gone."""
        return self._says(None)

    def whys_dropped(self, rows: pd.DataFrame) -> list[str]:
        """Say why each of these rows, as they came to the step, is gone."""
        return [self.why_dropped()] * len(rows)

    def check_state(self, state: State) -> None:
        """Do nothing if the step can have learned this; raises RecipeError for what a hand wrote."""
        if not (self._can_have_learned(state) if self.is_on else state == {}):
            raise self._not_learned()

    def _not_learned(self) -> RecipeError:
        return RecipeError(
            f"The learned values do not fit the step {self.kind}.",
            hint="Fit the recipe again, or use the file as it was saved.",
        )

    def _can_have_learned(self, state: State) -> bool:
        return state == {}

    def _learn(self, frame: Frame) -> State:
        return {}

    @abstractmethod
    def _replay(self, frame: Frame, state: State) -> Frame: ...

    @abstractmethod
    def _says(self, state: State | None) -> str: ...


def need_own_name(name: str) -> None:
    """Do nothing if a table may have a column of this name; raises RecipeError."""
    if name == ROW:
        raise RecipeError(
            f"The column '{name}' has a name that Waymark uses itself.", hint="Give it another name."
        )


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


def shortest(number: float) -> str:
    """Return the shortest text that reads as this very number.

    >>> shortest(50), shortest(0.1), shortest(-0.0)
    ('50', '0.1', '0')
    """
    return repr(float(number) + 0.0).removesuffix(".0")


def readable(number: float) -> str:
    """Return a number whole where up to 15 digits say it exactly, else rounded to 6 digits.

    >>> readable(1234567.5), readable(0.1 + 0.2), readable(2e6 / 3)
    ('1234567.5', '0.3', '666667')
    """
    return shortest(number) if float(f"{number:.15g}") == number else f"{number:g}"


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
