"""Recipes that were saved under a name, their versions, and recipes from files."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import recipe_draft, state, text, widgets

SAVED_AS = "waymark_saved_as"
UPLOAD = "recipe_upload"
THE_DRAFT = "the draft"


def draw(examined, draft) -> None:
    """Draw, once it is opened, where recipes are kept and taken from."""
    box = st.expander("Saved recipes", icon=":material/bookmarks:", key="saved_recipes", on_change="rerun")
    if not box.open:
        return
    with box:
        try:
            _save(draft)
            _kept(examined, draft)
        except AppError as error:
            widgets.failure(error)
        st.file_uploader(
            "Take a recipe from a file (JSON) into the draft", type=["json"], key=UPLOAD, max_upload_size=1,
            on_change=_take_file, args=(examined.schema,),
        )  # fmt: skip


def _save(draft) -> None:
    """Save the draft under a name."""
    with st.form("recipe_save", border=False):
        name = st.text_input(
            "Save the draft as", draft.recipe.name, key="recipe_name", max_chars=60,
            help="A name that is in use gets a new version; earlier versions stay.",
        )  # fmt: skip
        sent = st.form_submit_button("Save", icon=":material/save:")
    if sent:
        saved = cache.save_recipe(state.actor(), name, draft.recipe)
        st.session_state[SAVED_AS] = saved.name
        st.success(
            f"Saved as version {saved.version} of {text.md(saved.name)}.", icon=":material/check_circle:"
        )


def _kept(examined, draft) -> None:
    """Let the viewer look at what is kept: versions, their differences, and the way into the draft."""
    names = cache.saved_recipes(state.actor())
    if not names:
        st.caption("No recipe is saved yet.")
        return
    just_saved = st.session_state.pop(SAVED_AS, None)
    if just_saved in names:
        st.session_state["recipe_kept"] = just_saved
    name = st.selectbox("Saved under", names, key="recipe_kept")
    versions = {one.version: one for one in cache.saved_versions(state.actor(), name)}
    number = st.selectbox(
        "Version", list(versions), key=f"recipe_version_{name}_{len(versions)}",
        format_func=lambda one: versions[one].title,
    )  # fmt: skip
    version = versions[number]
    if version.problem:
        st.error(text.md(version.problem), icon=":material/error:")
        return
    with st.container(horizontal=True):
        st.button(
            "Take into the draft", icon=":material/edit_note:", key="recipe_take",
            on_click=_take, args=(version.recipe, examined.schema),
        )  # fmt: skip
        st.download_button(
            "Export (JSON)", version.recipe.to_json, f"recipe-{text.file_part(name, f'v{number}')}.json",
            "application/json", icon=":material/download:", on_click="ignore", key="recipe_export",
        )  # fmt: skip
    _compared(versions, version, draft)


def _compared(versions: dict, version, draft) -> None:
    """Say in words how another version, or the draft, differs from the chosen one."""
    others = [THE_DRAFT, *(one for one in versions if one != version.version)]
    other = st.selectbox(
        "Compare with", others, key=f"recipe_compare_{version.name}_{version.version}_{len(versions)}",
        format_func=lambda one: one if one == THE_DRAFT else versions[one].title,
    )  # fmt: skip
    recipe = draft.recipe if other == THE_DRAFT else versions[other].recipe
    named = "the draft" if other == THE_DRAFT else f"version {other}"
    changes = cache.recipe_changes(state.actor(), version.recipe, recipe)
    if changes:
        st.markdown(f"From version {version.version} to {named}:")
    widgets.sentences(changes, why_none=f"Version {version.version} and {named} do the same.")


def _take(recipe, schema) -> None:
    """Let the draft be a recipe that fits the table; say why not otherwise."""
    recipe_draft.close()
    recipe_draft.edit(lambda draft: draft.became(cache.fitting_recipe(state.actor(), recipe, schema)))


def _take_file(schema) -> None:
    """Let the draft be the recipe of the file that was chosen just now."""
    upload = st.session_state.get(UPLOAD)
    if upload is None:
        return
    recipe_draft.close()
    recipe_draft.edit(
        lambda draft: draft.became(cache.recipe_from_file(state.actor(), upload.getvalue(), schema))
    )
