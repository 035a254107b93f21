"""The link to a segment: what the address asks for, and what it is to say."""

from __future__ import annotations

import streamlit as st

SEGMENT, K = "segment", "k"
WRITTEN = "explorer_link"
"""What the address said when this session last wrote it: anything else was typed or followed."""
LONGEST = 12


def is_there() -> bool:
    """Return whether the address names a segment."""
    return SEGMENT in st.query_params


def asked() -> tuple[str, int | None] | None:
    """Return the segment and K that a link asks for, once; None where the address was written here."""
    if not is_there():
        return None
    said = (st.query_params[SEGMENT], st.query_params.get(K, ""))
    if said == st.session_state.get(WRITTEN):
        return None
    st.session_state[WRITTEN] = said
    key, k = said
    return key[:LONGEST].upper(), int(k) if k.isdecimal() and len(k) <= 3 else None


def write(key: str, k: int) -> None:
    """Let the address name the segment that is shown."""
    said = (key, str(k))
    if (st.query_params.get(SEGMENT), st.query_params.get(K)) != said:
        st.query_params.update({SEGMENT: said[0], K: said[1]})
    st.session_state[WRITTEN] = said


def clear() -> None:
    """Let the address name no segment: the other half of the page is open."""
    for name in (SEGMENT, K):
        st.query_params.pop(name, None)
    st.session_state.pop(WRITTEN, None)
