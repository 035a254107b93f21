"""A choice is tried before it replaces what is there: what cannot be read takes nothing away."""

import streamlit as st

from core import cache
from core.errors import AppError, JobCancelled
from pages.ui import state, text, widgets

TRIED = "waymark_tried"


def choose(place: str, make) -> None:
    """Remember the request that ``make()`` returns as the one to try here; say why it cannot be made."""
    try:
        st.session_state[TRIED] = (place, make())
    except AppError as error:
        st.session_state.pop(TRIED, None)
        widgets.failure(error)


def forget(place: str) -> None:
    """Try nothing more at this place: what was chosen there is gone."""
    if st.session_state.get(TRIED, (None, None))[0] == place:
        del st.session_state[TRIED]


def take_over(place: str, door=cache.preview_job, *, kept: str = "") -> None:
    """Run what was chosen at this place; work on it from now on, or say why not, and what is ``kept``."""
    chosen_at, tried = st.session_state.get(TRIED, (None, None))
    if chosen_at != place:
        return
    job = door(state.actor(), tried)
    widgets.wait_for(job)
    try:
        job.result()
    except AppError as error:
        _refuse(job, error, kept or f"you still work on the {cache.source_name(state.request())}")
        return
    forget(place)
    state.set_request(tried)
    st.rerun()


def _refuse(job, error: AppError, kept: str) -> None:
    """Say why the choice is not taken over, and what is still there."""
    widgets.failure(error)
    st.caption(f"Nothing was changed: {text.md(kept)}.")
    if error.retry:
        cache.forget(job)
    if isinstance(error, JobCancelled):
        del st.session_state[TRIED]
