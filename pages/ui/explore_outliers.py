"""The part of Outliers that leads to the students behind them, for those who may see students."""

import streamlit as st

from core import cache
from pages.ui import behind, explore_filter, raw_rows, state, text, widgets


def students(found) -> None:
    """Offer the students behind one column's outliers; nobody is named before somebody asks."""
    st.markdown("**The students behind them**")
    actor, request = state.actor(), state.request()
    if why := cache.why_unnamed(actor, request):
        st.caption(text.md(why))
        return
    names = [one.column for one in found.outliers.columns if one.n_iqr or one.n_robust or one.infinite]
    if not names:
        st.caption("No value lies far out.")
        return
    column = st.selectbox(
        "Look up the students with outliers in", names, None, format_func=found.titles.__getitem__,
        key=f"outlying_{request.digest}", width=420, placeholder="Choose a column",
    )  # fmt: skip
    if column is None:
        st.caption("Names and other values stay out of this page: ids are listed once you choose a column.")
        return
    filters = explore_filter.chosen(request)
    result = widgets.result_of(cache.figure_job(actor, request, "outlying", filters, {"column": column}))
    _listed(result, found.titles[column])


def _listed(result, title: str) -> None:
    """Draw the students by id, the farthest out first, and a way to the page of the chosen one."""
    if result.n_unnamed:
        rows = text.count(result.n_unnamed, "row")
        st.caption(f"{rows} far out left out here: without a student id there is nobody to look up.")
    if result.is_empty:
        widgets.empty(result.why_empty)
        return
    frame, unit = result.frame, f" ({result.column.unit})" if result.column.unit else ""
    shown = f"the {len(frame)} farthest out of {result.n:,}" if result.n > len(frame) else f"all {result.n:,}"
    st.markdown(text.md(f"{title}: {shown}, the farthest first. A value far out may well be right."))
    event = st.dataframe(
        frame, key="outlying_students", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        on_select="rerun", selection_mode="single-row", alt=f"Students whose {title} lies far out.",
        column_config={
            "student_id": behind.words("Student", width=140),
            "value": behind.number(f"{title}{unit}", "%.6g"),
            "beyond": behind.number("How far outside", "%.6g", help="Beyond the fences, in the same unit."),
            "by_robust": st.column_config.CheckboxColumn("Also by robust z"),
        },
    )  # fmt: skip
    rows = event.selection.rows
    if rows and rows[0] < len(frame):
        chosen = frame["student_id"].iloc[rows[0]]
        if st.button(f"Open the page of {text.md(chosen)}", key="outlying_open", icon=":material/person:"):
            state.open_student(chosen)
            st.switch_page("../student.py")
