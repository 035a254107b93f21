"""Why these risks: what each column is worth, how the risk goes along with it, whether the reasons matter."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import raw_rows, text, why_charts, widgets


def draw(actor, request, training) -> None:
    """Show what is chosen; each is worked out when it is first looked at."""
    chosen = st.segmented_control(
        "Look at", list(VIEWS), default=next(iter(VIEWS)), required=True, key="why_what",
        label_visibility="collapsed",
    )  # fmt: skip
    study, show = VIEWS[chosen]
    found = widgets.result_of(cache.study_job(actor, request, study, {"training": training}))
    if found.is_empty:
        widgets.empty(found.why_empty)
    else:
        show(found)


def _importance(found) -> None:
    """What ROC-AUC loses without each column."""
    st.markdown(f"**{text.md(found.words)}**")
    why_charts.importance(
        found.frame(),
        key="why_importance",
        alt="What ROC-AUC falls by without each column, with its 95 % interval; further right matters more.",
    )
    st.caption(
        f"Each model is asked about students it did not see, with one column's values dealt out anew among "
        f"them, {found.permutations} times; ROC-AUC is {found.auc:.3f} with all columns as they are "
        f"({text.count(found.n_students, 'student')}). The line is a 95 % interval. Where two columns tell "
        "the same, each by itself looks small: the other stands in for it."
    )
    config = st.column_config
    figures = {"drop": "ROC-AUC falls by", "low": "from", "high": "to", "spread": "Spread by chance"}
    st.dataframe(
        found.frame(), key="why_importance_table", hide_index=True, width="stretch",
        height=raw_rows.height(len(found.columns)), column_order=["label", *figures],
        column_config={
            "label": config.TextColumn("Column", pinned=True),
            **{name: config.NumberColumn(title, format="%.4f") for name, title in figures.items()},
        },
        alt="What ROC-AUC falls by without each column.",
    )  # fmt: skip


def _dependence(found) -> None:
    """How the risk goes along with one column."""
    labels = {one.column: one.label for one in found.columns}
    chosen = st.selectbox("Column", list(labels), format_func=labels.get, key="why_column")
    one = found.of(chosen)
    st.markdown(f"**{text.md(one.words)}**")
    draw_one = why_charts.curve if one.is_number else why_charts.levels
    draw_one(one, key="why_dependence", alt=f"Mean risk by {one.label}. {one.words}")
    marks = " Orange marks part the students into tenths, and coincide where many are alike."
    thin = " Grey points rest on few students." if one.has_thin else ""
    st.caption(
        f"The mean risk if {text.count(found.n_students, 'student')} had the same value, everything else as "
        "it is, by models that did not see them; the band spans these models. Each pale line or tick is one "
        f"of {one.n_lines} students.{marks if one.marks else ''}{thin} An association in past students, not "
        "what a change would do."
    )


def _reasons(found) -> None:
    """Whether the risk falls without the reasons."""
    say = st.success if found.holds else st.warning
    say(text.md(found.words))
    why_charts.deletion(
        found.frame(),
        key="why_deletion",
        alt="How far the mean risk falls with the first reasons, or as many other columns, made typical.",
    )
    st.caption(
        f"{text.count(found.n_students, 'student')} of the highest risk who have reasons, by models that did "
        "not see them; the line is a 95 % interval over students. It shows that the models go by the "
        "reasons, not that these are causes."
    )


VIEWS = {
    "What each column is worth": ("importance", _importance),
    "Along one column": ("dependence", _dependence),
    "Do the reasons matter?": ("reasons", _reasons),
}
"""What can be looked at: the study, and what shows it."""
