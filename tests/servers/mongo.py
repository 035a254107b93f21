"""A real MongoDB in a temporary folder: one a test worker, and one database a test."""

import contextlib
import itertools
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pymongo.database import Database
from pymongo.errors import OperationFailure

from tests.servers.certificates import Certificates
from tests.servers.managed import Managed
from tests.servers.mongo_login import ON_DISK, Mongo
from tests.servers.process import free_port
from tests.setup import places

_NUMBERS = itertools.count(1)


@contextlib.contextmanager
def started(
    *options: str,
    folder: Path | None = None,
    port: int = 0,
    auth: bool = False,
    password: str = "",
    certificates: Certificates | None = None,
) -> Iterator[Mongo]:
    """Run a server for the length of the block (300 MB of journal).

    Its data are gone afterwards, or stay in ``folder``. With ``auth`` it asks for a login, and what is
    returned logs in as ``root`` with ``password`` (made at random when empty).
    """
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-mongo-")))
        (folder / "db").mkdir(exist_ok=True)
        server = Mongo(port=port or free_port(), certificates=certificates)
        command = [*_command(folder, server), *_encryption(certificates), *(["--auth"] if auth else [])]
        process = Managed([*command, *options], is_ready=server.answers, log=folder / "log")
        stack.callback(process.close)
        process.start()
        if auth:
            server = _with_root(server, password or secrets.token_urlsafe(18))
        yield replace(server, process=process)


def _command(folder: Path, server: Mongo) -> list[str | Path]:
    return [
        places.mongod(),
        "--dbpath",
        folder / "db",
        "--port",
        str(server.port),
        "--bind_ip",
        "127.0.0.1",
        "--wiredTigerCacheSizeGB",
        "0.25",
        "--nounixsocket",
        "--setParameter",
        "diagnosticDataCollectionEnabled=false",
    ]


def _encryption(certificates: Certificates | None) -> list[str | Path]:
    if certificates is None:
        return []
    return [
        "--tlsMode",
        "requireTLS",
        "--tlsCertificateKeyFile",
        certificates.both,
        "--tlsCAFile",
        certificates.authority,
        "--tlsAllowConnectionsWithoutCertificates",
    ]


def _with_root(server: Mongo, password: str) -> Mongo:
    """Return the login of root, who is made where nobody can log in yet."""
    root = replace(server, user="root", password=password)
    # Whoever comes first from this computer may make an account, and nobody after that.
    with server.client() as client, contextlib.suppress(OperationFailure):
        client.admin.command("createUser", "root", pwd=password, roles=["root"], writeConcern=ON_DISK)
    with root.client() as client:
        client.admin.command("connectionStatus")
    return root


@pytest.fixture(scope="session")
def mongo() -> Iterator[Mongo]:
    """A running MongoDB, shared by the tests of this worker."""
    with started() as server:
        yield server


@pytest.fixture
def mongo_database(mongo: Mongo) -> Iterator[Database]:
    """An empty database that this test has to itself."""
    name = f"waymark_{next(_NUMBERS)}"
    with mongo.client() as client:
        yield client[name]
        client.drop_database(name)
