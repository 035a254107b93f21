"""What each column of a table is for: its kind and its role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

from core.errors import ColumnNotFound


class Role(StrEnum):
    """What a column is used for."""

    STUDENT_ID = "student_id"
    NAME = "name"
    TERM = "term"
    TIME = "time"
    FEATURE = "feature"
    BARRIER = "barrier"
    """A feature that can be worked on: work hours, travel, device, fees, attendance."""
    PROTECTED = "protected"
    """Race, gender, age, disability, religion: never a model input, never a reason."""
    OUTCOME = "outcome"
    CONTACT = "contact"
    IGNORED = "ignored"


MODEL_ROLES = (Role.FEATURE, Role.BARRIER)
"""The roles whose columns a model may use."""


class Kind(StrEnum):
    """What the values of a column are, and how a collected frame holds them."""

    NUMBER = "number"
    """float64; NaN is missing."""
    CATEGORY = "category"
    """pandas ``str``; integer codes are kept as their text."""
    TEXT = "text"
    """pandas ``str``; ids and free text."""
    DATE = "date"
    """datetime64 without a time zone; NaT is missing."""
    FLAG = "flag"
    """float64 0.0 (no) or 1.0 (yes); NaN is missing."""


@dataclass(frozen=True)
class Column:
    """One column: its name in the table, what it holds, what it is for, and why we think so."""

    name: str
    kind: Kind
    role: Role
    label: str = ""
    """The name in plain words; the column's own name when empty."""
    reason: str = ""
    """Why kind and role were guessed, in one sentence."""
    unit: str | None = None
    lowest: float | None = None
    """The lowest possible value, where one is known."""
    highest: float | None = None

    @property
    def title(self) -> str:
        """The name to show."""
        return self.label or self.name


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in the table's order; names are unique."""

    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return one column; raises ColumnNotFound with the nearest name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ColumnNotFound.of(name, self.names())

    def names(self, *roles: Role) -> tuple[str, ...]:
        """Return the names of the columns that have one of ``roles``; all names without any."""
        return tuple(c.name for c in self.columns if not roles or c.role in roles)

    def of_kind(self, *kinds: Kind) -> tuple[str, ...]:
        """Return the names of the columns of these kinds."""
        return tuple(c.name for c in self.columns if c.kind in kinds)

    @property
    def student_id(self) -> str | None:
        """The name of the student id column, or None."""
        ids = self.names(Role.STUDENT_ID)
        return ids[0] if ids else None

    def with_roles(self, roles: Mapping[str, Role], *, reason: str = "set by the user") -> Schema:
        """Return a schema with these roles changed; raises ColumnNotFound."""
        for name in roles:
            self.column(name)
        return Schema(
            tuple(
                replace(c, role=roles[c.name], reason=reason)
                if c.name in roles and roles[c.name] != c.role
                else c
                for c in self.columns
            )
        )

    def as_tables(self) -> list[dict[str, Any]]:
        """Return the columns as what JSON can hold; ``of_tables`` reads it."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def of_tables(cls, tables: Iterable[Mapping[str, Any]]) -> Self:
        """Return the schema that ``as_tables`` wrote; raises KeyError, TypeError, ValueError otherwise."""
        return cls(
            tuple(
                Column(**{**table, "kind": Kind(table["kind"]), "role": Role(table["role"])})
                for table in tables
            )
        )

    def only(self, names: tuple[str, ...]) -> Schema:
        """Return the schema of these columns, in the given order; raises ColumnNotFound."""
        return Schema(tuple(self.column(name) for name in names))
