"""Many rows to one row a key, worked out by the database: sums that are merged and divided by others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from core.errors import WrongKind
from core.sources.base import Progress
from core.sources.selection import Condition, Grouping, Groups
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Table
from core.sources.sql.conditions import field_of, where
from core.sources.sql.engine import Engine, Session
from core.sources.sql.group_frames import frame_of
from core.sources.sql.group_statements import Groupable, Part
from core.sources.sql.reader import Counter, batches
from core.sources.sql.statements import shown

STEPS = 0.95
SLOWLY = 20.0
"""Seconds after which the progress of one statement is half of what is left: nobody knows its length."""


def grouped(
    engine: Engine, table: Table, asked: Grouping, rows: Sequence[Condition], progress: Progress
) -> Groups:
    """Return the sums of each key; raises ColumnNotFound, WrongKind, InvalidChoice, TooLarge."""
    able = groupable(engine, table, asked, rows)
    counter = Counter(table.name, engine.access.limits, 0)
    teller = _Teller(table.name, progress)
    return engine.watch(
        lambda session: _work(engine, session, able, counter),
        tell=lambda: teller.tell(counter.n_rows),
        leave=counter.abandon,
    )


def groupable(engine: Engine, table: Table, asked: Grouping, rows: Sequence[Condition]) -> Groupable:
    """Return the grouping with its columns found and their kinds checked."""
    needs_time = asked.trends or asked.lasts or asked.as_of
    if needs_time and not asked.time:
        raise WrongKind(
            f"A trend, a last value or an as-of date of '{table.name}' needs a column that says when.",
            hint="Choose the time column.",
        )
    return Groupable(
        family=engine.family,
        place=engine.family.place(engine.access.database, table.name),
        key=field_of(table, asked.key),
        time=_of_kind(table, asked.time, is_time=True) if asked.time else None,
        as_of=asked.as_of,
        counts=tuple(field_of(table, name) for name in asked.counts),
        sums=tuple(_of_kind(table, name) for name in asked.sums),
        trends=tuple(_of_kind(table, name) for name in asked.trends),
        lasts=tuple(field_of(table, name) for name in asked.lasts),
        conditions=tuple(where(engine.family, table, rows)),
    )


def _of_kind(table: Table, name: str, *, is_time: bool = False) -> Field:
    """Return a column of numbers or of times; raises WrongKind."""
    field = field_of(table, name)
    if field.is_time if is_time else field.is_number:
        return field
    words = "times" if is_time else "numbers"
    raise WrongKind(
        f"The column '{name}' of '{table.name}' is of type '{field.type}' and does not hold {words}.",
        hint=f"Choose a column of {words}.",
    )


def _work(engine: Engine, session: Session, able: Groupable, counter: Counter) -> Groups:
    """Return the groups, all statements seeing one state of the database."""
    changes = Changes()
    parts = able.parts()
    found = [_read(engine, session, part, counter, changes) for part in parts]
    n_undated, n_after = _left_out(engine, session, able, counter.table)
    odd = engine.family.odd_cells(session.connection, able)
    query = "; ".join(shown(engine.family, part.statement) for part in parts)
    return Groups(
        frame=frame_of(able, found),
        n_after=n_after,
        n_undated=n_undated,
        notes=(*map(str, changes.of([able.key.name])), *odd),
        query=query,
    )


def _read(engine: Engine, session: Session, part: Part, counter: Counter, changes: Changes) -> Any:
    """Return what one statement gives, as Arrow."""
    import pyarrow as pa

    found = list(
        batches(
            engine,
            session,
            part.statement,
            part.fields,
            counter=counter,
            changes=changes,
            wires=part.wires,
        )
    )
    return pa.Table.from_batches(found)


def _left_out(engine: Engine, session: Session, able: Groupable, table: str) -> tuple[int, int]:
    """Return how many rows have no time, and how many came after the as-of date."""
    statement = able.left_out()
    if statement is None:
        return 0, 0
    with engine.told(table):
        n_undated, n_after = session.connection.execute(statement).one()
    return int(n_undated or 0), int(n_after or 0)


class _Teller:
    """Progress of statements whose length nobody knows: it rises ever more slowly."""

    def __init__(self, table: str, progress: Progress) -> None:
        self._table = table
        self._progress = progress
        self._start = time.monotonic()

    def tell(self, n_keys: int) -> None:
        """Pass on how far it may be."""
        passed = time.monotonic() - self._start
        words = f"{n_keys:,} keys read" if n_keys else "the database works"
        self._progress(STEPS * passed / (passed + SLOWLY), f"Grouping '{self._table}': {words}")
