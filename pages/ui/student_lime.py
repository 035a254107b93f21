"""A second opinion on a student's reasons: LIME beside the contributions, and how far both agree."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import raw_rows, text, widgets


def draw(actor, request, training, student_id) -> None:
    """Offer the second opinion; show it once it was asked for."""
    asked = _key(request, student_id)
    if not was_asked(request, student_id):
        st.caption("Another way to explain the same risk. Where both agree, the reasons stand firmer.")
        st.button(
            "Ask LIME", key="student_lime", icon=":material/compare:",
            on_click=st.session_state.__setitem__, args=(asked, True),
        )  # fmt: skip
        return
    given = {"training": training, "student_id": student_id}
    found = widgets.result_of(cache.study_job(actor, request, "second opinion", given))
    st.markdown(f"**{text.md(found.words)}**")
    _table(found.frame())
    st.caption(
        f"{text.md(found.fit_words)} LIME (Ribeiro and others, 2016) makes up 5,000 students around this one "
        "and asks the same models. Above zero raises the risk, below lowers it, in log-odds."
    )


def was_asked(request, student_id) -> bool:
    """Tell whether it was asked for: it is then shown in the open."""
    return bool(st.session_state.get(_key(request, student_id)))


def _key(request, student_id) -> str:
    return f"lime_{request.digest}_{student_id}"


def _table(frame) -> None:
    config = st.column_config
    figures = {"contribution": "Contribution", "lime": "LIME"}
    st.dataframe(
        frame, key="student_lime_table", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_order=["label", *figures, "value"],
        column_config={
            "label": config.TextColumn("What", width=160, pinned=True),
            "value": config.TextColumn("This student", width=180),
            **{name: config.NumberColumn(title, format="%+.2f", width=90) for name, title in figures.items()},
        },
        alt="What each column adds to this student's risk, by the contributions and by LIME.",
    )  # fmt: skip
