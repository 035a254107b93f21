"""The form that says what is to be avoided, which family learns it, and how."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.ui import text

CHOICES = cache.CHOICES


def draw(request, preview):
    """Let the viewer set what is trained; return the changed request, or None."""
    with st.form("training_form"):
        outcome = st.text_input(
            "Outcome: what is to be avoided",
            value=request.outcome,
            key=f"outcome_{request.digest}",
            placeholder=(preview.suggestions or ("math score < 50",))[0],
            help='Over the columns: math score < 50, Target == "Dropout", mean(a, b) < 60, x in {"Fail"}.',
        )
        left, middle, right = st.columns([4, 2, 1])
        exclude = _exclude(left, request, list(preview.schema.names()))
        model = middle.selectbox(
            "Family of models",
            list(cache.FAMILIES),
            index=list(cache.FAMILIES).index(request.model),
            format_func=cache.FAMILIES.get,
            key=f"model_{request.digest}",
            help="The logistic regression is the reference; see Families for what the others gain.",
        )
        seed = right.number_input(
            "Seed", 0, 2**31 - 1, request.seed,
            key=f"seed_{request.digest}", help="The same seed gives the same list.",
        )  # fmt: skip
        with st.expander("Whom the list is about, and what its mistakes cost" + _framed(request)):
            framing = _framing(request)
        told = ", ".join(request.options.words)
        with st.expander("How it is fitted" + (f": {told}" if told else "")):
            choices = _columns(request, preview.schema) | _fitting(request, preview.schema)
        sent = st.form_submit_button("Train", type="primary", icon=":material/play_arrow:")
    if not sent:
        return None
    settings = request.options.settings if model == request.model else ()
    options = CHOICES.ModelOptions(**choices, settings=settings)
    changed = request.with_outcome(outcome).with_model(exclude=tuple(exclude), seed=int(seed), model=model)
    return changed.with_options(options).with_framing(**framing)


def _framed(request) -> str:
    said = [request.cohort, f"as of {request.as_of}" if request.as_of else ""]
    return "".join(f": {text.md(one)}" for one in said if one)


def _framing(request) -> dict:
    """The cohort, the date, and what a missed student and a false alarm cost."""
    key, left, right = request.digest, *st.columns(2)
    return {
        "cohort": left.text_input("Cohort", request.cohort, key=f"cohort_{key}",
            placeholder="start_year >= 2024", help="A condition over the columns; empty is everybody."),
        "as_of": right.text_input("As of", request.as_of, key=f"as_of_{key}", placeholder="2026-11-22",
            help="Rows from after this day stay out; empty is all that the table holds."),
        "cost_missed": left.number_input("A missed student costs", 0.0, None, request.cost_missed,
            key=f"cost_missed_{key}", help="In any unit, such as hours; 0 where nobody said."),
        "cost_false_alarm": right.number_input("A false alarm costs", 0.0, None, request.cost_false_alarm,
            key=f"cost_false_alarm_{key}", help="In the same unit: a student listed without need."),
    }  # fmt: skip


def _exclude(place, request, names):
    return place.multiselect(
        "Columns to keep out",
        names,
        default=[name for name in request.exclude if name in names],
        key=f"exclude_{request.digest}",
        help="Anything that was not known when you would have made the list.",
    )


def _columns(request, schema) -> dict:
    """What the model sees: chosen columns, products, squares, components."""
    now, key = request.options, request.digest
    numbers = list(CHOICES.number_columns(schema))
    left, right = st.columns(2)
    return {
        "selection": _choice(left, "Columns it may use", CHOICES.SELECTIONS, now.selection,
            f"selection_{key}", "Chosen anew in each fold, from the training students alone."),
        "most_columns": int(right.number_input("At most so many columns", 0, None, now.most_columns,
            key=f"most_columns_{key}", help="0 leaves it to the way of choosing.")),
        "products": tuple(left.multiselect("Products of", numbers, key=f"products_{key}",
            default=[one for one in now.products if one in numbers], max_selections=CHOICES.MOST_PRODUCTS,
            help="Each pair of these columns also enters multiplied: what one does may hang on another.")),
        "squares": tuple(right.multiselect("Squares of", numbers, key=f"squares_{key}",
            default=[one for one in now.squares if one in numbers], help="For what is worst at both ends.")),
        "scaling": _choice(left, "Numbers are scaled", CHOICES.SCALINGS, now.scaling, f"scaling_{key}", None),
        "components": int(right.number_input("Principal components", 0, CHOICES.MOST_COMPONENTS,
            now.components, key=f"components_{key}", help="0 uses the columns themselves.")),
    }  # fmt: skip


def _fitting(request, schema) -> dict:
    """How it learns: gaps, weights, corrected risks, and who stays together in the folds."""
    now, key = request.options, request.digest
    groups = ["", *CHOICES.group_columns(schema)]
    left, right = st.columns(2)
    return {
        "calibration": _choice(left, "Risks are corrected", CHOICES.CALIBRATIONS, now.calibration,
            f"calibration_{key}", "By evidence: only where the risks clearly become truer."),
        "group": right.selectbox("Keep together in the folds", groups,
            index=groups.index(now.group) if now.group in groups else 0, key=f"group_{key}",
            format_func=lambda name: name or "Nobody", help="Such as students of one household."),
        "gap_columns": left.checkbox("Not being recorded has a weight of its own", now.gap_columns,
            key=f"gap_columns_{key}"),
        "balanced": right.checkbox("Both outcomes weigh alike", now.balanced, key=f"balanced_{key}",
            help="For a rare outcome; the risks are then always corrected."),
    }  # fmt: skip


def _choice(place, label, titles, now, key, words):
    """Let one of several ways be chosen, by its title."""
    names = list(titles)
    return place.selectbox(label, names, index=names.index(now), format_func=titles.get, key=key, help=words)
