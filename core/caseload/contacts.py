"""Talks, messages and notes on a student: added and amended, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from core.caseload import words
from core.caseload.deeds import Deed
from core.caseload.lookup import Lookup
from core.caseload.store import Store, token
from core.caseload.tables import LONGEST_ID, LONGEST_WORD
from core.caseload.tables import contacts as table
from core.errors import Conflict, InvalidChoice

_COLUMNS = [column for column in table.c if column.name != "school"]


class ContactKind(StrEnum):
    """What happened."""

    TALK = "talk"
    MESSAGE = "message"
    NOTE = "note"
    """Written down only: nobody was reached, so it is no contact."""


REACHED = (ContactKind.TALK, ContactKind.MESSAGE)
"""What counts for the days since contact."""


@dataclass(frozen=True)
class Contact:
    """One entry about a student."""

    id: str
    student_id: str
    kind: ContactKind
    text: str = field(repr=False)
    happened_on: date
    by: str
    at: datetime
    """When it was written down, in UTC."""
    amends: str | None
    """The entry that this one corrects."""
    amended_by: str | None = None
    """The entry that corrects this one, which stays to be read."""


@dataclass(frozen=True)
class NewContact:
    """What is to be written about a student."""

    kind: ContactKind
    text: str = field(default="", repr=False)
    happened_on: date | None = None
    """The day of the deed where it is None."""
    amends: str | None = None
    """The id of an entry about this student that it corrects."""


@dataclass(frozen=True, eq=False)
class LastContacts:
    """The day of the last talk with, or message to, each student of a school who had one."""

    lookup: Lookup = field(repr=False)
    days: NDArray[np.datetime64] = field(repr=False)

    def days_since(self, student_ids: Any, *, on: date) -> NDArray[np.float64]:
        """Return whole days from the last contact to a day, for each student; NaN where there was none."""
        passed = (np.datetime64(on, "D") - self.days).astype(np.float64)
        return self.lookup.fill(passed, np.full(len(student_ids), np.nan), student_ids)


def add(
    store: Store, school: str, student_id: str, entry: NewContact, *, deed: Deed, once: str = ""
) -> Contact:
    """Write an entry and return it.

    ``once`` is an id that the caller made: the same entry sent twice is kept once. Raises InvalidChoice;
    Conflict, with the Contact that is there as ``now``, for an entry that was amended meanwhile, or another
    one under the same id.
    """
    made = _made(student_id, entry, deed, once)
    with store.writing() as writing:
        kept = _same(writing.connection, school, made)
        if kept:
            return kept
        if made.amends is not None:
            _check_amended(writing.connection, school, made)
        writing.connection.execute(table.insert(), _row(school, made))
        what = f"wrote a {made.kind}" if made.amends is None else f"amended a {made.kind}"
        writing.audit.add(deed, what, about=[made.student_id], entry=made.id, school=school)
    return made


def _made(student_id: str, entry: NewContact, deed: Deed, once: str) -> Contact:
    """Return the entry as it will be kept; raises InvalidChoice."""
    kind, day = entry.kind, entry.happened_on or deed.day
    if day > deed.day:
        raise InvalidChoice(f"A contact on {day} has not been yet.", hint="Choose today or a day before.")
    is_needed = kind is ContactKind.NOTE
    return Contact(
        id=words.checked(once, what="id", most=LONGEST_WORD) if once else token(),
        student_id=words.checked(student_id, what="student id", most=LONGEST_ID),
        kind=kind,
        text=words.checked(entry.text, what=str(kind), most=words.LONGEST_TEXT, is_needed=is_needed),
        happened_on=day,
        by=deed.who,
        at=deed.at,
        amends=entry.amends,
    )


def history(store: Store, school: str, student_id: str) -> tuple[Contact, ...]:
    """Return all entries about a student, the oldest day first."""
    asked = sa.select(*_COLUMNS).where(table.c.school == school, table.c.student_id == student_id)
    with store.reading() as connection:
        rows = connection.execute(asked.order_by(table.c.happened_on, table.c.at, table.c.id)).mappings()
        found = [dict(row) for row in rows]
    amended = {row["amends"]: row["id"] for row in found if row["amends"]}
    return tuple(_contact({**row, "amended_by": amended.get(row["id"])}) for row in found)


def last_contacts(store: Store, school: str) -> LastContacts:
    """Return the last contact of every student of a school; what was amended counts no longer."""
    corrected = sa.select(table.c.amends).where(table.c.amends.is_not(None))
    asked = (
        sa.select(table.c.student_id, sa.func.max(table.c.happened_on))
        .where(table.c.school == school, table.c.kind.in_([str(kind) for kind in REACHED]))
        .where(table.c.id.not_in(corrected))
        .group_by(table.c.student_id)
    )
    with store.reading() as connection:
        rows = connection.execute(asked).all()
    ids, days = zip(*rows, strict=True) if rows else ((), ())
    return LastContacts(Lookup(ids), np.array(days, dtype="datetime64[D]"))


def _same(connection: sa.Connection, school: str, made: Contact) -> Contact | None:
    """Return the entry that was sent before; raises Conflict where another one has its id."""
    row = connection.execute(sa.select(table).where(table.c.id == made.id)).mappings().first()
    if row is None:
        return None
    kept = _contact({name: value for name, value in row.items() if name != "school"})
    if row["school"] == school and _said(kept) == _said(made):
        return kept
    raise Conflict(
        "Another entry was kept under this id already.",
        now=kept if row["school"] == school and kept.student_id == made.student_id else None,
        hint="Open the student again and write it anew.",
    )


def _said(one: Contact) -> tuple[object, ...]:
    return one.student_id, one.kind, one.text, one.happened_on, one.by, one.amends


def _check_amended(connection: sa.Connection, school: str, made: Contact) -> None:
    """Do nothing if the entry that is corrected is of this student and was not corrected before."""
    here = sa.select(*_COLUMNS).where(table.c.school == school, table.c.student_id == made.student_id)
    if connection.execute(here.where(table.c.id == made.amends)).first() is None:
        raise InvalidChoice(
            "There is no such entry about this student.", hint="Choose one of the student's entries."
        )
    later = connection.execute(here.where(table.c.amends == made.amends)).mappings().first()
    if later is not None:
        raise Conflict(
            f"{later['by']} amended this entry meanwhile.",
            now=_contact(dict(later)),
            hint="Look at both and decide; nothing was written.",
        )


def _contact(row: Mapping[str, Any]) -> Contact:
    return Contact(**{**row, "kind": ContactKind(row["kind"])})


def _row(school: str, made: Contact) -> dict[str, Any]:
    fields = {name: value for name, value in vars(made).items() if name != "amended_by"}
    return {**fields, "school": school, "kind": str(made.kind)}
