"""A page of the list as a table: words and shapes for need, so that nothing is told by colour alone."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import tables, text

ROW = 35
MOST_ROWS = 25
"""Rows that are in sight; more are scrolled to."""
FIRST = ("student_id", "need", "name", "risk", "reasons")


def draw(found) -> list[str]:
    """Draw a page of the list and return the ids of the students chosen on it."""
    page = found.page
    if page.is_empty:
        return []
    rows = page.frame()
    if "need" in rows:
        rows["need"] = rows["need"].map(tables.NEED_WORDS)
    event = st.dataframe(
        rows,
        key=f"explorer_list_{cache.rosters.mark_of(page)}",
        hide_index=True,
        width="stretch",
        height=ROW * (min(len(rows), MOST_ROWS) + 1) + 3,
        on_select="rerun",
        selection_mode="multi-row",
        column_order=_order(page.titles),
        column_config=columns(page.titles),
        placeholder="–",
        alt=f"The list of students, {page.words}; rows can be chosen.",
    )
    return [page.student_ids[row] for row in event.selection.rows if row < len(page.student_ids)]


def _order(titles) -> list[str]:
    """Return the columns from left to right: who and how much need first, also on a narrow screen."""
    first = [name for name in FIRST if name in titles]
    # The place with its interval says the rank too.
    return first + [
        name for name in titles if name not in first and (name != "rank" or "interval" not in titles)
    ]


def columns(titles) -> dict:
    """Return how each column of the list is shown."""
    config = st.column_config
    texts = {
        "interval": (175, "The place on the list, and where it could be: see below."),
        "student_id": (100, None),
        "name": (150, None),
        "need": (135, tables.NEED_HELP),
        "reasons": (420, "What raises the risk, barriers first; where not enough is known, why."),
        "strengths": (300, "What lowers the risk and can be built on."),
        "segment": (200, "A segment says nothing about need by itself."),
        "mentor": (120, None),
        "next_step": (200, "The open step that is due first."),
        "listed": (80, None),
        "status": (110, "Joined or left since the list was saved."),
        "change": (260, None),
    }
    shown = {
        name: config.TextColumn(
            text.md(titles[name]), width=width, help=words, pinned=name == "student_id" or None
        )
        for name, (width, words) in texts.items()
        if name in titles
    }
    numbers = {
        "rank": config.NumberColumn("Rank", format="localized", width=60),
        "risk": config.NumberColumn(
            "Risk",
            format="%d %%",
            width=65,
            help="The chance of the outcome by models that were fitted without this student.",
        ),
        "days": config.NumberColumn(
            "Days since contact", format="localized", width=80, help="Empty: nobody has talked with them."
        ),
        "trend": config.LineChartColumn(titles.get("trend", ""), width=120),
    }
    return shown | {name: column for name, column in numbers.items() if name in titles}
