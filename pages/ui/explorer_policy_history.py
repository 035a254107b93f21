"""Every version of the cut: who, when and why."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import raw_rows


def draw(actor, request, now) -> None:
    """Show the versions, the last one first, once somebody opens them."""
    if now.version is None:
        return
    with st.expander(
        "History of the cut", icon=":material/history:", key="cut_history", on_change="rerun"
    ) as more:
        if more.open:
            _table(cache.cuts.history_frame(actor, request))


def _table(frame) -> None:
    config = st.column_config
    st.dataframe(
        frame, key="cut_versions", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_config={
            "version": config.NumberColumn("Version", width=70),
            "when": config.TextColumn("When (UTC)", width=140),
            "who": config.TextColumn("Who", width=100),
            "cut": config.TextColumn("Cut", width=260),
            "n_listed": config.NumberColumn("Listed", format="localized", width=80),
            "until": config.TextColumn("Until", width=100),
            "why": config.TextColumn("Why"),
        },
        alt="The versions of the cut, the last one first.",
    )  # fmt: skip
