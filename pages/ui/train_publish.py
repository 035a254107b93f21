"""Publishing: the request and the card to take along, and the form that makes a version."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import text, train_versions, widgets

ASKED = "waymark_publish"
"""What was asked to be published: the request's digest, the reason, an answer to each check by its code."""


def draw(actor, request, training) -> None:
    """Offer request and card, publish with a reason, and show the versions."""
    _take_along(actor, request, training)
    try:
        _publish(actor, request, training)
        train_versions.draw(actor, request, training)
    except AppError as error:
        widgets.failure(error)


def _take_along(actor, request, training) -> None:
    """The request replays this training; the card tells what came out of it."""
    st.caption(
        "The request replays this training: python -m core train --request request.json. "
        "The card is what a person reads before the model is used."
    )
    name = text.file_part(training.provenance.source, request.digest)
    with st.container(horizontal=True):
        st.download_button(
            "Request (JSON)", lambda: cache.models.request_bytes(actor, request), f"request-{name}.json",
            "application/json", icon=":material/download:", on_click="ignore", key="publish_request",
        )  # fmt: skip
        st.download_button(
            "Card (HTML)", lambda: cache.models.draft_card(actor, training, as_html=True),
            f"card-{name}.html", "text/html", icon=":material/badge:", on_click="ignore",
            key="publish_card_html",
        )  # fmt: skip
        st.download_button(
            "Card (Markdown)", lambda: cache.models.draft_card(actor, training), f"card-{name}.md",
            "text/markdown", icon=":material/badge:", on_click="ignore", key="publish_card_md",
        )  # fmt: skip


def _publish(actor, request, training) -> None:
    """The form; what was sent is worked on until it is published or refused."""
    st.subheader("Publish")
    found = cache.models.issues(actor, training)
    if found:
        named = "; ".join(f"**{check.code}** {text.md(check.title)}" for check in found)
        st.error(
            f"{text.count(len(found), 'check')} found an issue: {named}. Deal with it first, or say why not.",
            icon=":material/error:",
        )
    with st.form("publish_form", border=False):
        reason = st.text_area(
            "Why should this model be used?", key="publish_reason", max_chars=2000, height=80
        )
        answers = {check.code: _answer(check) for check in found}
        if st.form_submit_button("Publish", type="primary", icon=":material/publish:"):
            st.session_state[ASKED] = (request.digest, reason.strip(), answers)
    asked = st.session_state.get(ASKED)
    if asked and asked[0] == request.digest:
        _work(actor, request, training=training, reason=asked[1], override=asked[2])


def _answer(check) -> str:
    """Ask why the model is published in spite of one check."""
    return st.text_area(
        f"{check.code} {check.title}: why is it published all the same?",
        key=f"publish_override_{check.code}", max_chars=2000, height=80,
        help=f"{text.md(check.words)} At least {cache.models.fewest_characters} characters, for the card.",
    ).strip()  # fmt: skip


def _work(actor, request, **given) -> None:
    """Say that it is published, or why it is not."""
    job = cache.study_job(actor, request, "publish", given)
    if not job.wait(widgets.PATIENCE_SECONDS):
        widgets.progress(job, is_page=True)
        st.stop()
    st.session_state.pop(ASKED)
    try:
        bundle = job.result()
    except AppError as error:
        cache.forget(job)
        widgets.failure(error)
        return
    st.success(f"Published as {bundle.id}.", icon=":material/check_circle:")
