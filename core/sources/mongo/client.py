"""How MongoDB is reached: clients made from fields, never from a URL, that give up in time."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pymongo

from core.connections import PORTS, Connection, ConnectionKind
from core.sources.base import Connections
from core.sources.certificates import checked_ca
from core.sources.hosts import checked_address
from core.sources.mongo.failures import told, unreachable

ADMIN = "admin"
BEAT_MILLISECONDS = 1_000
"""How often the driver asks in the background whether the server lives; when it is silent, reads end."""


@dataclass(frozen=True)
class Server:
    """A server that a connection leads to, and how long one may wait for it."""

    connection: Connection
    connections: Connections

    @property
    def name(self) -> str:
        """What the school calls it."""
        return self.connection.name

    @contextlib.contextmanager
    def quick(self, *, seconds: float | None = None) -> Iterator[Any]:
        """Give a client whose every call ends within some seconds; what fails is an AppError."""
        limit = self.connections.limits.silent_seconds if seconds is None else seconds
        with told(self.connection, seconds=limit), self._client(timeoutMS=int(limit * 1_000)) as client:
            yield client

    @contextlib.contextmanager
    def patient(self) -> Iterator[Any]:
        """Give a client for a long read, that ends with the limit of reads; what fails is an AppError."""
        limit = self.connections.limits.seconds
        with (
            told(self.connection),
            self._client(
                socketTimeoutMS=int((limit + 5) * 1_000), heartbeatFrequencyMS=BEAT_MILLISECONDS
            ) as client,
        ):
            yield client

    def _client(self, **options: Any) -> Any:
        """Return a client, not yet connected; raises HostRefused, SourceNotConfigured, SourceUnavailable."""
        connection = self.connection
        checked_ca(connection)
        port = connection.port or PORTS[ConnectionKind.MONGODB]
        address = checked_address(connection.host, port, allowed=self.connections.hosts)
        seconds = self.connections.limits.connect_seconds
        waiting = int(seconds * 1_000)
        _knock(connection, address, port, seconds)
        return pymongo.MongoClient(
            # A certificate is made out to the name.
            host=_bracketed(connection.host if connection.tls else address),
            port=port,
            directConnection=True,
            serverSelectionTimeoutMS=waiting,
            connectTimeoutMS=waiting,
            waitQueueTimeoutMS=waiting,
            readPreference="primaryPreferred",
            retryWrites=False,
            appName="Waymark",
            **_login(connection),
            **_encryption(connection),
            **options,
        )


def _knock(connection: Connection, address: str, port: int, seconds: float) -> None:
    """Do nothing if somebody listens there; raises SourceUnavailable.

    The driver tries again until its time is over, and then knows only that it did not work.
    """
    try:
        socket.create_connection((address, port), timeout=seconds).close()
    except ConnectionRefusedError:
        raise unreachable("refused", connection) from None
    except OSError:
        raise unreachable("", connection) from None


def _bracketed(host: str) -> str:
    """Return a host as the driver takes it, which looks for a port behind the first colon.

    >>> _bracketed("::1"), _bracketed("127.0.0.1")
    ('[::1]', '127.0.0.1')
    """
    return f"[{host}]" if ":" in host else host


def _login(connection: Connection) -> dict[str, Any]:
    if not connection.user:
        return {}
    return {
        "username": connection.user,
        "password": connection.password.reveal(),
        "authSource": connection.login_database or ADMIN,
    }


def _encryption(connection: Connection) -> dict[str, Any]:
    if not connection.tls:
        return {"tls": False}
    return {"tls": True, **({"tlsCAFile": connection.ca_file} if connection.ca_file else {})}
