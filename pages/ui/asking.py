"""Questions to a server in the middle of a page: while one is open, or failed, the rest of the page stays."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import text, widgets

SAID = "waymark_said"


def announce(words: str) -> None:
    """Say something briefly once the page was run again: a toast does not outlive a rerun."""
    st.session_state[SAID] = words


def say_announced() -> None:
    """Say what was announced before the rerun."""
    words = st.session_state.pop(SAID, "")
    if words:
        st.toast(text.md(words), icon=":material/info:")


def answer(job):
    """Return a job's value; None while it runs and where it failed, when that is drawn instead."""
    if is_running(job):
        return None
    try:
        return job.result()
    except AppError as error:
        widgets.failure(error)
        st.button(
            "Ask again",
            key=f"ask_{job.number}",
            icon=":material/refresh:",
            on_click=cache.forget,
            args=(job,),
        )
        return None


def is_running(job) -> bool:
    """Return whether a job is still under way after a moment; its progress is drawn then."""
    if job.wait(widgets.PATIENCE_SECONDS):
        return False
    widgets.progress(job)
    return True


def failed_with(job, kind: type[AppError]) -> bool:
    """Return whether a job ended with such a failure."""
    if not job.is_finished or job.has_value:
        return False
    try:
        job.result()
    except kind:
        return True
    except AppError:
        return False
    return False
