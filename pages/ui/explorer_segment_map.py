"""The map of the students: by principal components, on three axes, or by UMAP for who asks for it."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import asking, segment_charts, text, widgets

FLAT, DEEP, UMAP = "PCA", "PCA, 3-D", "UMAP"


def draw(actor, request, found, k: int):
    """Draw the map; return the rows of the students in the box pulled open on it, None without a box."""
    kind = st.segmented_control(
        "Map", [FLAT, DEEP, UMAP], default=FLAT, required=True, key="explorer_map", persist_state="session"
    )
    chart = found.map
    if kind == UMAP:
        chart = asking.answer(cache.study_job(actor, request, "umap", {"segments": found}))
        if chart is None:
            return None
    if chart.is_empty:
        widgets.empty(chart.why_empty)
        return None
    view = cache.segments.map_view(actor, found, k=k, chart=chart, dimensions=3 if kind == DEEP else 2)
    alt = f"The students on two axes ({kind}), coloured by segment, with its letter in the middle of each."
    if kind == DEEP:
        segment_charts.deep_map(view, alt=alt.replace("two", "three"), key="explorer_map_deep")
        box = {}
    else:
        box = segment_charts.flat_map(view, alt=alt, key=f"explorer_map_{kind}")
        st.caption("Pull a box open on the map to see who is in it; click twice to close it.")
    st.caption(" ".join(text.md(words) for words in chart.notes))
    return _inside(actor, found, chart, box)


def _inside(actor, found, chart, box):
    """Return the rows of the students in a box; None without one."""
    ends = [box.get(name) or box.get(f"{name}1") for name in "xy"]
    if not all(ends):
        return None
    across, up = (tuple(sorted(map(float, end))) for end in ends)
    return cache.segments.on_map(actor, found, cache.segments.box(across, up), chart=chart)
