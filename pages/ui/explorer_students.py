"""The students half of the Explorer: the cut and its consequences, the list, and the cut that counts."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import explorer_cut, explorer_list, explorer_policy, widgets


def draw(actor, request) -> None:
    """Draw the list and what is on it; while it is worked out, its progress."""
    if not request.outcome:
        widgets.empty(
            "No outcome is chosen yet, so there is no list.", "Say on Data sources what is to be avoided."
        )
        st.page_link("../data_sources.py", label="Choose the outcome", icon=":material/database:")
        return
    training = widgets.result_of(cache.training_job(cache.rosters.trainer(actor, request), request))
    students(actor, request, training)
    if not cache.rosters.own_only(actor):
        widgets.left_out(training)
        widgets.provenance(training.provenance, *training.about)


@widgets.live
def students(actor, request, training) -> None:
    """The cut, the list and what saving would change; redraws alone when something on it moves.

    A mentor sees their students at the cut that counts, and nothing to set.
    """
    chosen = explorer_cut.draw(actor, request, training)
    explorer_list.draw(actor, request, training, chosen)
    if cache.rosters.may_export(actor):
        _whole(actor, training, chosen.policy)
    explorer_policy.draw(actor, request, training, chosen)


def _whole(actor, training, policy) -> None:
    """Offer every student at this cut as a file, to the byte as the command line writes it."""
    st.download_button(
        "Download the list (CSV)",
        data=lambda: cache.list_csv(actor, training, policy),
        file_name=f"at-risk-{training.request.digest}.csv",
        mime="text/csv",
        on_click="ignore",
        key="list_whole",
        icon=":material/download:",
        help="Every student by rank, with reasons and segment; the same bytes as the command line writes. "
        "It is written down who took it.",
    )
