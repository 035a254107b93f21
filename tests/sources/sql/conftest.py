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
    kind=ConnectionKind.MYSQL,
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
        kind=kind,
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


class PgSchool:
    """A database of PostgreSQL with a source that reads it."""

    def __init__(self, server, name):
        self.server = server
        self.name = name

    def source(self, **more):
        login = {"port": self.server.port, "user": self.server.user, "password": self.server.password}
        return source_of(**{**login, "database": self.name, "kind": ConnectionKind.POSTGRESQL, **more})

    def run(self, *statements):
        return self.server.execute(*statements, database=self.name)

    def fill(self, n_rows, table="events"):
        """Make a table with so many rows: an id, a text, a number and a time."""
        self.run(
            f"CREATE TABLE {table} AS SELECT n AS id, 'S' || lpad((n % 997)::text, 8, '0') AS student, "
            "n / 8.0::float8 AS minutes, timestamp '2024-01-01' + (n % 100000) * interval '1 minute' AS seen "
            f"FROM generate_series(1, {n_rows}) AS n",
            f"ALTER TABLE {table} ADD PRIMARY KEY (id)",
            f"ANALYZE {table}",
        )


@pytest.fixture
def pg(postgres_database):
    """An empty database of the shared PostgreSQL."""
    return PgSchool(postgres_database.server, postgres_database.name)


@pytest.fixture
def school(mariadb_database):
    """An empty database of the shared server."""
    return School(mariadb_database)
