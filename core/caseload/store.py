"""The store of cases: one writer at a time, and no change without its line in the audit."""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from core.caseload import audit, engines
from core.caseload.faults import told
from core.caseload.migrations import MIGRATIONS, Migration, migrate
from core.connections import Secret
from core.settings import Settings


@dataclass(frozen=True)
class Writing:
    """A transaction that changes the store."""

    connection: sa.Connection
    audit: audit.Chain


class Store:
    """Where policies, assignments, contacts and saved views are kept; made by ``open_store``."""

    def __init__(self, engine: sa.Engine, *, key: bytes, place: Path | None) -> None:
        self._engine = engine
        self._key = key
        self._place = place

    def __repr__(self) -> str:
        return f"Store({'file' if self._place else self._engine.dialect.name})"

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that reads; raises StoreError in place of what a driver raises."""
        with told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Give a transaction: it is kept whole at the end of the block, or not at all.

        A block that adds no line to the audit changes nothing. Raises StoreError, and what the block raises.
        """
        with told(), self._turn():
            with self._connected() as connection, connection.begin() as transaction:
                chain = audit.Chain(connection, self._key)
                yield Writing(connection, chain)
                if chain.is_longer:
                    chain.close()
                else:
                    transaction.rollback()
            if self._place:
                engines.empty_journal(self._engine, self._place)

    def revision(self) -> int:
        """Return a number that rises with every change: what was read at one number is still so at it."""
        with self.reading() as connection:
            return audit.head_of(connection).number

    def pseudonym(self, student_id: str) -> str:
        """Return what stands for a student in the audit."""
        return audit.pseudonym(student_id, self._key)

    def prepare(self, steps: tuple[Migration, ...] = MIGRATIONS) -> tuple[int, ...]:
        """Bring the tables to the newest form; returns the steps that were taken, raises StoreError."""
        with told(), self._turn():
            return migrate(self._connected, steps=steps)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _connected(self) -> sa.Connection:
        return self._engine.connect().execution_options(**{engines.WRITES: True})

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with engines.turn(self._place) if self._place else nullcontext():
            yield


def open_store(settings: Settings) -> Store:
    """Return the store of these settings, its tables in the newest form; the same one again in one process.

    Raises StoreError where it cannot be reached, was made by a newer version, or the setting is wrong.
    """
    return _opened(os.getpid(), settings.workspace.absolute(), settings.database_url)


@functools.lru_cache(maxsize=4)
def _opened(_process: int, workspace: Path, url: Secret) -> Store:
    """Return an open store; a process that was forked does not use its parent's connections."""
    folder = workspace / engines.FOLDER
    with told():
        key = audit.read_key(folder)
        place = None if url else folder / engines.FILE
        engine = engines.file_engine(place) if place else engines.server_engine(url)
    store = Store(engine, key=key, place=place)
    store.prepare()
    return store


def now_in_utc() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


def token() -> str:
    """Return an id that nobody can guess and that says nothing."""
    return secrets.token_urlsafe(16)
