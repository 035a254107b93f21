"""Databases to read: the one of a test, and servers of their own for tests that break them."""

import contextlib

import pytest

from core.connections import Connection, ConnectionKind, ReadLimits, Secret
from core.sources.base import Connections, ConnectionSpec
from core.sources.sql.source import SqlSource

QUICK = ReadLimits(seconds=30.0, connect_seconds=2.0, silent_seconds=2.5)


def source_of(
    port,
    *,
    database="",
    user="root",
    password="",
    host="127.0.0.1",
    limits=QUICK,
    hosts=(),
    **more,
):
    """A source as settings make it."""
    connection = Connection(
        name="school",
        kind=ConnectionKind.MYSQL,
        host=host,
        port=port,
        user=user,
        password=Secret(password),
        database=database,
        **more,
    )
    connections = Connections(profiles=(connection,), hosts=hosts, limits=limits)
    return SqlSource(connection, ConnectionSpec("school"), connections)


def run(server, *statements, database=None):
    """Run statements as the server's owner; return the rows of the last."""
    with contextlib.closing(server.connect(database)) as connection, connection.cursor() as cursor:
        for statement in statements:
            if isinstance(statement, tuple):
                cursor.executemany(*statement)
            else:
                cursor.execute(statement)
        return cursor.fetchall()


class School:
    """A database of MariaDB with a source that reads it."""

    def __init__(self, database):
        self.server = database.server
        self.name = database.name

    def source(self, **more):
        return source_of(self.server.port, database=self.name, **more)

    def run(self, *statements):
        return run(
            self.server, "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'", *statements, database=self.name
        )

    def fill(self, n_rows, table="events"):
        """Make a table with so many rows: an id, a text, a number and a time."""
        self.run(
            f"CREATE TABLE {table} (id INT PRIMARY KEY, student VARCHAR(12), minutes DOUBLE, at DATETIME)",
            f"INSERT INTO {table} SELECT seq, CONCAT('S', LPAD(seq % 997, 8, '0')), seq / 8, "
            f"'2024-01-01' + INTERVAL seq % 100000 MINUTE FROM seq_1_to_{n_rows}",
            f"ANALYZE TABLE {table}",
        )


@pytest.fixture
def school(mariadb_database):
    """An empty database of the shared server."""
    return School(mariadb_database)
