"""A score instead of an outcome: how well a mark can be predicted, and what goes with it."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import charts, raw_rows, text, widgets


def draw(actor, request, _training) -> None:
    """Ask for a score; show how well it is predicted."""
    st.caption("Predict a number, such as a mark. The list of students stays as it is.")
    with st.form("score_form"):
        score = st.text_input(
            "Score", key="score_text", placeholder="mean(math score, reading score)",
            help="A column of numbers, or worked out from some: +, -, *, /, mean, sum, min, max.",
        )  # fmt: skip
        if st.form_submit_button("Predict", icon=":material/show_chart:"):
            st.session_state["score_asked"] = score.strip()
    asked = st.session_state.get("score_asked")
    if not asked:
        return
    predicted = widgets.result_of(cache.study_job(actor, request, "score", {"score": asked}))
    found = predicted.found
    st.markdown(f"**{text.md(found.words)}**")
    st.caption(f"{text.count(found.n_known, 'student')} with a known score. {text.md(found.protocol)}")
    _measures(found)
    _points(predicted.points())
    _effects(found.effects_frame())
    st.download_button(
        "Download the predictions (CSV)", lambda: cache.score_csv(actor, predicted),
        file_name=f"predicted-{request.digest}.csv", mime="text/csv", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip


def _measures(found) -> None:
    config = st.column_config
    number = {"value": "Figure", "low": "95 % from", "high": "to", "rule": "Best single column",
              "mean": "The same for all"}  # fmt: skip
    frame = found.frame()
    st.dataframe(
        frame, key="score_measures", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_order=["title", *number],
        column_config={
            "title": "Measure",
            **{name: config.NumberColumn(title, format="%.3g") for name, title in number.items()},
        },
        alt="Measures of the prediction with intervals, beside two simple rules.",
    )  # fmt: skip
    st.caption(text.md(found.rule))


def _points(frame) -> None:
    """What was predicted against what came."""
    ends = {"low": float(frame.min().min()), "high": float(frame.max().max())}
    same = {"values": [{"a": ends["low"]}, {"a": ends["high"]}]}
    unit = {"zero": False}
    encoding = {
        "x": charts.axis("predicted", "Predicted (out of fold)", scale=unit),
        "y": charts.axis("score", "What came", scale=unit),
    }
    line = {"x": charts.axis("a", "Predicted (out of fold)"), "y": charts.axis("a", "What came")}
    layers = [
        {"mark": {"type": "circle", "opacity": 0.35, "color": charts.BLUE}, "encoding": encoding},
        {
            "data": same,
            "mark": {"type": "line", "strokeDash": [4, 4], "color": charts.GREY},
            "encoding": line,
        },
    ]
    charts.draw(
        {"layer": layers, "height": 320}, frame, key="score_points",
        alt="Observed against predicted scores; on the dashed line both are the same.",
    )  # fmt: skip


def _effects(frame) -> None:
    st.markdown("**What goes with it**")
    st.caption("Points more or less with a step in a column, the others being equal: no cause.")
    config = st.column_config
    st.dataframe(
        frame, key="score_effects", hide_index=True, width="stretch",
        height=raw_rows.height(min(len(frame), 15)),
        column_config={
            "label": "Column", "comparison": "Step",
            "points": config.NumberColumn("Points", format="%+.2f"),
            "low": config.NumberColumn("95 % from", format="%+.2f"),
            "high": config.NumberColumn("to", format="%+.2f"),
            "n": config.NumberColumn("Students", format="localized"),
        },
        alt="Points with each step, with intervals.",
    )  # fmt: skip
