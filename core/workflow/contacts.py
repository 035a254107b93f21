"""Talks, messages, notes and next steps: written by who accompanies students, found for the whole list."""

from __future__ import annotations

from datetime import date

from core.caseload import contacts, next_steps
from core.caseload.access import Action, Actor, require
from core.caseload.contacts import Contact, ContactKind, LastContacts, NewContact
from core.caseload.deeds import Deed
from core.caseload.next_steps import DueSteps, NextStep
from core.caseload.schools import school_of
from core.caseload.store import now_in_utc, open_store
from core.settings import Settings
from core.workflow.seeing import require_seeing, require_some

__all__ = ["Contact", "ContactKind", "DueSteps", "LastContacts", "NewContact", "NextStep"]


def add_contact(
    actor: Actor,
    student_id: str,
    entry: NewContact,
    *,
    synthetic: bool,
    settings: Settings,
    once: str = "",
) -> Contact:
    """Write a talk, message or note about a student, and return it.

    ``once`` is an id that the page made for this click: sent twice, it is kept once. Raises InvalidChoice,
    Forbidden, StoreError, and Conflict with the Contact that is there as ``now``.
    """
    _require_writing(actor, student_id, synthetic=synthetic, settings=settings)
    deed = Deed(actor.who, now_in_utc())
    return contacts.add(
        open_store(settings), school_of(synthetic=synthetic), student_id, entry, deed=deed, once=once
    )


def contact_history(
    actor: Actor, student_id: str, *, synthetic: bool, settings: Settings
) -> tuple[Contact, ...]:
    """Return all entries about a student, the oldest day first; raises Forbidden, StoreError."""
    require_seeing(actor, student_id, synthetic=synthetic, settings=settings)
    return contacts.history(open_store(settings), school_of(synthetic=synthetic), student_id)


def last_contacts(actor: Actor, *, synthetic: bool, settings: Settings) -> LastContacts:
    """Return the last contact of every student: days since for a million at once, no word of any entry."""
    require_some(actor, synthetic=synthetic)
    return contacts.last_contacts(open_store(settings), school_of(synthetic=synthetic))


def plan_step(
    actor: Actor,
    student_id: str,
    text: str,
    *,
    due_on: date,
    synthetic: bool,
    settings: Settings,
    once: str = "",
) -> NextStep:
    """Write down what is to be done next for a student, and by when; raises as ``add_contact``."""
    _require_writing(actor, student_id, synthetic=synthetic, settings=settings)
    deed, store = Deed(actor.who, now_in_utc()), open_store(settings)
    return next_steps.plan(
        store, school_of(synthetic=synthetic), student_id, text, due_on=due_on, deed=deed, once=once
    )


def finish_step(
    actor: Actor, student_id: str, step: str, *, expecting: int, synthetic: bool, settings: Settings
) -> NextStep:
    """Note that a step was done; ``expecting`` is the version that was seen. Raises as ``add_contact``."""
    _require_writing(actor, student_id, synthetic=synthetic, settings=settings)
    deed, store = Deed(actor.who, now_in_utc()), open_store(settings)
    return next_steps.finish(
        store, school_of(synthetic=synthetic), student_id, step, expecting=expecting, deed=deed
    )


def step_history(
    actor: Actor, student_id: str, *, synthetic: bool, settings: Settings
) -> tuple[NextStep, ...]:
    """Return the steps of a student, the first due first; raises Forbidden, StoreError."""
    require_seeing(actor, student_id, synthetic=synthetic, settings=settings)
    return next_steps.history(open_store(settings), school_of(synthetic=synthetic), student_id)


def due_steps(actor: Actor, *, synthetic: bool, settings: Settings) -> DueSteps:
    """Return for every student the open step that is due first."""
    require(actor, Action.SEE_STUDENT, synthetic=synthetic)
    return next_steps.due_steps(open_store(settings), school_of(synthetic=synthetic))


def _require_writing(actor: Actor, student_id: str, *, synthetic: bool, settings: Settings) -> None:
    require(actor, Action.NOTE, synthetic=synthetic)
    require_seeing(actor, student_id, synthetic=synthetic, settings=settings)
