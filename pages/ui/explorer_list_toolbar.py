"""What a viewer asks of the list: search, need, filters, order, columns and saved views."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import explorer_list_filters, explorer_list_views, tables, text
from pages.ui.explorer_list_query import ask, choose, current, seeded, values_of

SIZES = (10, 25, 50, 100)
NEEDS = ("high", "watch", "low", "not enough known")
MOVES = {"new": "Joined", "left": "Left"}


def draw(actor, training, roster):
    """Draw the bar above the list and return what is asked; a mentor has search, need and order only."""
    moves = roster.moves()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _search()
        _need()
        if not roster.own_only:
            _listed()
            explorer_list_filters.draw(roster)
            _columns(roster)
            explorer_list_views.draw(actor, training)
        _order(roster)
    if moves is not None:
        _moves(moves)
    return current()


def _search() -> None:
    words = st.text_input(
        "Search",
        key=seeded("list_search", current().search),
        type="search",
        max_chars=100,
        placeholder="Id or name",
        help="A part of an id, or how a name begins. A search is never part of a link.",
        width=220,
    )
    ask(search=words)


def _need() -> None:
    chosen = st.pills(
        "Need",
        NEEDS,
        selection_mode="multi",
        format_func=tables.NEED_WORDS.__getitem__,
        key=seeded("list_need", [one for one in values_of("need") if one in NEEDS]),
        help=tables.NEED_HELP,
        width="content",
    )
    choose("need", [one for one in NEEDS if one in chosen], among=NEEDS)


def _listed() -> None:
    only = st.toggle("Listed only", key=seeded("list_listed", bool(values_of("listed"))))
    choose("listed", ["listed"] if only else [], among=["listed"])


def _order(roster) -> None:
    by = current().sort[0] if current().sort else cache.rosters.sort_by("rank")
    titles = {by.column: by.column} | roster.sorts()
    column = st.selectbox(
        "Sort by",
        list(titles),
        format_func=titles.__getitem__,
        key=seeded("list_sort", by.column),
        width=190,
    )
    falling = st.toggle("Highest first", key=seeded("list_falling", by.falling), help="Off: lowest first.")
    chosen = cache.rosters.sort_by(column, falling=falling)
    if chosen != by:
        ask(sort=() if chosen == cache.rosters.sort_by("rank") else (chosen,))


def _columns(roster) -> None:
    opened = st.popover("Columns", icon=":material/view_column:", on_change="rerun", key="list_columns_open")
    # Drawn while it is closed, a control would forget what it starts from before anybody sees it.
    if not opened.open:
        return
    known = roster.columns()
    with opened:
        shown = st.multiselect(
            "Columns of the list",
            list(known),
            format_func=known.__getitem__,
            key=seeded("list_columns", [one for one in current().columns if one in known]),
            placeholder="The usual columns",
            help="Left empty: the usual ones. They are kept while you are here, and in a saved view.",
        )
        sizes = sorted({*SIZES, current().size})
        size = st.selectbox("Students on a page", sizes, key=seeded("list_size", current().size))
    others = [one for one in current().columns if one not in known]
    kept = tuple(one for one in cache.rosters.titles if one in shown or one in others)
    ask(columns=kept if shown else cache.rosters.usual)
    ask(size=size)


def _moves(moves) -> None:
    """Say who joined and left since the list was saved, and let the list show only them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text.md(moves.words))
        if moves.n_new or moves.n_left or values_of("status"):
            chosen = st.pills(
                "Show only those who",
                list(MOVES),
                selection_mode="multi",
                format_func=MOVES.__getitem__,
                key=seeded("list_status", [one for one in values_of("status") if one in MOVES]),
                label_visibility="collapsed",
                width="content",
            )
            choose("status", chosen, among=MOVES)
