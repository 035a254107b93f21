"""What if: the student imagined with things that can be worked on otherwise."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import text, widgets


@widgets.live
def draw(actor, training, policy, student_id) -> None:
    """Let the viewer change what can be worked on, and say what the models make of it; redrawn alone."""
    plain = cache.what_if(actor, training, policy, student_id, {})
    if not plain.levers:
        widgets.empty("Nothing that can be worked on is recorded of this student.")
        return
    _smallest(plain)
    columns = st.columns(3)
    chosen = {}
    for place, lever in enumerate(plain.levers):
        with columns[place % 3]:
            value = _control(lever, student_id)
        if value != lever.value:
            chosen[lever.column] = value
    found = cache.what_if(actor, training, policy, student_id, chosen).imagined
    if chosen:
        st.markdown(f"**{text.md(found.words)}**")
    st.caption(
        "The models' arithmetic on what went together in past students. It promises nothing: whether a "
        "change would help this student is for the two of you to judge."
    )


def _smallest(found) -> None:
    """The least that would be enough, in sentences."""
    if not found.listed:
        return
    if not found.smallest:
        st.write("No usual change of what can be worked on would take this student off the list.")
        return
    st.write("The least that would take this student off the list, by the models:")
    st.markdown("\n".join(f"- {text.md(one.words)}" for one in found.smallest))


def _control(lever, student_id):
    """A slider for a number, a choice for anything else; it starts at the student's own value."""
    key = f"what_if_{student_id}_{lever.column}"
    if lever.kind == "number" and len(lever.choices) > 1:
        low, high = min(lever.choices[0], lever.value), max(lever.choices[-1], lever.value)
        step = _step(lever.choices)
        unit = f" ({lever.unit})" if lever.unit else ""
        return st.slider(f"{lever.label}{unit}", low, high, lever.value, step, format="%g", key=key)
    texts = dict(zip(lever.choices, lever.texts, strict=True)) | {lever.value: lever.said}
    values = sorted(texts)
    return st.selectbox(lever.label, values, index=values.index(lever.value), format_func=texts.get, key=key)


def _step(choices) -> float:
    """A step of whole numbers where all choices are whole, else a tenth."""
    return 1.0 if all(float(value).is_integer() for value in choices) else 0.1
