"""Databases to read: the one of a test, and servers of their own for tests that break them."""

import contextlib
import time

import pytest

from core.connections import Connection, ConnectionKind, ReadLimits, Secret
from core.errors import AppError
from core.sources.base import Connections, ConnectionSpec
from core.sources.sql import fastest
from core.sources.sql.source import SqlSource
from tests.servers import mariadb as mariadb_server
from tests.servers import postgres as postgres_server

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

    kind = ConnectionKind.MYSQL
    owner_may = "ALL PRIVILEGES"
    shut = "mysql"
    """A database that only its owner may read."""
    slow = "CREATE OR REPLACE VIEW slow AS SELECT a.id, SLEEP(0.001) AS s FROM events a"
    """A view that takes a while for each row."""

    def __init__(self, server, name):
        self.server = server
        self.name = name

    def source(self, **more):
        return source_of(**{"port": self.server.port, "database": self.name, **more})

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

    def is_slow(self):
        """Tell whether somebody still reads the slow view."""
        return self.run(
            "SELECT info FROM information_schema.processlist "
            "WHERE info LIKE '%slow%' AND info NOT LIKE '%processlist%'"
        )


class PgSchool(School):
    """A database of PostgreSQL with a source that reads it."""

    kind = ConnectionKind.POSTGRESQL
    owner_may = "SUPERUSER"
    shut = "template1"
    slow = "CREATE OR REPLACE VIEW slow AS SELECT id, pg_sleep(0.005)::text AS s FROM events"

    def source(self, **more):
        login = {"user": self.server.user, "password": self.server.password, "kind": self.kind}
        return super().source(**{**login, **more})

    def run(self, *statements):
        return self.server.execute(*statements, database=self.name)

    def fill(self, n_rows, table="events"):
        """Make a table with so many rows: an id, a text, a number and a time."""
        self.run(
            f"CREATE TABLE {table} AS SELECT n AS id, 'S' || lpad((n % 997)::text, 8, '0') AS student, "
            "n / 8.0::float8 AS minutes, timestamp '2024-01-01' + (n % 100000) * interval '1 minute' AS at "
            f"FROM generate_series(1, {n_rows}) AS n",
            f"ALTER TABLE {table} ADD PRIMARY KEY (id)",
            f"ANALYZE {table}",
        )

    def is_slow(self):
        """Tell whether somebody still reads the slow view."""
        return self.run(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'Waymark' AND state <> 'idle'"
        )


SECRET = "s3cret/@:%' host=evil"
QUOTED = SECRET.replace("'", "''")
N_ROWS = 40_000
PATIENT = 30.0
"""Seconds for what is not about silence: other work may keep this computer busy."""


@contextlib.contextmanager
def private_mariadb():
    """A MariaDB that tests may harm, with a table that takes a while to read."""
    with mariadb_server.started() as server:
        run(server, "CREATE DATABASE harm CHARACTER SET utf8mb4")
        school = School(server, "harm")
        school.fill(N_ROWS)
        run(
            server,
            f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{QUOTED}'",
            "GRANT SELECT ON harm.* TO reader@'127.0.0.1'",
            "CREATE USER narrow@'127.0.0.1' IDENTIFIED BY 'x'",
            "GRANT SELECT (id) ON harm.events TO narrow@'127.0.0.1'",
        )
        yield school


@contextlib.contextmanager
def private_postgresql():
    """A PostgreSQL that tests may harm, with a table that takes a while to read."""
    with postgres_server.started() as server:
        server.execute("CREATE DATABASE harm")
        school = PgSchool(server, "harm")
        school.fill(N_ROWS)
        school.run(
            f"CREATE ROLE reader LOGIN PASSWORD '{QUOTED}'",
            "GRANT SELECT ON events TO reader",
            "CREATE ROLE narrow LOGIN PASSWORD 'x'",
            "GRANT SELECT (id) ON events TO narrow",
            "CREATE TABLE closed (id int)",
            "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC",
        )
        yield school


def failure(call):
    """The failure of a call, and how long it took; the password is nowhere in it."""
    begin = time.monotonic()
    with pytest.raises(AppError) as failed:
        call()
    texts, error = [], failed.value
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__
    assert SECRET not in " ".join(texts)
    return failed.value, time.monotonic() - begin


@pytest.fixture(params=["plain", "fast"])
def way(request, monkeypatch):
    """Read by the driver, then by connectorx or COPY, in ranges where the server has them."""
    monkeypatch.setattr(fastest, "FAST_ROWS", 0 if request.param == "fast" else 10**12)
    monkeypatch.setattr(fastest, "SPLIT_ROWS", 10_000)
    monkeypatch.setattr(fastest, "RANGE_ROWS", 5_000)
    return request.param


@pytest.fixture
def pg(postgres_database):
    """An empty database of the shared PostgreSQL."""
    return PgSchool(postgres_database.server, postgres_database.name)


@pytest.fixture
def school(mariadb_database):
    """An empty database of the shared MariaDB."""
    return School(mariadb_database.server, mariadb_database.name)
