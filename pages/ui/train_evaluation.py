"""How good the model is: the figures that matter first, the cut, the curves, and every measure below."""

from __future__ import annotations

import streamlit as st

from pages.ui import tables, text, train_curves, train_cut, widgets


def draw(actor, request, training) -> None:
    """Show the figures of the cross-validation, and those of one split."""
    evaluation = training.evaluation
    if evaluation.is_empty:
        widgets.empty(evaluation.why_empty)
        return
    _headline(evaluation)
    st.caption(f"The simple rule: {text.md(training.validated.baseline)}")
    if training.validated.calibration is not None:
        st.caption(text.md(training.validated.calibration.words))
    train_cut.draw(actor, training)
    train_curves.draw(actor, request, training)
    with st.expander("Every measure, with its interval and beside the simple rule", icon=":material/table:"):
        st.caption(
            "Out of fold, with 95 % intervals. Accuracy, balanced accuracy, F1, precision, recall and "
            f"specificity take a risk of {evaluation.cut:g} as a yes; the list is the "
            f"{text.count(evaluation.n_listed, 'student')} with the highest risk."
        )
        tables.metrics(evaluation.frame(), key="train_metrics")
    _holdout(training)


def _headline(evaluation) -> None:
    """Three figures and what each means, said aloud."""
    quiet = {"border": True, "height": "stretch", "delta_color": "off", "delta_arrow": "off"}
    auc, precision = evaluation.metric("roc_auc"), evaluation.metric("precision_at_listed")
    error = evaluation.metric("ece")
    with st.container(horizontal=True):
        st.metric(
            "Order of the list (ROC-AUC)", _number(auc.value), _beside(auc, _number),
            help="The chance that a student with the outcome has a higher risk than one without.", **quiet,
        )  # fmt: skip
        st.metric(
            f"Right among the first {evaluation.n_listed:,}", text.percent(precision.value),
            _beside(precision, text.percent), help=precision.definition, **quiet,
        )  # fmt: skip
        st.metric(
            "Risks are off by", _points(error.value), _beside(error, _points),
            help="The mean gap between the risk said and the share that came true, over ten groups.", **quiet,
        )  # fmt: skip


def _beside(metric, said) -> str:
    """Return a figure's interval and the simple rule's value, or why there is none."""
    if metric.low is None:
        return metric.why
    return f"{said(metric.low)} to {said(metric.high)} · simple rule {said(metric.baseline)}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _points(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} points"


def _holdout(training) -> None:
    st.markdown("**Kept apart: 70 % to train, 15 % to validate, 15 % to test**")
    st.caption(
        "The same model, fitted on the training part only. What falls from training to test was learned by "
        "heart."
    )
    if training.holdout is None:
        widgets.empty(training.why_no_holdout)
    else:
        st.caption(text.md(training.holdout.words))
        tables.holdout(training.holdout.frame(), key="train_holdout")
