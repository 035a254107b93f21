"""What there is in a database before anything is read: tables, columns, and how many rows."""

from __future__ import annotations

import sqlalchemy as sa

from core.errors import InvalidChoice, TableNotFound, choices_hint
from core.sources.base import TableInfo
from core.sources.sql.columns import Table
from core.sources.sql.engine import Engine

COUNTED_ROWS = 50_000
"""A table that the server believes to be smaller is counted."""
FIRST = "students"


def tables(engine: Engine, connection: sa.Connection) -> tuple[str, ...]:
    """Return tables and views, ``students`` first; raises InvalidChoice without a database."""
    _require_database(engine)
    found = engine.family.tables(connection, engine.access.database)
    return tuple(sorted(found, key=lambda name: name != FIRST))


def require(engine: Engine, name: str) -> Table:
    """Return what the catalogue says of a table; raises TableNotFound with the nearest names."""
    return engine.ask(lambda connection: _require(engine, connection, name), table=name)


def describe(engine: Engine, name: str) -> TableInfo:
    """Return columns, types and row count: exact for a small table, else the server's estimate."""

    def question(connection: sa.Connection) -> TableInfo:
        table = _require(engine, connection, name)
        n_rows, is_estimate = _size(engine, connection, table)
        mixed = engine.family.mixed(connection, engine.family.place(engine.access.database, name), table)
        fields = tuple(field.info(mixed.get(field.name, ())) for field in table.fields)
        return TableInfo(name, table.what, fields, n_rows, is_estimate=is_estimate)

    return engine.ask(question, table=name)


def _require_database(engine: Engine) -> None:
    if not engine.access.database and engine.access.connection.host:
        raise InvalidChoice(
            f"No database of '{engine.access.name}' is chosen.",
            hint="Choose one, or set 'database' of the connection.",
        )


def _require(engine: Engine, connection: sa.Connection, name: str) -> Table:
    _require_database(engine)
    table = engine.family.table(connection, engine.access.database, name)
    if table is None:
        raise TableNotFound(
            f"'{engine.access.name}' has no table '{name}'.",
            hint=choices_hint(name, tables(engine, connection)),
        )
    return table


def _size(engine: Engine, connection: sa.Connection, table: Table) -> tuple[int | None, bool]:
    """Return the number of rows, and whether it is an estimate; a view is not counted."""
    if table.n_rows is None:
        return None, False
    if table.n_rows > COUNTED_ROWS:
        return table.n_rows, True
    place = engine.family.place(engine.access.database, table.name)
    return int(connection.execute(sa.select(sa.func.count()).select_from(place)).scalar_one()), False
