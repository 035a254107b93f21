"""Where the cut is chosen: by the team, a number, a risk, a share to find, or two prices."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import explorer_cut_inputs
from pages.ui.explorer_cut_inputs import SCORE, number, slider, snapped

KINDS = {
    "team": "Team", "capacity": "Capacity", "score": "Threshold", "recall": "Recall", "cost": "Cost",
}  # fmt: skip
HOW, OF = "explorer_cut_how", "waymark_cut_of"
NUMBERS = {
    "cut_mentors": 12, "cut_talks": 6, "cut_weeks": 3, "cut_share": 0.8,
    "cut_false_alarm": 1.0, "cut_missed": 1.0,
}  # fmt: skip
"""Where each choice starts, by its key, unless a saved cut says otherwise."""
FIELDS = {
    "mentors": "cut_mentors", "talks": "cut_talks", "weeks": "cut_weeks", "risk": SCORE,
    "share": "cut_share", "false_alarm": "cut_false_alarm", "missed": "cut_missed",
}  # fmt: skip
"""The key of each number of a policy; that of a capacity is ``explorer_cut_inputs.number``."""


def draw(training, start):
    """Return the cut that is chosen; for another list it starts anew from ``start``."""
    if st.session_state.get(OF) != training.request.digest:
        _take(training, start)
    for key, value in _defaults(training).items():
        st.session_state.setdefault(key, value)
    kind = st.segmented_control(
        "Choose the cut by", list(KINDS), format_func=KINDS.__getitem__, required=True, key=HOW,
        persist_state="session",
    )  # fmt: skip
    return explorer_cut_inputs.DRAWS[kind](training)


def _take(training, policy) -> None:
    """Set the widgets to a cut, before they are drawn."""
    written = cache.cuts.as_json(policy)
    kept = st.session_state
    if training.request.has_costs:
        kept[FIELDS["false_alarm"]] = training.request.cost_false_alarm
        kept[FIELDS["missed"]] = training.request.cost_missed
    kept[OF], kept[HOW] = training.request.digest, written["kind"]
    for name, value in written.items():
        if name == "n":
            kept[number(training)] = value
            kept[slider(training)] = snapped(training, value)
        elif name != "kind":
            kept[FIELDS[name]] = value


def _defaults(training):
    usual = training.default_capacity
    return NUMBERS | {
        SCORE: training.prevalence_shown, HOW: "capacity",
        number(training): usual, slider(training): snapped(training, usual),
    }  # fmt: skip


def forget() -> None:
    """Start anew from the cut that counts; for what is done after the widgets were drawn."""
    st.session_state.pop(OF, None)
