"""What is to be avoided: the outcome as a small expression, tried on the table before it is used."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import state, text, trying, widgets

PLACE = "outcome"
TEXT = "outcome_text"
FEWEST = 0.02
"""Outcomes rarer than this, or commoner than the rest, are pointed at."""


def draw(request, preview) -> None:
    """Draw the input, examples made from the table's own columns, and whom the outcome happened to."""
    key = f"{TEXT}_{request.table.source}_{request.table.table}"
    if key not in st.session_state:
        st.session_state[key] = request.outcome
    _examples(preview.suggestions, key)
    with st.form("outcome_form", border=False):
        left, right = st.columns([5, 1], vertical_alignment="bottom")
        typed = left.text_input(
            "The outcome to avoid", key=key, placeholder='math score < 50, or: Target == "Dropout"',
            help="Compare columns with <, <=, ==, !=, >=, > or in {…}; mean, sum, min, max, and, or, not.",
        )  # fmt: skip
        wanted = right.form_submit_button("Use it", icon=":material/check:", type="primary", width="stretch")
    if wanted and typed.strip():
        trying.choose(PLACE, lambda: request.with_outcome(typed))
    trying.take_over(PLACE, cache.outcome_job, kept="the outcome in use is as it was")
    _in_use(request)


def _examples(suggestions, key: str) -> None:
    """Offer starting points; a click puts one into the input."""
    if not suggestions:
        st.caption("No column looks like an outcome by its name. Compare any column, such as: score < 50.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("For example, from your columns:", width="content")
        for number, suggestion in enumerate(suggestions):
            st.button(
                text.md(suggestion),
                key=f"suggest_{number}",
                type="tertiary",
                on_click=_put,
                args=(key, suggestion),
            )


def _put(key: str, suggestion: str) -> None:
    st.session_state[key] = suggestion


def _in_use(request) -> None:
    """Say which outcome is in use, whom it happened to, and what it keeps out of the model."""
    if not request.outcome:
        widgets.empty(
            "No outcome is chosen yet, so there is no at-risk list.",
            "Write one above; any column can decide it.",
        )
        return
    try:
        found = widgets.result_of(cache.outcome_job(state.actor(), request))
    except AppError as error:
        st.markdown(f"**In use, but it does not fit this table:** {text.md(request.outcome)}")
        widgets.failure(error)
        return
    students = text.count(found.n_happened + found.n_not, "student")
    st.markdown(
        f"**In use:** {text.md(found.words)}. It happened to {found.n_happened:,} of {students}"
        f" ({text.percent(found.share)}); for {found.n_unknown:,} it is not known."
    )
    made_of = text.md(", ".join(found.columns))
    st.caption(f"Kept out of the model, because the outcome is made of it: {made_of}.")
    if found.share in (None, 0.0, 1.0):
        st.warning(
            "All students have the same outcome, so nothing can be learned. Choose another limit or value."
        )
    elif not FEWEST <= found.share <= 1 - FEWEST:
        st.warning("Very few students are on one side of this outcome; figures about them will be uncertain.")
