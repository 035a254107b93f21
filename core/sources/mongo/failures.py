"""What the driver's errors mean, in one sentence each; no sentence holds a password."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bson.errors import InvalidBSON
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from core.connections import Connection
from core.errors import AppError, LoginRefused, SourceNotConfigured, SourceUnavailable, TooLarge
from core.sources.mongo.layout import NotBson

WRONG_LOGIN, NO_GRANT = (18, 8000), (13,)
STOPPED = (43, 91, 189, 237, 11600, 11601, 11602)
"""Cursor not found or killed, shutdown, stepped down, interrupted."""
TOO_MUCH = (146, 292, 10334, 16819, 16945)
"""Over the memory or the size that the server allows."""


@contextlib.contextmanager
def told(connection: Connection, *, seconds: float = 0.0) -> Iterator[None]:
    """Raise what the driver raises within the block as an AppError with a hint.

    ``seconds`` is how long one question may take; 0 where only the limit of a read holds.
    """
    try:
        yield
    except (PyMongoError, InvalidBSON, NotBson) as error:
        # Without the cause: what the driver says may hold what was sent to log in.
        if seconds and isinstance(error, ExecutionTimeout):
            raise _slow(connection, seconds) from None
        raise as_app_error(error, connection) from None


def as_app_error(error: Exception, connection: Connection) -> AppError:
    """Return what a driver's error means."""
    name = connection.name
    if isinstance(error, ExecutionTimeout):
        return TooLarge(
            f"'{name}' took longer than the limit of one read and was stopped.",
            hint="Choose fewer rows or columns, or raise WAYMARK_READ_SECONDS.",
            retry=True,
        )
    if isinstance(error, OperationFailure):
        return _refused(error, connection)
    if isinstance(error, ConfigurationError):
        return SourceNotConfigured(
            f"The settings of '{name}' cannot be used for MongoDB.",
            hint="Check the file of the certificate authority, and the name of the login database.",
        )
    if isinstance(error, ServerSelectionTimeoutError):
        return unreachable(str(error), connection)
    if isinstance(error, ConnectionFailure) or getattr(error, "timeout", False):
        return _ended(str(error), connection)
    return SourceUnavailable(
        f"'{name}' sent what is no answer of MongoDB.",
        hint=f"Check that MongoDB listens at {connection.address}.",
        retry=True,
    )


def _slow(connection: Connection, seconds: float) -> AppError:
    """Return why a question that needs little work had no answer: no limit that could be raised."""
    return SourceUnavailable(
        f"'{connection.name}' did not answer within {seconds:g} seconds.",
        hint="It may be busy. Try again later.",
        retry=True,
    )


def _refused(error: OperationFailure, connection: Connection) -> AppError:
    """Return what an answer that says no means."""
    name = connection.name
    if error.code in WRONG_LOGIN:
        return LoginRefused(
            f"'{name}' does not know this user with this password.",
            hint="Check user, password and login database in the connection's settings.",
        )
    if error.code in NO_GRANT:
        return LoginRefused(
            f"The account of '{name}' may not read this.",
            hint="Ask for the role 'read' on the database.",
        )
    if error.code in STOPPED:
        return _ended("", connection)
    if error.code in TOO_MUCH:
        return TooLarge(
            f"'{name}' needs more memory for this than it allows.", hint="Choose fewer rows or columns."
        )
    code = (error.details or {}).get("codeName") or error.code
    return SourceUnavailable(
        f"'{name}' could not answer this question ({code}).",
        hint="Waymark reads from MongoDB 5.0 and later.",
    )


def unreachable(text: str, connection: Connection) -> AppError:
    """Return why no connection came about, by the words that the driver found."""
    name, words = connection.name, text.casefold()
    if any(word in words for word in ("ssl", "certificate", "tls")):
        return SourceUnavailable(
            f"'{name}' and Waymark found no encryption that both accept.",
            hint="Check 'tls' and 'ca_file', and that the certificate is made out to the host's name.",
        )
    if "refused" in words:
        return SourceUnavailable(
            f"'{name}' refused the connection at {connection.address}.",
            hint="Check host and port, and that MongoDB runs.",
            retry=True,
        )
    if any(word in words for word in ("name or service", "getaddrinfo", "nodename", "name resolution")):
        return SourceUnavailable(
            f"The host '{connection.host}' is unknown.",
            hint="Check its spelling, and that the network is up.",
            retry=True,
        )
    if "closed" in words or "reset" in words:
        return SourceUnavailable(
            f"'{name}' closed the connection at {connection.address}.",
            hint="It may have too many connections, or want an encrypted one.",
            retry=True,
        )
    return SourceUnavailable(
        f"'{name}' does not answer at {connection.address}.",
        hint="Check host and port, and that no firewall stands between.",
        retry=True,
    )


def _ended(text: str, connection: Connection) -> AppError:
    if "refused" in text.casefold():
        return unreachable(text, connection)
    return SourceUnavailable(
        f"'{connection.name}' stopped answering.",
        hint="Nothing was kept of what it had sent. Try again when it runs.",
        retry=True,
    )
