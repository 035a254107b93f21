"""What is asked of the list: kept for the session, written into the address, and read back from it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import cache
from core.errors import AppError

LINK, VIEW = "list", "view"
"""Parts of the address: what is asked, and a saved view by its random id; neither names a student."""
QUERY, SAID, OPENED, SEEDED, TURN = (
    f"explorer_list_{name}" for name in ("query", "said", "opened", "widgets", "turn")
)


def restore(actor, training) -> None:
    """Take up what the address asks for, once a session."""
    if QUERY in st.session_state:
        return
    st.session_state[QUERY], st.session_state[SAID] = cache.rosters.open_link(st.query_params.get(LINK, ""))
    if VIEW not in st.query_params:
        return
    try:
        open_view(*cache.rosters.open_view(actor, training, st.query_params[VIEW]))
    except AppError as error:
        st.session_state[SAID] = f"{error} The whole list is shown."


def current():
    """Return what is asked now."""
    return st.session_state[QUERY]


def ask(**changes):
    """Ask something else from now on; other students are shown from their first page."""
    before = current()
    after = replace(before, **changes)
    if after == before:
        return
    st.session_state[SAID] = ""
    is_same_list = replace(after, start=0, columns=()) == replace(before, start=0, columns=())
    st.session_state[QUERY] = after if is_same_list else replace(after, start=0)


def values_of(column: str) -> tuple[str, ...]:
    """Return the values of a column that are asked for."""
    return next((getattr(one, "values", ()) for one in current().where if one.column == column), ())


def choose(column: str, values, *, among) -> None:
    """Ask for students with one of these values of a column, for all where there is none.

    A value of a link that is not ``among`` those to choose from stays, so that the list can say so.
    """
    if set(values) != set(values_of(column)) & set(among):
        put_condition(column, cache.rosters.one_of(column, tuple(values)) if values else None)


def put_condition(column: str, condition) -> None:
    """Ask for a condition in the place of those on its column; for none where it is None."""
    others = tuple(one for one in current().where if one.column != column)
    ask(where=others if condition is None else (*others, condition))


def put(query) -> None:
    """Ask a whole query from now on; every widget starts from it."""
    st.session_state[QUERY], st.session_state[SAID] = query, ""
    for key in st.session_state.get(SEEDED, ()):
        st.session_state.pop(key, None)
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def open_view(view, query) -> None:
    """Ask what a saved view asks, and let the address be the view's."""
    put(query)
    st.session_state[OPENED] = (view, query)


def opened():
    """Return the saved view that is asked exactly, or None."""
    view, query = st.session_state.get(OPENED, (None, None))
    return view if view is not None and replace(current(), start=0) == query else None


def said() -> str:
    """Return what of a link could not be followed, until something else is asked."""
    return st.session_state.get(SAID, "")


def seeded(key: str, value) -> str:
    """Return the key of a widget that starts from a value of the query."""
    st.session_state.setdefault(key, value)
    known = st.session_state.setdefault(SEEDED, set())
    known.add(key)
    return key


def told(query) -> str:
    """Return by which columns students are chosen, in words; empty where by none."""
    names = [cache.rosters.titles.get(one.column, one.column) for one in query.where]
    return f"Filtered by {', '.join(names)}" if names else ""


def with_columns(query, more):
    """Return a query that shows further columns too."""
    return replace(query, columns=(*query.columns, *(one for one in more if one not in query.columns)))
