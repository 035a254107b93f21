"""What a failure of PostgreSQL's driver means: from its codes, and before a login from its words."""

from __future__ import annotations

import psycopg

from core.errors import AppError, LoginRefused, SourceUnavailable, TooLarge, WrongKind
from core.sources.sql import sentences
from core.sources.sql.access import Access
from core.sources.sql.sentences import Sentence


def fault_of(error: BaseException, access: Access, *, table: str) -> AppError:
    """Return what went wrong in one sentence; never with a password or a value of a row."""
    cause = _cause(error)
    if isinstance(cause, AppError):
        return cause
    if isinstance(cause, (TimeoutError, psycopg.errors.ConnectionTimeout)):
        return sentences.silent(access, table)
    code = getattr(cause, "sqlstate", None)
    return (_by_code(code) if code else _by_words(str(cause)))(access, table)


def is_busy(error: BaseException) -> bool:
    """Tell whether the server lives and has no room for one more."""
    cause = _cause(error)
    return getattr(cause, "sqlstate", None) == "53300" or _by_words(str(cause)) is sentences.no_room


def _cause(error: BaseException) -> BaseException:
    """Return the driver's own error."""
    return getattr(error, "orig", None) or error


def _by_code(code: str) -> Sentence:
    return CODES.get(code) or CODES.get(code[:2]) or sentences.lost


def _by_words(words: str) -> Sentence:
    """Return the meaning of a failed login: the driver does not pass on the server's code."""
    return next((make for part, make in WORDS if part in words), sentences.lost)


STARTING = Sentence(
    SourceUnavailable, "'{name}' is just starting or stopping.", "Try again in a minute.", retry=True
)
NO_ENTRY = Sentence(
    LoginRefused, "'{name}' refused the login.", "Ask the database's administrator what its log says of it."
)
STOPPED = Sentence(
    TooLarge,
    "Reading '{table}' from '{name}' was stopped by the server: by a time limit or by somebody.",
    "Choose fewer rows or columns, or try again.",
    retry=True,
)
ODD_VALUE = Sentence(
    WrongKind,
    "A value of '{table}' in '{name}' cannot be computed with: it is too large or too odd.",
    "Leave its column out, or choose other rows.",
)
CODES: dict[str, Sentence] = {
    "22": ODD_VALUE,
    "28": sentences.no_login,
    "3D": sentences.no_database,
    "3F": sentences.no_table,
    "42501": sentences.no_grant,
    "42P01": sentences.no_table,
    "42703": sentences.changed,
    "42883": sentences.changed,
    "42804": sentences.changed,
    "53300": sentences.no_room,
    "55P03": sentences.locked,
    "57014": STOPPED,
    "57P03": STARTING,
}
"""By the whole code or its class; whatever else happens on the way is a lost connection."""
WORDS: tuple[tuple[str, Sentence], ...] = (
    ("Connection refused", sentences.refused),
    ("timeout expired", sentences.silent),
    ("timed out", sentences.silent),
    ("unreachable", sentences.silent),
    ("No route to host", sentences.silent),
    ("SSL", sentences.no_tls),
    ("certificate", sentences.no_tls),
    ("authentication method requirement", sentences.no_tls),
    ("too many", sentences.no_room),
    ("connection slots are reserved", sentences.no_room),
    ("starting up", STARTING),
    ("shutting down", STARTING),
    ("recovery", STARTING),
    ("not accepting connections", STARTING),
    ("permission denied for database", sentences.no_grant),
    ("authentication failed", sentences.no_login),
    ("password", sentences.no_login),
    ("pg_hba.conf", sentences.no_login),
    ("not permitted to log in", sentences.no_login),
    ('FATAL:  role "', sentences.no_login),
    ('FATAL:  database "', sentences.no_database),
    ("FATAL", NO_ENTRY),
)
"""What a failed login may say, the first that fits; a server that speaks another language is told less of."""
