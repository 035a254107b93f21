"""How good the model is: its figures beside the simple rule's, its curves, and the parts kept apart."""

from __future__ import annotations

import streamlit as st

from pages.ui import charts, tables, text, widgets


def draw(_actor, _request, training) -> None:
    """Show the figures of the cross-validation, and those of one split."""
    evaluation = training.evaluation
    st.caption(
        f"Out of fold, with 95 % intervals, beside the simple rule: {text.md(training.validated.baseline)} "
        f"Accuracy, balanced accuracy, F1, precision and recall take a risk of {evaluation.cut:g} as a yes."
    )
    tables.metrics(evaluation.frame(), key="train_metrics")
    left, right = st.columns(2)
    with left:
        _roc(evaluation)
        _calibration(evaluation)
    with right:
        _precision(evaluation)
        st.markdown("**Confusion matrix**")
        _confusion(evaluation)
    _holdout(training)


def _roc(evaluation) -> None:
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


def _calibration(evaluation) -> None:
    st.markdown("**Calibration**")
    charts.calibration(
        evaluation.calibration(),
        key="train_calibration",
        alt="Observed share against mean risk in ten bins; on the diagonal a risk of 30 % means 3 in 10.",
    )


def _precision(evaluation) -> None:
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


@widgets.live
def _confusion(evaluation) -> None:
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


def _holdout(training) -> None:
    st.markdown("**Kept apart: 70 % to train, 15 % to validate, 15 % to test**")
    st.caption(
        "The same model, fitted on the training part only. What falls from training to test was learned by "
        "heart."
    )
    if training.holdout is None:
        widgets.empty(training.why_no_holdout)
    else:
        tables.holdout(training.holdout.frame(), key="train_holdout")
