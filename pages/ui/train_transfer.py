"""Whether the model holds for terms, schools and programmes that it did not learn from."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import charts, raw_rows, text, widgets


def draw(actor, request, _training) -> None:
    """Let the viewer choose what the students are parted by, and show each part's figure."""
    st.caption(
        "Next year's students are of a term that no model has seen. Folds drawn at random cannot show what "
        "that costs: here each part is judged by a model of the others, or of earlier ones, only."
    )
    able = widgets.result_of(cache.study_job(actor, request, "partings", {}))
    if not able:
        widgets.empty("No column parts the students into terms, schools or other groups.")
        return
    titles = {one.column: one.title for one in able}
    chosen = st.selectbox(
        "Parts", list(titles), index=None, format_func=titles.get, key="transfer_column",
        placeholder="Choose a column: terms and cohorts first",
    )  # fmt: skip
    if chosen is None:
        return
    found = widgets.result_of(cache.study_job(actor, request, "transfer", {"column": chosen}))
    if found.is_empty:
        widgets.empty(found.why_empty)
        return
    st.markdown(f"**{text.md(found.headline)}**")
    frame = found.frame()
    _chart(frame, titles[chosen])
    _table(frame, titles[chosen])
    if found.left_out:
        st.caption(text.md(f"Not judged, for too few students or outcomes: {', '.join(found.left_out)}."))


def _chart(frame, title: str) -> None:
    """Each part's ROC-AUC with its interval, and what folds at random give for the same students."""
    unit, words = {"zero": False}, "ROC-AUC"
    layers = [
        {
            "mark": {"type": "rule", "color": charts.BLUE},
            "encoding": {"x": charts.axis("low", words, scale=unit), "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "color": charts.BLUE},
            "encoding": {
                "x": charts.axis("auc", words, scale=unit),
                "tooltip": [
                    charts.axis("name", title, "nominal"),
                    charts.axis("auc", "Not learned from", format=".3f"),
                    charts.axis("random_auc", "Folds at random", format=".3f"),
                ],
            },
        },
        {
            "mark": {"type": "tick", "thickness": 2, "size": 16, "color": charts.GREY},
            "encoding": {"x": charts.axis("random_auc", words, scale=unit)},
        },
    ]
    charts.draw(
        {
            "encoding": {"y": charts.axis("name", "", "nominal", sort=None, axis={"labelLimit": 300})},
            "layer": layers,
            "height": 28 * len(frame) + 90,
        },
        frame,
        alt="ROC-AUC of each part with its 95 % interval; the grey tick is what folds drawn at random give.",
        key="transfer_chart",
    )
    st.caption(
        "The dot is the figure of a model that did not learn from the part, the line its 95 % interval; the "
        "grey tick is what folds drawn at random give for the same students."
    )


def _table(frame, title: str) -> None:
    config = st.column_config
    number = {"auc": "Not learned from", "low": "from", "high": "to", "random_auc": "Folds at random"}
    st.dataframe(
        frame, key="transfer_table", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_order=["name", "n_students", "n_positive", "n_learned", *number],
        column_config={
            "name": config.TextColumn(title),
            "n_students": config.NumberColumn("Students", format="localized"),
            "n_positive": config.NumberColumn("With the outcome", format="localized"),
            "n_learned": config.NumberColumn("Learned from", format="localized"),
            **{name: config.NumberColumn(words, format="%.3f") for name, words in number.items()},
        },
        alt="ROC-AUC of each part by a model that did not learn from it, and by folds drawn at random.",
    )  # fmt: skip
