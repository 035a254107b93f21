"""The recipe as an ordered list of steps, edited as a draft: nothing is cleaned with it until it is used."""

from dataclasses import replace

import streamlit as st

from core import cache
from pages.ui import recipe_draft, recipe_form, recipe_preview, recipe_saved, recipe_use, state, text

LEARNS = "Learned from these rows for the cleaned file; a model learns it again from those it trains on."
SHOWN = 100
"""Steps that are drawn; a recipe from a file may have thousands."""
SMALL = {"type": "tertiary", "width": "content"}


def draw(request, examined) -> None:
    """Draw the draft with all that can be done to it."""
    draft = recipe_draft.current(request, examined)
    recipe_use.forget_outdated(examined, draft)
    recipe_draft.say_refused()
    _banner(request, examined, draft)
    _tools(examined, draft)
    if not draft.recipe.steps:
        nothing_wrong = "Nothing has to be repaired, so the recipe has no steps."
        emptied = "The draft has no steps: the table would be used as it is."
        st.info(emptied if examined.proposed.steps else nothing_wrong, icon=":material/info:")
    for index, step in enumerate(draft.recipe.steps[:SHOWN]):
        _step(request, examined, draft, index, step)
    if len(draft.recipe.steps) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(draft.recipe.steps):,} steps are shown; all of them are done.")
    recipe_form.add(draft, examined.schema)
    recipe_saved.draw(examined, draft)


def _banner(request, examined, draft) -> None:
    """Say that the draft is not in use, and what differs."""
    now = recipe_draft.in_use(request, examined)
    if draft.does_as(now):
        st.caption(":material/check: This recipe is in use.")
        if not request.cleaning.is_agreed:
            _ask_to_agree(request, examined)
        return
    changes = cache.recipe_changes(state.actor(), now, draft.recipe)
    with st.container(border=True, key="recipe_draft"):
        st.markdown("**This is a draft. It is not in use yet.**")
        st.markdown("\n".join(f"- {text.md(words)}" for words in changes))
        with st.container(horizontal=True):
            if st.button("Use this recipe", type="primary", icon=":material/check:"):
                recipe_use.ask_for(request, examined, draft.recipe)
            st.button(
                "Discard", icon=":material/close:", on_click=_become, args=(now,),
                help="Go back to the recipe in use. Undo brings the draft back.",
            )  # fmt: skip


def _ask_to_agree(request, examined) -> None:
    """Say that the recipe in use is only proposed, and let the viewer agree to it."""
    with st.container(horizontal=True, vertical_alignment="center", key="recipe_proposed"):
        st.caption("It is a proposal that nobody has agreed to yet; lists and figures are made with it.")
        if st.button("Agree to this recipe", icon=":material/check:", key="recipe_agree"):
            recipe_use.ask_for(request, examined, examined.proposed)


def _tools(examined, draft) -> None:
    """Offer undo, redo and the way back to the proposal."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Undo", icon=":material/undo:", disabled=not draft.past, on_click=_turn_to, args=("undone",)
        )
        st.button(
            "Redo", icon=":material/redo:", disabled=not draft.future, on_click=_turn_to, args=("redone",)
        )
        st.button(
            "Back to the proposed recipe", icon=":material/restart_alt:",
            disabled=draft.does_as(examined.proposed), on_click=_become, args=(examined.proposed,),
        )  # fmt: skip


def _turn_to(which: str) -> None:
    """Undo or redo an edit."""
    recipe_draft.close()
    recipe_draft.edit(lambda draft: getattr(draft, which)())


def _become(recipe) -> None:
    """Let the draft be another recipe."""
    recipe_draft.close()
    recipe_draft.edit(lambda draft: draft.became(recipe))


def _step(request, examined, draft, index: int, step) -> None:
    """Draw one step: what it does and why, its switch, and what can be done to it."""
    does, key = replace(step, reason="").describe().rstrip("."), f"step_{index}"
    with st.container(border=True, key=key, gap="xsmall"):
        st.session_state[f"{key}_on"] = step.is_on  # the draft decides, also after an undo
        st.toggle(
            f"{index + 1}. {text.md(does)}", key=f"{key}_on", wrap=True,
            on_change=_edit, args=(index, step, lambda one: one.switched(index)),
        )  # fmt: skip
        if step.reason:
            st.caption(text.md(step.reason[:1].upper() + step.reason[1:]))
        if step.in_folds:
            st.caption(LEARNS)
        _actions(draft, index, step, key=key)
        if recipe_draft.edited() == index:
            recipe_form.change(draft, index, step, examined.schema)
        if recipe_draft.looked_at() == index:
            recipe_preview.draw(request, draft, index)


def _actions(draft, index: int, step, *, key: str) -> None:
    """Offer what can be done to one step."""
    is_shown, last = recipe_draft.looked_at() == index, len(draft.recipe.steps) - 1
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Hide" if is_shown else "Preview", key=f"{key}_look", help="What the step would do.",
            icon=":material/visibility_off:" if is_shown else ":material/visibility:",
            on_click=recipe_draft.look_at, args=(None if is_shown else index,), **SMALL,
        )  # fmt: skip
        st.button(
            "Edit", key=f"{key}_edit", icon=":material/edit:",
            on_click=recipe_draft.open_form, args=(index,), **SMALL,
        )  # fmt: skip
        for label, by, end in (("Up", -1, 0), ("Down", 1, last)):
            st.button(
                label, key=f"{key}_{label.lower()}", icon=f":material/arrow_{label.lower()}ward:",
                disabled=index == end, on_click=_move, args=(index, step, by), **SMALL,
            )  # fmt: skip
        st.button(
            "Remove", key=f"{key}_remove", icon=":material/delete:",
            on_click=_remove, args=(index, step), **SMALL,
        )  # fmt: skip


def _edit(index: int, step, make) -> None:
    """Make an edit to the step that was seen at this place."""
    recipe_draft.edit(make, seen=(index, step))


def _move(index: int, step, by: int) -> None:
    """Move a step, and stay with it."""
    was_shown = recipe_draft.looked_at() == index
    recipe_draft.close()
    _edit(index, step, lambda draft: draft.moved(index, by=by))
    if was_shown:
        recipe_draft.look_at(index + by)


def _remove(index: int, step) -> None:
    """Take a step out."""
    recipe_draft.close()
    _edit(index, step, lambda draft: draft.removed(index))
