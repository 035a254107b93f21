"""One student: the need, the reasons in words, the strengths, and every value behind them."""

import streamlit as st

from core import cache
from pages.ui import charts, state, student_lime, student_what_if, tables, text, widgets

actor, request = state.actor(), state.request()
widgets.title("Student", "What to know before you talk: need, reasons, strengths.")

if not request.outcome:
    widgets.empty(
        "No outcome is chosen yet, so nobody's need is known.", "Say on Data sources what is to be avoided."
    )
    st.page_link("../data_sources.py", label="Choose the outcome", icon=":material/database:")
    st.stop()

training = widgets.result_of(cache.training_job(cache.rosters.trainer(actor, request), request))
own_only = cache.rosters.own_only(actor)
policy = (
    cache.cuts.start(training, cache.cuts.current(actor, request)) if own_only else state.policy(training)
)
if state.student() is None:
    first = cache.rosters.view(actor, training, policy).find(cache.rosters.query(size=1))
    if first.page.is_empty:
        widgets.empty(first.why_empty)
        st.stop()
    state.open_student(first.page.student_ids[0])

asked = st.text_input(
    "Student id",
    value=state.student() or "",
    key=f"student_asked_{state.student()}",
    type="search",
    help="Type an id, or choose a student on the Explorer page.",
)
if not asked.strip():
    widgets.empty("No student is chosen.", "Type an id, or choose a student on the Explorer page.")
    st.stop()

sheet = cache.student_sheet(actor, training, policy, asked.strip())
if sheet.student_id != state.student():
    state.open_student(sheet.student_id)
    st.rerun()

st.subheader(text.md(sheet.name or f"Student {sheet.student_id}"))
with st.container(horizontal=True):
    st.metric("Support needed", sheet.need.capitalize(), border=True, height="stretch", help=tables.NEED_HELP)
    st.metric(
        "Risk",
        text.percent(sheet.risk),
        None if own_only else f"all students: {text.percent(sheet.mean_risk)}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help="The chance of the outcome by models that were fitted without this student.",
    )
    if not own_only:
        st.metric(
            "Place in the list",
            f"{sheet.rank:,}",
            f"of {sheet.n_students:,}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
        )
if sheet.segment:
    st.caption(f"Segment: {text.md(sheet.segment)}. A segment says nothing about need by itself.")

reasons, strengths = st.columns(2)
with reasons:
    st.markdown("**What to talk about**")
    widgets.sentences(sheet.reasons, why_none="Nothing that is recorded raises the risk much.")
with strengths:
    st.markdown("**Strengths to build on**")
    widgets.sentences(sheet.strengths, why_none="Nothing that is recorded lowers the risk much.")
st.caption(
    "Reasons say what goes with a higher risk in past students, barriers first; they do not say what "
    "causes it. "
    "A conversation may show something else."
)

with st.expander("What if something were otherwise?", icon=":material/tune:"):
    student_what_if.draw(actor, training, policy, sheet.student_id)
is_asked = student_lime.was_asked(request, sheet.student_id)
with st.expander("A second opinion on the reasons", icon=":material/compare:", expanded=is_asked):
    student_lime.draw(actor, request, training, sheet.student_id)

st.subheader("All values")
charts.contributions(
    sheet.contributions,
    alt="What raises this student's risk, to the right, and what lowers it, to the left.",
    key="student_contributions",
)
tables.values(sheet.contributions, key="student_values")
if not own_only:
    widgets.provenance(training.provenance, *training.about)
