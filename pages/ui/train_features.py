"""What the model uses: odds ratios by feature, and the columns that are no features."""

from __future__ import annotations

import streamlit as st

from pages.ui import charts, tables, widgets


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
    st.markdown("**What is not used**")
    tables.excluded(training.columns_left_out, key="train_excluded")


def _odds(training) -> None:
    charts.forest(
        training.odds.frame(),
        key="train_forest",
        alt="Odds ratios with intervals; right of the line goes with more, left with less of the outcome.",
    )
    tables.odds(training.odds.frame(), key="train_odds")
