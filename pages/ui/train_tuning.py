"""Tuning: settings of the family searched inside the folds, and what that is worth outside."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import charts, raw_rows, state, text, widgets

CHOICES = cache.CHOICES


def draw(actor, request, _training) -> None:
    """Offer a search; show what it found, what it costs and what it gains."""
    st.caption(
        "Settings are searched anew inside each fold and judged on the students outside, so that the gain is "
        "not the one that was searched for. Every way to search has the same number of tries."
    )
    asked = f"tuning_{request.digest}"
    with st.form("tuning_form"):
        left, right = st.columns(2)
        method = left.segmented_control(
            "Search", list(CHOICES.SEARCHES), default="bayesian", required=True,
            format_func=CHOICES.SEARCHES.get, key="tuning_method",
        )  # fmt: skip
        budget = right.number_input("Settings to try", 2, 100, 12, key="tuning_budget")
        if st.form_submit_button(f"Tune: {cache.FAMILIES[request.model]}", icon=":material/tune:"):
            st.session_state[asked] = {"method": method, "budget": int(budget)}
    chosen = st.session_state.get(asked)
    if chosen is None:
        return
    found = widgets.result_of(cache.study_job(actor, request, "tuning", chosen))
    _figures(found)
    _chart(found.frame())
    _table(found.frame())
    _use(request, found)


def _figures(found) -> None:
    st.markdown(f"**{text.md(found.words)}**")
    with st.container(horizontal=True):
        st.metric("ROC-AUC, usual settings", f"{found.usual_auc:.3f}", border=True)
        st.metric("ROC-AUC, tuned", f"{found.tuned_auc:.3f}", border=True)
        st.metric("Models fitted", f"{found.n_fits:,}", border=True)
        st.metric("Seconds", f"{found.seconds:,.0f}", border=True)


def _chart(frame) -> None:
    """Cost against gain: the best so far by the seconds that it took, and every try."""
    base = {
        "x": charts.axis("seconds", "Seconds"),
        "tooltip": [charts.axis("settings", "Settings", "nominal")],
    }
    layers = [
        {
            "mark": {"type": "line", "interpolate": "step-after", "color": charts.BLUE},
            "encoding": {"y": charts.axis("best", "ROC-AUC inside the folds", scale={"zero": False})},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "color": charts.GREY},
            "encoding": {"y": charts.axis("auc", "ROC-AUC inside the folds")},
        },
    ]
    charts.draw(
        {"encoding": base, "layer": layers, "height": 240}, frame, key="tuning_chart",
        alt="ROC-AUC inside the folds of every try, and the best so far, by the seconds that it took.",
    )  # fmt: skip


def _table(frame) -> None:
    config = st.column_config
    st.dataframe(
        frame, key="tuning_table", hide_index=True, width="stretch",
        height=raw_rows.height(min(len(frame), 12)),
        column_config={
            "number": "Try", "settings": "Settings",
            "auc": config.NumberColumn("ROC-AUC inside", format="%.3f"),
            "best": config.NumberColumn("Best so far", format="%.3f"),
            "seconds": config.NumberColumn("After seconds", format="%.1f"),
        },
        alt="Every try with its settings and the ROC-AUC inside the folds.",
    )  # fmt: skip


def _use(request, found) -> None:
    """Let the settings be used from now on."""
    if dict(found.settings) == dict(request.options.settings):
        st.caption("These are the settings in use." if found.settings else "The usual settings are in use.")
        return
    widgets.sentences(found.said, why_none="The usual settings are the best of those tried.")
    if st.button("Train with these settings", key="tuning_use", icon=":material/check:"):
        state.set_request(CHOICES.with_tuned(request, found))
        st.rerun()
