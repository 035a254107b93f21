"""What a failure of the store means, in one sentence that holds no address, password or value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from core.errors import StoreError

BUSY = ("The store of cases is busy.", "Try again; nothing was written.", True)
FULL = ("The disk of the store of cases is full: nothing was written.", "Make room, then try again.", True)
DAMAGED = ("The store of cases is damaged.", "Put the last copy of it in its place.", False)
CLOSED = (
    "The store of cases cannot be opened or written.",
    "The account that Waymark runs under must be allowed to read and write it.",
    False,
)
UNREACHED = ("The database of the store of cases does not answer.", "Is it running? Try again.", True)
LOGIN = (
    "The database of the store of cases refused the login.",
    "Check user, password and database in WAYMARK_DATABASE_URL.",
    False,
)
RIGHTS = (
    "The account of the store of cases may not do what is needed.",
    "It needs SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES and TRIGGER.",
    False,
)
FAILED = ("The store of cases could not do what was asked.", "Nothing was written.", False)

WORDS = {
    "is locked": BUSY,
    "is full": FULL,
    "disk I/O error": FULL,
    "malformed": DAMAGED,
    "not a database": DAMAGED,
    "unable to open": CLOSED,
    "readonly": CLOSED,
}
"""What SQLite may say."""
CODES = {
    **dict.fromkeys((1205, 1213, 1040, 3024, 1969), BUSY),
    **dict.fromkeys((1021, 1114), FULL),
    **dict.fromkeys((2002, 2003, 2006, 2013, 1053), UNREACHED),
    **dict.fromkeys((1045, 1044, 1049, 1698, 2026, 2059), LOGIN),
    **dict.fromkeys((1142, 1227, 1290, 1419, 1370), RIGHTS),
}
"""The numbers of MySQL and MariaDB."""
STATES = {"55P03": BUSY, "57014": BUSY, "40001": BUSY, "40P01": BUSY, "53100": FULL, "42501": RIGHTS}
"""PostgreSQL's states, whole; those of a family follow."""
FAMILIES = {"08": UNREACHED, "57": UNREACHED, "53": BUSY, "28": LOGIN, "3D": LOGIN}


@contextmanager
def told() -> Iterator[None]:
    """Run the block; raises StoreError in place of what the database's driver raises."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise fault_of(error) from error


def fault_of(error: BaseException) -> StoreError:
    """Return what went wrong in one sentence."""
    sentence, hint, retry = _meaning(error)
    return StoreError(sentence, hint=hint, retry=retry)


def _meaning(error: BaseException) -> tuple[str, str, bool]:
    cause: Any = getattr(error, "orig", None) or error
    if isinstance(error, sa.exc.TimeoutError):
        return BUSY
    state = getattr(cause, "sqlstate", None)
    if state:
        return STATES.get(state) or FAMILIES.get(state[:2]) or FAILED
    code = cause.args[0] if cause.args and isinstance(cause.args[0], int) else None
    if isinstance(cause, OSError):
        return FULL if cause.errno in {28, 122} else CLOSED
    if code is not None:
        return CODES.get(code, FAILED)
    if type(cause).__module__.startswith("psycopg"):
        return _postgresql(str(cause))
    return next((told for words, told in WORDS.items() if words in str(cause)), FAILED)


def _postgresql(words: str) -> tuple[str, str, bool]:
    """Return what a failed login means: the driver gives no state then."""
    refused = ("authentication failed", "does not exist", "no password supplied", "pg_hba")
    return LOGIN if any(word in words for word in refused) else UNREACHED
