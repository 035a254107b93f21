"""What can be done with the students chosen on the list, and the list as a file."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import explorer_list_dialogs, state, tables, text


def draw(actor, training, roster, found, picked) -> None:
    """Draw the bar below the list: open, assign, note and next step for those chosen, and the file."""
    one = picked[0] if len(picked) == 1 else None
    with st.container(horizontal=True, vertical_alignment="center"):
        if roster.may("see_student"):
            _open(one)
        if roster.may("note"):
            _write(one)
        if roster.may("assign"):
            _assign(actor, training, roster, picked)
        if roster.may("export"):
            _file(training, roster, found)
    if one is not None and roster.may("see_student"):
        tables.card(cache.student_sheet(actor, training, roster.policy, one), own_only=roster.own_only)
    elif picked:
        st.caption(f"{text.count(len(picked), 'student')} chosen: {text.md(', '.join(picked[:8]))}.")
    explorer_list_dialogs.draw(actor, training)
    if (done := explorer_list_dialogs.done()) is not None:
        st.success(text.md(done), icon=":material/check:")


def _open(one) -> None:
    if st.button(
        "Open the student",
        key="list_open",
        icon=":material/person:",
        disabled=one is None,
        help=_one_only(one),
    ):
        state.open_student(one)
        st.switch_page("../student.py")


def _write(one) -> None:
    for key, label, icon in (("note", "Note or talk", "edit_note"), ("step", "Next step", "event")):
        st.button(
            label,
            key=f"list_{key}",
            icon=f":material/{icon}:",
            disabled=one is None,
            help=_one_only(one),
            on_click=explorer_list_dialogs.ask,
            args=(key, (one,), cache.rosters.new_id()),
        )


def _assign(actor, training, roster, picked) -> None:
    st.button(
        "Assign to a mentor",
        key="list_assign",
        icon=":material/group_add:",
        disabled=not picked,
        help=None if picked else "Choose one student or more on the list.",
        on_click=_ask_mentor,
        args=(roster, tuple(picked), _seen(actor, training, roster, picked)),
    )


def _seen(actor, training, roster, picked):
    """Return the versions and mentors as the page shows them: a change is held against what was seen."""
    if not picked:
        return {}, {}
    return cache.rosters.versions_of(actor, training, picked), roster.mentors_of(picked)


def _ask_mentor(roster, picked, seen) -> None:
    mentors = [name for name, _ in roster.choice("mentor").values]
    explorer_list_dialogs.ask("assign", picked, (mentors, *seen))


def _file(training, roster, found) -> None:
    """Offer the students of this view as a file; it is written down who took it."""
    query, why = found.query, roster.why_no_file(found)
    st.download_button(
        f"Download these {text.count(found.page.n_found, 'student')} (CSV)",
        data=lambda: roster.export(query),
        file_name=f"students-{training.request.digest[:8]}-{found.page.n_found}.csv",
        mime="text/csv",
        on_click="ignore",
        key="list_file",
        icon=":material/download:",
        disabled=bool(why) or found.page.is_empty,
        help=why or "All pages of this view with the columns shown. It is written down who took it.",
    )


def _one_only(one) -> str | None:
    return None if one else "Choose one student on the list."
