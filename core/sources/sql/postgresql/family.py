"""PostgreSQL, put together for the parts that are written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.errors import AppError
from core.sources.sql.arrow import batch_of_rows, table_of
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Form, Table
from core.sources.sql.family import Access, Expression, Wire
from core.sources.sql.odd import odd_cells
from core.sources.sql.postgresql import (
    catalogue,
    decimals,
    expressions,
    fast,
    faults,
    grants,
    login,
    names,
)
from core.sources.typed import keep_text

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class PostgreSql:
    """PostgreSQL by psycopg."""

    title = "PostgreSQL"
    is_typed = True
    isolation = "AUTOCOMMIT"
    dialect: Any = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    # What the server sends is decoded by the driver: bytes that are no text end in a ValueError.
    faults: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, psycopg.Error, OSError, ValueError)

    def url(self) -> sa.URL:
        """Return the driver's name."""
        return sa.URL.create("postgresql+psycopg")

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
        """Return the number of the server's process."""
        return int(raw.info.backend_pid)

    def ping(self, access: Access) -> None:
        """Do nothing if the server lives."""
        login.login(access).close()

    def stop(self, access: Access, numbers: Sequence[int], tag: str) -> None:
        """End on the server what sessions are doing."""
        login.cancel(access, numbers)

    def hang_up(self, raw: Any) -> None:
        """Cut the line of a session."""
        raw.hang_up()

    def fault(self, error: BaseException, access: Access, *, table: str) -> AppError:
        """Return what a failure means."""
        return faults.fault_of(error, access, table=table)

    def is_busy(self, error: BaseException) -> bool:
        """Tell whether the server lives and has no room."""
        return faults.is_full(error)

    def databases(self, connection: sa.Connection) -> tuple[str, ...]:
        """Return the databases that the account may connect to."""
        return catalogue.databases(connection)

    def tables(self, connection: sa.Connection, database: str) -> tuple[str, ...]:
        """Return tables and views; those outside ``public`` with their schema."""
        return catalogue.tables(connection)

    def table(self, connection: sa.Connection, database: str, name: str) -> Table | None:
        """Return what the catalogue says of a table."""
        return catalogue.table(connection, name)

    def mixed(
        self, connection: sa.Connection, place: sa.TableClause, table: Table
    ) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Return nothing: a column holds one type."""
        return {}

    def odd_cells(self, connection: sa.Connection, able: Any) -> tuple[str, ...]:
        """Return a note for each column with numbers that are none, or days of no calendar."""
        return odd_cells(self, connection, able)

    def warnings(self, connection: sa.Connection, access: Access) -> tuple[str, ...]:
        """Return what an administrator should mend."""
        rights = grants.rights_beyond_reading(connection)
        if not rights:
            return ()
        words = ", ".join(rights)
        return (
            f"The account of '{access.name}' may do more than read ({words}): use one that may only SELECT.",
        )

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table as statements name it."""
        schema, name = names.parts(table)
        return sa.table(name, schema=schema)

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
        if field.is_time:
            return expressions.moment(field)
        return expressions.number(field) if field.is_number else sa.column(field.name)

    def same_day(self, moment: Expression) -> Expression:
        """Return the day of a time."""
        return sa.cast(moment, sa.Date())

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
        return expressions.largest(value)

    def text_value(self, text: str) -> Expression:
        """Return a text of a condition as bytes."""
        return sa.literal(text.encode("utf-8", "surrogatepass"), expressions.Hexadecimal())

    def time_value(self, iso: str) -> Expression:
        """Return a day or a time of a condition."""
        return sa.cast(sa.literal(iso, sa.String()), sa.TIMESTAMP())

    def has_fast_way(self, access: Access) -> bool:
        """Tell that there is one for every connection: the same session reads."""
        return True

    def read_fast(
        self,
        access: Access,
        raw: Any,
        statements: Sequence[str],
        wires: Sequence[Wire],
        take: Callable[[int, Any], None],
    ) -> None:
        """Give the Arrow batches of statements to ``take``."""
        fast.read(raw, statements, wires, take)

    def batch(self, rows: Sequence[Sequence[Any]], fields: Sequence[Field], changes: Changes) -> Any:
        """Return rows as one Arrow batch."""
        return batch_of_rows(rows, fields, [self.wires(field) for field in fields], changes)

    def whole(self, batches: Sequence[Any], fields: Sequence[Field], changes: Changes) -> Any:
        """Return the batches as one Arrow table; decimals of any length are looked at all together."""
        table = table_of(batches)
        for at, field in enumerate(fields):
            if field.form is Form.FREE_DECIMAL:
                column = decimals.settled(field.name, table.column(at), changes)
                table = table.set_column(at, field.name, column)
        return keep_text(table, [field.name for field in fields if _stays_text(field, table)])


def _stays_text(field: Field, table: Any) -> bool:
    """Whether a number came as text because it has more digits than a number holds."""
    import pyarrow as pa

    is_text = pa.types.is_string(table.schema.field(field.name).type)
    return field.form is Form.DIGITS or (field.form is Form.FREE_DECIMAL and is_text)
