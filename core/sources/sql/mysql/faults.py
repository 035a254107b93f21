"""What a failure of MySQL's driver means: one table from error numbers to sentences."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from core.errors import (
    AppError,
    LoginRefused,
    SchemaChanged,
    SourceUnavailable,
    TableNotFound,
    TooLarge,
)
from core.sources.sql.family import Access

Maker = Callable[[Access, str], AppError]
BUSY = frozenset({1040, 1129, 1203, 1226})
"""The server lives and has no room for one more."""


def fault_of(error: BaseException, access: Access, *, table: str) -> AppError:
    """Return what went wrong in one sentence; never with a password or a value of a row."""
    for known in _chain(error):
        if isinstance(known, AppError):
            return known
        if isinstance(known, ssl.SSLError):
            return _tls(access, table)
        if isinstance(known, ConnectionRefusedError):
            return _refused(access, table)
        if isinstance(known, TimeoutError):
            return _silent(access, table)
    number, words = _number(error)
    if "timed out" in words:
        return _silent(access, table)
    if "Connection refused" in words or "os error 111" in words:
        return _refused(access, table)
    return SENTENCES.get(number, _lost)(access, table)


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error, what it wraps, and what that came from."""
    found: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        one = todo.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            todo += [getattr(one, "orig", None), getattr(one, "original_exception", None), one.__cause__]
    return found


def number_of(error: BaseException) -> int:
    """Return the server's error number, 0 where there is none."""
    return _number(error)[0]


def _number(error: BaseException) -> tuple[int, str]:
    for one in _chain(error):
        if one.args and isinstance(one.args[0], int):
            return one.args[0], str(one)
    words = str(error)
    # The fast path says it in words: MySqlError { ERROR 1045 (28000): ... }
    _, _, after = words.partition("ERROR ")
    digits = after[:4]
    return (int(digits) if digits.isdecimal() else 0), words


def _refused(access: Access, _table: str) -> AppError:
    return SourceUnavailable(
        f"'{access.name}' refused the connection at {access.connection.address}.",
        hint="Check host and port, and that the server runs.",
        retry=True,
    )


def _silent(access: Access, _table: str) -> AppError:
    return SourceUnavailable(
        f"'{access.name}' does not answer at {access.connection.address}.",
        hint="The server is stopped, overloaded, or behind a firewall. Try again when it runs.",
        retry=True,
    )


def _lost(access: Access, _table: str) -> AppError:
    return SourceUnavailable(
        f"The connection to '{access.name}' was lost.",
        hint="Nothing was kept of what had been read. Try again.",
        retry=True,
    )


def _tls(access: Access, _table: str) -> AppError:
    return SourceUnavailable(
        f"No encrypted connection to '{access.name}' could be made: the server offers none, or its "
        "certificate is not trusted.",
        hint="Check 'ca_file', and that 'host' is the name in the certificate.",
    )


def _password(access: Access, _table: str) -> AppError:
    return LoginRefused(
        f"'{access.name}' did not accept the user or the password.",
        hint="Check 'user' and 'password' of the connection.",
    )


def _database(access: Access, _table: str) -> AppError:
    return LoginRefused(
        f"'{access.name}' has no database '{access.database}'.",
        hint="Check 'database' of the connection, or choose another one.",
    )


def _grant(access: Access, table: str) -> AppError:
    what = f"the table '{table}'" if table else f"the database '{access.database}'"
    return LoginRefused(
        f"The account of '{access.name}' may not read {what}.",
        hint="Ask the database's administrator for the right to read (GRANT SELECT).",
    )


def _room(access: Access, _table: str) -> AppError:
    return SourceUnavailable(
        f"'{access.name}' has too many connections and took no more.",
        hint="Try again in a minute.",
        retry=True,
    )


def _table(access: Access, table: str) -> AppError:
    return TableNotFound(
        f"'{access.name}' has no table '{table}' any more.", hint="Look at the list of tables again."
    )


def _column(access: Access, table: str) -> AppError:
    return SchemaChanged(
        f"The columns of '{table}' in '{access.name}' changed while they were read.",
        hint="Look at the table again.",
        retry=True,
    )


def _view(access: Access, table: str) -> AppError:
    return TableNotFound(
        f"The view '{table}' of '{access.name}' is broken: it needs a table, a column or a right that is "
        "not there.",
        hint="Ask the database's administrator.",
    )


def _locked(access: Access, table: str) -> AppError:
    return SourceUnavailable(
        f"The table '{table}' of '{access.name}' is locked by somebody else.",
        hint="Try again in a minute.",
        retry=True,
    )


def _time(access: Access, _table: str) -> AppError:
    return TooLarge(
        f"Reading from '{access.name}' took longer than its limit of {access.limits.seconds:,.0f} seconds "
        "and was stopped.",
        hint="Choose fewer rows or columns, or raise WAYMARK_READ_SECONDS.",
        retry=True,
    )


SENTENCES: dict[int, Maker] = {
    1040: _room,
    1129: _room,
    1203: _room,
    1226: _room,
    1044: _grant,
    1142: _grant,
    1143: _grant,
    1227: _grant,
    1045: _password,
    1130: _password,
    1251: _password,
    1698: _password,
    1862: _password,
    4151: _password,
    1049: _database,
    1051: _table,
    1146: _table,
    1054: _column,
    1412: _column,
    1356: _view,
    1205: _locked,
    1317: _lost,
    1969: _time,
    3024: _time,
    2026: _tls,
}
"""By the server's number; whatever else happens on the way is a lost connection."""
