"""The cut of the list: chosen, and its figures while it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import cache
from pages.ui import explorer_cut_curves, explorer_cut_groups, explorer_cut_picker, state, text

MARGIN = "cut_margin"
"""Where the margin stands that keeps students on the list, in points of risk."""
TILES = ("expected_found", "expected_missed", "expected_false_alarms", "precision", "recall")


@dataclass(frozen=True)
class Chosen:
    """The cut that the list below is drawn with."""

    policy: Any
    steady: Any
    """Who is listed with a margin; None without one."""
    moved: bool
    """Whether it is another cut than the one that was saved, or makes another list."""
    now: Any = None
    """The version that counts, or why none does, as it was read for this drawing of the page."""
    preview: str = ""
    """Who enters and leaves in short; empty where nothing was saved."""


def draw(actor, request, training) -> Chosen:
    """Let the viewer move the cut, and show what it comes to; who may not gets the one that counts."""
    now = cache.cuts.current(actor, request)
    start = cache.cuts.start(training, now)
    if not cache.cuts.may_move(actor):
        state.set_policy(training, start)
        return Chosen(start, None, moved=False, now=now)
    policy = explorer_cut_picker.draw(training, start)
    state.set_policy(training, policy)
    decided = cache.cuts.figures(actor, training, policy)
    margin = st.session_state.get(MARGIN, 0.0) / 100
    moved = cache.cuts.moved(actor, training, policy, now, margin=margin)
    _tiles(decided, training)
    _notes(decided, moved)
    _more(actor, training, decided)
    return Chosen(policy, moved.steady, moved.is_changed, now, moved.words)


def _tiles(decided, training) -> None:
    """Six figures, each with its interval in small."""
    quiet = {"border": True, "height": "stretch", "delta_color": "off", "delta_arrow": "off"}
    with st.container(horizontal=True):
        part = text.percent(decided.n_listed / training.n_students if training.n_students else None)
        st.metric(
            "Listed", f"{decided.n_listed:,}", f"{part} of {training.n_students:,}",
            help="Students on the list at this cut.", **quiet,
        )  # fmt: skip
        for measure in TILES:
            value, _, interval = decided.figures.text(measure).partition(" (")
            title, meaning = cache.cuts.measures[measure]
            st.metric(title, value, interval.rstrip(")") or None, help=meaning, **quiet)


def _notes(decided, moved) -> None:
    """Say what is not obvious about the cut, and what it would change once it is saved."""
    preview = f"{moved.words} Nothing is saved yet." if moved.words and moved.is_changed else ""
    notes = filter(None, [decided.why_empty, decided.note, "In small: 95 % intervals.", preview])
    st.caption(" ".join(map(text.md, notes)))


def _more(actor, training, decided) -> None:
    """The curves and the groups, once somebody opens them."""
    with st.expander(
        "Curves, and figures by group", icon=":material/monitoring:", key="cut_more", on_change="rerun"
    ) as more:
        if not more.open:
            return
        left, right = st.columns(2)
        with left:
            explorer_cut_curves.draw(cache.cuts.curves(actor, training), decided.marker)
        with right:
            explorer_cut_groups.draw(decided, cache.cuts.prepared(actor, training))
        st.caption(text.md(cache.cuts.about))
