"""How the store's database is reached: a file in the workspace, or a server by an address in the settings."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.connections import Secret
from core.errors import StoreError

FOLDER, FILE, LOCK = "cases", "cases.sqlite", "cases.lock"
BUSY_SECONDS = 5.0
"""How long a writer waits for another one."""
CONNECT_SECONDS, ANSWER_SECONDS = 3, 30
WAL_BYTES = 4 * 1024**2
"""From this size on the changes are put into the file itself."""
WRITES = "waymark_writes"
DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "wal_autocheckpoint": 0,
    "busy_timeout": round(BUSY_SECONDS * 1_000),
}
"""What every connection is told and then asked for; 2 is FULL: acknowledged means on the disk."""


def file_engine(place: Path) -> sa.Engine:
    """Return the engine of a file that only its owner can read; it is made if it is not there."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(place, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
    place.chmod(0o600)
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=str(place)),
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS},
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def server_engine(url: Secret) -> sa.Engine:
    """Return the engine of a server; nothing is connected to yet. Raises StoreError for a wrong address."""
    wanted = _address(url)
    place = sa.URL.create(
        DRIVERS[wanted.get_backend_name()],
        username=wanted.username,
        password=wanted.password,
        host=wanted.host,
        port=wanted.port,
        database=wanted.database,
    )
    ca_file = str(wanted.query.get("ca_file", ""))
    options = _mysql(ca_file) if place.get_backend_name() == "mysql" else _postgresql(ca_file)
    return sa.create_engine(
        place,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=BUSY_SECONDS,
        isolation_level="READ COMMITTED",
        connect_args=options,
    )


def _address(url: Secret) -> sa.URL:
    """Return the parts of an address; the sentence of a wrong one never holds it."""
    try:
        found = sa.make_url(url.reveal())
    except (sa.exc.ArgumentError, ValueError):
        found = None
    if (
        found is None
        or found.drivername not in {*DRIVERS, *DRIVERS.values()}
        or not (found.host and found.database)
        or set(found.query) - {"ca_file"}
    ):
        raise StoreError(
            "The setting 'WAYMARK_DATABASE_URL' is not the address of a database.",
            hint="Write mysql://user:password@host/database or postgresql://user:password@host/database, "
            "with ?ca_file=... to encrypt, and nothing else behind it.",
        )
    return found


def _mysql(ca_file: str) -> dict[str, Any]:
    return {
        "charset": "utf8mb4",
        "local_infile": False,
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": ANSWER_SECONDS,
        "write_timeout": ANSWER_SECONDS,
        "init_command": "SET SESSION sql_mode = 'TRADITIONAL', "
        f"innodb_lock_wait_timeout = {round(BUSY_SECONDS)}",
        **({"ssl": {"ca": ca_file}} if ca_file else {}),
    }


def _postgresql(ca_file: str) -> dict[str, Any]:
    return {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": ANSWER_SECONDS * 1_000,
        "options": f"-c lock_timeout={round(BUSY_SECONDS)}s -c statement_timeout={ANSWER_SECONDS}s",
        **({"sslmode": "verify-full", "sslrootcert": ca_file} if ca_file else {}),
    }


def _prepare(raw: sqlite3.Connection, _record: object) -> None:
    """Set what the file needs and read it back; raises StoreError where SQLite does not take it."""
    raw.isolation_level = None
    for name, value in PRAGMAS.items():
        raw.execute(f"PRAGMA {name} = {value}")
        (got,) = raw.execute(f"PRAGMA {name}").fetchone()
        if got != value:
            raise StoreError(
                f"The store of cases cannot be opened safely: '{name}' is '{got}'.",
                hint="Put the workspace on a disk of this computer, not on a network folder.",
            )


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def turn(place: Path) -> Iterator[None]:
    """Let one writer of all programs on this computer at a time into the file; raises StoreError.

    Two connections that write or empty the journal at the same moment can damage a file of SQLite before
    3.51.3, so nobody does either without having the turn.
    """
    import fcntl

    handle = os.open(place.with_name(LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + BUSY_SECONDS
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreError(
                        "The store of cases is busy.", hint="Try again; nothing was written.", retry=True
                    ) from None
                time.sleep(0.002)
        yield
    finally:
        os.close(handle)


def empty_journal(engine: sa.Engine, place: Path) -> None:
    """Put a long journal into the file itself; to be called with the turn."""
    journal = place.with_name(f"{place.name}-wal")
    if journal.exists() and journal.stat().st_size > WAL_BYTES:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
