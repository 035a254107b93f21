"""The curves of a model in a grid, one sentence each."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import charts, text, train_charts, widgets


def draw(actor, request, training) -> None:
    """Show the curves, two beside one another, and offer the one that takes a while."""
    evaluation = training.evaluation
    for left, right in ((_roc, _precision), (_gain, _calibration), (_decision, _thresholds)):
        for place, panel in zip(st.columns(2), (left, right), strict=True):
            with place:
                panel(evaluation)
    _learning(actor, request, training)


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
    st.caption(
        "The further above the diagonal, the better the order of the list; on it, the order is chance."
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
    st.caption(
        f"What finding more students costs in precision; a list by chance would be right for "
        f"{text.percent(evaluation.prevalence)} at any length."
    )


def _gain(evaluation) -> None:
    st.markdown("**Gain and lift**")
    frame = evaluation.gain()
    train_charts.gain(
        frame, key="train_gain", alt="Students found by the share listed, above what chance would find."
    )
    for row in frame[frame["frac_listed"].round(2) == 0.2].itertuples():
        st.caption(
            f"The first fifth of all students holds {text.percent(row.recall)} of those with the outcome "
            f"(95 % interval {text.percent(row.low)} to {text.percent(row.high)}), {row.lift:.1f} times as "
            "many as by chance."
        )


def _calibration(evaluation) -> None:
    st.markdown("**Calibration**")
    charts.calibration(
        evaluation.calibration(),
        key="train_calibration",
        alt="Observed share against mean risk in ten bins; on the diagonal a risk of 30 % means 3 in 10.",
    )
    st.caption("Ten groups of about as many students: on the diagonal a risk of 30 % came true for 3 in 10.")


def _decision(evaluation) -> None:
    st.markdown("**Decision curve**")
    train_charts.decision(
        evaluation.decision.frame(),
        key="train_decision",
        alt="Net benefit of the list by threshold, beside supporting everybody and nobody.",
    )
    st.caption(
        f"{text.md(evaluation.decision.words)} Supporting from a risk of 20 % on says that one student found "
        "is worth four false alarms."
    )


def _thresholds(evaluation) -> None:
    st.markdown("**By the cut**")
    train_charts.thresholds(
        evaluation.thresholds(),
        key="train_thresholds",
        alt="Precision, recall and false alarms by the risk from which students are listed.",
    )
    st.caption("A higher cut makes the list more often right and misses more students.")


def _learning(actor, request, training) -> None:
    """The learning curve: fitting again takes a while, so it is worked out when it is asked for."""
    st.markdown("**Learning curve**")
    asked = f"learning_{request.digest}"
    if not st.session_state.get(asked):
        st.caption("Whether more students would make the model better; the model is fitted again 25 times.")
        st.button(
            "Draw the learning curve", key="train_learn", icon=":material/trending_up:",
            on_click=st.session_state.__setitem__, args=(asked, True),
        )  # fmt: skip
        return
    fold_of = training.validated.fold_of[0]
    found = widgets.result_of(cache.study_job(actor, request, "learning", {"fold_of": fold_of}))
    if found.is_empty:
        widgets.empty(found.why_empty)
        return
    train_charts.learning(found.frame(), key="train_learning", alt=found.words)
    st.caption(text.md(found.words))
