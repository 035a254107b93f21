"""Which mentor accompanies whom: a selection is assigned at once, with a reason, and the history stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.caseload import assignments
from core.caseload.access import Action, Actor, require
from core.caseload.assignments import Assignment, Mentors
from core.caseload.deeds import Deed
from core.caseload.schools import school_of
from core.caseload.store import now_in_utc, open_store
from core.settings import Settings
from core.workflow.seeing import require_seeing, require_some

__all__ = ["Assignment", "Mentors"]


def assign_students(
    actor: Actor,
    student_ids: Sequence[str],
    mentor: str,
    *,
    reason: str,
    expecting: Mapping[str, int],
    synthetic: bool,
    settings: Settings,
) -> tuple[Assignment, ...]:
    """Give students to a mentor, or to nobody where ``mentor`` is empty: all of them or none.

    ``expecting`` holds the versions that were seen, as ``mentors`` gives them. Returns what was changed: a
    student who is with that mentor already stays. Raises InvalidChoice, Forbidden, StoreError, and Conflict
    with the assignments of those whom somebody else changed as ``now``.
    """
    require(actor, Action.ASSIGN, synthetic=synthetic)
    for student_id in student_ids:
        require_seeing(actor, student_id, synthetic=synthetic, settings=settings)
    deed, store = Deed(actor.who, now_in_utc(), reason), open_store(settings)
    school = school_of(synthetic=synthetic)
    return assignments.assign(store, school, student_ids, mentor, expecting=expecting, deed=deed)


def mentors(actor: Actor, *, synthetic: bool, settings: Settings) -> Mentors:
    """Return the mentor of every student who has one, and the versions to expect at a change."""
    require_some(actor, synthetic=synthetic)
    return assignments.mentors(open_store(settings), school_of(synthetic=synthetic))


def own_students(actor: Actor, *, synthetic: bool, settings: Settings) -> tuple[str, ...]:
    """Return the students whom the actor accompanies as a mentor, in the order of their ids."""
    require(actor, Action.SEE_STUDENT, synthetic=synthetic)
    return assignments.students_of(open_store(settings), school_of(synthetic=synthetic), actor.who)


def assignment_history(
    actor: Actor, student_id: str, *, synthetic: bool, settings: Settings
) -> tuple[Assignment, ...]:
    """Return the mentors that a student has had, the first one first, with who decided it and why."""
    require_seeing(actor, student_id, synthetic=synthetic, settings=settings)
    return assignments.history(open_store(settings), school_of(synthetic=synthetic), student_id)
