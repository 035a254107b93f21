"""What saving the cut would change, and the cuts that were saved: nobody's list changes before that."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import explorer_compare, explorer_policy_history, explorer_policy_save, raw_rows, text
from pages.ui.explorer_cut import MARGIN


def draw(actor, request, training, chosen) -> None:
    """Preview, save, undo, look back and compare; for those who may look at cuts."""
    if not cache.cuts.may_move(actor):
        return
    now = chosen.now
    st.subheader("The cut that counts")
    _stands(now)
    _margin(actor, training, chosen, now)
    _preview(actor, training, chosen, now)
    explorer_policy_save.draw(actor, request, training, chosen=chosen, now=now)
    explorer_policy_history.draw(actor, request, now)
    explorer_compare.draw(actor, training, chosen)


def _stands(now) -> None:
    """Say which version counts, or why none does."""
    if now.is_empty:
        st.info(text.md(now.why_empty), icon=":material/info:")
        return
    st.markdown(f"Counts now: {text.md(cache.cuts.describe(now.version))}.")
    st.caption(text.md(now.version.describe()))


def _margin(actor, training, chosen, now) -> None:
    """Let who was on the saved list stay while others are hardly ahead."""
    if now.version is None:
        return
    st.slider(
        "Margin that keeps students on the list (points of risk)", 0.0, 20.0, step=0.5, key=MARGIN,
        format="%.1f", persist_state="session",
        help="Who is on the saved list leaves only for somebody whose risk is higher by more than this. "
        "0: the risks alone decide.",
    )  # fmt: skip
    if chosen.steady is None:
        st.caption(
            "Risks waver from one reading to the next. With a margin, students near the cut do not come "
            "and go each time."
        )
        return
    unsure = cache.cuts.margin(actor, training, chosen.policy)
    st.caption(
        f"{text.md(chosen.steady.words)} How unsure the risks are here: {text.md(unsure.words)} "
        "The figures at the top are those without a margin."
    )


def _preview(actor, training, chosen, now) -> None:
    """How many enter and leave; who, once somebody opens it."""
    if not chosen.preview:
        return
    version = f"version {now.version.number}{', which has expired' if now.is_empty else ''}"
    st.markdown(f"**Preview** beside {version}: {text.md(chosen.preview)} Nothing is saved yet.")
    with st.expander(
        "Who enters and leaves", icon=":material/swap_vert:", key="cut_preview", on_change="rerun"
    ) as more:
        if more.open:
            margin = st.session_state.get(MARGIN, 0.0) / 100
            found = cache.cuts.preview(actor, training, chosen.policy, now, margin=margin)
            _told(found)


def _told(found) -> None:
    """Names, groups and what it costs."""
    st.markdown(" ".join(map(text.md, filter(None, [found.cost, found.ties]))))
    if found.is_empty:
        st.caption(text.md(found.why_empty))
        return
    changes(found.frame(), key="cut_changes")
    if found.not_named:
        st.caption(text.md(found.not_named))
    by_group(found.by_group(), {"enter": "Enter", "leave": "Leave"}, key="cut_changes_by_group")


def changes(frame, *, key: str) -> None:
    """Those who differ, as far as the viewer may see them."""
    columns = {"change": "Change", "rank": "Rank", "student_id": "Student", "name": "Name",
               "risk": "Risk (%)", "why": "Why"}  # fmt: skip
    shown = [name for name in columns if name not in ("name", "why") or frame[name].any()]
    st.dataframe(
        frame, key=key, hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_order=shown, column_config=columns, alt="Students who are on one of the two lists only.",
    )  # fmt: skip


def by_group(frame, titles: dict[str, str], *, key: str) -> None:
    """How many of each group differ; an empty cell is withheld."""
    if frame.empty:
        return
    st.dataframe(
        frame, key=key, hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_config={
            "grouping": "By", "group": "Group",
            "n": st.column_config.NumberColumn("Students", format="localized"),
            **{name: st.column_config.NumberColumn(title) for name, title in titles.items()},
        },
        alt="Those who differ by group.",
    )  # fmt: skip
    if frame[list(titles)].isna().any(axis=None):
        st.caption("No number: of fewer than 10 students in all, the groups are not told.")
