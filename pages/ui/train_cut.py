"""What the list comes to at the cut that is chosen: the counts, and who is missed and falsely alarmed."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import raw_rows, text, widgets


@widgets.live
def draw(actor, training) -> None:
    """Choose a cut by capacity or risk; show the figures and the mistakes. Redrawn alone."""
    st.markdown("**At the cut you choose**")
    policy = widgets.policy_picker(training)
    found = cache.count_at_cut(actor, training, policy)
    if found.is_empty:
        widgets.empty(found.why_empty)
        return
    if found.cut.note:
        st.caption(text.md(found.cut.note))
    left, right = st.columns([2, 3])
    with left:
        st.dataframe(
            found.counts(), width="stretch", key="train_counts",
            column_config={"said": "Students", "outcome": "With the outcome", "no outcome": "Without it"},
            alt="Students by whether they are listed and what happened.",
        )  # fmt: skip
    with right:
        _figures(found.frame())
    _mistakes(cache.explain_mistakes(actor, training, policy))


def _figures(frame) -> None:
    config = st.column_config
    shares = [
        f"{text.percent(row.value)} ({text.percent(row.low)} to {text.percent(row.high)})"
        for row in frame.itertuples()
    ]
    st.dataframe(
        frame.assign(share=shares), key="train_at_cut", hide_index=True, width="stretch",
        height=raw_rows.height(len(frame)), column_order=["title", "share"],
        column_config={
            "title": config.TextColumn("Share of students", width=235),
            "share": config.TextColumn("With 95 % interval", width=125),
        },
        alt="Shares at this cut with 95 % intervals.",
    )  # fmt: skip


def _mistakes(errors) -> None:
    """Both kinds of mistakes in words."""
    for place, contrast in zip(st.columns(2), (errors.missed, errors.false_alarms), strict=True):
        with place:
            st.markdown(f"**{text.md(contrast.title)}: {text.count(contrast.n_group, 'student')}**")
            widgets.sentences(contrast.sentences, why_none=contrast.why_none)
    if errors.n_comparisons:
        st.caption(text.md(errors.note))
