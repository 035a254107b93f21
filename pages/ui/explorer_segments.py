"""The segments half of the Explorer: first whether there are groups at all, then how many to look at."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import (
    explorer_segment_k,
    explorer_segment_link,
    explorer_segment_map,
    explorer_segment_one,
    explorer_segment_profile,
    explorer_segment_save,
    state,
    text,
    widgets,
)

GROUPING = "explorer_grouping"
WEIGHTS = (0.25, 0.5, 1.0, 2.0, 4.0)
SORTING = "Use the segments below as a way to sort students, not as groups that exist."


def draw(actor, request) -> None:
    """Draw the verdict, and beneath it everything that goes with one K."""
    grouping = _grouping(request)
    try:
        found = widgets.result_of(cache.segments_job(actor, request, **grouping))
    except AppError as error:
        if not grouping:
            raise
        widgets.failure(error)
        st.button("Group by the barriers again", on_click=_reset, icon=":material/undo:")
        return
    verdict(found)
    chooser(request, found)
    if not found.is_empty:
        follow_link(found)
        live(actor, request, found)
        about(found)


def verdict(found) -> None:
    """Say first, and loudly, whether these are groups."""
    if found.is_empty:
        widgets.empty(found.why_empty, "Choose other columns to group by.")
        return
    if found.is_clear:
        st.success(f"**{text.md(found.verdict)}**", icon=":material/hub:")
        return
    headline, _, figures = found.verdict.partition(": ")
    st.warning(f"**{text.md(headline)}.** {SORTING}", icon=":material/blur_on:")
    st.caption(text.md(figures[:1].upper() + figures[1:]))


def chooser(request, found) -> None:
    """Let the viewer choose what students are grouped by; the barriers unless they choose otherwise."""
    grouping = _grouping(request)
    with (
        st.expander("What the students are grouped by", icon=":material/checklist:"),
        st.form(f"explorer_grouping_{request.digest}", border=False),
    ):
        columns = st.multiselect(
            "Columns",
            list(found.choices),
            [name for name in grouping.get("columns", found.columns) if name in found.choices],
            format_func=found.choices.__getitem__,
            key=f"explorer_columns_{found.digest}",
            placeholder="The barriers",
            help="Protected attributes and the outcome never take part. Left empty, the barriers do.",
        )
        weight = st.select_slider(
            "A category counts beside a number",
            WEIGHTS,
            grouping.get("category_weight", 1.0),
            format_func=lambda times: "as much" if times == 1 else f"{times:g} times as much",
            key=f"explorer_weight_{found.digest}",
        )
        if st.form_submit_button("Group by these", icon=":material/hub:"):
            _group_by(request, tuple(sorted(columns)), weight)


@widgets.live
def live(actor, request, found) -> None:
    """Everything of one K; redraws alone when the slider moves, and only selects."""
    k = explorer_segment_k.picker(found, cache.ks.start(actor, request, found))
    stability = explorer_segment_k.stability(actor, request, found, k)
    training = explorer_segment_k.training(actor, request)
    policy = None if training is None else state.policy(training)
    left, right = st.columns(2)
    with left:
        explorer_segment_k.quality(found, k)
    with right:
        explorer_segment_k.moves(found, k)
    explorer_segment_profile.table(actor, found, k, training, policy, stability)
    key = explorer_segment_one.picker(found, k)
    explorer_segment_link.write(key, k)
    profiled, mapped = st.columns(2)
    with profiled:
        explorer_segment_profile.draw(found, k, key)
    with mapped:
        rows = explorer_segment_map.draw(actor, request, found, k)
    explorer_segment_one.draw(actor, request, found, k, key, training, policy, rows)
    explorer_segment_save.draw(actor, request, found, k)


def about(found) -> None:
    """Say how the segments were found, once for every K."""
    st.caption(" ".join(text.md(words) for words in found.about[1:]))


def follow_link(found) -> None:
    """Show the segment and the K that a link asks for; a K that is not there is said."""
    asked = explorer_segment_link.asked()
    if asked is None:
        return
    key, k = asked
    if k in found.ks:
        explorer_segment_k.show(found, k)
    elif k is not None:
        k_words = f"The link asks for K = {k}, and these students have K = {found.ks[0]} to {found.ks[-1]}."
        st.info(text.md(k_words), icon=":material/link_off:")
    explorer_segment_one.wish(key)


def _grouping(request) -> dict:
    """Return how the viewer wants these students grouped; nothing of it until they choose."""
    of, choices = st.session_state.get(GROUPING, ("", {}))
    return choices if of == request.digest else {}


def _group_by(request, columns, weight) -> None:
    choices = {"columns": columns} if columns else {}
    choices |= {"category_weight": weight} if weight != 1 else {}
    st.session_state[GROUPING] = (request.digest, choices)
    st.rerun()


def _reset() -> None:
    st.session_state.pop(GROUPING, None)
