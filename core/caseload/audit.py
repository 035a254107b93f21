"""Who did what, when, about whom and why: lines that are only added, each holding the digest of the last.

About whom is a pseudonym, made with a key that is kept outside the database; the text of a note is not here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.caseload import tables
from core.caseload.deeds import Deed
from core.caseload.migrations import NOTHING_YET
from core.errors import StoreError

KEY_FILE = "pseudonyms.key"
KEY_BYTES = 32
PAGE = 5_000


@dataclass(frozen=True)
class Line:
    """One line of the audit."""

    number: int
    at: datetime
    who: str
    what: str
    about: str
    """The pseudonym of the student; empty where it is about no single one."""
    why: str
    detail: Mapping[str, Any]
    before: str
    digest: str


@dataclass(frozen=True)
class Head:
    """The last line; kept elsewhere, it shows when the end of the audit was taken away."""

    number: int
    digest: str


@dataclass(frozen=True)
class Verified:
    """Whether the audit is as it was written."""

    n_lines: int
    problem: str = ""
    """What is wrong, in one sentence about the first wrong line; empty where nothing is."""

    @property
    def is_whole(self) -> bool:
        """Whether no line was changed, removed or put in."""
        return not self.problem

    @property
    def words(self) -> str:
        """What was found, in one sentence."""
        return self.problem or f"The audit is whole: {self.n_lines:,} lines."


class Chain:
    """Adds lines to the audit in the transaction of the change that they are about."""

    def __init__(self, connection: sa.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key
        # The lock of this one row lets one writer in at a time, so the numbers have no gap.
        head = sa.select(tables.audit_head).where(tables.audit_head.c.id == 1).with_for_update()
        row = connection.execute(head).one()
        self._start = self.head = Head(row.number, row.digest)

    @property
    def is_longer(self) -> bool:
        """Whether a line was added."""
        return self.head != self._start

    def add(
        self, deed: Deed, what: str, *, about: Iterable[str] = ("",), why: str | None = None, **detail: Any
    ) -> None:
        """Add a line for each student, or one about none; ``why`` is the deed's where it is not given."""
        rows = []
        for student in about:
            row = {
                "number": self.head.number + 1,
                "at": tables.written(deed.at),
                "who": deed.who,
                "what": what,
                "about": pseudonym(student, self._key) if student else "",
                "why": deed.why if why is None else why,
                "detail": _json(detail),
                "before": self.head.digest,
            }
            row["digest"] = _digest(row)
            rows.append({**row, "at": deed.at})
            self.head = Head(self.head.number + 1, str(row["digest"]))
        if rows:
            self._connection.execute(tables.audit.insert(), rows)

    def close(self) -> None:
        """Note the last line; what has no line in the audit is not to be kept."""
        values = {"number": self.head.number, "digest": self.head.digest}
        self._connection.execute(tables.audit_head.update().where(tables.audit_head.c.id == 1).values(values))


def head_of(connection: sa.Connection) -> Head:
    """Return the last line's number and digest; the number rises with every change of the store."""
    row = connection.execute(sa.select(tables.audit_head).where(tables.audit_head.c.id == 1)).one()
    return Head(row.number, row.digest)


def lines(
    connection: sa.Connection, *, about: str | None = None, last: int = 200, what: str | None = None
) -> tuple[Line, ...]:
    """Return the last lines, the newest first; ``about`` is a pseudonym."""
    asked = sa.select(tables.audit).order_by(tables.audit.c.number.desc()).limit(last)
    if about is not None:
        asked = asked.where(tables.audit.c.about == about)
    if what is not None:
        asked = asked.where(tables.audit.c.what == what)
    return tuple(
        Line(**{**row, "detail": json.loads(row["detail"])}) for row in connection.execute(asked).mappings()
    )


def verify(connection: sa.Connection, *, known: Head | None = None) -> Verified:
    """Return whether every line is as it was written; ``known`` is a head that was kept elsewhere.

    Without ``known``, whoever may write to the database could take away the end and move the head back.
    """
    end, before, seen = head_of(connection), Head(0, NOTHING_YET), known is None or known.number == 0
    while True:
        page = connection.execute(
            sa.select(tables.audit)
            .where(tables.audit.c.number > before.number)
            .order_by(tables.audit.c.number)
            .limit(PAGE)
        ).mappings()
        n_before = before.number
        for row in page:
            problem = _problem(row, before)
            if problem:
                return Verified(before.number, problem)
            before = Head(row["number"], row["digest"])
            seen = seen or before == known
        if before.number == n_before:
            return _whole(before, end, seen=seen)


def _whole(last: Head, end: Head, *, seen: bool) -> Verified:
    if last != end or not seen:
        return Verified(last.number, f"The end of the audit is missing: it stops after line {last.number:,}.")
    return Verified(last.number)


def _problem(row: Any, before: Head) -> str:
    """Return what is wrong with a line, in one sentence; nothing where nothing is."""
    if row["number"] != before.number + 1:
        return f"Line {before.number + 1:,} of the audit is missing."
    content = {name: row[name] for name in row if name != "digest"}
    if _digest({**content, "at": tables.written(row["at"])}) != row["digest"]:
        return f"Line {row['number']:,} of the audit was changed."
    if row["before"] != before.digest:
        return f"Line {before.number:,} of the audit was changed, or line {row['number']:,} put in its place."
    return ""


def _digest(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(_json(row).encode()).hexdigest()


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def pseudonym(student_id: str, key: bytes) -> str:
    """Return what stands for a student in the audit; nobody without the key can tell whom it means.

    >>> pseudonym("S-1", b"k" * 32)[:8]
    '6cd8d956'
    """
    return hmac.new(key, student_id.encode(), hashlib.sha256).hexdigest()[:32]


def read_key(folder: Path) -> bytes:
    """Return the key of the pseudonyms, made once; raises StoreError for a file that holds none."""
    place = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not place.exists():
        _make_key(folder, place)
    key = place.read_bytes()
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"'{KEY_FILE}' in the workspace does not hold a key.",
            hint="Put its last copy back; with another key the audit can no longer be searched by student.",
        )
    return key


def _make_key(folder: Path, place: Path) -> None:
    """Write a key whole; of two who do it at once, the first one's stays."""
    draft = folder / f".draft-{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        sink.write(secrets.token_bytes(KEY_BYTES))
        sink.flush()
        os.fsync(sink.fileno())
    with suppress(FileExistsError):
        os.link(draft, place)
    draft.unlink()
