"""Choose an outcome, train the logistic regression, and see honestly how good it is."""

import streamlit as st

from core import cache
from pages.ui import (
    state,
    tables,
    text,
    train_evaluation,
    train_fairness,
    train_families,
    train_features,
    train_form,
    train_publish,
    train_score,
    train_transfer,
    train_tuning,
    train_why,
    widgets,
)

actor, request = state.actor(), state.request()
widgets.title(
    "Train", "Say what is to be avoided, train, and see how good the list would be beside a simple rule."
)

preview = widgets.result_of(cache.preview_job(actor, request))
changed = train_form.draw(request, preview)
if changed is not None:
    state.set_request(changed)
    st.rerun()
if not request.outcome:
    widgets.empty(
        "No outcome is chosen yet.",
        "Write one above, such as: " + (preview.suggestions or ("math score < 50",))[0],
    )
    st.stop()

training = widgets.result_of(cache.training_job(actor, request))
st.write(
    f"{text.count(training.n_students, 'student')}; the outcome is that "
    f"**{text.md(training.outcome.describe())}**, "
    f"which happened to {text.percent(training.evaluation.prevalence)} of those whose outcome is known. "
    f"{text.md(training.validated.protocol)}"
)

PANELS = {
    "Checks": lambda actor, _, training: tables.checks(cache.models.checks(actor, training)),
    "How good it is": train_evaluation.draw,
    "What it uses": train_features.draw,
    "Why these risks": train_why.draw,
    "Families": train_families.draw,
    "Tuning": train_tuning.draw,
    "Other terms and schools": train_transfer.draw,
    "Fairness": train_fairness.draw,
    "A score": train_score.draw,
    "Publish": train_publish.draw,
}
for tab, draw in zip(
    st.tabs(list(PANELS), key="train_tabs", on_change="rerun"), PANELS.values(), strict=True
):
    if tab.open:
        with tab:
            draw(actor, request, training)
widgets.provenance(training.provenance, *training.about)
