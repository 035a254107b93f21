"""What is in the cleaned table: figures, shapes, relations, gaps, outliers and groups; nobody is named."""

import streamlit as st

from core import cache
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

# What each panel draws, and the figures that it needs beside the summary: worked out once it is open.
PANELS = {
    "Summary": ("", exploration.summary),
    "One column": ("distributions", exploration.distribution),
    "Two columns": ("distributions", lambda result: explore_points.draw(request, result)),
    "Over time": ("distributions", lambda result: explore_time.draw(request, result)),
    "Relations": ("associations", exploration.relations),
    "Missing values": ("missingness", exploration.missing),
    "Outliers": ("outliers", exploration.outliers),
    "Groups": ("distributions", lambda result: explore_groups.draw(request, result)),
    "Barriers together": ("distributions", lambda result: explore_barriers.draw(request, result)),
}


@widgets.live
def explored() -> None:
    """Draw what students are chosen by, and the panel that is open; it redraws alone when either changes."""
    widgets.result_of(cache.prepared_job(actor, request))
    whole = cache.summed_up(actor, request)
    if whole.summary.is_empty:
        widgets.empty(whole.summary.why_empty, "Choose another table on Data sources.")
        return
    explore_filter.draw(request, whole)
    filters = explore_filter.chosen(request)
    found = cache.summed_up(actor, request, *filters) if filters else whole
    part = f"{found.n:,} of {found.n_of:,} students" if filters else text.count(found.n, "student")
    widgets.provenance(found.provenance, f"{part} after cleaning")
    for note in found.notes:
        st.warning(text.md(note), icon=":material/info:")
    panels(found, filters)


def panels(found, filters) -> None:
    """Draw the panel that is open."""
    tabs = st.tabs(list(PANELS), key="explore_tabs", on_change="rerun")
    for tab, (figures, draw) in zip(tabs, PANELS.values(), strict=True):
        if tab.open:
            with tab:
                draw(with_figures(figures, filters) if figures else found)


def with_figures(name: str, filters):
    """Return the exploration with one kind of its figures, worked out by a job."""
    chosen = {"figures": (name,)}
    return widgets.result_of(cache.figure_job(actor, request, "figures", filters, chosen))


explored()
