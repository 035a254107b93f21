"""A real MariaDB (MySQL protocol) in a temporary folder: one a test worker, and one database a test."""

import contextlib
import itertools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest

from tests.servers.process import NotStarted, free_port, running
from tests.setup import places

_NUMBERS = itertools.count(1)
QUICK = (
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-log-file-size=16M",
)


@dataclass(frozen=True)
class MariaDb:
    """Where the server answers, and how to log in."""

    port: int
    host: str = "127.0.0.1"
    user: str = "root"
    password: str = ""

    def connect(self, database: str | None = None) -> pymysql.Connection:
        """Return a connection of the driver that Waymark uses."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            connect_timeout=2,
            autocommit=True,
        )

    def url(self, database: str = "") -> str:
        """Return the address as SQLAlchemy takes it."""
        login = f"{self.user}:{self.password}@{self.host}:{self.port}"
        return f"mysql+pymysql://{login}/{database}?charset=utf8mb4"

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            self.connect().close()
        except pymysql.err.MySQLError:
            return False
        return True


@dataclass(frozen=True)
class Database:
    """A database of its own for one test."""

    server: MariaDb
    name: str

    @property
    def url(self) -> str:
        """The address as SQLAlchemy takes it."""
        return self.server.url(self.name)


@contextlib.contextmanager
def started() -> Iterator[MariaDb]:
    """Run a server for the length of the block; its data are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="waymark-mariadb-") as name:
        folder = Path(name)
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        _install(folder, as_root)
        server = MariaDb(port=free_port())
        command = [
            places.program("mariadbd"),
            "--no-defaults",
            "--basedir=/usr",
            f"--datadir={folder / 'data'}",
            f"--port={server.port}",
            "--bind-address=127.0.0.1",
            f"--socket={folder / 's.sock'}",
            f"--pid-file={folder / 'pid'}",
            *QUICK,
            *as_root,
        ]
        with running(command, is_ready=server.answers, log=folder / "log"):
            yield server


def _install(folder: Path, as_root: list[str]) -> None:
    """Write the system tables of a new server."""
    command = [
        places.program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        "--basedir=/usr",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
        *as_root,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStarted(f"mariadb-install-db failed:\n{done.stdout[-1_500:]}{done.stderr[-1_500:]}")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """A running MariaDB, shared by the tests of this worker."""
    with started() as server:
        yield server


@pytest.fixture
def mariadb_database(mariadb: MariaDb) -> Iterator[Database]:
    """An empty database that this test has to itself."""
    name = f"waymark_{next(_NUMBERS)}"
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield Database(mariadb, name)
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")
