"""A real MongoDB in a temporary folder: one a test worker, and one database a test."""

import contextlib
import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymongo
import pytest
from pymongo.database import Database
from pymongo.errors import PyMongoError

from tests.servers.process import free_port, running
from tests.setup import places

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Mongo:
    """Where the server answers."""

    port: int
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        """The address as PyMongo takes it."""
        return f"mongodb://{self.host}:{self.port}/"

    def client(self) -> pymongo.MongoClient:
        """Return a client that gives up after two seconds; close it."""
        return pymongo.MongoClient(self.url, serverSelectionTimeoutMS=2_000)

    def answers(self) -> bool:
        """Whether the server takes commands."""
        try:
            with pymongo.MongoClient(self.url, serverSelectionTimeoutMS=200) as client:
                client.admin.command("ping")
        except PyMongoError:
            return False
        return True


@contextlib.contextmanager
def started(*options: str) -> Iterator[Mongo]:
    """Run a server for the length of the block (300 MB of journal, gone afterwards)."""
    with tempfile.TemporaryDirectory(prefix="waymark-mongo-") as name:
        folder = Path(name)
        (folder / "db").mkdir()
        server = Mongo(port=free_port())
        command = [
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
            *options,
        ]
        with running(command, is_ready=server.answers, log=folder / "log"):
            yield server


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
