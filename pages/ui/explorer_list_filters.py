"""Filters of the list by any column: values with how many have them, or a range of numbers."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import text
from pages.ui.explorer_list_query import current, put_condition, seeded

USUAL = ("segment", "mentor")
ELSEWHERE = ("rank", "need", "listed", "status")
"""What has a control of its own, or is an order only."""
NONE = ""
"""Stands for students without a value."""


def draw(roster) -> None:
    """Draw the button of the filters; what it holds is worked out once it is opened."""
    chosen = [one.column for one in current().where if one.column not in ELSEWHERE]
    shown = st.popover("Filters", icon=":material/filter_alt:", on_change="rerun", key="list_filters_open")
    if not shown.open:
        return
    with shown:
        titles = {key: title for key, title in roster.choices().items() if key not in ELSEWHERE}
        usual = [key for key in USUAL if key in titles]
        more = st.multiselect(
            "Filter by",
            [key for key in titles if key not in usual],
            format_func=titles.__getitem__,
            key=seeded("list_filter_columns", [one for one in chosen if one in titles and one not in usual]),
            placeholder="Any other column",
        )
        for column in (*usual, *more):
            _one(roster.choice(column))
        for column in chosen:
            if column not in (*usual, *more):
                put_condition(column, None)


def _one(choice) -> None:
    condition = next((one for one in current().where if one.column == choice.column), None)
    if choice.is_range:
        _range(choice, condition)
    elif choice.values or choice.n_missing:
        _values(choice, condition)
    else:
        st.caption(text.md(f"{choice.title}: nothing is known yet."))


def _values(choice, condition) -> None:
    """Let the viewer choose values; students without one are a choice too."""
    counts = dict(choice.values) | ({NONE: choice.n_missing} if choice.n_missing else {})
    asked = (*getattr(condition, "values", ()), *([NONE] if condition and condition.or_missing else []))
    chosen = st.multiselect(
        choice.title,
        list(counts),
        format_func=lambda value: f"{value or 'none'} ({counts[value]:,})",
        key=seeded(f"list_filter_{choice.column}", [one for one in asked if one in counts]),
        placeholder="All",
        max_selections=200,
    )
    if set(chosen) != set(asked) & set(counts):
        values = tuple(one for one in chosen if one != NONE)
        made = cache.rosters.one_of(choice.column, values, or_missing=NONE in chosen) if chosen else None
        put_condition(choice.column, made)


def _range(choice, condition) -> None:
    """Let the viewer give one end of a range, or both."""
    low, high = getattr(condition, "low", None), getattr(condition, "high", None)
    ends = []
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, start, edge in (("at least", low, choice.low), ("at most", high, choice.high)):
            ends.append(
                st.number_input(
                    f"{choice.title}: {name}",
                    value=None,
                    key=seeded(f"list_filter_{choice.column}_{name}", start),
                    placeholder=f"{edge:g}",
                    width=190,
                )
            )
    if tuple(ends) == (low, high):
        return
    if None not in ends and ends[0] > ends[1]:
        st.caption("The lower end is above the upper end: this filter is not used.")
        return
    made = cache.rosters.between(choice.column, *ends) if ends != [None, None] else None
    put_condition(choice.column, made)
