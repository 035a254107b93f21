"""A slider and one metric in a fragment: nothing else."""

import streamlit as st


@st.fragment
def panel() -> None:
    """Redraw alone when the slider moves."""
    st.metric("Value", st.slider("Value", 0, 1_000, 100, key="slider"))


panel()
