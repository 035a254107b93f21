"""The families of models beside one another, and beside the rules that have to be beaten."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import charts, raw_rows, text, widgets


def draw(actor, request, _training) -> None:
    """Offer the comparison; show it once it was asked for."""
    st.caption(
        "Every family learns from the same students and is judged on the same others, with moderate "
        "settings. A family has to earn its place: reasons are easiest to follow in a logistic regression."
    )
    asked = f"families_{request.digest}"
    if not st.session_state.get(asked):
        if not st.button("Compare the families", key="compare_families", icon=":material/compare_arrows:"):
            return
        st.session_state[asked] = True
    found = widgets.result_of(cache.study_job(actor, request, "families", {}))
    st.markdown(f"**{text.md(found.verdict)}**")
    frame = found.frame()
    _chart(frame)
    _table(frame)
    st.caption(
        f"{text.count(found.n_students, 'student')} with a known outcome, {found.folds} folds. "
        "A difference is against the logistic regression on the same students; its interval is DeLong's. "
        f"{text.md(found.words)}"
    )


def _chart(frame) -> None:
    """ROC-AUC with its interval, the best first."""
    unit, title = {"zero": False}, "ROC-AUC on students it had not seen"
    base = {"y": charts.axis("title", "", "nominal", sort=None, axis={"labelLimit": 300})}
    layers = [
        {
            "mark": {"type": "rule", "color": charts.BLUE},
            "encoding": {"x": charts.axis("roc_auc_low", title, scale=unit), "x2": {"field": "roc_auc_high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "x": charts.axis("roc_auc", title, scale=unit),
                "shape": {"field": "kind", "type": "nominal", "title": None},
                "color": {"value": charts.BLUE},
                "tooltip": [
                    charts.axis("title", "Family", "nominal"),
                    charts.axis("roc_auc", "ROC-AUC", format=".3f"),
                    charts.axis("roc_auc_low", "From", format=".3f"),
                    charts.axis("roc_auc_high", "To", format=".3f"),
                ],
            },
        },
    ]
    kinds = frame["is_rule"].map({True: "simple rule", False: "family of models"})
    charts.draw(
        {"encoding": base, "layer": layers, "height": 28 * len(frame) + 50},
        frame.assign(kind=kinds),
        alt="ROC-AUC of every family and rule with its 95 % interval; further right is better.",
        key="families_chart",
    )


def _table(frame) -> None:
    config = st.column_config
    number = {
        "roc_auc": "ROC-AUC", "roc_auc_low": "from", "roc_auc_high": "to", "difference": "Better by",
        "difference_low": "by from", "difference_high": "by to", "pr_auc": "PR-AUC", "brier": "Brier score",
        "ece": "Calibration error", "train_auc": "ROC-AUC where it learned",
    }  # fmt: skip
    st.dataframe(
        frame, key="families_table", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_order=["title", *number, "seconds", "words"],
        column_config={
            "title": config.TextColumn("Family or rule", pinned=True),
            **{name: config.NumberColumn(title, format="%.3f") for name, title in number.items()},
            "seconds": config.NumberColumn("Seconds", format="%.1f"),
            "words": config.TextColumn("What it is", width=420),
        },
        alt="Figures of every family and rule on students it had not seen.",
    )  # fmt: skip
