"""Saved views: open one, keep what is asked now, share it by a link that says nothing."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError, Conflict
from pages.ui import text, widgets
from pages.ui.explorer_list_query import VIEW, current, open_view

FAULT = "explorer_list_view_fault"


def draw(actor, training) -> None:
    """Draw the button of the saved views."""
    shown = st.popover("Views", icon=":material/bookmark:", on_change="rerun", key="list_views_open")
    if not shown.open:
        return
    with shown:
        if (fault := st.session_state.pop(FAULT, None)) is not None:
            _fault(fault)
        _open(actor, training)
        _save(actor, training)
        st.caption("The search words are kept in a view. The address of this page shows it to others.")


def _open(actor, training) -> None:
    """Let the viewer open a view, and change or remove one of their own."""
    views = {one.id: one for one in cache.rosters.saved_views(actor, training)}
    if not views:
        st.caption("No view is saved yet.")
        return
    key = st.selectbox(
        "Saved views",
        list(views),
        format_func=lambda one: _name(views[one], actor),
        key="list_view",
    )
    view = views[key]
    with st.container(horizontal=True):
        _button("Open", "open_in_new", _opening, actor, training, view)
        if view.owner == actor.who:
            _button("Replace by this list", "save", _replacing, actor, training, view)
            _button("Remove", "delete", _removing, actor, training, view)
    if view.is_shared:
        st.caption("The end of its link, for those who may see the list:")
        st.code(f"?{VIEW}={view.id}", language=None)


def _save(actor, training) -> None:
    """Let the viewer keep what is asked now under a name."""
    with st.form("list_view_form", border=False, clear_on_submit=True):
        name = st.text_input("Name of a new view", max_chars=100, key="list_view_name")
        shared = st.checkbox("Others may open it", key="list_view_shared")
        if st.form_submit_button("Save this list as a view", icon=":material/bookmark_add:"):
            try:
                open_view(
                    cache.rosters.save_view(actor, training, name, current(), is_shared=shared), current()
                )
            except AppError as error:
                widgets.failure(error)
            else:
                st.rerun()


def _name(view, actor) -> str:
    return view.name if view.owner == actor.who else f"{view.name} (by {view.owner})"


def _button(label, icon, act, *about) -> None:
    st.button(label, icon=f":material/{icon}:", key=f"list_view_{icon}", on_click=_tried, args=(act, *about))


def _tried(act, *about) -> None:
    """Do what a button says; what keeps it from being done is shown above the views."""
    try:
        act(*about)
    except AppError as error:
        st.session_state[FAULT] = error


def _opening(actor, training, view) -> None:
    open_view(*cache.rosters.open_view(actor, training, view.id))


def _replacing(actor, training, view) -> None:
    open_view(cache.rosters.change_view(actor, training, view, current()), current())


def _removing(actor, training, view) -> None:
    cache.rosters.remove_view(actor, training, view)


def _fault(error) -> None:
    widgets.failure(error)
    if isinstance(error, Conflict) and error.now is not None:
        st.caption(
            text.md(f"It stands now as '{error.now.name}', saved {error.now.saved_at:%d %b %Y %H:%M} UTC.")
        )
