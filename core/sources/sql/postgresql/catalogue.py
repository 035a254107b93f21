"""What PostgreSQL's own catalogue says of databases, tables and columns."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.sources.sql.columns import Field, Table
from core.sources.sql.postgresql import names
from core.sources.sql.postgresql.expressions import form_of
from core.sources.sql.postgresql.login import EVERYBODYS

BYTES_A_ROW = 40
"""So wide is a row at least, about: for a table whose rows the server never counted."""
DATABASES = sa.text(
    "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate "
    "AND has_database_privilege(datname, 'CONNECT') "
    "AND (datname <> :everybodys OR datname = current_database()) ORDER BY datname"
)
TABLES = sa.text(
    """
    SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE')
    AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))
    ORDER BY n.nspname COLLATE "C" <> 'public', n.nspname COLLATE "C", c.relname COLLATE "C"
    """
)
TABLE = sa.text(
    """
    SELECT c.oid, c.relkind, CASE c.relkind
        WHEN 'p' THEN (SELECT sum(p.reltuples) FROM pg_partition_tree(c.oid) AS t
                       JOIN pg_class AS p ON p.oid = t.relid WHERE t.isleaf AND p.reltuples > 0)
        WHEN 'f' THEN NULL WHEN 'v' THEN NULL
        ELSE pg_relation_size(c.oid) * CASE
            WHEN c.reltuples > 0 AND c.relpages > 0
            THEN c.reltuples / (c.relpages * current_setting('block_size')::float8)
            ELSE 1.0 / :row END
        END, current_setting('server_encoding')
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relname = :name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    """
)
COLUMNS = sa.text(
    """
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), b.typname, b.typtype, b.typcategory, b.typmod,
        has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    FROM pg_attribute AS a CROSS JOIN LATERAL (
        WITH RECURSIVE chain AS (
            SELECT t.typname, t.typtype, t.typcategory, t.typbasetype, t.typtypmod, a.atttypmod AS typmod,
                0 AS depth
            FROM pg_type AS t WHERE t.oid = a.atttypid
            UNION ALL
            SELECT t.typname, t.typtype, t.typcategory, t.typbasetype, t.typtypmod, c.typtypmod, c.depth + 1
            FROM chain AS c JOIN pg_type AS t ON t.oid = c.typbasetype WHERE c.typtype = 'd'
        ) SELECT * FROM chain ORDER BY depth DESC LIMIT 1
    ) AS b
    WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
    """
)
"""Each column with the type that its domain, if it has one, is made of."""
KEY = sa.text(
    """
    SELECT a.attname FROM pg_index AS i
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = :oid AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place
    """
)


def databases(connection: sa.Connection) -> tuple[str, ...]:
    """Return the databases that the account may connect to."""
    return tuple(str(row[0]) for row in connection.execute(DATABASES, {"everybodys": EVERYBODYS}))


def tables(connection: sa.Connection, _database: str) -> tuple[str, ...]:
    """Return the tables and views that the account may read, those of ``public`` first."""
    return tuple(names.label(str(row[0]), str(row[1])) for row in connection.execute(TABLES))


def table(connection: sa.Connection, _database: str, name: str) -> Table | None:
    """Return columns, key and size of a table; None where there is none of exactly this name."""
    schema, own = names.parts(name)
    asked = {"schema": schema, "name": own, "row": BYTES_A_ROW}
    found = connection.execute(TABLE, asked).first()
    if found is None or names.label(schema, own) != name:
        return None
    oid, kind, n_rows, encoding = found
    columns = connection.execute(COLUMNS, {"oid": oid}).all()
    # Without any right the statement itself is refused, and says so.
    seen = [row for row in columns if row[6]] or columns
    fields = tuple(_field(row, str(encoding)) for row in seen)
    key = tuple(str(row[0]) for row in connection.execute(KEY, {"oid": oid}))
    is_view = str(kind) == "v"
    return Table(
        name=name,
        what="view" if is_view else "table",
        fields=fields,
        key=key if {field.name for field in fields} >= set(key) else (),
        n_rows=round(float(n_rows)) if n_rows is not None else 0 if str(kind) == "p" else None,
    )


def _field(row: Any, encoding: str) -> Field:
    name, declared, base, kind, category, modifier, _ = row
    form = form_of(
        str(base), kind=str(kind), category=str(category), modifier=int(modifier), encoding=encoding
    )
    return Field(str(name), str(declared), form)
