"""The pages of the list, and the address of the browser that says what is asked."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui.explorer_list_query import LINK, TURN, VIEW, ask, current, opened


def pages(page) -> None:
    """Let the viewer turn the pages; a page after the last is the last."""
    asked = replace(current(), start=0, columns=())
    n_pages = max(1, -(-page.n_found // asked.size))
    # Another list begins with pages of its own: a widget that is there keeps its number.
    key = f"list_page_{st.session_state.get(TURN, 0)}_{n_pages}_{hash(asked)}"
    if n_pages > 1:
        st.pagination(n_pages, default=page.start // asked.size + 1, key=key, on_change=_turned, args=(key,))


def write(query) -> None:
    """Let the address say what is asked, so that a reload and a link show the same."""
    view = opened()
    try:
        said_now = "" if view is not None else cache.rosters.link_of(query)
    except AppError:
        said_now = ""
    for name, value in ((LINK, said_now), (VIEW, "" if view is None else view.id)):
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def _turned(key: str) -> None:
    ask(start=(st.session_state[key] - 1) * current().size)
