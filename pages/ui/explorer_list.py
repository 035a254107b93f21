"""The list of students: what is asked of it, a page of it, and what can be done with those chosen."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import (
    explorer_list_actions,
    explorer_list_address,
    explorer_list_query,
    explorer_list_table,
    explorer_list_toolbar,
    explorer_segments,
    text,
    widgets,
)


def draw(actor, request, training, chosen) -> None:
    """Draw the list at a cut."""
    segments = _segments(actor, request)
    k = None if segments is None else st.session_state.get(f"explorer_k_{segments.ks[-1]}")
    roster = cache.rosters.view(actor, training, chosen.policy, steady=chosen.steady, segments=segments, k=k)
    explorer_list_query.restore(actor, training)
    query = explorer_list_toolbar.draw(actor, training, roster)
    found = roster.find(_shown(query))
    _say(found)
    if found.page.is_empty:
        widgets.empty(found.why_empty)
    picked = explorer_list_table.draw(found)
    explorer_list_address.pages(found.page)
    explorer_list_actions.draw(actor, training, roster, found, picked)
    _foot(roster, found)
    explorer_list_address.write(query)


def _shown(query):
    """Return the query with the columns that say what changed, where it asks for those who moved."""
    asks = any(one.column == "status" for one in query.where)
    return explorer_list_query.with_columns(query, ("status", "change")) if asks else query


def _say(found) -> None:
    """Say how many were found, and what of a link or a view could not be followed."""
    for words in filter(None, (explorer_list_query.said(), found.left_out)):
        st.info(text.md(words), icon=":material/link_off:")
    words, view = found.page.words, explorer_list_query.opened()
    filters = explorer_list_query.told(found.query)
    parts = [f"View '{view.name}'" if view else "", words[:1].upper() + words[1:], filters]
    st.caption(text.md(". ".join(filter(None, parts)) + "."))


def _foot(roster, found) -> None:
    """What the table and its columns mean, said once."""
    notes = [
        "Tick the box at the left of a row to choose a student; with the keyboard, Shift and Space do it."
    ]
    if "interval" in found.page.titles:
        notes.append(roster.about_places)
    st.caption(" ".join(text.md(note) for note in notes) if not found.page.is_empty else "")


def _segments(actor, request):
    """Return the segments that the other half shows, or None while they are not found, or cannot be."""
    if cache.rosters.own_only(actor):
        return None
    of, choices = st.session_state.get(explorer_segments.GROUPING, ("", {}))
    job = cache.segments_job(actor, request, **(choices if of == request.digest else {}))
    if "is.segment" in st.query_params.get(explorer_list_query.LINK, "") and not job.is_finished:
        widgets.wait_for(job)
    try:
        found = job.result() if job.is_finished else None
    except AppError:
        return None
    return None if found is None or found.is_empty else found
