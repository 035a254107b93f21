"""Choose an outcome, train the logistic regression, and see honestly how good it is."""

import streamlit as st

from core import cache
from pages.ui import charts, state, tables, text, widgets

actor, request = state.actor(), state.request()
widgets.title(
    "Train", "Say what is to be avoided, train, and see how good the list would be beside a simple rule."
)

preview = widgets.result_of(cache.preview_job(actor, request))
changed = widgets.training_form(request, preview)
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
evaluation = training.evaluation
st.write(
    f"{text.count(training.n_students, 'student')}; the outcome is that "
    f"**{text.md(training.outcome.describe())}**, "
    f"which happened to {text.percent(evaluation.prevalence)} of those whose outcome is known. "
    f"{text.md(training.validated.protocol)}"
)

st.subheader("Checks")
tables.checks(training.checks)

st.subheader("How good it is")
st.caption(
    f"Out of fold, with 95 % intervals, beside the simple rule: {text.md(training.validated.baseline)} "
    f"Accuracy, balanced accuracy, F1, precision and recall take a risk of {evaluation.cut:g} as a yes."
)
tables.metrics(evaluation.frame(), key="train_metrics")


@widgets.live
def confusion() -> None:
    """The counts at any cut; a lookup, redrawn alone."""
    cut = st.slider(
        "Count a risk of at least this as a yes",
        0.0,
        1.0,
        evaluation.cut,
        0.01,
        key="train_cut",
        persist_state="session",
    )
    tables.confusion(evaluation.confusion(cut))


left, right = st.columns(2)
with left:
    st.markdown("**ROC curve**")
    charts.curve(
        evaluation.roc(),
        x="frac_false_alarms",
        y="recall",
        x_title="False alarms among students without the outcome",
        y_title="Found among students with it",
        diagonal=True,
        key="train_roc",
        alt="The ROC curve; the further above the diagonal, the better the order of the list.",
    )
    st.markdown("**Calibration**")
    charts.calibration(
        evaluation.calibration(),
        key="train_calibration",
        alt="Observed share against mean risk in ten bins; on the diagonal a risk of 30 % means 3 in 10.",
    )
with right:
    st.markdown("**Precision and recall**")
    charts.curve(
        evaluation.pr(),
        x="recall",
        y="precision",
        x_title="Found among students with the outcome (recall)",
        y_title="Right among those listed (precision)",
        key="train_pr",
        alt="Precision against recall; the higher, the fewer false alarms for the same students found.",
    )
    st.markdown("**Confusion matrix**")
    confusion()

st.subheader("Kept apart: 70 % to train, 15 % to validate, 15 % to test")
st.caption(
    "The same model, fitted on the training part only. What falls from training to test was learned by heart."
)
if training.holdout is None:
    widgets.empty(training.why_no_holdout)
else:
    tables.holdout(training.holdout.frame(), key="train_holdout")

st.subheader("Odds ratios")
st.caption(
    "How the odds of the outcome differ with a feature, the others being equal: an association, not a cause."
)
charts.forest(
    training.odds.frame(),
    key="train_forest",
    alt="Odds ratios with intervals; right of the line goes with more, left with less of the outcome.",
)
tables.odds(training.odds.frame(), key="train_odds")

st.subheader("What is not used")
tables.excluded(training.columns_left_out, key="train_excluded")
widgets.provenance(training.provenance, *training.about)
