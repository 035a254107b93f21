"""The number of segments: the slider, how good each K is, whether it is stable, and who moves."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import segment_charts, text, widgets

SHOWN = "explorer_ks"
"""The K that was shown before, and the one that is shown."""


def picker(found, start) -> int:
    """Let the viewer choose K among those that were fitted; choosing fits nothing."""
    if len(found.ks) == 1:
        st.caption(f"Only K = {found.ks[0]} is possible with these students.")
        k = found.ks[0]
    else:
        key = _key(found)
        st.session_state.setdefault(key, start)
        k = st.slider(
            "Number of segments (K)",
            found.ks[0],
            found.ks[-1],
            key=key,
            persist_state="session",
            help="All K are fitted already: the slider only selects.",
        )
    before, now = st.session_state.get(SHOWN, (k, k))
    st.session_state[SHOWN] = (now, k) if now != k else (before, now)
    st.caption(f"Recommended: K = {found.recommended_k}. {text.md(found.about[0])}")
    return k


def show(found, k: int) -> None:
    """Let the slider show this K from now on."""
    st.session_state[_key(found)] = k


def forget(found) -> None:
    """Let the slider begin at the K that counts when it is drawn next."""
    st.session_state.pop(_key(found), None)


def stability(actor, request, found, k: int):
    """Say whether the segments of this K come out again; None while that is worked out."""
    job = cache.study_job(actor, request, "stability", {"segments": found})
    known = ready(job)
    if known is None:
        return None
    if known.is_empty:
        st.caption(f"Stability not known: {text.md(known.why_empty)}")
        return None
    one = known.of(k)
    if one.is_stable:
        st.caption(text.md(one.words))
    else:
        st.warning(f"**{text.md(one.words)}**", icon=":material/shuffle:")
    return known


def training(actor, request):
    """Return the trained list, if it is there; None while it is worked out, or without an outcome."""
    return (
        ready(cache.training_job(cache.rosters.trainer(actor, request), request)) if request.outcome else None
    )


def ready(job):
    """Return a job's value without waiting; None while it runs and where it failed, which is said."""
    if not job.is_finished:
        widgets.progress(job)
        return None
    try:
        return job.result()
    except AppError as error:
        widgets.failure(error)
        again = {"key": f"ready_{job.number}", "on_click": cache.forget, "args": (job,)}
        st.button("Start again", icon=":material/refresh:", **again)
        return None


def quality(found, k: int) -> None:
    """Draw a measure of all K, and say what the chosen one has in each."""
    measure = st.selectbox(
        "How good is each K?",
        list(segment_charts.MEASURES),
        format_func=lambda name: segment_charts.MEASURES[name][0],
        key="explorer_measure",
        persist_state="session",
    )
    frame = found.quality()
    segment_charts.quality(frame, k=k, measure=measure, key=f"explorer_quality_{measure}")
    own = frame.loc[frame["k"] == k].iloc[0]
    said = [f"{name} {own[field]:.3g}" for field, (name, _) in segment_charts.MEASURES.items()]
    reading = segment_charts.MEASURES[measure][1]
    st.caption(text.md(f"{reading} At K = {k}: {', '.join(said)} (± {own['gap_error']:.2g})."))


def moves(found, k: int) -> None:
    """Say who moves between the K before and this one."""
    before = st.session_state[SHOWN][0]
    st.markdown("**Who moves when K changes**")
    if before == k or before not in found.ks:
        st.caption("Move the slider: this says how many stay in their segment, and where the others go.")
        return
    widgets.sentences(found.moves(before, k).sentences, why_none="")


def _key(found) -> str:
    return f"explorer_k_{found.ks[-1]}"
