"""MySQL and MariaDB, put together for the parts that are written once."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pymysql
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from core.errors import AppError
from core.sources.sql.arrow import batch_of_rows, table_of
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Form, Table
from core.sources.sql.family import Access, Expression, Wire
from core.sources.sql.mysql import catalogue, expressions, fast, faults, grants, login
from core.sources.typed import keep_text

BEGIN = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"


class MySql:
    """MySQL and MariaDB by PyMySQL."""

    title = "MySQL"
    is_typed = True
    isolation = "AUTOCOMMIT"
    dialect = mysql.dialect(paramstyle="named")
    # PyMySQL answers a stream that breaks its protocol with whatever its parser stumbled over.
    faults: tuple[type[Exception], ...] = (
        sa.exc.SQLAlchemyError,
        pymysql.err.MySQLError,
        OSError,
        RuntimeError,
        ValueError,
        LookupError,
        AssertionError,
        AttributeError,
        TypeError,
        struct.error,
    )

    def url(self) -> sa.URL:
        """Return the driver's name."""
        return sa.URL.create("mysql+pymysql")

    def connect(self, access: Access) -> Any:
        """Return a read-only session."""
        return login.login(access)

    def be_patient(self, raw: Any, seconds: float) -> None:
        """Let a statement take so many seconds."""
        raw.be_patient(seconds)

    def begin(self, connection: sa.Connection) -> None:
        """Begin to see one state of the database."""
        connection.exec_driver_sql(BEGIN)

    def number_of(self, raw: Any) -> int:
        """Return the session's number on the server."""
        return int(raw.thread_id())

    def ping(self, access: Access) -> None:
        """Do nothing if the server lives."""
        login.ping(access)

    def stop(self, access: Access, numbers: Sequence[int], tag: str) -> None:
        """End statements on the server."""
        login.kill(access, numbers=numbers, tag=tag)

    def hang_up(self, raw: Any) -> None:
        """Cut the line of a session."""
        raw.hang_up()

    def fault(self, error: BaseException, access: Access, *, table: str) -> AppError:
        """Return what a failure means."""
        return faults.fault_of(error, access, table=table)

    def is_busy(self, error: BaseException) -> bool:
        """Tell whether the server lives and has no room."""
        return faults.number_of(error) in faults.BUSY

    def databases(self, connection: sa.Connection) -> tuple[str, ...]:
        """Return the databases."""
        return catalogue.databases(connection)

    def tables(self, connection: sa.Connection, database: str) -> tuple[str, ...]:
        """Return tables and views."""
        return catalogue.tables(connection, database)

    def table(self, connection: sa.Connection, database: str, name: str) -> Table | None:
        """Return what the catalogue says of a table."""
        return catalogue.table(connection, database, name)

    def mixed(
        self, connection: sa.Connection, place: sa.TableClause, table: Table
    ) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Return nothing: a column holds one type."""
        return {}

    def odd_cells(self, connection: sa.Connection, able: Any) -> tuple[str, ...]:
        """Return nothing: a column of numbers holds numbers."""
        return ()

    def warnings(self, connection: sa.Connection, access: Access) -> tuple[str, ...]:
        """Return what an administrator should mend."""
        found = connection.exec_driver_sql("SHOW GRANTS FOR CURRENT_USER()")
        rights = grants.rights_beyond_reading([str(row[0]) for row in found], access.database)
        if not rights:
            return ()
        words = ", ".join(rights[:5]) + (" and more" if len(rights) > 5 else "")
        return (
            f"The account of '{access.name}' may do more than read ({words}): use one that may only SELECT.",
        )

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table as statements name it."""
        return sa.table(table, schema=database)

    def wires(self, field: Field) -> tuple[Wire, ...]:
        """Return what is selected for a column."""
        return expressions.wires(field)

    def number(self, field: Field) -> Expression:
        """Return a column as a number."""
        return expressions.number(field)

    def moment(self, field: Field) -> Expression:
        """Return a column as a time."""
        return expressions.moment(field)

    def bytes(self, field: Field) -> Expression:
        """Return a column as the exact bytes of its text."""
        return expressions.exact(field)

    def there(self, field: Field) -> Expression:
        """Return what is missing where a load gives a missing cell."""
        return self.moment(field) if field.is_time else sa.column(field.name)

    def same_day(self, moment: Expression) -> Expression:
        """Return the day of a time."""
        return sa.func.date(moment)

    def day_number(self, moment: Expression) -> Expression:
        """Return whole days from 2000-01-01."""
        return expressions.day_number(moment)

    def micros(self, moment: Expression) -> Expression:
        """Return microseconds from 1970-01-01."""
        return expressions.micros(moment)

    def double(self, expression: Expression) -> Expression:
        """Return a number as a double."""
        return expressions.double(expression)

    def largest(self, value: Expression) -> Expression:
        """Return the largest of a group's values."""
        return sa.func.max(value)

    def text_value(self, text: str) -> Expression:
        """Return a text of a condition as bytes."""
        return sa.literal(text.encode("utf-8", "surrogatepass"), expressions.Hexadecimal())

    def time_value(self, iso: str) -> Expression:
        """Return a day or a time of a condition."""
        return sa.literal(iso, sa.String())

    def has_fast_way(self, access: Access) -> bool:
        """Tell whether connectorx is there and may be used."""
        return fast.can_read(access)

    def read_fast(
        self,
        access: Access,
        raw: Any,
        statements: Sequence[str],
        wires: Sequence[Wire],
        take: Callable[[int, Any], None],
    ) -> None:
        """Give the Arrow batches of statements to ``take``."""
        fast.read(
            access,
            statements,
            version=raw.get_server_info(),
            take=take,
            is_wanted=lambda: not raw.is_hung_up,
        )

    def batch(self, rows: Sequence[Sequence[Any]], fields: Sequence[Field], changes: Changes) -> Any:
        """Return rows as one Arrow batch."""
        return batch_of_rows(rows, fields, [self.wires(field) for field in fields], changes)

    def whole(self, batches: Sequence[Any], fields: Sequence[Field], changes: Changes) -> Any:
        """Return the batches as one Arrow table; numbers of many digits stay text."""
        return keep_text(table_of(batches), {field.name for field in fields if field.form is Form.DIGITS})
