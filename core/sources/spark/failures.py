"""What goes wrong with Spark, as one sentence each."""

from __future__ import annotations

import re
from typing import Any

from core.errors import AppError, BadFile, LoginRefused, SourceError, SourceUnavailable, TooLarge

GONE = ("UNAVAILABLE", "Socket closed", "Connection reset", "CANCELLED", "SESSION_CHANGED", "SESSION_CLOSED")
SILENT = ("DEADLINE_EXCEEDED", "Deadline Exceeded")
LOGIN = ("UNAUTHENTICATED", "Invalid authentication token", "PERMISSION_DENIED")
DAMAGED = ("FAILED_READ_FILE", "CANNOT_READ_FILE_FOOTER", "is not a Parquet file", "CANNOT_MERGE_SCHEMAS")
ABSENT = ("PATH_NOT_FOUND", "FILE_NOT_EXIST", "FAILED_READ_FILE.FILE_NOT_EXIST")
DENIED = ("Access denied for user", "command denied to user", "permission denied")
NO_DATABASE = ("Unknown database",)
NO_SQL = (
    "Could not connect to",
    "Communications link failure",
    "SQLNonTransientConnectionException",
    "SQLTransientConnectionException",
)
NO_DRIVER = ("ClassNotFoundException: org.mariadb", "No suitable driver")
SHORT = ("OutOfMemoryError", "Java heap space", "RESOURCE_EXHAUSTED")
SHOWN = 200
TRACE = "JVM stacktrace:"
"""What follows names the causes, down to the driver's own words."""


class ServerGone(SourceUnavailable):
    """The server was there and is not any more; one of ours is started anew by the next call."""


def gone(name: str) -> SourceUnavailable:
    """Say that the server was there and is not any more."""
    return ServerGone(
        f"Spark of '{name}' stopped while it was working.",
        hint="Nothing was kept of what it had sent. Try again: it is started anew where it is ours.",
        retry=True,
    )


def silent(name: str) -> SourceUnavailable:
    """Say that the server takes connections and does not answer."""
    return SourceUnavailable(
        f"Spark of '{name}' does not answer.",
        hint="Nothing was kept of what it had sent. Try again when it runs.",
        retry=True,
    )


def refused(name: str, address: str) -> SourceUnavailable:
    """Say that nobody takes connections at the address."""
    return SourceUnavailable(
        f"'{name}' refused the connection at {address}.",
        hint="Check that Spark runs there, and the port.",
        retry=True,
    )


def unreachable(name: str, address: str) -> SourceUnavailable:
    """Say that the address stays silent."""
    return SourceUnavailable(
        f"'{name}' does not answer at {address}.", hint="Check the address and the network.", retry=True
    )


def explained(error: BaseException, name: str) -> AppError:
    """Return what an error of Spark's client means, in one sentence; never with an address or a password."""
    text = told(error)
    head = text.partition(TRACE)[0]
    if _has(head, LOGIN):
        return LoginRefused(
            f"'{name}' does not accept the token.",
            hint="Check the password of the connection: it is the token.",
        )
    if _has(head, SILENT):
        return silent(name)
    if _has(text, SHORT):
        return TooLarge(
            f"Spark of '{name}' ran out of memory.", hint="Choose fewer rows or columns.", retry=True
        )
    if _has(text, (*DENIED, *NO_DATABASE, *NO_SQL)):
        return _of_database(text, name)
    if _has(head, GONE):
        return gone(name)
    if _has(text, ABSENT):
        return SourceError(
            f"A file of '{name}' is gone since it was listed.", hint="Look at the tables again.", retry=True
        )
    if _has(text, NO_DRIVER):
        return SourceError(
            f"Spark of '{name}' has no JDBC driver for the SQL connection.",
            hint="Install libmariadb-java, or name the driver's jar in 'driver_file'.",
        )
    return _of_content(text, name)


def _of_database(text: str, name: str) -> AppError:
    """Return what the SQL database said that Spark reads over JDBC."""
    if _has(text, NO_DATABASE):
        return LoginRefused(
            f"Spark of '{name}' found no such database.", hint="Check 'database' of the SQL connection."
        )
    if _has(text, DENIED):
        return LoginRefused(
            f"The database that Spark of '{name}' reads did not let the account in.",
            hint="Check user, password and grants of the SQL connection.",
        )
    return SourceUnavailable(
        f"Spark of '{name}' does not reach the SQL database.",
        hint="Check that it runs, and that Spark's computers may connect to it.",
        retry=True,
    )


def _of_content(text: str, name: str) -> AppError:
    """Return what is wrong with the data that were to be read."""
    if "CANNOT_MERGE_SCHEMAS" in text or "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE" in text:
        return BadFile(
            f"The files of one table of '{name}' have columns of different types.",
            hint="Keep files of one shape in one folder.",
        )
    if _has(text, DAMAGED):
        file = re.search(r"([^/\s']+\.(?:parquet|csv|json|jsonl|ndjson|gz|txt|tsv))", text)
        which = f"The file '{file[1]}'" if file else "A file"
        return BadFile(f"{which} of '{name}' is damaged.", hint="Export it again.")
    shown = text.partition(TRACE)[0]
    first = next((line.strip() for line in shown.splitlines() if line.strip()), "no reason was given")
    return SourceError(
        f"Spark of '{name}' could not do this: {first[:SHOWN]}", hint="Look at the table's columns and types."
    )


def told(error: BaseException) -> str:
    """Return what an error says, with the kind of its status, without addresses and passwords."""
    code: Any = getattr(error, "code", None)
    kind = str(code()) if callable(code) else ""
    text = f"{kind} {error}".strip()
    text = re.sub(r"jdbc:\S+", "jdbc:...", text)
    return re.sub(r"(?i)(password|token)\s*[=:]\s*\S+", r"\1=***", text)


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)
