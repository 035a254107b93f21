"""Pieces that several pages draw: the sidebar, a running job, a failure, an empty result."""

import functools
import logging
import secrets

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import state, text

PATIENCE_SECONDS = 0.8
"""How long a page waits for a job before it shows progress instead."""


def sidebar(actor, request) -> None:
    """Say what is being looked at, and who is here."""
    with st.sidebar:
        if request.table.is_demo:
            st.info(
                "Demo school: made-up students, never evidence about real ones.", icon=":material/science:"
            )
        st.caption(f"Data: {text.md(cache.source_name(request))}")
        if not request.cleaning.is_agreed:
            st.caption("Cleaned by the proposed recipe, which nobody has agreed to yet: see Cleaning.")
        st.caption(text.md(actor.note))


def title(words: str, purpose: str) -> None:
    """Draw a page's title and, in one line, what the page is for."""
    st.title(words)
    st.caption(purpose)


def failure(error: AppError) -> None:
    """Show an expected failure: one sentence, and what to do next."""
    st.error(text.md(str(error)), icon=":material/error:")
    words, pointer = text.hint_parts(error.hint or "")
    if words:
        st.caption(text.md(words))
    if pointer:
        st.code(pointer, language=None)


def empty(why: str, todo: str | None = None) -> None:
    """Say why there is nothing to show, and what to do next."""
    st.info(text.md(why) + (f" {text.md(todo)}" if todo else ""), icon=":material/info:")


def result_of(job):
    """Return a job's value; while it runs, show its progress and end the page here.

    A job that failed raises its AppError; one that was cancelled or may succeed later offers to start again.
    """
    wait_for(job)
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


def wait_for(job) -> None:
    """Do nothing once a job is finished; while it runs, show its progress and end the page here."""
    if not job.wait(PATIENCE_SECONDS):
        progress(job, is_page=True)
        st.stop()


@st.fragment(run_every="0.5s")
def progress(job, *, is_page: bool = False) -> None:
    """Show how far a job is, and for a whole page since when; rerun the page when it is finished."""
    if job.is_finished:
        st.rerun()
    done = min(max(job.progress.fraction, 0.0), 1.0)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done, text=f"{text.md(job.name)}: {text.md(job.progress.words)}")
        st.button("Cancel", key=f"cancel_{job.number}", on_click=job.cancel, icon=":material/close:")
    if is_page:
        st.caption(f"{job.seconds:.0f} seconds so far. The other pages stay usable.")


def live(function):
    """Make a panel that redraws alone when one of its widgets moves; its failures are shown in it."""

    @functools.wraps(function)
    def guarded(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except AppError as error:
            return failure(error)

    return st.fragment(guarded)


def unexpected(error: Exception) -> bool:
    """Log a fault of ours under a reference, show the reference and nothing else; return that it is shown."""
    reference = secrets.token_hex(2).upper()
    logging.getLogger("waymark").error("Unexpected error, reference %s", reference, exc_info=error)
    st.error(f"Something went wrong (reference {reference}). Your data was not changed.")
    st.caption("Reload the page. If it happens again, give the reference to whoever runs Waymark.")
    return True


def left_out(training) -> None:
    """Say how many rows are on no list because cleaning left them out."""
    outside = sum(one.kind in ("cohort", "as_of") for one in training.left_out)
    if len(training.left_out) > outside:
        rows = text.count(len(training.left_out) - outside, "row")
        st.caption(f"{rows} left out by cleaning, each with its reason: see Cleaning.")
    if outside:
        st.caption(f"{text.count(outside, 'row')} outside the cohort or after the as-of date: see Train.")


def provenance(origin, *more: str) -> None:
    """Say where the numbers of a page come from."""
    parts = [
        f"Source: {text.md(origin.source)}, table {text.md(origin.table)}",
        text.count(origin.n_rows, "row"),
        f"as of {origin.as_of}" if origin.as_of else "as-of date not stated by the source",
        f"loaded {origin.loaded_at:%d %b %Y %H:%M} UTC",
        f"content {origin.content_hash}",
        *(text.md(words) for words in more),
    ]
    st.caption(" · ".join(parts))


def policy_picker(training):
    """Let the viewer choose the cut: by how many students the team can take on, or by risk."""
    how = st.segmented_control(
        "Choose by",
        ["Capacity", "Threshold"],
        default="Capacity",
        required=True,
        key="cut_how",
        persist_state="session",
    )
    if how == "Threshold":
        score = st.slider(
            "List students with a risk of at least",
            0.0,
            1.0,
            training.prevalence_shown,
            0.01,
            key="cut_score",
            persist_state="session",
            format="percent",
        )
        return _chosen(training, cache.at_score(score))
    step = max(1, training.n_students // 2_000)
    number = st.slider(
        "How many students can the team take on?",
        0,
        training.n_students,
        training.default_capacity,
        step,
        key=f"cut_capacity_{training.n_students}",
        persist_state="session",
    )
    return _chosen(training, cache.for_capacity(number))


def _chosen(training, policy):
    """Remember the cut, so that the Student page speaks of the same list."""
    state.set_policy(training, policy)
    return policy


def sentences(said, *, why_none: str) -> None:
    """Show sentences as a list, or say why there are none."""
    if not said:
        st.caption(text.md(why_none))
        return
    st.markdown("\n".join(f"- {text.md(sentence)}" for sentence in said))
