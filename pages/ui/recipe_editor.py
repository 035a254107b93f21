"""The recipe as a list of steps: each can be switched off, and the proposed recipe always comes back."""

from dataclasses import replace

import streamlit as st

from core import cache
from pages.ui import state, text, trying

PLACE = "recipe"
BASE = "recipe_base"
TAKEN = "recipe_upload_taken"
IN_FOLDS = "Shapes the cleaned file only: when a model is trained, gaps are filled again inside each fold."


def draw(request, examined) -> None:
    """Draw the steps with a box each; a changed recipe is tried before it is used."""
    base = _base(request, examined)
    now = request.cleaning.recipe or examined.proposed
    if not base.steps:
        st.info("Nothing has to be repaired, so the recipe has no steps.", icon=":material/info:")
    else:
        _steps(request, base, now)
    _offers(request, examined, now)
    if request.cleaning.recipe is not None and st.button(
        "Back to the proposed recipe", icon=":material/undo:"
    ):
        st.session_state.pop(BASE, None)
        trying.choose(PLACE, lambda: request.with_recipe(None))
    _upload(request)
    trying.take_over(PLACE, cache.cleaning_job, kept="the recipe in use is as it was")


def _offers(request, examined, now) -> None:
    """Offer the steps that only a person can decide on."""
    known = {step.kind for step in (*examined.proposed.steps, *now.steps)}
    for number, finding in enumerate(examined.findings):
        if finding.step is None or finding.step.kind in known:
            continue
        st.warning(f"{text.md(finding.words)} {text.md(finding.step.describe())}?", icon=":material/help:")
        if st.button("Add this step", key=f"offer_{request.digest}_{number}", icon=":material/add:"):
            trying.choose(PLACE, lambda step=finding.step: request.with_step(now, step))


def _base(request, examined):
    """Return the recipe whose steps are listed: the one that the recipe in use is made of."""
    now = request.cleaning.recipe
    read = st.session_state.get(BASE)
    for base in (examined.proposed, read):
        if base is not None and (now is None or set(now.steps) <= set(base.steps)):
            return base
    return now


def _steps(request, base, now) -> None:
    """Draw one box a step; the form waits until all are set."""
    key = f"{request.table.digest}_{base.digest()}"
    with st.form(f"recipe_{key}", border=True):
        on = [
            _step(number, step, chosen=step in now.steps, key=f"step_{key}_{number}")
            for number, step in enumerate(base.steps, start=1)
        ]
        wanted = st.form_submit_button("Clean with these steps", type="primary", icon=":material/check:")
    if wanted:
        trying.choose(PLACE, lambda: request.with_recipe(_only(base, on)))


def _only(base, on: list[bool]):
    """Return the recipe with the steps that are switched on."""
    for index in reversed(range(len(on))):
        base = base if on[index] else base.without(index)
    return base


def _step(number: int, step, *, chosen: bool, key: str) -> bool:
    """Draw one step in words, its reason beside it; return whether it is switched on."""
    does = replace(step, reason="").describe().rstrip(".")
    left, right = st.columns([5, 4], vertical_alignment="center")
    on = left.checkbox(f"{number}. {text.md(does)}", chosen, key=key, wrap=True)
    right.caption(IN_FOLDS if step.in_folds else text.md(step.reason[:1].upper() + step.reason[1:]))
    return on


def _upload(request) -> None:
    """Take a recipe from a file that this page saved."""
    with st.expander("Use a saved recipe", icon=":material/upload_file:"):
        upload = st.file_uploader("Recipe (JSON)", type=["json"], key="recipe_upload")
    if upload is None or upload.file_id == st.session_state.get(TAKEN):
        return
    st.session_state[TAKEN] = upload.file_id

    def read():
        changed = cache.read_recipe(state.actor(), request, upload.getvalue())
        st.session_state[BASE] = changed.cleaning.recipe
        return changed

    trying.choose(PLACE, read)
