"""What is typed or dragged for each way to cut the list; each returns the policy it says."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import text

MOST, POSITIONS = 10**9, 2_000
"""A count above the first is refused; a slider of numbers has at most so many positions."""
SCORE = "explorer_cut_score"


def team(_training):
    """Mentors times talks times weeks."""
    whole = {"min_value": 0, "max_value": 100_000, "step": 1, "persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mentors = st.number_input("Mentors", key="cut_mentors", **whole)
        talks = st.number_input("Talks of one mentor in a week", key="cut_talks", **whole)
        weeks = st.number_input("Weeks", key="cut_weeks", **whole)
    policy = cache.cuts.policy({"kind": "team", "mentors": mentors, "talks": talks, "weeks": weeks})
    st.caption(f"Room for **{policy.n:,}** students, one talk each: {text.md(policy.parts)}.")
    return policy


def capacity(training):
    """A slider to try, and a field for the exact number."""
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    by_hand, exact = slider(training), number(training)

    def from_slider() -> None:
        st.session_state[exact] = st.session_state[by_hand]

    def from_number() -> None:
        st.session_state[by_hand] = snapped(training, st.session_state[exact])

    left.slider(
        "How many students can the team take on?", 0, training.n_students, step=step(training), key=by_hand,
        on_change=from_slider, persist_state="session",
    )  # fmt: skip
    n = right.number_input(
        "Exactly", 0, MOST, step=1, key=exact, on_change=from_number, persist_state="session"
    )
    return cache.cuts.policy({"kind": "capacity", "n": n})


def score(_training):
    """A risk from which on students are listed."""
    risk = st.slider(
        "List students with a risk of at least", 0.0, 1.0, step=0.01, key=SCORE, format="percent",
        persist_state="session",
    )  # fmt: skip
    return cache.cuts.policy({"kind": "score", "risk": risk})


def recall(_training):
    """A share of those with the outcome."""
    share = st.slider(
        "Of the students with the outcome, list at least", 0.0, 1.0, step=0.01, key="cut_share",
        format="percent", persist_state="session",
    )  # fmt: skip
    return cache.cuts.policy({"kind": "recall", "share": share})


def cost(_training):
    """Two prices in any one unit."""
    price = {"min_value": 0.01, "max_value": 1e9, "step": 1.0, "format": "%g", "persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        alarm = st.number_input("A false alarm costs", key="cut_false_alarm", **price)
        missed = st.number_input("A student missed costs", key="cut_missed", **price)
    policy = cache.cuts.policy({"kind": "cost", "false_alarm": alarm, "missed": missed})
    st.caption(f"Only the ratio counts: listed is who has a risk above {100 * policy.risk:.1f} %.")
    return policy


def step(training) -> int:
    """Return by how many students the slider moves."""
    return max(1, training.n_students // POSITIONS)


def snapped(training, n: int) -> int:
    """Return the position of the slider that is nearest to a number."""
    one = step(training)
    return min(round(n / one) * one, training.n_students)


def slider(training) -> str:
    """Return the key of the slider of the capacity."""
    return f"cut_capacity_of_{training.n_students}"


def number(training) -> str:
    """Return the key of the exact capacity."""
    return f"cut_number_{training.n_students}"


DRAWS = {"team": team, "capacity": capacity, "score": score, "recall": recall, "cost": cost}
