"""The forms that the store's tables have had: each step from one to the next, numbered, once and for all.

A step that was released stays as it is; a change of a table is a new step at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from core.caseload import tables
from core.caseload.guards import guard
from core.errors import StoreError

NOTHING_YET = "0" * 64
"""What stands before the first line of the audit."""
LOCK = 7_203_114_960
"""The number of the lock that one program holds while it changes the form."""
LOCK_SECONDS = 10


@dataclass(frozen=True)
class Migration:
    """One step from a form to the next; it may find itself half done, where the engine cannot undo it."""

    number: int
    says: str
    apply: Callable[[sa.Connection], None]


def _first(connection: sa.Connection) -> None:
    for table in tables.FIRST:
        table.create(connection, checkfirst=True)
    head = tables.audit_head
    if connection.execute(sa.select(head.c.id)).first() is None:
        connection.execute(head.insert().values(id=1, number=0, digest=NOTHING_YET))
    guard(connection)


def _second(connection: sa.Connection) -> None:
    tables.saved_views.create(connection, checkfirst=True)


MIGRATIONS = (
    Migration(1, "audit, policies, assignments, contacts and next steps", _first),
    Migration(2, "saved views", _second),
)


def form_of(connection: sa.Connection) -> int:
    """Return the number of the form that the tables have; 0 for an empty database."""
    if not sa.inspect(connection).has_table(tables.schema_version.name):
        return 0
    return int(connection.scalar(sa.select(sa.func.max(tables.schema_version.c.number))) or 0)


def migrate(
    connect: Callable[[], sa.Connection], *, steps: tuple[Migration, ...] = MIGRATIONS
) -> tuple[int, ...]:
    """Bring the tables to the newest form and return the steps that were taken.

    Each step and the note that it was taken are one transaction, where the engine can undo a change of
    tables; MySQL cannot, and a step that was cut off there is taken again. Raises StoreError for tables of
    a form that this version does not know: nothing is changed then.
    """
    taken: list[int] = []
    with connect() as connection, _alone(connection):
        for step in steps:
            with connection.begin():
                if _take(connection, step, newest=steps[-1].number):
                    taken.append(step.number)
    return tuple(taken)


def _take(connection: sa.Connection, step: Migration, *, newest: int) -> bool:
    form = form_of(connection)
    if form > newest:
        raise StoreError(
            f"The store of cases has the form {form}, and this version of Waymark knows {newest} at most.",
            hint="Start the newer version of Waymark; nothing was changed.",
        )
    if form >= step.number:
        return False
    tables.schema_version.create(connection, checkfirst=True)
    step.apply(connection)
    connection.execute(
        tables.schema_version.insert().values(number=step.number, applied_at=datetime.now(UTC))
    )
    return True


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """Let no other program change the form meanwhile; SQLite's writers wait for each other anyway."""
    take, give = {
        "mysql": (f"SELECT GET_LOCK('{LOCK}', {LOCK_SECONDS})", f"SELECT RELEASE_LOCK('{LOCK}')"),
        "postgresql": (f"SELECT pg_advisory_lock({LOCK})", f"SELECT pg_advisory_unlock({LOCK})"),
    }.get(connection.dialect.name, ("", ""))
    if not take:
        yield
        return
    with connection.begin():
        got = connection.exec_driver_sql(take).scalar()
    if got == 0:
        raise StoreError(
            "Another program is changing the form of the store of cases.", hint="Try again.", retry=True
        )
    try:
        yield
    finally:
        with connection.begin():
            connection.exec_driver_sql(give)
