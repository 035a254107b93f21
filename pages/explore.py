"""What is in the cleaned table: figures, shapes, relations, gaps, outliers and groups; nobody is named."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import (
    exploration,
    explore_barriers,
    explore_filter,
    explore_groups,
    explore_points,
    explore_time,
    state,
    text,
    widgets,
)

actor, request = state.actor(), state.request()
widgets.title(
    "Explore",
    "Get to know the cleaned table: what it holds, what goes together, what is missing, which groups differ.",
)

whole = widgets.result_of(cache.exploration_job(actor, request))
if whole.summary.is_empty:
    widgets.empty(whole.summary.why_empty, "Choose another table on Data sources.")
    st.stop()
explore_filter.draw(request, whole)
filters = explore_filter.chosen(request)
try:
    found = widgets.result_of(cache.exploration_job(actor, request, filters)) if filters else whole
except AppError as error:
    widgets.failure(error)
    st.stop()
part = (
    f"{found.n:,} of {found.n_of:,} students after cleaning"
    if filters
    else f"{text.count(found.n, 'student')} after cleaning"
)
widgets.provenance(found.provenance, part)
for note in found.notes:
    st.warning(text.md(note), icon=":material/info:")

PANELS = {
    "Summary": exploration.summary,
    "One column": exploration.distribution,
    "Two columns": lambda result: explore_points.draw(request, result),
    "Over time": lambda result: explore_time.draw(request, result),
    "Relations": exploration.relations,
    "Missing values": exploration.missing,
    "Outliers": exploration.outliers,
    "Groups": lambda result: explore_groups.draw(request, result),
    "Barriers together": lambda result: explore_barriers.draw(request, result),
}
for tab, draw in zip(
    st.tabs(list(PANELS), key="explore_tabs", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            draw(found)
