"""What a failure of SQLite means, from its words."""

from __future__ import annotations

from core.errors import AppError, BadFile, SourceUnavailable, TableNotFound, TooLarge
from core.sources.sql.access import Access
from core.sources.sql.sentences import Sentence

BROKEN = Sentence(BadFile, "The file of '{name}' is not a whole SQLite database.", "Copy it again.")
NO_TABLE = Sentence(
    TableNotFound, "'{name}' has no table '{table}' that can be read.", "Look at the list again."
)
STOPPED = Sentence(TooLarge, "Reading '{table}' from '{name}' was stopped.", retry=True)
CLOSED = Sentence(
    SourceUnavailable,
    "The file of '{name}' cannot be read now: it is locked or may not be opened.",
    "Close the program that writes to it, and check its permissions.",
    retry=True,
)
WORDS = {
    "not a database": BROKEN,
    "malformed": BROKEN,
    "no such table": NO_TABLE,
    "no such column": NO_TABLE,
    "interrupted": STOPPED,
}
"""What a failure may say, the first that fits; whatever else it says, the file is closed to us."""


def fault_of(error: BaseException, access: Access, *, table: str) -> AppError:
    """Return what went wrong in one sentence."""
    cause = getattr(error, "orig", error) or error
    if isinstance(cause, AppError):
        return cause
    told = next((sentence for words, sentence in WORDS.items() if words in str(cause)), CLOSED)
    return told(access, table)


def is_busy(_error: BaseException) -> bool:
    """Tell that nothing is: there is no server."""
    return False
