"""What MySQL's and MariaDB's own catalogue says of databases, tables and columns."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.sources.sql.columns import Field, Table
from core.sources.sql.mysql.expressions import base_of, form_of

SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
WHOLE_NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
DATABASES = sa.text("SELECT schema_name FROM information_schema.schemata ORDER BY schema_name")
TABLES = sa.text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = :database "
    "AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED') ORDER BY table_name"
)
TABLE = sa.text(
    "SELECT table_name, table_type, engine, table_rows, create_time, update_time, create_options, NOW() "
    "FROM information_schema.tables WHERE table_schema = :database AND table_name = :name"
)
COLUMNS = sa.text(
    "SELECT column_name, column_type, data_type, numeric_precision, numeric_scale, datetime_precision, "
    "table_name FROM information_schema.columns WHERE table_schema = :database AND table_name = :name "
    "ORDER BY ordinal_position"
)
KEY = sa.text(
    "SELECT column_name, table_name FROM information_schema.key_column_usage "
    "WHERE table_schema = :database AND table_name = :name AND constraint_name = 'PRIMARY' "
    "ORDER BY ordinal_position"
)


def databases(connection: sa.Connection) -> tuple[str, ...]:
    """Return the databases that the account sees, without the system's own."""
    names = [str(row[0]) for row in connection.execute(DATABASES)]
    return tuple(name for name in names if name.casefold() not in SYSTEM)


def tables(connection: sa.Connection, database: str) -> tuple[str, ...]:
    """Return tables and views in the order of their names."""
    return tuple(str(row[0]) for row in connection.execute(TABLES, {"database": database}))


def table(connection: sa.Connection, database: str, name: str) -> Table | None:
    """Return columns, key and size of a table; None where there is none of exactly this name."""
    asked = {"database": database, "name": name}
    # The catalogue compares names without case; 'Students' and 'students' may be two tables.
    found = [row for row in connection.execute(TABLE, asked) if str(row[0]) == name]
    if not found:
        return None
    _, kind, engine, n_rows, made_at, written_at, options, now = found[0]
    key = tuple(str(row[0]) for row in connection.execute(KEY, asked) if str(row[1]) == name)
    fields = tuple(_field(row) for row in connection.execute(COLUMNS, asked) if str(row[6]) == name)
    is_table = str(kind) != "VIEW"
    settled = written_at is None or (now - written_at).total_seconds() > 1
    return Table(
        name=name,
        what="table" if is_table else "view",
        fields=fields,
        key=key,
        n_rows=int(n_rows) if is_table and n_rows is not None else None,
        splits=str(kind) == "BASE TABLE"
        and engine == "InnoDB"
        and "partitioned" not in str(options)
        and settled
        and len(key) == 1
        and any(field.name == key[0] and base_of(field.type) in WHOLE_NUMBERS for field in fields),
        changed=f"{made_at} {written_at}",
    )


def _field(row: Any) -> Field:
    name, declared, base, precision, scale, fraction, _ = row
    form = form_of(
        str(base).casefold(),
        precision=int(str(precision or 0)),
        scale=int(str(scale or 0)),
        fraction=int(str(fraction or 0)),
    )
    return Field(str(name), str(declared), form)
