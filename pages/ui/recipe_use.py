"""From the draft to the recipe in use: tried first, and asked about where fewer than half would be left."""

import streamlit as st

from core import cache
from pages.ui import state, text, trying, widgets

PLACE = "recipe"
KEPT = "the recipe in use is as it was"


def ask_for(request, examined, recipe) -> None:
    """Try a draft on the whole table; whoever asks for the proposed recipe agrees to it."""
    trying.forget(PLACE)

    def made():
        return request.with_recipe(cache.fitting_recipe(state.actor(), recipe, examined.schema))

    trying.choose(PLACE, made)
    if trying.TRIED in st.session_state:
        st.rerun()


def forget_outdated(examined, draft) -> None:
    """Try a recipe no longer once the draft has become another one; what was said of it goes too."""
    chosen_at, tried = st.session_state.get(trying.TRIED, (None, None))
    if chosen_at == PLACE and not draft.does_as(tried.cleaning.recipe or examined.proposed):
        trying.forget(PLACE)
        st.rerun()


def take_over() -> None:
    """Use the recipe that was tried, unless it leaves nobody or few: then only if the viewer says so."""
    chosen_at, tried = st.session_state.get(trying.TRIED, (None, None))
    if chosen_at != PLACE:
        return
    job = cache.cleaning_job(state.actor(), tried)
    widgets.wait_for(job)
    warning, sure = _doubt(job.result()) if job.has_value else ("", "")
    if not warning or _is_meant(warning, sure, key=tried.digest):
        trying.take_over(PLACE, cache.cleaning_job, kept=KEPT)


def _doubt(cleaned):
    """Return why one should not take the recipe as it is, and what to agree to; empty texts if nothing."""
    emptied = next((step for step in cleaned.report.steps if step.n_in and not step.n_out), None)
    if emptied is not None:
        rows = text.count(emptied.n_in, "row")
        which = f"Step {emptied.step} of this recipe leaves out all {rows} that reach it"
        warning = f"{which}: nobody would be left. {text.md(emptied.what)}"
        return warning, "I know that the cleaned table would have no rows"
    judged = ((cleaned.loss, cleaned.report), (cleaned.loss_with_gaps, cleaned.with_gaps))
    warnings = [_with_step(loss, report.halved_by) for loss, report in judged if loss]
    return "\n\n".join(warnings), "I know that most students would be left out" if warnings else ""


def _with_step(loss: str, halved) -> str:
    """Return the sentence with what the step does that leaves few students, where one step alone does."""
    return f"{loss} {text.md(halved.what) if halved else ''}"


def _is_meant(warning, sure, *, key: str) -> bool:
    """Ask whether such a recipe is meant; return whether it is."""
    with st.container(border=True, key="recipe_nobody_left"):
        st.warning(warning, icon=":material/warning:")
        agreed = st.checkbox(sure, key=f"nobody_left_{key}")
        with st.container(horizontal=True):
            meant = st.button("Use it all the same", disabled=not agreed, icon=":material/check:")
            st.button(
                "Keep the recipe in use", type="primary", on_click=trying.forget, args=(PLACE,),
                icon=":material/undo:",
            )  # fmt: skip
    return meant and agreed
