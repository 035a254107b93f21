"""What a grouping had to leave out of a column: cells that are no numbers, or no times."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def odd_cells(family: Any, connection: sa.Connection, able: Any) -> tuple[str, ...]:
    """Return a note for each column of a grouping whose cells were no numbers or no times."""
    asked = {field.name: family.number(field) for field in (*able.sums, *able.trends)}
    if able.time is not None:
        asked[able.time.name] = family.moment(able.time)
    if not asked:
        return ()
    odd = [count(sa.and_(sa.column(name).is_not(None), value.is_(None))) for name, value in asked.items()]
    statement = sa.select(*odd).select_from(able.place).where(*able.conditions)
    found = zip(asked, connection.execute(statement).one(), strict=True)
    return tuple(
        f"Column '{name}': {n:,} {'value was' if n == 1 else 'values were'} "
        f"no {'time' if able.time is not None and name == able.time.name else 'number'} and left out."
        for name, n in found
        if n
    )


def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Return how many rows meet a condition."""
    return sa.func.sum(sa.case((condition, 1), else_=0))
