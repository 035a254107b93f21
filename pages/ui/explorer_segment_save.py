"""Which K counts: saved with a reason, taken back, and told with who, when and why."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError, Conflict
from pages.ui import explorer_segment_k, text, widgets

WHY, SEEN, DONE = "k_why", "waymark_k_seen", "waymark_k_done"


def draw(actor, request, found, k) -> None:
    """Say which K counts, and let a counselor change it; moving the slider changes nothing."""
    if said := st.session_state.pop(DONE, None):
        st.success(text.md(said), icon=":material/check_circle:")
        st.session_state[WHY] = ""
    now = cache.ks.current(actor, request)
    st.markdown("**The K that counts**")
    st.caption(text.md(_words(now)))
    if cache.ks.may_save(actor):
        _change(actor, request, found, k, now)
    if now.number:
        with st.expander("History of K", icon=":material/history:"):
            _history(cache.ks.history_frame(actor, request))


def _words(now) -> str:
    if now.is_empty:
        return now.why_empty or "No K has been saved for this list."
    return f"K = {now.policy['k']}. {now.version.describe()}"


def _change(actor, request, found, k, now) -> None:
    """The form; the second of two who save at once sees what stands now, and decides."""
    key = f"{SEEN}_{request.digest}"
    seen = st.session_state.setdefault(key, now.number)
    with st.form("k_save", border=True):
        st.text_input("Why is K changed?", key=WHY, max_chars=2000)
        with st.container(horizontal=True):
            save = st.form_submit_button(f"Save K = {k}", icon=":material/save:")
            undo = st.form_submit_button(
                "Undo the last change of K", icon=":material/undo:", disabled=now.number < 2
            )
    if not save and not undo:
        return
    why = st.session_state[WHY]
    try:
        version = (
            cache.ks.save(actor, request, found, k=k, reason=why, expecting=seen)
            if save
            else cache.ks.undo(actor, request, reason=why, expecting=seen)
        )
    except Conflict as error:
        widgets.failure(error)
        st.session_state[key] = error.now.number
        st.caption(f"What stands now: K = {error.now.policy['k']}. Save again to put yours in its place.")
        return
    except AppError as error:
        widgets.failure(error)
        return
    st.session_state[key] = version.number
    explorer_segment_k.forget(found)
    st.session_state[DONE] = f"K = {version.policy['k']} counts now, as version {version.number}."
    st.rerun()


def _history(frame) -> None:
    st.dataframe(
        frame, key="k_history", hide_index=True, width="stretch",
        column_config={"version": "Version", "when": "When (UTC)", "who": "Who", "k": "K", "why": "Why"},
        alt="Every version of K, the last one first.",
    )  # fmt: skip
