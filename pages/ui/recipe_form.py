"""A form for a step of a recipe, drawn from what the kind of step says it needs."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import recipe_draft, state, text, widgets


def add(draft, schema) -> None:
    """Let the viewer add a step: first its kind, then its settings."""
    forms, number = cache.step_forms_of(state.actor()), recipe_draft.opened()
    kind = st.selectbox(
        "Add a step", list(forms), None, format_func=lambda one: forms[one].title,
        placeholder="Choose what is to be done", key=f"add_kind_{number}",
    )  # fmt: skip
    if kind is None:
        return
    with st.container(border=True):
        names = draft.columns_at(len(draft.recipe.steps), schema)
        step = _filled(forms[kind], None, names, label="Add to the draft", key=f"add_{number}_{kind}")
    if step is not None:
        place = draft.place_of(step)
        _take(lambda one: one.added(step), place)


def change(draft, index: int, step, schema) -> None:
    """Let the viewer change the settings of a step."""
    form = cache.step_forms_of(state.actor())[step.kind]
    key = f"change_{recipe_draft.opened()}_{index}"
    changed = _filled(form, step, draft.columns_at(index, schema), label="Change the step", key=key)
    if changed is not None:
        _take(lambda one: one.changed(index, changed), index)


def _take(make, index: int) -> None:
    """Change the draft, show what the step at ``index`` does now, and start the page again."""
    recipe_draft.close()
    recipe_draft.edit(make)
    recipe_draft.look_at(index)
    st.rerun()


def _filled(form, step, names, *, label: str, key: str):
    """Draw the form; return the step once it is sent and can be made."""
    with st.form(key, border=False):
        st.caption(text.md(form.help))
        given = {
            field.name: _field(
                field,
                field.default if step is None else getattr(step, field.name),
                names,
                key=f"{key}_{field.name}",
            )
            for field in form.fields
        }
        with st.container(horizontal=True):
            sent = st.form_submit_button(label, type="primary", icon=":material/check:")
            st.form_submit_button("Cancel", on_click=recipe_draft.close, icon=":material/close:")
    if not sent:
        return None
    try:
        return cache.make_step(state.actor(), form.kind, given, like=step)
    except AppError as error:
        widgets.failure(error)
        return None


def _field(field, value, names, *, key: str):
    """Draw one setting; return what was given."""
    if field.asked in {"columns", "column"}:
        return DRAWN[field.asked](field, value, names, key)
    return DRAWN[field.asked](field, value, key)


def _columns(field, value, names, key):
    options = [*names, *(name for name in value if name not in names)]
    return st.multiselect(
        field.label, options, list(value), key=key, help=field.help or None, placeholder="Choose columns"
    )


def _column(field, value, names, key):
    options = [*names, *([value] if value and value not in names else [])]
    chosen = options.index(value) if value else None
    return st.selectbox(
        field.label, options, chosen, key=key, help=field.help or None, placeholder="Choose a column"
    )


def _choice(field, value, key):
    chosen = field.choices.index(value) if value in field.choices else 0
    return st.selectbox(
        field.label, field.choices, chosen, key=key, help=field.help or None, format_func=field.choice_words
    )


def _yes_or_no(field, value, key):
    return st.checkbox(field.label, bool(value), key=key, help=field.help or None)


def _number(field, value, key):
    limits = {"step": 1} if field.is_whole else {"step": None, "format": "%.12g"}
    return st.number_input(field.label, value=value, key=key, help=field.help or None, **limits)


def _text(field, value, key):
    given = st.text_input(field.label, value or "", key=key, help=field.help or None)
    return given or None if field.default is None and field.is_optional else given


def _value(field, value, key):
    given = st.text_input(field.label, _shown(value), key=key, help=field.help or None)
    as_text = st.checkbox(
        "It is a text, even if it shows a number", isinstance(value, str) and value != field.default,
        key=f"{key}_as_text", help="Such as 7 as the name of a class.",
    )  # fmt: skip
    return (given, as_text)


def _shown(value) -> str:
    """Return a number or a text as a person writes it."""
    return value if isinstance(value, str) else str(value).removesuffix(".0")


def _words(field, value, key):
    known = dict.fromkeys([*field.choices, *value])
    return st.multiselect(
        field.label, list(known), list(value), key=key, help=field.help or None,
        accept_new_options=not field.choices, placeholder="Write one and press Enter",
        format_func=lambda word: field.choice_words(word) if field.choices else word or "(nothing)",
    )  # fmt: skip


def _numbers(field, value, key):
    shown = [_shown(number) for number in value]
    return st.multiselect(
        field.label, shown, shown, key=key, help=field.help or None, accept_new_options=True,
        placeholder="Write a number and press Enter",
    )  # fmt: skip


def _pairs(field, value, key):
    st.caption(field.label + (f": {field.help}" if field.help else ""))
    return st.data_editor(
        field.rows(value), num_rows="dynamic", hide_index=True, width="stretch", key=key,
        alt=f"{field.label}: {' and '.join(field.headings)}.",
    )  # fmt: skip


DRAWN = {
    "columns": _columns,
    "column": _column,
    "choice": _choice,
    "yes or no": _yes_or_no,
    "number": _number,
    "value": _value,
    "text": _text,
    "words": _words,
    "numbers": _numbers,
    "pairs": _pairs,
}
"""How each kind of question is asked."""
