"""The students of a segment or of a part of the map: those whom the viewer may see."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import raw_rows, state, tables, text, widgets

PAGE_SIZE = 25
PAGE, OF = "explorer_members_page", "explorer_members_of"


def draw(actor, found, rows, training, policy, *, of) -> None:
    """Show a page of the students, those in most need first; a selected one can be opened.

    ``of`` tells whose they are: other students begin at the first page.
    """
    n_pages = max(1, -(-len(rows) // PAGE_SIZE))
    if st.session_state.get(OF) != of:
        st.session_state[OF], st.session_state[PAGE] = of, 1
    number = st.session_state.get(PAGE, 1)
    page = cache.segments.students_of(
        actor, found, rows, training=training, policy=policy, start=(number - 1) * PAGE_SIZE, size=PAGE_SIZE
    )
    if page.is_empty:
        widgets.empty(page.why_empty)
        return
    chosen = _table(page, key=f"explorer_members_{'_'.join(map(str, of))}_{number}")
    if n_pages > 1:
        st.pagination(n_pages, key=PAGE)
    _say(page, training)
    if chosen and st.button("Open this student's page", key="explorer_member_open", icon=":material/person:"):
        state.open_student(chosen)
        st.switch_page("../student.py")


def _table(page, *, key: str) -> str | None:
    frame = page.frame()
    if "need" in frame:
        frame["need"] = frame["need"].map(tables.NEED_WORDS)
    shown = tables.at_risk_columns()
    shown["place"] = shown["rank"]
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        height=raw_rows.height(len(frame), most=8),
        on_select="rerun",
        selection_mode="single-row",
        column_config=shown,
        alt="Students of this segment or part of the map.",
    )
    rows = event.selection.rows
    ids = page.seen.student_ids
    return ids[rows[0]] if rows and rows[0] < len(ids) else None


def _say(page, training) -> None:
    said = [text.count(page.seen.n, "student")]
    if training is not None:
        said.append("those with the highest risk first")
    if page.seen.n_hidden:
        said.append(f"{page.seen.n_hidden:,} of this page you may not see")
    st.caption(f"{', '.join(said)}.")
