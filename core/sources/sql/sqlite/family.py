"""SQLite, put together for the parts that are written once: a file that is only ever read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from core.errors import SourceUnavailable
from core.sources.sql.access import Access
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Table
from core.sources.sql.family import Family
from core.sources.sql.sqlite import catalogue, expressions, faults, patience, rows

BUSY_SECONDS = 2.0
LOOK_SECONDS = 3.0
"""How long a table may take to show what types its cells are of."""


class Sqlite(Family):
    """SQLite by Python's own module."""

    title = "SQLite"
    driver = "sqlite+pysqlite"
    is_typed = False
    isolation = None
    begins = "BEGIN"
    dialect = sqlite.dialect(paramstyle="named")
    errors = (sa.exc.SQLAlchemyError, sqlite3.Error, OSError)
    binary = sa.LargeBinary
    expressions = expressions
    catalogue = catalogue
    faults = faults

    def connect(self, access: Access) -> Any:
        """Return a read-only session; raises SourceUnavailable where there is no file."""
        path = Path(access.connection.file).absolute()
        if not path.is_file():
            raise SourceUnavailable(
                f"'{access.name}' has no file '{access.connection.file}'.",
                hint="Check 'file' of the connection.",
                retry=True,
            )
        raw = sqlite3.connect(
            f"{path.as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        raw.text_factory = rows.text_of
        raw.execute("PRAGMA query_only = ON")
        raw.execute("PRAGMA trusted_schema = OFF")
        return raw

    def be_patient(self, raw: Any, seconds: float) -> None:
        """Do nothing: a file is never silent; whoever reads it is watched."""

    def number_of(self, raw: Any) -> int:
        """Return 0: there is no server."""
        return 0

    def ping(self, access: Access) -> None:
        """Do nothing: a file is always there."""

    def stop(self, access: Access, numbers: Sequence[int], tag: str) -> None:
        """Do nothing: hanging up is enough."""

    def hang_up(self, raw: Any) -> None:
        """End what a session is doing; never raises."""
        with contextlib.suppress(sqlite3.ProgrammingError):
            # It may have been closed meanwhile.
            raw.interrupt()

    def mixed(
        self, connection: sa.Connection, place: sa.TableClause, table: Table
    ) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Return the types of the cells of the first rows; nothing where a view takes long to give them."""
        raw = connection.connection.dbapi_connection
        try:
            with patience.bounded(raw, LOOK_SECONDS):
                return catalogue.mixed(connection, place, table)
        except patience.Overdue:
            return {}

    def rights(self, connection: sa.Connection, access: Access) -> str:
        """Return nothing: the file is opened to be read only."""
        return ""

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table of the file."""
        return sa.table(table)

    def batch(self, found: Sequence[Sequence[Any]], fields: Sequence[Field], changes: Changes) -> Any:
        """Return rows as one Arrow batch."""
        return rows.batch_of(found, fields, changes)

    def whole(self, batches: Sequence[Any], fields: Sequence[Field], changes: Changes) -> Any:
        """Return the batches as one Arrow table; columns of several types become text, and are counted."""
        return rows.table_of(batches, fields)
