"""What is to be done next for a student: a text, a day by which, and whether it was done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from core.caseload import words
from core.caseload.deeds import Deed
from core.caseload.lookup import Lookup
from core.caseload.store import Store, token
from core.caseload.tables import LONGEST_ID, LONGEST_WORD
from core.caseload.tables import next_steps as table
from core.errors import Conflict, InvalidChoice

_COLUMNS = [column for column in table.c if column.name != "school"]
LONGEST_STEP = 500


@dataclass(frozen=True)
class NextStep:
    """One thing to be done."""

    id: str
    student_id: str
    text: str = field(repr=False)
    due_on: date
    by: str
    at: datetime
    version: int
    done_by: str | None = None
    done_at: datetime | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return self.done_at is not None


@dataclass(frozen=True, eq=False)
class DueSteps:
    """The open step that is due first, for each student of a school who has one."""

    lookup: Lookup = field(repr=False)
    due_on: NDArray[np.datetime64] = field(repr=False)
    texts: NDArray[np.object_] = field(repr=False)

    def due_of(self, student_ids: Any) -> NDArray[np.datetime64]:
        """Return the day of each student's step; NaT where there is none."""
        none = np.full(len(student_ids), np.datetime64("NaT"), dtype="datetime64[D]")
        return self.lookup.fill(self.due_on, none, student_ids)

    def text_of(self, student_ids: Any) -> NDArray[np.object_]:
        """Return each student's step; empty text where there is none."""
        return self.lookup.fill(self.texts, np.full(len(student_ids), "", dtype=object), student_ids)


def plan(
    store: Store, school: str, student_id: str, text: str, *, due_on: date, deed: Deed, once: str = ""
) -> NextStep:
    """Write down what is to be done and return it; ``once`` as for a contact. Raises InvalidChoice."""
    made = NextStep(
        id=words.checked(once, what="id", most=LONGEST_WORD) if once else token(),
        student_id=words.checked(student_id, what="student id", most=LONGEST_ID),
        text=words.checked(text, what="next step", most=LONGEST_STEP),
        due_on=due_on,
        by=deed.who,
        at=deed.at,
        version=1,
    )
    with store.writing() as writing:
        kept = _found(writing.connection, school, made.id)
        if kept is not None:
            return _sent_before(kept, made)
        writing.connection.execute(table.insert(), {**vars(made), "school": school})
        writing.audit.add(
            deed,
            "planned a step",
            about=[made.student_id],
            step=made.id,
            school=school,
            due_on=str(due_on),
        )
    return made


def finish(store: Store, school: str, student_id: str, step: str, *, expecting: int, deed: Deed) -> NextStep:
    """Note that a step was done and return it; ``expecting`` is the version that was seen.

    Raises InvalidChoice, and Conflict with the NextStep that is there as ``now`` where somebody else
    noted it meanwhile.
    """
    with store.writing() as writing:
        kept = _found(writing.connection, school, step)
        if kept is None or kept.student_id != student_id:
            raise InvalidChoice(
                "There is no such step for this student.", hint="Choose one of the student's steps."
            )
        if kept.version != expecting or kept.is_done:
            raise Conflict(
                f"{kept.done_by or kept.by} changed this step meanwhile.",
                now=kept,
                hint="Look at it again; nothing was written.",
            )
        done = replace(kept, version=expecting + 1, done_by=deed.who, done_at=deed.at)
        values = {"version": done.version, "done_by": deed.who, "done_at": done.done_at}
        writing.connection.execute(table.update().where(table.c.id == step).values(values))
        writing.audit.add(deed, "did a step", about=[student_id], step=step, school=school)
    return done


def history(store: Store, school: str, student_id: str) -> tuple[NextStep, ...]:
    """Return the steps of a student, the first due first."""
    asked = sa.select(*_COLUMNS).where(table.c.school == school, table.c.student_id == student_id)
    with store.reading() as connection:
        rows = connection.execute(asked.order_by(table.c.due_on, table.c.at, table.c.id)).mappings()
        return tuple(NextStep(**row) for row in rows)


def due_steps(store: Store, school: str) -> DueSteps:
    """Return for every student of a school the open step that is due first."""
    asked = (
        sa.select(table.c.student_id, table.c.due_on, table.c.text)
        .where(table.c.school == school, table.c.done_at.is_(None))
        .order_by(table.c.due_on.desc(), table.c.at.desc(), table.c.id.desc())
    )
    with store.reading() as connection:
        # The one that is due first comes last and stays.
        first = {row.student_id: (row.due_on, row.text) for row in connection.execute(asked)}
    days, texts = zip(*first.values(), strict=True) if first else ((), ())
    return DueSteps(Lookup(list(first)), np.array(days, dtype="datetime64[D]"), np.array(texts, dtype=object))


def _found(connection: sa.Connection, school: str, step: str) -> NextStep | None:
    asked = sa.select(*_COLUMNS).where(table.c.school == school, table.c.id == step)
    row = connection.execute(asked).mappings().first()
    return None if row is None else NextStep(**row)


def _sent_before(kept: NextStep, made: NextStep) -> NextStep:
    if _said(kept) == _said(made):
        return kept
    raise Conflict(
        "Another step was kept under this id already.",
        now=kept if kept.student_id == made.student_id else None,
        hint="Open the student again and write it anew.",
    )


def _said(one: NextStep) -> tuple[object, ...]:
    return one.student_id, one.text, one.due_on, one.by
