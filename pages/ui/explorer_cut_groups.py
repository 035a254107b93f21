"""A figure of the cut for each group that may be shown."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import raw_rows, text


def draw(decided, prepared) -> None:
    """One figure of each group that may be shown."""
    if prepared.why_no_groups:
        st.caption(text.md(prepared.why_no_groups))
        return
    measures = cache.cuts.measures
    measure = st.selectbox(
        "Figure", list(measures), index=list(measures).index("recall"), key="cut_measure",
        format_func=lambda one: measures[one][0], persist_state="session",
    )  # fmt: skip
    frame = decided.by_group(measure)
    st.dataframe(
        frame, key="cut_by_group", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_order=["grouping", "group", "n", "listed", "text"],
        column_config={
            "grouping": st.column_config.TextColumn("By", width=80),
            "group": st.column_config.TextColumn("Group", width=130),
            "text": st.column_config.TextColumn(f"{measures[measure][0]} (95 %)", width=140),
            "n": st.column_config.NumberColumn("Students", format="localized", width=70),
            "listed": st.column_config.NumberColumn("Listed", format="localized", width=60),
        },
        alt=f"{measures[measure][0]} by group at this cut.",
    )  # fmt: skip
    st.caption(" ".join(filter(None, [text.md(measures[measure][1]), _withheld(decided, prepared)])))


def _withheld(decided, prepared) -> str:
    """Say which groups are not told apart, and why."""
    n = decided.figures.n_withheld
    few = f"{text.count(n, 'group')} not shown: too few students." if n else ""
    left_out = " ".join(f"{text.md(title)}: {text.md(why)}" for title, why in prepared.left_out)
    return " ".join(filter(None, ["'too few': under 10 students to count.", few, left_out]))
