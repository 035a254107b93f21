"""How old a student record is, on every page; what is missing since when; and reading it again."""

from datetime import UTC, datetime

import streamlit as st

from core import cache
from core.errors import AppError, JobCancelled, SchemaChanged
from pages.ui import asking, connections, state, text, trying, widgets

PLACE = "freshness"
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def draw(actor, request) -> None:
    """Say in the sidebar when the record was read, and above the page what could not be read since."""
    asking.say_announced()
    if cache.plan_of(request) is None:
        return
    origin = cache.freshness(actor, request)
    if origin is not None:
        with st.sidebar:
            st.caption(text.md(f"Read {when(origin.loaded_at, datetime.now(UTC))}"))
        _outages(request, origin)
    _take_over(actor)


def again(request, *, key: str, label: str = "Read again") -> None:
    """Draw a button that reads every table of the record once more."""
    if st.button(label, key=key, icon=":material/refresh:"):
        trying.choose(PLACE, lambda: cache.refresh(state.actor(), request))
        if st.session_state.get(trying.TRIED, (None, None))[0] == PLACE:
            st.rerun()


def when(then: datetime, now: datetime) -> str:
    """Return a moment with its age in words; both in UTC.

    >>> when(datetime(2026, 11, 21, 9, 14, tzinfo=UTC), datetime(2026, 11, 21, 11, 20, tzinfo=UTC))
    '21 Nov 09:14 UTC (2 hours ago)'
    """
    year = f" {then.year}" if then.year != now.year else ""
    return f"{then:%d %b}{year} {then:%H:%M} UTC ({age((now - then).total_seconds())})"


def age(seconds: float) -> str:
    """Return an age in whole minutes, hours or days, rounded down; a clock that runs behind is no age.

    >>> age(59), age(60), age(7_199), age(86_400 * 3), age(-5)
    ('just now', '1 minute ago', '1 hour ago', '3 days ago', 'just now')
    """
    for length, unit in UNITS:
        if seconds >= length:
            return text.count(int(seconds // length), unit) + " ago"
    return "just now"


def _outages(request, origin) -> None:
    """Warn about each server that did not answer, once, with a way to try again."""
    said = _missing(origin)
    if not said:
        return
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="outage"):
        st.warning("  \n".join(text.md(words) for words in said), icon=":material/cloud_off:")
        again(request, key="outage_again", label="Try again")


def _missing(origin) -> list[str]:
    """Return what did not answer, a sentence each; the whole's own words may hold those of its parts."""
    missing = dict.fromkeys(one.outage for one in (origin, *origin.parts) if one.outage)
    return [words for words in missing if words == origin.outage or words not in origin.outage]


def _take_over(actor) -> None:
    """Take over what was read again once it is there; until then, and where it fails, the page stays."""
    chosen_at, tried = st.session_state.get(trying.TRIED, (None, None))
    if chosen_at != PLACE:
        return
    job = cache.preview_job(actor, tried)
    if asking.is_running(job):
        return
    try:
        origin = job.result().provenance
    except AppError as error:
        _refuse(job, error)
        return
    words = "A server did not answer: its last good copy serves." if _missing(origin) else "Read again."
    asking.announce(words)
    connections.forget_answers()
    trying.forget(PLACE)
    state.set_request(tried)
    st.rerun()


def _refuse(job, error: AppError) -> None:
    """Say why the record was not read again, and that the earlier reading is still there."""
    widgets.failure(error)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Nothing was changed: you still work on what was read before.")
        if isinstance(error, SchemaChanged):
            st.page_link("../data_sources.py", label="Choose other columns", icon=":material/database:")
        st.button(
            "Keep what was read before",
            key="refresh_keep",
            on_click=trying.forget,
            args=(PLACE,),
            type="tertiary",
        )
    if error.retry or isinstance(error, JobCancelled):
        cache.forget(job)
        trying.forget(PLACE)
