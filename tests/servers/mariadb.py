"""A real MariaDB (MySQL protocol) in a temporary folder: one a test worker, and one database a test."""

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.servers.certificates import Certificates
from tests.servers.managed import Managed
from tests.servers.mariadb_login import MariaDb
from tests.servers.process import NotStarted, free_port
from tests.setup import places

_NUMBERS = itertools.count(1)
QUICK = (
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-log-file-size=16M",
)


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
def started(
    *options: str,
    folder: Path | None = None,
    port: int = 0,
    password: str = "",
    certificates: Certificates | None = None,
) -> Iterator[MariaDb]:
    """Run a server for the length of the block.

    Its data are gone afterwards, or stay in ``folder``; ``password`` is what root logs in with from then on.
    """
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-mariadb-")))
        server = MariaDb(port=port or free_port(), password=password)
        process = Managed(
            [*_command(folder, server), *_encryption(certificates), *options],
            is_ready=server.answers,
            log=folder / "log",
        )
        _install(folder)
        _note_password(folder, password)
        stack.callback(process.close)
        process.start()
        (folder / "init.sql").write_text("", encoding="utf-8")
        yield replace(server, certificates=certificates, process=process)


def _command(folder: Path, server: MariaDb) -> list[str | Path]:
    return [
        places.program("mariadbd"),
        "--no-defaults",
        "--basedir=/usr",
        f"--datadir={folder / 'data'}",
        f"--tmpdir={folder}",
        f"--port={server.port}",
        "--bind-address=127.0.0.1",
        "--socket=s.sock",  # in the data folder: a whole path may be longer than the system allows
        f"--pid-file={folder / 'pid'}",
        f"--init-file={folder / 'init.sql'}",
        *QUICK,
        *_as_root(),
    ]


def _as_root() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


def _encryption(certificates: Certificates | None) -> list[str]:
    if certificates is None:
        return []
    return [
        f"--ssl-ca={certificates.authority}",
        f"--ssl-cert={certificates.certificate}",
        f"--ssl-key={certificates.key}",
    ]


def _note_password(folder: Path, password: str) -> None:
    """Have the server set root's password before it listens; nobody else may read the file."""
    note = folder / "init.sql"
    note.touch(mode=0o600)
    hosts = ("localhost", "127.0.0.1", "::1")
    alter = ", ".join(f"'root'@'{host}' IDENTIFIED BY '{password}'" for host in hosts)
    note.write_text(f"ALTER USER IF EXISTS {alter};\n" if password else "", encoding="utf-8")


def _install(folder: Path) -> None:
    """Write the system tables of a new server; they appear whole or not at all."""
    if (folder / "data").exists():
        return
    draft = folder / "data-draft"
    shutil.rmtree(draft, ignore_errors=True)
    command = [
        places.program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={draft}",
        f"--tmpdir={folder}",  # in a shared one, two installations take each other's files away
        "--basedir=/usr",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--skip-name-resolve",
        *_as_root(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStarted(f"mariadb-install-db failed:\n{done.stdout[-1_500:]}{done.stderr[-1_500:]}")
    draft.rename(folder / "data")


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
