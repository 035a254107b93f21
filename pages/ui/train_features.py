"""What the model uses: odds ratios by feature, and the columns that are no features."""

from __future__ import annotations

import streamlit as st

from pages.ui import charts, raw_rows, tables, widgets


def draw(_actor, _request, training) -> None:
    """Show how the odds differ with each feature, and what was left out."""
    st.caption(
        "How the odds of the outcome differ with a feature, the others being equal: an association, "
        "not a cause."
    )
    if training.odds.is_empty:
        widgets.empty(training.odds.why_empty)
    else:
        _odds(training)
    _chosen(training)
    st.markdown("**What is not used**")
    tables.excluded(training.columns_left_out, key="train_excluded")


def _chosen(training) -> None:
    """How often each column was chosen; nothing where all are used, as usual."""
    if training.request.options.selection == "none":
        return
    st.markdown("**How often each column was chosen**")
    st.caption(
        "Columns are chosen anew in each fold; one that is chosen now and then is not to be relied on."
    )
    frame = training.validated.survival()
    st.dataframe(
        frame, key="train_survival", hide_index=True, width="stretch", height=raw_rows.height(len(frame)),
        column_order=["label", "times", "of"],
        column_config={"label": "Column", "times": "Models that may use it", "of": "Of models"},
        alt="Columns by the number of models that may use them.",
    )  # fmt: skip


def _odds(training) -> None:
    charts.forest(
        training.odds.frame(),
        key="train_forest",
        alt="Odds ratios with intervals; right of the line goes with more, left with less of the outcome.",
    )
    tables.odds(training.odds.frame(), key="train_odds")
