"""Who needs support first, how many the team can take on, and which groups there are."""

import streamlit as st

from core import cache
from pages.ui import explorer_segment_link, explorer_segments, explorer_students, state, widgets

actor, request = state.actor(), state.request()
if cache.rosters.own_only(actor):
    widgets.title("Explorer", "The students you accompany: who needs you first, and what was agreed.")
    explorer_students.draw(actor, request)
    st.stop()
widgets.title("Explorer", "See who may need support first, choose how many to take on, and look for groups.")

linked = explorer_segment_link.is_there()
students, segments = st.tabs(
    ["Students", "Segments"],
    default="Segments" if linked else "Students",
    on_change="rerun",
    key="explorer_tabs",
)
if students.open:
    with students:
        explorer_segment_link.clear()
        explorer_students.draw(actor, request)
if segments.open:
    with segments:
        explorer_segments.draw(actor, request)
