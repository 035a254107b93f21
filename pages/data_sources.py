"""Where the students come from, how the table was read, and what its columns are for."""

import streamlit as st

from core import cache
from pages.ui import (
    file_reading,
    outcome_editor,
    raw_rows,
    record_origin,
    roles_editor,
    source_chooser,
    state,
    text,
    widgets,
)

actor, request = state.actor(), state.request()
widgets.title(
    "Data sources",
    "Choose where the students come from, check how the table was read, and say what each column is for.",
)

st.subheader("1. Where the students come from")
source_chooser.draw(request)

preview = widgets.result_of(cache.preview_job(actor, request))

st.subheader("2. The table as it was read")
st.caption(f"What you work on now: the {text.md(cache.source_name(request))}.")
widgets.provenance(preview.provenance)
if cache.plan_of(request) is not None:
    record_origin.draw(request, preview.provenance, preview.left_out)
file_reading.draw(request, preview)
raw_rows.draw(
    preview.rows,
    preview.schema,
    key="first_rows",
    alt=f"The first {len(preview.rows)} rows as they were read.",
)

st.subheader("3. What the columns are for")
st.caption("Everything here is a guess with its reason. Click a cell under Used as or Holds to correct it.")
roles_editor.draw(request, preview)

st.subheader("4. What is to be avoided")
outcome_editor.draw(request, preview)

st.subheader("Next")
with st.container(horizontal=True):
    st.page_link(
        "../cleaning.py", label="See what is wrong and clean it", icon=":material/cleaning_services:"
    )
    st.page_link("../train.py", label="Train and check the model", icon=":material/model_training:")
    st.page_link("../explorer.py", label="Go to the at-risk list", icon=":material/tune:")
