"""Pieces that several pages draw: the sidebar, a running job, a failure, an empty result."""

import functools

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import text

PATIENCE_SECONDS = 0.8
"""How long a page waits for a job before it shows progress instead."""


def sidebar(actor, request) -> None:
    """Say what is being looked at, and who is here."""
    with st.sidebar:
        if request.table.is_demo:
            st.info("Demo school: made-up students, never evidence about real ones.", icon=":material/science:")
        st.caption(f"Data: {text.md(cache.source_name(request))}")
        st.caption(text.md(actor.note))


def title(words: str, purpose: str) -> None:
    """Draw a page's title and, in one line, what the page is for."""
    st.title(words)
    st.caption(purpose)


def failure(error: AppError) -> None:
    """Show an expected failure: one sentence, and what to do next."""
    st.error(text.md(str(error)), icon=":material/error:")
    if error.hint:
        st.caption(text.md(error.hint))


def empty(why: str, todo: str | None = None) -> None:
    """Say why there is nothing to show, and what to do next."""
    st.info(text.md(why) + (f" {text.md(todo)}" if todo else ""), icon=":material/info:")


def result_of(job):
    """Return a job's value; while it runs, show its progress and end the page here.

    A job that failed raises its AppError; one that was cancelled or may succeed later offers to start again.
    """
    if not job.wait(PATIENCE_SECONDS):
        _progress(job)
        st.stop()
    try:
        return job.result()
    except AppError as error:
        if not error.retry:
            raise
        failure(error)
        if st.button("Start again", key=f"again_{job.number}", icon=":material/refresh:"):
            cache.forget(job)
            st.rerun()
        st.stop()


@st.fragment(run_every="0.5s")
def _progress(job) -> None:
    """Show how far a job is; rerun the page when it is finished."""
    if job.is_finished:
        st.rerun()
    st.progress(min(max(job.progress.fraction, 0.0), 1.0), text=f"{text.md(job.name)}: {text.md(job.progress.words)}")
    left, right = st.columns([1, 5], vertical_alignment="center")
    left.button("Cancel", key=f"cancel_{job.number}", on_click=job.cancel, icon=":material/close:")
    right.caption(f"{job.seconds:.0f} seconds so far. The other pages stay usable.")


def live(function):
    """Make a panel that redraws alone when one of its widgets moves; its failures are shown in it."""

    @functools.wraps(function)
    def guarded(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except AppError as error:
            return failure(error)

    return st.fragment(guarded)


def provenance(origin, *more: str) -> None:
    """Say where the numbers of a page come from."""
    parts = [
        f"Source: {text.md(origin.source)}, table {text.md(origin.table)}",
        f"{origin.n_rows:,} rows",
        f"loaded {origin.loaded_at:%d %b %Y %H:%M} UTC",
        f"content {origin.content_hash}",
        *(text.md(words) for words in more),
    ]
    st.caption(" · ".join(parts))
