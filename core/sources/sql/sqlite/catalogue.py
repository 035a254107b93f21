"""What an SQLite file says of its tables, and what their cells really are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.sources.sql.columns import Field, Form, Table
from core.sources.sql.odd import count
from core.sources.sql.sqlite import expressions

LOOKED_AT = 50_000
"""Rows whose cells are looked at for their types before a load."""
TYPES = ("integer", "real", "text", "blob")
TABLES = sa.text(
    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)
TABLE = sa.text("SELECT type, sql FROM sqlite_schema WHERE name = :name AND type IN ('table', 'view')")
COLUMNS = sa.text("SELECT name, type, pk FROM pragma_table_xinfo(:name) WHERE hidden <> 1 ORDER BY cid")
SCHEMA = ("sqlite_schema", "sqlite_master")


def databases(_connection: sa.Connection) -> tuple[str, ...]:
    """Return nothing: a file is one database."""
    return ()


def tables(connection: sa.Connection, _database: str) -> tuple[str, ...]:
    """Return tables and views in the order of their names."""
    return tuple(str(row[0]) for row in connection.execute(TABLES))


def table(connection: sa.Connection, _database: str, name: str) -> Table | None:
    """Return columns, key and size of a table; None where there is none of exactly this name."""
    found = connection.execute(TABLE, {"name": name}).first()
    if found is None:
        return None
    columns = connection.execute(COLUMNS, {"name": name}).all()
    fields = tuple(Field(str(each[0]), str(each[1]), expressions.form_of(str(each[1]))) for each in columns)
    key = tuple(str(each[0]) for each in sorted(columns, key=lambda each: each[2]) if each[2])
    is_table = found[0] == "table"
    has_number = is_table and "without rowid" not in str(found[1]).casefold()
    has_number = has_number and not any(field.name.casefold() == "rowid" for field in fields)
    return Table(
        name=name,
        what=str(found[0]),
        fields=fields,
        key=key or (("rowid",) if has_number else ()),
        n_rows=_estimate(connection, name, has_number=has_number) if is_table else None,
    )


def _estimate(connection: sa.Connection, name: str, *, has_number: bool) -> int:
    """Return the highest row number: there are at most so many rows, save after negative numbers."""
    place = sa.table(name)
    asked: Any = sa.func.max(sa.column("rowid")) if has_number else sa.func.count()
    return int(connection.execute(sa.select(asked).select_from(place)).scalar_one() or 0)


def expected_types(field: Field) -> tuple[str, ...]:
    """Return the types of cells that fit what the column declares; all where it declares nothing."""
    if field.form is Form.WHOLE:
        return ("integer",)
    if field.form is Form.NUMBER:
        return ("integer", "real")
    if field.form is Form.BYTES:
        return ("blob",)
    return TYPES if field.form is Form.ANY else ("text",)


def mixed(
    connection: sa.Connection, place: sa.TableClause, table: Table
) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Return the types of the cells of each column that holds others than it declares, or several."""
    if not table.fields:
        return {}
    part: Any = sa.select(*[sa.column(field.name) for field in table.fields]).select_from(place)
    some = part.limit(LOOKED_AT).subquery("some")
    counts = [count(sa.func.typeof(some.c[field.name]) == kind) for field in table.fields for kind in TYPES]
    found = [int(n or 0) for n in connection.execute(sa.select(*counts)).one()]
    kinds: dict[str, tuple[tuple[str, int], ...]] = {}
    for i, field in enumerate(table.fields):
        types = [(kind, found[len(TYPES) * i + j]) for j, kind in enumerate(TYPES)]
        there = sorted((pair for pair in types if pair[1]), key=lambda pair: -pair[1])
        fits = all(kind in expected_types(field) for kind, _ in there)
        if there and (not fits or (field.form is Form.ANY and len(there) > 1)):
            kinds[field.name] = tuple(there)
    return kinds
