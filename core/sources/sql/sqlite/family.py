"""SQLite, put together for the parts that are written once: a file that is only ever read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from core.errors import AppError, BadFile, SourceUnavailable, TableNotFound, TooLarge
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Table
from core.sources.sql.family import Access, Expression, Wire
from core.sources.sql.odd import odd_cells
from core.sources.sql.sqlite import catalogue, expressions, patience, rows

BUSY_SECONDS = 2.0
LOOK_SECONDS = 3.0
"""How long a table may take to show what types its cells are of."""


class Sqlite:
    """SQLite by Python's own module."""

    title = "SQLite"
    is_typed = False
    isolation = None
    dialect = sqlite.dialect(paramstyle="named")
    faults: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, sqlite3.Error, OSError)

    def url(self) -> sa.URL:
        """Return the driver's name."""
        return sa.URL.create("sqlite+pysqlite")

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

    def begin(self, connection: sa.Connection) -> None:
        """Begin to see one state of the file."""
        connection.exec_driver_sql("BEGIN")

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

    def fault(self, error: BaseException, access: Access, *, table: str) -> AppError:
        """Return what a failure means."""
        cause = getattr(error, "orig", error) or error
        if isinstance(cause, AppError):
            return cause
        words = str(cause)
        if "not a database" in words or "malformed" in words:
            return BadFile(
                f"The file of '{access.name}' is not a whole SQLite database.", hint="Copy it again."
            )
        if "no such table" in words or "no such column" in words:
            return TableNotFound(
                f"'{access.name}' has no table '{table}' that can be read.", hint="Look at the list again."
            )
        if "interrupted" in words:
            return TooLarge(f"Reading '{table}' from '{access.name}' was stopped.", retry=True)
        return SourceUnavailable(
            f"The file of '{access.name}' cannot be read now: it is locked or may not be opened.",
            hint="Close the program that writes to it, and check its permissions.",
            retry=True,
        )

    def is_busy(self, error: BaseException) -> bool:
        """Tell nothing: there is no server."""
        return False

    def databases(self, connection: sa.Connection) -> tuple[str, ...]:
        """Return nothing: a file is one database."""
        return ()

    def tables(self, connection: sa.Connection, database: str) -> tuple[str, ...]:
        """Return tables and views."""
        return catalogue.tables(connection)

    def table(self, connection: sa.Connection, database: str, name: str) -> Table | None:
        """Return what the catalogue says of a table."""
        return catalogue.table(connection, name)

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

    def odd_cells(self, connection: sa.Connection, able: Any) -> tuple[str, ...]:
        """Return a note for each column whose cells were no numbers or no times."""
        return odd_cells(self, connection, able)

    def warnings(self, connection: sa.Connection, access: Access) -> tuple[str, ...]:
        """Return nothing: the file is opened to be read only."""
        return ()

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table as statements name it."""
        return sa.table(table)

    def wires(self, field: Field) -> tuple[Wire, ...]:
        """Return the column itself: its cells say of which type they are."""
        return (Wire(sa.column(field.name), None),)

    def number(self, field: Field) -> Expression:
        """Return a column as a number, missing where a cell is none."""
        return expressions.number(field)

    def moment(self, field: Field) -> Expression:
        """Return a column as ISO text, missing where a cell is no day of the calendar."""
        return expressions.moment(field)

    def bytes(self, field: Field) -> Expression:
        """Return a column as the exact bytes of its text."""
        return expressions.exact(field)

    def there(self, field: Field) -> Expression:
        """Return what is missing where a load gives a missing cell."""
        return self.moment(field) if field.is_time else sa.column(field.name)

    def same_day(self, moment: Expression) -> Expression:
        """Return the day of a time."""
        return sa.func.substr(moment, 1, 10)

    def day_number(self, moment: Expression) -> Expression:
        """Return whole days from 2000-01-01."""
        return expressions.day_number(moment)

    def micros(self, moment: Expression) -> Expression:
        """Return microseconds from 1970-01-01."""
        return expressions.micros(moment)

    def double(self, expression: Expression) -> Expression:
        """Return a number as a double."""
        return sa.cast(expression, sa.Double())

    def largest(self, value: Expression) -> Expression:
        """Return the largest of a group's values."""
        return sa.func.max(value)

    def text_value(self, text: str) -> Expression:
        """Return a text of a condition as bytes."""
        return sa.literal(text.encode("utf-8", "surrogatepass"), sa.LargeBinary())

    def time_value(self, iso: str) -> Expression:
        """Return a day or a time of a condition."""
        return sa.literal(iso, sa.String())

    def has_fast_way(self, access: Access) -> bool:
        """Tell that there is none."""
        return False

    def read_fast(
        self,
        access: Access,
        raw: Any,
        statements: Sequence[str],
        wires: Sequence[Wire],
        take: Callable[[int, Any], None],
    ) -> None:
        """Do nothing; see ``has_fast_way``."""

    def batch(self, found: Sequence[Sequence[Any]], fields: Sequence[Field], changes: Changes) -> Any:
        """Return rows as one Arrow batch."""
        return rows.batch_of(found, fields, changes)

    def whole(self, batches: Sequence[Any], fields: Sequence[Field], changes: Changes) -> Any:
        """Return the batches as one Arrow table; columns of several types become text, and are counted."""
        return rows.table_of(batches, fields)
