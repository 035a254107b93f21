"""What one viewer has chosen: one request, and the student who is open. Small values only."""

import streamlit as st

from core import cache

REQUEST = "waymark_request"
STUDENT = "waymark_student"
POLICY = "waymark_policy"


def actor():
    """Return who is here, as the gate named them; without the gate, somebody who sees the demo only."""
    return cache.actor(st.user.get("actor"))


def request():
    """Return what the viewer works on: the demo school until they choose something else."""
    if REQUEST not in st.session_state:
        st.session_state[REQUEST] = cache.default_request()
    return st.session_state[REQUEST]


def set_request(changed) -> None:
    """Work on something else from now on; a student of the old list is closed."""
    if changed != st.session_state.get(REQUEST):
        st.session_state[REQUEST] = changed
        st.session_state.pop(STUDENT, None)


def student() -> str | None:
    """Return the id of the student who is open, or None."""
    return st.session_state.get(STUDENT)


def open_student(student_id: str | None) -> None:
    """Remember which student is open, across pages."""
    st.session_state[STUDENT] = student_id


def policy(training):
    """Return the cut that was last chosen for these students, or the saved one that counts."""
    chosen = st.session_state.get(POLICY)
    if chosen is not None and chosen[0] == training.request.digest:
        return chosen[1]
    return cache.cuts.start(training, cache.cuts.current(actor(), training.request))


def set_policy(training, chosen) -> None:
    """Remember the cut for these students."""
    st.session_state[POLICY] = (training.request.digest, chosen)
