"""A real PostgreSQL in a temporary folder: one a test worker, and one database a test."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.servers.certificates import Certificates
from tests.servers.managed import Managed
from tests.servers.postgres_login import PostgreSql
from tests.servers.process import NotStarted, free_port, tied_to_us
from tests.setup import places
from tests.setup.install import find_postgres

_NUMBERS = itertools.count(1)
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
ACCOUNTS = ("postgres", "nobody")
"""As whom the server runs where the tests run as root, which it refuses."""


@dataclass(frozen=True)
class Database:
    """A database of its own for one test."""

    server: PostgreSql
    name: str

    @property
    def url(self) -> str:
        """The address as SQLAlchemy takes it."""
        return self.server.url(self.name)


class Processes(Managed):
    """The server's processes: it has one for each connection, and all of them are harmed together."""

    def close(self) -> None:
        """End it without waiting for its clients to leave."""
        if self.is_running:
            self.cont()
            os.kill(self.pid, signal.SIGINT)
            assert self._process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
        super().close()

    def _signal(self, number: int) -> None:
        if self.is_running:
            os.killpg(self.pid, number)


@contextlib.contextmanager
def started(
    *, certificates: Certificates | None = None, login: str = "scram-sha-256", encoding: str = "UTF8"
) -> Iterator[PostgreSql]:
    """Run a server for the length of the block; its data are gone afterwards."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-postgres-")))
        server = PostgreSql(port=free_port(), password="postgres")
        _install(folder, server.password, login=login, encoding=encoding)
        process = Processes(
            _as_account([*tied_to_us(_command(folder, server)), *_encryption(folder, certificates)]),
            is_ready=server.answers,
            log=folder / "log",
        )
        stack.callback(process.close)
        process.start()
        yield replace(server, certificates=certificates, process=process)


def _command(folder: Path, server: PostgreSql) -> list[str | Path]:
    settings = {"listen_addresses": server.host, "port": server.port, "unix_socket_directories": "", **QUICK}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [_program("postgres"), "-D", folder / "data", *options]


def _program(name: str) -> Path:
    folder = find_postgres()
    if folder is None:
        raise places.NotInstalled("'postgres' is not installed; 'make test' installs it.")
    return folder / name


def _encryption(folder: Path, certificates: Certificates | None) -> list[str]:
    """Return the options of a server that encrypts; the key has to belong to its account."""
    if certificates is None:
        return []
    key, certificate = folder / "data" / "own.key", folder / "data" / "own.pem"
    for source, place in ((certificates.key, key), (certificates.certificate, certificate)):
        shutil.copyfile(source, place)
        place.chmod(0o600)
        _give(place)
    return ["-c", "ssl=on", "-c", f"ssl_cert_file={certificate}", "-c", f"ssl_key_file={key}"]


def _install(folder: Path, password: str, *, login: str, encoding: str) -> None:
    """Write the files of a new server, into a folder that its account can reach."""
    folder.chmod(0o711)
    data, note = folder / "data", folder / "password"
    data.mkdir(mode=0o700)
    note.touch(mode=0o600)
    note.write_text(password, encoding="utf-8")
    _give(data)
    _give(note)
    command = [
        _program("initdb"),
        f"--pgdata={data}",
        "--username=postgres",
        f"--pwfile={note}",
        f"--auth={login}",
        f"--encoding={encoding}",
        "--locale=C" if encoding != "UTF8" else "--locale=C.UTF-8",
        "--no-sync",
    ]
    done = subprocess.run(_as_account(command), capture_output=True, text=True, check=False, cwd="/")
    note.unlink()
    if done.returncode:
        raise NotStarted(f"initdb failed:\n{done.stdout[-1_500:]}{done.stderr[-1_500:]}")


def _account() -> pwd.struct_passwd | None:
    """Return as whom the server runs; None for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name: each for each in pwd.getpwall()}
    return next(known[name] for name in ACCOUNTS if name in known)


def _as_account(command: Sequence[str | Path]) -> list[str | Path]:
    account = _account()
    if account is None:
        return list(command)
    ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return [places.program("setpriv"), *ids, "--", *command]


def _give(place: Path) -> None:
    account = _account()
    if account is not None:
        os.chown(place, account.pw_uid, account.pw_gid)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSql]:
    """A running PostgreSQL, shared by the tests of this worker."""
    with started() as server:
        yield server


@pytest.fixture
def postgres_database(postgres: PostgreSql) -> Iterator[Database]:
    """An empty database that this test has to itself."""
    name = f"waymark_{next(_NUMBERS)}"
    postgres.execute(f"CREATE DATABASE {name}")
    yield Database(postgres, name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
