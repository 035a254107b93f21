"""The statements that read a table: names quoted by the dialect, values bound or written out safely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.sources.sql.columns import Field, Table
from core.sources.sql.family import Family
from core.sources.sql.wire import Expression


def reading(
    family: Family,
    place: sa.TableClause,
    table: Table,
    fields: Sequence[Field],
    *,
    conditions: Sequence[Expression],
    limit: int | None,
) -> sa.Select[Any]:
    """Return the statement that reads these columns in the order of the primary key."""
    selected = [wire.expression for field in fields for wire in family.wires(field)]
    statement = sa.select(*[each.label(f"w{n}") for n, each in enumerate(selected)]).select_from(place)
    statement = statement.where(*conditions)
    if table.key:
        statement = statement.order_by(*[sa.column(name) for name in table.key])
    return statement if limit is None else statement.limit(limit)


def shown(family: Family, statement: Any) -> str:
    """Return a statement with names where its values go."""
    return " ".join(str(statement.compile(dialect=family.dialect)).split("\n"))


def written_out(family: Family, statement: Any) -> str:
    """Return a statement with its values in it, for a driver that binds none."""
    return str(statement.compile(dialect=family.dialect, compile_kwargs={"literal_binds": True}))
