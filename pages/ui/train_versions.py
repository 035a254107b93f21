"""Published versions: which one is in use, their cards, how two differ, and the way forth and back."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import raw_rows, text, widgets

DONE = "waymark_versions_done"
"""What was done just now, in words."""


def draw(actor, request, training) -> None:
    """List the versions; let one be looked at, promoted, compared, and the last promotion undone."""
    st.subheader("Versions")
    found, now = cache.models.versions(actor), cache.models.active(actor)
    if said := st.session_state.pop(DONE, None):
        st.success(text.md(said), icon=":material/check_circle:")
    if not found:
        widgets.empty("No model is published yet.")
        return
    _table(found)
    by_id = {one.id: one for one in found}
    chosen = st.selectbox(
        "Version", list(by_id), format_func=lambda one: by_id[one].title, key=f"version_{len(found)}"
    )
    one = by_id[chosen]
    if one.problem:
        st.error(text.md(one.problem), icon=":material/error:")
    else:
        _downloads(actor, chosen)
        _compare(actor, by_id, chosen)
    _turn(actor, one, now)
    _history(now)
    if now.model is not None:
        _challenge(actor, request, training)


def _table(found) -> None:
    config = st.column_config
    st.dataframe(
        {
            "in use": ["\u25cf In use" if one.is_active else "" for one in found],
            "version": [one.id for one in found],
            "outcome": [one.outcome for one in found],
            "auc": [one.auc for one in found],
            "students": [one.n_students for one in found],
            "why": [one.problem or one.reason for one in found],
            "override": [one.override for one in found],
        },
        key="versions_table", hide_index=True, width="stretch", height=raw_rows.height(len(found)),
        column_config={
            "in use": config.TextColumn("In use", width=90),
            "version": config.TextColumn("Version", width=160),
            "outcome": config.TextColumn("Outcome", width=220),
            "auc": config.TextColumn("ROC-AUC", width=80),
            "students": config.NumberColumn("Students", format="localized", width=90),
            "why": config.TextColumn("Why it was published", width=320),
            "override": config.TextColumn("Why in spite of an issue", width=320),
        },
        alt="The published versions, the last one first.",
    )  # fmt: skip


def _downloads(actor, model: str) -> None:
    """The card and the request of a version."""
    with st.container(horizontal=True):
        st.download_button(
            "Its card (HTML)", lambda: cache.models.card(actor, model, as_html=True), f"card-{model}.html",
            "text/html", icon=":material/badge:", on_click="ignore", key=f"version_card_html_{model}",
        )  # fmt: skip
        st.download_button(
            "Its card (Markdown)", lambda: cache.models.card(actor, model), f"card-{model}.md",
            "text/markdown", icon=":material/badge:", on_click="ignore", key=f"version_card_md_{model}",
        )  # fmt: skip
        st.download_button(
            "Its request (JSON)", lambda: cache.models.version_request(actor, model), f"request-{model}.json",
            "application/json", icon=":material/download:", on_click="ignore", key=f"version_request_{model}",
        )  # fmt: skip


def _turn(actor, one, now) -> None:
    """Promote the chosen version, or go back; each with a reason."""
    with st.form("version_turn", border=False):
        why = st.text_input("Why is the model in use changed?", key="version_why", max_chars=2000)
        with st.container(horizontal=True):
            promote = st.form_submit_button(
                "Promote this version", icon=":material/upgrade:", disabled=one.is_active or bool(one.problem)
            )
            back = st.form_submit_button(
                "Roll back", icon=":material/undo:", disabled=now.before is None,
                help=f"Version {now.before} is in use then." if now.before else "There is no earlier one.",
            )  # fmt: skip
    try:
        if promote:
            _done(cache.models.promote(actor, one.id, why))
        if back:
            _done(cache.models.roll_back(actor, why))
    except AppError as error:
        widgets.failure(error)


def _done(after) -> None:
    st.session_state[DONE] = f"Version {after.model} is in use."
    st.rerun()


def _history(now) -> None:
    if not now.history:
        st.caption("No version is in use yet.")
        return
    with st.expander(
        text.count(len(now.history), "change of the model in use", "changes of the model in use")
    ):
        widgets.sentences(
            [f"{e.at:%d %b %Y %H:%M} UTC: {e.who} {e.act} {e.model}: {e.why}" for e in reversed(now.history)],
            why_none="",
        )


def _compare(actor, by_id, chosen: str) -> None:
    """Another version beside the chosen one."""
    others = [one.id for one in by_id.values() if one.id != chosen and not one.problem]
    if not others:
        return
    other = st.selectbox(
        "Compare with", ["", *others], key=f"version_other_{chosen}_{len(by_id)}",
        format_func=lambda one: by_id[one].title if one else "Nothing",
    )  # fmt: skip
    if not other:
        return
    found = cache.models.compare(actor, other, chosen)
    st.dataframe(
        found.frame(), key="version_figures", hide_index=True, width="stretch",
        column_config={
            "title": st.column_config.TextColumn("Figure"),
            "first": st.column_config.TextColumn(other),
            "first_interval": st.column_config.TextColumn("95 % interval"),
            "second": st.column_config.TextColumn(chosen),
            "second_interval": st.column_config.TextColumn("95 % interval"),
        },
        alt="The figures of two versions side by side.",
    )  # fmt: skip
    widgets.sentences(found.changes, why_none="They use the same features, request and data.")


def _challenge(actor, request, training) -> None:
    """The model of this page against the one in use, on the same students and folds."""
    asked = f"challenge_{request.digest}"
    if not st.session_state.get(asked):
        if not st.button(
            "Compare this training with the model in use", key="challenge", icon=":material/balance:"
        ):
            return
        st.session_state[asked] = True
    given = {"training": training, "champion": cache.models.active(actor).model}
    job = cache.study_job(actor, request, "challenge", given)
    st.markdown(f"**{text.md(widgets.result_of(job).words)}**")
