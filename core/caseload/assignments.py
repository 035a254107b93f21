"""Which mentor a student has, had, by whose decision and why: one at a time, and the history stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from core.caseload import words
from core.caseload.deeds import Deed
from core.caseload.lookup import Lookup, checked_ids, rows_of
from core.caseload.store import Store
from core.caseload.tables import LONGEST_ID
from core.caseload.tables import assignments as table
from core.errors import Conflict, quoted

_COLUMNS = [column for column in table.c if column.name != "school"]
CLOSE = (
    table.update()
    .where(
        table.c.school == sa.bindparam("b_school"),
        table.c.student_id == sa.bindparam("b_student"),
        table.c.version == sa.bindparam("b_version"),
    )
    .values(until=sa.bindparam("b_until"))
)


@dataclass(frozen=True)
class Assignment:
    """A student and a mentor, from one time to another."""

    student_id: str
    version: int
    """From 1, one more with each change."""
    mentor: str
    """Empty where the student was taken from the mentor before and given to nobody."""
    by: str
    why: str
    since: datetime
    until: datetime | None
    """None for the one that counts now."""

    def describe(self) -> str:
        """Return who decided it when and why, in one sentence."""
        whose = f"with {self.mentor}" if self.mentor else "with nobody"
        when = f"{self.since:%Y-%m-%d %H:%M} UTC"
        return f"'{self.student_id}' is {whose} by {self.by} since {when}: {self.why}"


@dataclass(frozen=True, eq=False)
class Mentors:
    """The mentors of all students of a school who have one."""

    lookup: Lookup = field(repr=False)
    mentors: NDArray[np.object_] = field(repr=False)
    versions: NDArray[np.int64] = field(repr=False)

    def of(self, student_ids: Any) -> NDArray[np.object_]:
        """Return the mentor of each student; empty text where there is none."""
        return self.lookup.fill(self.mentors, np.full(len(student_ids), "", dtype=object), student_ids)

    def version_of(self, student_ids: Any) -> NDArray[np.int64]:
        """Return the version of each student's assignment, to be expected at a change; 0 for none."""
        return self.lookup.fill(self.versions, np.zeros(len(student_ids), dtype=np.int64), student_ids)


def mentors(store: Store, school: str) -> Mentors:
    """Return the mentor of every student who has or had one."""
    asked = sa.select(table.c.student_id, table.c.mentor, table.c.version).where(
        table.c.school == school, table.c.until.is_(None)
    )
    with store.reading() as connection:
        rows = connection.execute(asked).all()
    ids, names, versions = zip(*rows, strict=True) if rows else ((), (), ())
    found = np.array(names, dtype=object)
    return Mentors(Lookup(ids), found, np.array(versions, dtype=np.int64))


def students_of(store: Store, school: str, mentor: str) -> tuple[str, ...]:
    """Return the students whom a mentor has now, in the order of their ids."""
    asked = sa.select(table.c.student_id).where(
        table.c.school == school, table.c.mentor == mentor, table.c.until.is_(None)
    )
    with store.reading() as connection:
        return tuple(sorted(connection.scalars(asked)))


def history(store: Store, school: str, student_id: str) -> tuple[Assignment, ...]:
    """Return the assignments of a student, the oldest first."""
    asked = sa.select(*_COLUMNS).where(table.c.school == school, table.c.student_id == student_id)
    with store.reading() as connection:
        rows = connection.execute(asked.order_by(table.c.version)).mappings()
        return tuple(Assignment(**row) for row in rows)


def assign(
    store: Store,
    school: str,
    student_ids: Iterable[str],
    mentor: str,
    *,
    expecting: Mapping[str, int],
    deed: Deed,
) -> tuple[Assignment, ...]:
    """Give students to a mentor, or to nobody where ``mentor`` is empty; all of them or none.

    ``expecting`` holds the versions that were seen, 0 or nothing for a student who never had a mentor. A
    student who is with that mentor already stays. Returns what was changed. Raises InvalidChoice, and
    Conflict with the assignments of those whom somebody else changed meanwhile as ``now``.
    """
    ids = checked_ids(student_ids)
    name = words.checked(mentor, what="mentor", most=LONGEST_ID, is_needed=False)
    signed = replace(deed, why=words.reason(deed.why, of="the assignment"))
    with store.writing() as writing:
        present = _present(writing.connection, school, ids)
        _check(present, ids, expecting)
        made = tuple(
            Assignment(one, _version(present, one) + 1, name, deed.who, signed.why, deed.at, None)
            for one in ids
            if name != (present[one].mentor if one in present else "")
        )
        if made:
            _replace(writing.connection, school, made, present)
            writing.audit.add(
                signed,
                "assigned" if name else "took from the mentor",
                about=[one.student_id for one in made],
                mentor=name,
                school=school,
            )
    return made


def _present(connection: sa.Connection, school: str, ids: Sequence[str]) -> dict[str, Assignment]:
    asked = sa.select(*_COLUMNS).where(table.c.school == school, table.c.until.is_(None))
    rows = rows_of(connection, asked, table.c.student_id, ids)
    return {row["student_id"]: Assignment(**row) for row in rows}


def _version(present: Mapping[str, Assignment], student_id: str) -> int:
    return present[student_id].version if student_id in present else 0


def _check(present: Mapping[str, Assignment], ids: Sequence[str], expecting: Mapping[str, int]) -> None:
    changed = [one for one in ids if _version(present, one) != expecting.get(one, 0)]
    if changed:
        raise Conflict(
            f"Somebody else changed the mentor of {quoted(changed, limit=3)} meanwhile.",
            now=tuple(present[one] for one in changed if one in present),
            hint="Look at both and decide; nobody was assigned.",
        )


def _replace(
    connection: sa.Connection, school: str, made: Sequence[Assignment], present: Mapping[str, Assignment]
) -> None:
    """End the assignments that counted and write the new ones."""
    ended = [one for one in made if one.student_id in present]
    if ended:
        connection.execute(
            CLOSE,
            [
                {
                    "b_school": school,
                    "b_student": one.student_id,
                    "b_version": one.version - 1,
                    "b_until": one.since,
                }
                for one in ended
            ],
        )
    connection.execute(table.insert(), [{"school": school, **vars(one)} for one in made])
