"""Two cuts, or two versions of the model, side by side: who differs, by group, and how the orders agree."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import explorer_policy, text, widgets

CUTS, MODELS, HERE = "Two cuts", "Two models", "here"


def draw(actor, training, chosen) -> None:
    """Compare once somebody opens it; what cannot be compared is refused in a sentence."""
    with st.expander(
        "Compare two cuts or two models", icon=":material/compare_arrows:", key="cut_compare",
        on_change="rerun",
    ) as more:  # fmt: skip
        if not more.open:
            return
        try:
            what = st.segmented_control(
                "Compare", [CUTS, MODELS], default=CUTS, required=True, key="compare_what"
            )
            _cuts(actor, training, chosen) if what == CUTS else _models(actor, training, chosen)
        except AppError as error:
            widgets.failure(error)


def _cuts(actor, training, chosen) -> None:
    """The cut above beside a saved one, or two saved ones, by the model of this page."""
    saved = cache.cuts.history(actor, training.request)
    if not saved:
        widgets.empty("No cut is saved yet, so there is nothing beside the one above.")
        return
    policies = {HERE: chosen.policy} | {str(one.number): cache.cuts.policy(one.policy) for one in saved}
    titles = {HERE: "The cut above"} | {
        str(one.number): f"Version {one.number} by {one.author}" for one in saved
    }
    first, second = _two(titles, usual=(str(saved[0].number), HERE), key=f"compare_cut_{len(saved)}")
    st.caption(text.md(f"First: {policies[first].describe()}. Second: {policies[second].describe()}."))
    _show(cache.cuts.compare(actor, (training, policies[first]), (training, policies[second])))


def _models(actor, training, chosen) -> None:
    """Two versions of the model at the cut above, each on the same students."""
    titles = {HERE: "The model of this page", **cache.cuts.models(actor)}
    if len(titles) == 1:
        widgets.empty("No model is published yet, so there is nothing beside the one of this page.")
        return
    first, second = _two(titles, usual=(list(titles)[1], HERE), key=f"compare_model_{len(titles)}")
    st.caption(f"Both at the cut above: {text.md(chosen.policy.describe())}.")
    sides = [_trained(actor, training, one) for one in (first, second)]
    if None not in sides:
        _show(cache.cuts.compare(actor, *[(side, chosen.policy) for side in sides]))


def _two(titles: dict[str, str], *, usual: tuple[str, str], key: str) -> list[str]:
    names = list(titles)
    return [
        place.selectbox(
            label, names, index=names.index(start), format_func=titles.__getitem__, key=f"{key}_{label}"
        )
        for place, label, start in zip(st.columns(2), ("First", "Second"), usual, strict=True)
    ]


def _trained(actor, training, model: str):
    """Return the training behind a version; None while it runs."""
    if model == HERE:
        return training
    request = cache.cuts.model_request(actor, model)
    job = cache.training_job(cache.rosters.trainer(actor, request), request)
    if not job.wait(widgets.PATIENCE_SECONDS):
        widgets.progress(job)
        return None
    return job.result()


def _show(found) -> None:
    st.markdown(text.md(found.words))
    if found.is_empty:
        st.caption(text.md(found.why_empty))
        return
    explorer_policy.changes(found.frame(), key="compare_students")
    if found.not_named:
        st.caption(text.md(found.not_named))
    titles = {"only_first": "First list only", "only_second": "Second list only"}
    explorer_policy.by_group(found.by_group(), titles, key="compare_by_group")
