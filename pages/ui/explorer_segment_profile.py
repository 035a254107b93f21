"""What the segments of one K are: a line each, and what sets the chosen one apart."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import raw_rows, segment_charts, tables, text

MOST = 8
BANDS = {
    "high": "High need",
    "watch": "Watch",
    "low": "Low need",
    "not enough known": "Not known",
}


def table(actor, found, k: int, training, policy, stability) -> None:
    """Show a line for each segment: letter, name, size, need mix, outcome, and whether it comes out again."""
    needs = None if training is None else cache.needs_of(actor, training, found)
    frame = cache.segments.overview(actor, found, k=k, needs=needs, policy=policy, stability=stability)
    frame["key"] = frame["key"].map(lambda key: [key])
    shares = [name for name in ("share", *BANDS) if name in frame]
    frame[shares] = frame[shares].round(2)
    shown = columns(found, k)
    st.dataframe(
        frame,
        key="segment_profiles",
        hide_index=True,
        width="stretch",
        height=raw_rows.height(len(frame), most=6),
        column_order=[name for name in shown if name in frame],
        column_config=shown,
        alt=f"The {k} segments with their size, need mix and outcome.",
    )
    if needs is not None:
        words = "Need at the cut that is set under Students; a segment says nothing about need by itself."
        st.caption(words)


def columns(found, k: int) -> dict:
    """Return how the columns of the segments are shown."""
    config, identities = st.column_config, found.identities.at(k)
    percent = {"format": "percent", "width": 72, "help": tables.NEED_HELP}
    return {
        "key": config.MultiselectColumn(
            "Segment",
            options=[one.key for one in identities],
            color=[segment_charts.colour(one.colour) for one in identities],
            width=68,
            pinned=True,
        ),
        "name": config.TextColumn("In words", width=245),
        "size": config.NumberColumn("Students", format="localized", width=70),
        "share": config.NumberColumn("Share", format="percent", width=58),
        **{band: config.NumberColumn(title, **percent) for band, title in BANDS.items()},
        "outcome": config.TextColumn("Outcome (95 %)", width=112),
        "again": config.TextColumn("Comes again", width=90),
    }


def draw(found, k: int, key: str) -> None:
    """Draw what sets the chosen segment apart from all students."""
    one = found.segment(k, key)
    st.markdown(f"**{key} · {text.md(one.name)}** ({one.size:,} of {found.n_students:,} students)")
    segment_charts.profile(found.view(k).profile_of(key, most=MOST), name=key, key="explorer_profile")
