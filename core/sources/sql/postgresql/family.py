"""PostgreSQL, put together for the parts that are written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.sources.sql.access import Access
from core.sources.sql.arrow import table_of
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Form
from core.sources.sql.family import Family
from core.sources.sql.postgresql import catalogue, decimals, expressions, fast, faults, grants, login, names
from core.sources.sql.wire import Expression, Wire
from core.sources.typed import keep_text


class PostgreSql(Family):
    """PostgreSQL by psycopg."""

    title = "PostgreSQL"
    driver = "postgresql+psycopg"
    begins = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    # What the server sends is decoded by the driver: bytes that are no text end in a ValueError.
    errors = (sa.exc.SQLAlchemyError, psycopg.Error, OSError, ValueError)
    binary = expressions.Hexadecimal
    expressions = expressions
    catalogue = catalogue
    faults = faults

    def connect(self, access: Access) -> Any:
        """Return a read-only session."""
        return login.login(access)

    def number_of(self, raw: Any) -> int:
        """Return the number of the server's process."""
        return int(raw.info.backend_pid)

    def ping(self, access: Access) -> None:
        """Do nothing if the server lives."""
        login.login(access).close()

    def stop(self, access: Access, numbers: Sequence[int], tag: str) -> None:
        """End on the server what sessions are doing."""
        login.cancel(access, numbers)

    def rights(self, connection: sa.Connection, access: Access) -> str:
        """Return the rights beyond reading."""
        return ", ".join(grants.rights_beyond_reading(connection))

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table of a schema."""
        schema, name = names.parts(table)
        return sa.table(name, schema=schema)

    def there(self, field: Field) -> Expression:
        """Return what is missing where a load gives a missing cell."""
        return self.number(field) if field.is_number and not field.is_time else super().there(field)

    def largest(self, value: Expression) -> Expression:
        """Return the largest of a group's values."""
        return expressions.largest(value)

    def time_value(self, iso: str) -> Expression:
        """Return a day or a time of a condition."""
        return sa.cast(super().time_value(iso), sa.TIMESTAMP())

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
    is_text = pa.types.is_string(table.schema.field(field.name).type)
    return field.form is Form.DIGITS or (field.form is Form.FREE_DECIMAL and is_text)
