"""What a failure of MySQL's driver means: one table from error numbers to sentences."""

from __future__ import annotations

import ssl
from typing import Any

from core.errors import AppError
from core.sources.sql import sentences
from core.sources.sql.access import Access

BUSY = frozenset({1040, 1129, 1203, 1226})
"""The server lives and has no room for one more."""


def fault_of(error: BaseException, access: Access, *, table: str) -> AppError:
    """Return what went wrong in one sentence; never with a password or a value of a row."""
    for known in _chain(error):
        if isinstance(known, AppError):
            return known
        if isinstance(known, ssl.SSLError):
            return sentences.no_tls(access, table)
        if isinstance(known, ConnectionRefusedError):
            return sentences.refused(access, table)
        if isinstance(known, TimeoutError):
            return sentences.silent(access, table)
    number, words = _number(error)
    if "timed out" in words:
        return sentences.silent(access, table)
    if "Connection refused" in words or "os error 111" in words:
        return sentences.refused(access, table)
    return SENTENCES.get(number, sentences.lost)(access, table)


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


def is_busy(error: BaseException) -> bool:
    """Tell whether the server lives and has no room."""
    return _number(error)[0] in BUSY


def _number(error: BaseException) -> tuple[int, str]:
    for one in _chain(error):
        if one.args and isinstance(one.args[0], int):
            return one.args[0], str(one)
    words = str(error)
    # The fast path says it in words: MySqlError { ERROR 1045 (28000): ... }
    _, _, after = words.partition("ERROR ")
    digits = after[:4]
    return (int(digits) if digits.isdecimal() else 0), words


SENTENCES: dict[int, sentences.Sentence] = {
    1040: sentences.no_room,
    1129: sentences.no_room,
    1203: sentences.no_room,
    1226: sentences.no_room,
    1044: sentences.no_grant,
    1142: sentences.no_grant,
    1143: sentences.no_grant,
    1227: sentences.no_grant,
    1045: sentences.no_login,
    1130: sentences.no_login,
    1251: sentences.no_login,
    1698: sentences.no_login,
    1862: sentences.no_login,
    4151: sentences.no_login,
    1049: sentences.no_database,
    1051: sentences.no_table,
    1146: sentences.no_table,
    1054: sentences.changed,
    1412: sentences.changed,
    1356: sentences.broken_view,
    1205: sentences.locked,
    1317: sentences.lost,
    1969: sentences.too_long,
    3024: sentences.too_long,
    2026: sentences.no_tls,
}
"""By the server's number; whatever else happens on the way is a lost connection."""
