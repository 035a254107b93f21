"""Who needs support first, how many the team can take on, and which groups there are."""

import streamlit as st

from core import cache
from pages.ui import charts, state, tables, text, widgets

PAGE_SIZE = 25

actor, request = state.actor(), state.request()
widgets.title("Explorer", "See who may need support first, choose how many to take on, and look for groups.")

if not request.outcome:
    widgets.empty(
        "No outcome is chosen yet, so there is no list.", "Say on Data sources what is to be avoided."
    )
    st.page_link("../data_sources.py", label="Choose the outcome", icon=":material/database:")
    st.stop()

training = widgets.result_of(cache.training_job(actor, request))


@widgets.live
def students() -> None:
    """The cut, its consequences, and the list; redraws alone when a slider moves."""
    policy = widgets.policy_picker(training)
    cut = cache.cut(actor, training, policy)
    widgets.cut_figures(cut)
    n_pages = max(1, -(-training.n_students // PAGE_SIZE))
    place = st.container()
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        number = st.pagination(n_pages, key="explorer_page")
    page = cache.list_page(actor, training, policy, start=(number - 1) * PAGE_SIZE, size=PAGE_SIZE)
    with place:
        chosen = tables.at_risk(page, key=f"explorer_list_{number}")
    right.download_button(
        "Download the list (CSV)",
        data=lambda: cache.list_csv(actor, training, policy),
        file_name=f"at-risk-{request.digest}-{cut.n_listed}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        help="Every student, ordered by rank, with reasons; the same bytes as the command line writes.",
    )
    if chosen:
        tables.card(cache.student_sheet(actor, training, policy, chosen))
        if st.button("Open this student's page", key="explorer_open", icon=":material/person:"):
            state.open_student(chosen)
            st.switch_page("../student.py")


@widgets.live
def segments() -> None:
    """K-means segments; every K is fitted once, the slider only selects."""
    found = widgets.result_of(cache.segments_job(actor, request))
    if found.is_empty:
        widgets.empty(found.why_empty)
        return
    (st.success if found.is_clear else st.info)(text.md(found.verdict), icon=":material/hub:")
    k = widgets.k_picker(found)
    quality = found.quality()
    left, right = st.columns(2)
    with left:
        charts.by_k(
            quality,
            chosen=k,
            value="inertia",
            title="Spread within segments (inertia a student)",
            alt="Spread within segments for each K; look for the bend.",
            key="inertia",
        )
    with right:
        charts.by_k(
            quality,
            chosen=k,
            value="silhouette",
            title="Separation (silhouette)",
            alt="Separation for each K, from -1 to 1; higher is clearer.",
            key="silhouette",
        )
    tables.segments(found.tables[k], key="segment_profiles")
    st.caption(" ".join(text.md(words) for words in found.about))


st.subheader("Students")
students()
widgets.left_out(training)
widgets.provenance(training.provenance, *training.about)
st.subheader("Segments")
segments()
