"""What is in the cleaned table: figures, shapes, relations, gaps, outliers and groups; nobody is named."""

import streamlit as st

from core import cache
from pages.ui import exploration, state, text, widgets

actor, request = state.actor(), state.request()
widgets.title(
    "Explore",
    "Get to know the cleaned table: what it holds, what goes together, what is missing, which groups differ.",
)

found = widgets.result_of(cache.exploration_job(actor, request))
widgets.provenance(found.provenance, f"{found.n:,} students after cleaning")
for note in found.notes:
    st.warning(text.md(note), icon=":material/info:")
if found.summary.is_empty:
    widgets.empty(found.summary.why_empty, "Choose another table on Data sources.")
    st.stop()

PANELS = {
    "Summary": exploration.summary,
    "One column": exploration.distribution,
    "Relations": exploration.relations,
    "Missing values": exploration.missing,
    "Outliers": exploration.outliers,
    "Groups": lambda result: exploration.groups(request, result),
}
for tab, draw in zip(
    st.tabs(list(PANELS), key="explore_tabs", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            draw(found)
