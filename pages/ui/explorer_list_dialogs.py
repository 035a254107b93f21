"""Dialogs of the list: assign students, write a note or talk, plan a next step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core import cache
from pages.ui import text
from pages.ui.explorer_list_kept import kept

DONE, ASKED = "explorer_list_done", "explorer_list_asked"
"""What the last dialog did; and which dialog is open, about whom, with what it was opened with."""


def done() -> str | None:
    """Return what was done by the last dialog, once."""
    return st.session_state.pop(DONE, None)


def ask(what: str, student_ids, given) -> None:
    """Let a dialog be open from now on."""
    st.session_state[ASKED] = (what, student_ids, given)


def draw(actor, training) -> None:
    """Draw the dialog that is open, if one is."""
    if ASKED in st.session_state:
        what, student_ids, given = st.session_state[ASKED]
        {"assign": assign, "note": note, "step": step}[what](actor, training, student_ids, given)


def _leave() -> None:
    st.session_state.pop(ASKED, None)


@st.dialog("Assign to a mentor", icon=":material/group_add:", on_dismiss=_leave)
def assign(actor, training, student_ids, given) -> None:
    """Ask for the mentor and the reason, and assign; whoever changed one meanwhile is shown."""
    mentors, seen, present = given
    now = ", ".join(f"{one} (with {present[one] or 'nobody'})" for one in student_ids[:8])
    st.caption(f"{text.count(len(student_ids), 'student')}: {text.md(now)}.")
    with st.form("list_assign_form", border=False):
        mentor = st.selectbox(
            "Mentor",
            mentors,
            index=None,
            accept_new_options=True,
            placeholder="A name, or nobody",
            help="As the mentor signs in. Left empty, the students are taken from their mentor.",
            key="list_assign_mentor",
        )
        reason = st.text_area("Why", max_chars=2_000, key="list_assign_reason")
        sent = st.form_submit_button("Assign", type="primary")
    if sent and kept(
        cache.rosters.assign, actor, training, student_ids, mentor or "", reason=reason, expecting=seen
    ):
        whose = f"with {mentor}" if mentor else "with nobody"
        _close(
            f"{text.count(len(student_ids), 'student')} {'is' if len(student_ids) == 1 else 'are'} {whose}."
        )


@st.dialog("Note or talk", icon=":material/edit_note:", on_dismiss=_leave)
def note(actor, training, student_ids, once) -> None:
    """Ask what happened and when, and write it down."""
    (student_id,) = student_ids
    st.caption(text.md(f"Student {student_id}"))
    with st.form("list_note_form", border=False):
        kind = st.radio(
            "What", cache.rosters.kinds, format_func=str.capitalize, horizontal=True, key="list_note_kind"
        )
        on = st.date_input("When", _today(), max_value=_today(), key="list_note_on")
        words = st.text_area("In words", max_chars=10_000, key="list_note_text")
        st.caption("A note alone is no contact: the days since contact go on.")
        sent = st.form_submit_button("Write it down", type="primary")
    if sent and kept(
        cache.rosters.write, actor, training, student_id, kind=kind, text=words, on=on, once=once
    ):
        _close(f"Written down for {student_id}.")


@st.dialog("Next step", icon=":material/event:", on_dismiss=_leave)
def step(actor, training, student_ids, once) -> None:
    """Ask what is to be done by when, and plan it."""
    (student_id,) = student_ids
    st.caption(text.md(f"Student {student_id}"))
    with st.form("list_step_form", border=False):
        words = st.text_input("What is to be done", max_chars=500, key="list_step_text")
        due = st.date_input("By when", _today() + timedelta(days=7), key="list_step_due")
        sent = st.form_submit_button("Plan it", type="primary")
    if sent and kept(cache.rosters.plan, actor, training, student_id, text=words, due_on=due, once=once):
        _close(f"Planned for {student_id} by {due:%d %b %Y}.")


def _close(words: str) -> None:
    _leave()
    st.session_state[DONE] = words
    st.rerun()


def _today():
    return datetime.now(UTC).date()
