"""Saving the cut with a reason, undoing it, and what happens where two people save at once."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError, Conflict
from pages.ui import explorer_cut_picker, text, widgets

WHY, UNTIL, DONE = "cut_why", "cut_until", "waymark_cut_done"
OVER, FAILED = "waymark_cut_over", "waymark_cut_failed"


def draw(actor, request, training, *, chosen, now) -> None:
    """Offer to save and to undo; what somebody else saved meanwhile is shown beside the viewer's own."""
    if st.session_state.pop(OVER, None):
        # A callback in a panel redraws the panel alone, and more than the panel depends on the cut.
        st.rerun()
    if said := st.session_state.pop(DONE, None):
        st.success(text.md(said), icon=":material/check_circle:")
        st.session_state[WHY] = ""
    if not cache.cuts.may_save(actor):
        st.caption("Only a counselor saves a cut.")
        return
    seen = st.session_state.setdefault(_seen(training), now.number)
    theirs = now.version if now.number != seen else None
    save, undo = _form(now)
    if failed := st.session_state.pop(FAILED, None):
        widgets.failure(failed)
    try:
        if save:
            _save(actor, training, chosen, expecting=seen)
        if undo:
            why = st.session_state[WHY]
            version = cache.cuts.undo(actor, request, reason=why, expecting=seen)
            _keep_done(training, version, f"Version {version.restores} is back, as version {version.number}.")
            st.rerun()
    except Conflict as error:
        theirs = error.now
        widgets.failure(error)
    except AppError as error:
        widgets.failure(error)
    if theirs is not None:
        _both(actor, training, chosen, theirs)


def _form(now) -> tuple[bool, bool]:
    with st.form("cut_save", border=True):
        left, right = st.columns([3, 1])
        left.text_input("Why is the cut changed?", key=WHY, max_chars=2000)
        right.date_input(
            "Until (optional)", None, key=UNTIL, format="YYYY-MM-DD",
            help="The last day, in UTC, on which it counts. Without one it counts until it is changed.",
        )  # fmt: skip
        with st.container(horizontal=True):
            save = st.form_submit_button("Save this cut", type="primary", icon=":material/save:")
            undo = st.form_submit_button(
                "Undo the last change", icon=":material/undo:", disabled=now.number < 2,
                help="The version before counts again." if now.number > 1 else "There is no version before.",
            )  # fmt: skip
    return save, undo


def _save(actor, training, chosen, *, expecting: int) -> None:
    _saved(actor, training, chosen, expecting=expecting)
    st.rerun()


def _saved(actor, training, chosen, *, expecting: int) -> None:
    version = cache.cuts.save(
        actor, training, chosen.policy, reason=st.session_state[WHY], expecting=expecting,
        expires_on=st.session_state[UNTIL], steady=chosen.steady,
    )  # fmt: skip
    listed = text.count(version.n_listed, "student")
    _keep_done(training, version, f"Saved as version {version.number}: {listed} on the list.")


def _keep_done(training, version, words: str) -> None:
    """Remember what stands now; the page is drawn anew after it, for more than the cut depends on it."""
    st.session_state[_seen(training)] = version.number
    if version.restores:
        explorer_cut_picker.forget()
    st.session_state[DONE] = words


def _both(actor, training, chosen, theirs) -> None:
    """What stands now beside the viewer's own, so that the second to save decides."""
    with st.container(border=True, key="cut_conflict"):
        st.markdown("**Somebody else changed the cut while you were here. Which one is to count?**")
        left, right = st.columns(2)
        left.markdown(f"What stands now: {text.md(cache.cuts.describe(theirs))}.")
        left.caption(text.md(theirs.describe()))
        right.markdown(f"Yours: {text.md(chosen.policy.describe())}.")
        right.caption("Not saved.")
        left.button("Keep what stands now", key="cut_keep", on_click=_keep, args=(training, theirs))
        over = (actor, training, chosen, theirs.number)
        right.button("Save mine over it", key="cut_over", on_click=_save_over, args=over)


def _save_over(actor, training, chosen, shown: int) -> None:
    """Save over the version that the viewer was shown, and over no later one."""
    try:
        _saved(actor, training, chosen, expecting=shown)
    except AppError as error:
        st.session_state[FAILED] = error
    else:
        st.session_state[OVER] = True


def _keep(training, theirs) -> None:
    st.session_state[_seen(training)] = theirs.number
    explorer_cut_picker.forget()


def _seen(training) -> str:
    """Return where the number of the version stands that this viewer decides on."""
    return f"waymark_cut_seen_{training.request.digest}"
