"""What is to be read of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.sources.sql.columns import Field, Table
from core.sources.sql.family import Family
from core.sources.sql.statements import reading
from core.sources.sql.wire import Expression


@dataclass(frozen=True)
class Asked:
    """A table, its columns, and which rows of it."""

    place: sa.TableClause
    table: Table
    fields: tuple[Field, ...]
    conditions: tuple[Expression, ...]
    limit: int
    """Rows that are read at most; one more than may be, where all are asked for."""
    is_first: bool
    """Whether the first rows are asked for, not all."""

    def statement(self, family: Family, more: Sequence[Expression] = ()) -> Any:
        """Return the statement that reads it."""
        return reading(
            family,
            self.place,
            self.table,
            self.fields,
            conditions=[*self.conditions, *more],
            limit=self.limit,
        )
