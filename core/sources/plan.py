"""A source plan: the base table, what is joined to it, and by which keys; all of it can be replayed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.sources.base import PartSpec
from core.sources.selection import Condition, KeyRule, Measure


class Join(StrEnum):
    """What happens to a student of the base table whom a part does not know."""

    KEEP = "keep"
    """Stays, with the part's columns missing (a left join)."""
    ONLY_MATCHED = "only matched"
    """Is left out, and named (an inner join)."""


@dataclass(frozen=True)
class Part:
    """One table of a plan, read from its source; with measures, many rows become one a student."""

    source: PartSpec
    table: str
    key: str = ""
    """The column that says which student a row is about; may be empty in a plan of one table."""
    rule: KeyRule = field(default_factory=KeyRule)
    columns: tuple[str, ...] = ()
    """The columns that are taken; all when empty. Ignored with measures."""
    rows: tuple[Condition, ...] = ()
    explode: str = ""
    time: str = ""
    measures: tuple[Measure, ...] = ()
    join: Join = Join.KEEP
    prefix: str = ""
    """Put before the names of this part's columns."""
    types: tuple[tuple[str, str], ...] = ()
    """The columns that are used, with the types that they had when the plan was made."""


@dataclass(frozen=True)
class SourcePlan:
    """A base table with one row a student, and the parts that are joined to it."""

    base: Part
    parts: tuple[Part, ...] = ()
    as_of: date | None = None
    """The last day whose events count."""
    name: str = ""

    @property
    def tables(self) -> tuple[Part, ...]:
        """The base and the parts."""
        return (self.base, *self.parts)


SourceSpec = PartSpec | SourcePlan
"""What a request names."""
