"""One table of a database into Arrow: a short read over one session, a long one by the fastest way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.sources.base import Progress
from core.sources.sql import fastest
from core.sources.sql.asked import Asked
from core.sources.sql.changes import Changes
from core.sources.sql.engine import Engine, Session
from core.sources.sql.reader import Counter, batches, too_many
from core.sources.sql.statements import shown

COUNT_FROM = 0.5
"""A table is counted before it is read when the server's estimate is above this share of the limit."""


@dataclass(frozen=True)
class Read:
    """What was read: an Arrow table, what was changed in it, and the statement in words."""

    table: Any
    changes: Changes
    query: str


def read(engine: Engine, asked: Asked, progress: Progress) -> Read:
    """Return the rows; raises TooLarge, SourceUnavailable, LoginRefused, TableNotFound."""
    expected = asked.table.n_rows or 0
    if asked.is_first:
        expected = min(expected, asked.limit) if asked.table.n_rows is not None else asked.limit
    counter = Counter(asked.table.name, engine.access.limits, expected)
    tag = uuid.uuid4().hex
    return engine.watch(
        lambda session: _read(engine, session, asked, counter, tag),
        tag=tag,
        tell=lambda: counter.tell(progress),
        leave=counter.abandon,
    )


def _read(engine: Engine, session: Session, asked: Asked, counter: Counter, tag: str) -> Read:
    if not asked.is_first and not asked.conditions:
        _check_size(engine, session, asked, counter)
    changes = Changes()
    likely = counter.expected if asked.table.n_rows is not None else asked.limit
    if fastest.is_worth_it(engine, likely):
        found = fastest.read(engine, session, asked, counter=counter, changes=changes, tag=tag)
    else:
        statement = asked.statement(engine.family)
        parts = batches(engine, session, statement, asked.fields, counter=counter, changes=changes)
        found = list(parts)
    whole = engine.family.whole(found, asked.fields, changes)
    return Read(whole, changes, shown(engine.family, asked.statement(engine.family)))


def _check_size(engine: Engine, session: Session, asked: Asked, counter: Counter) -> None:
    """Refuse a table that has too many rows before any is read, where its size is in doubt."""
    limits = engine.access.limits
    if (asked.table.n_rows or 0) < COUNT_FROM * limits.rows:
        return
    statement = sa.select(sa.func.count()).select_from(asked.place)
    with engine.told(asked.table.name):
        n_rows = int(session.connection.execute(statement).scalar_one())
    counter.expected = n_rows
    if n_rows > limits.rows:
        raise too_many(asked.table.name, f"{n_rows:,}", limits)
