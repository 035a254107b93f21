"""The recipe in the making, one for each viewer and table: nothing is cleaned with it until it is used."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import widgets

DRAFT = "waymark_draft"
LOOKED_AT, EDITED, OPENED = "waymark_step", "waymark_step_edited", "waymark_forms_opened"
REFUSED = "waymark_draft_refused"


def current(request, examined):
    """Return the draft for the table that is worked on; an untouched one follows the recipe in use."""
    of, now = (request.table.source, request.table.table), in_use(request, examined)
    kept = st.session_state.get(DRAFT)
    if kept is None or kept[0] != of or kept[2].recipe == kept[1] != now:
        close()
        kept = (of, now, cache.Draft(now))
    elif kept[2].does_as(now):
        kept = (of, kept[2].recipe, kept[2])
    st.session_state[DRAFT] = kept
    return kept[2]


def in_use(request, examined):
    """Return the recipe that the table is cleaned with."""
    return request.cleaning.recipe or examined.proposed


def edit(make, *, seen=None) -> None:
    """Replace the draft by ``make(draft)``, once: a step that is no longer where it was ``seen`` stays.

    ``seen`` is (index, step) of the step whose button was pressed.
    """
    of, started, draft = st.session_state[DRAFT]
    if seen is not None and draft.recipe.steps[seen[0] : seen[0] + 1] != seen[1:]:
        return
    try:
        st.session_state[DRAFT] = (of, started, make(draft))
    except AppError as error:
        st.session_state[REFUSED] = error


def say_refused() -> None:
    """Say once why the last edit was not made."""
    error = st.session_state.pop(REFUSED, None)
    if error is not None:
        widgets.failure(error)
        st.caption("Nothing was changed: the draft is as it was.")


def look_at(index) -> None:
    """Show what this step of the draft would do; None shows no step."""
    st.session_state[LOOKED_AT] = index


def looked_at():
    """Return the index of the step whose effect is shown, or None."""
    return st.session_state.get(LOOKED_AT)


def open_form(index) -> None:
    """Let the viewer change this step; each opening starts from the step as it is."""
    st.session_state[EDITED] = index
    st.session_state[OPENED] = opened() + 1


def edited():
    """Return the index of the step that is being changed, or None."""
    return st.session_state.get(EDITED)


def opened() -> int:
    """Return how many forms were opened so far: part of their keys."""
    return st.session_state.get(OPENED, 0)


def close() -> None:
    """Show and change no step."""
    for name in (LOOKED_AT, EDITED):
        st.session_state.pop(name, None)
    st.session_state[OPENED] = opened() + 1
