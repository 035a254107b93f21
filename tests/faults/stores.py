"""The three kinds of server as places that hold tables, written anew as a nightly export would."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pytest

from core.connections import Connection
from core.sources.base import ConnectionSpec
from tests.faults.drifts import Tables


@dataclass(frozen=True)
class Store:
    """A source whose tables can be written anew."""

    connection: Connection
    spec: ConnectionSpec
    write: Callable[[Tables], None]
    """Makes the source hold these tables and no others."""


def mariadb_store(request: pytest.FixtureRequest) -> Store:
    """Return a database of the shared MariaDB."""
    database = request.getfixturevalue("mariadb_database")

    def write(tables: Tables) -> None:
        with database.server.connect(database.name) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW TABLES")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TABLE `{name}`")
            for name, rows in tables.items():
                _into_mariadb(cursor, name, rows)

    return Store(
        Connection.of("store", database.server.settings(database.name)), ConnectionSpec("store"), write
    )


def _into_mariadb(cursor: pymysql.cursors.Cursor, name: str, rows: pd.DataFrame) -> None:
    columns = ", ".join(f"`{column}` {_sql_type(rows[column])}" for column in rows)
    cursor.execute(f"CREATE TABLE `{name}` ({columns})")
    values = ", ".join(["%s"] * rows.shape[1])
    cells = [[_plain(cell, as_json=True) for cell in row] for row in rows.itertuples(index=False)]
    cursor.executemany(f"INSERT INTO `{name}` VALUES ({values})", cells)


def _sql_type(values: pd.Series) -> str:
    first = _plain(values.iloc[0], as_json=False)
    types = {str: "VARCHAR(40)", int: "INT", float: "DOUBLE", list: "JSON"}
    return types.get(type(first), "DATE")


def mongo_store(request: pytest.FixtureRequest) -> Store:
    """Return a database of the shared MongoDB."""
    server, database = request.getfixturevalue("mongo"), request.getfixturevalue("mongo_database")

    def write(tables: Tables) -> None:
        for name in database.list_collection_names():
            database.drop_collection(name)
        for name, rows in tables.items():
            database[name].insert_many(
                {column: _day_as_time(_plain(cell, as_json=False)) for column, cell in row.items()}
                for row in rows.to_dict("records")
            )

    return Store(Connection.of("store", server.settings(database.name)), ConnectionSpec("store"), write)


def spark_store(request: pytest.FixtureRequest) -> Store:
    """Return a folder of Parquet files under Spark's own; each table is in three files."""
    place = request.getfixturevalue("spark_local")

    def write(tables: Tables) -> None:
        for name in ("students", "visits", "visits_new"):
            shutil.rmtree(place.folder / name, ignore_errors=True)
        for name, rows in tables.items():
            (place.folder / name).mkdir()
            third = len(rows) // 3
            for part in range(3):
                some = rows.iloc[part * third : (part + 1) * third]
                table = pa.Table.from_pandas(some, preserve_index=False)
                pq.write_table(table, place.folder / name / f"{part}.parquet")

    request.addfinalizer(lambda: write({}))
    return Store(place.connection, ConnectionSpec(place.connection.name, "files"), write)


def _plain(cell: Any, *, as_json: bool) -> Any:
    """Return a cell as drivers take it."""
    if isinstance(cell, list):
        cells = [_plain(one, as_json=as_json) for one in cell]
        return json.dumps(cells) if as_json else cells
    return cell.item() if hasattr(cell, "item") else cell


def _day_as_time(cell: Any) -> Any:
    """Return a day as MongoDB holds it."""
    if isinstance(cell, list):
        return [_day_as_time(one) for one in cell]
    if hasattr(cell, "isoformat") and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)
    return cell


STORES = {"mariadb": mariadb_store, "mongo": mongo_store, "spark": spark_store}
