"""A trained model as plain values: request, outcome, figures with intervals, checks, data, what it used."""

from __future__ import annotations

import math
import platform
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.modeling.feature_profile import profile_of
from core.modeling.search_spaces import WORDS
from core.modeling.thresholds import ForCapacity
from core.workflow.evaluation import LIBRARIES
from core.workflow.model_json import columns_to_list, profile_to_list
from core.workflow.release import WAYMARK_VERSION
from core.workflow.request_json import portable, request_to_dict
from core.workflow.training import Training

_FIGURE = ("name", "title", "value", "low", "high", "baseline", "why", "definition")


def describe(actor: Actor, training: Training) -> dict[str, Any]:
    """Return everything about a trained model that a card tells, ready for JSON; no student is named.

    Keys: family, request, outcome, features, left_out, figures, checks, choices, profile, policy, trained_on,
    versions.
    """
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    outcome = training.outcome
    return {
        "family": training.request.model,
        "request": request_to_dict(portable(training.request)),
        "outcome": {
            "expression": outcome.text,
            "words": outcome.describe(),
            "columns": list(outcome.columns),
        },
        "features": columns_to_list(training.features.columns),
        "left_out": [{"name": one.name, "reason": one.reason} for one in training.columns_left_out],
        "figures": _figures(training),
        "checks": [
            {"code": c.code, "title": c.title, "severity": str(c.severity), "words": c.words}
            for c in training.checks
        ],
        "choices": _choices(training),
        "profile": profile_to_list(profile_of(training.features)),
        "policy": _policy(training),
        "trained_on": _trained_on(training),
        "versions": _versions(),
    }


def _figures(training: Training) -> dict[str, Any]:
    evaluation, validated = training.evaluation, training.validated
    return {
        "protocol": validated.protocol,
        "baseline": validated.baseline,
        "n_students": training.n_students,
        "n_labelled": validated.n_labelled,
        "prevalence": evaluation.prevalence,
        "cut": evaluation.cut,
        "metrics": [{name: getattr(metric, name) for name in _FIGURE} for metric in evaluation.metrics],
        "calibration": _rows(evaluation.calibration()),
        "parts": [] if training.holdout is None else _rows(training.holdout.frame()),
        "why_no_parts": training.why_no_holdout,
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as plain values; what is missing is None."""
    return [
        {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in row.items()
        }
        for row in frame.astype(object).to_dict("records")
    ]


def _choices(training: Training) -> dict[str, Any]:
    """Return how the family was fitted, in words, and how its risks are corrected and why."""
    options, calibration = training.validated.options, training.validated.calibration
    return {
        "options": list(replace(options, settings=()).words),
        "settings": [
            f"{name} = {value:.4g} ({WORDS.get(name, 'a setting of the family')})"
            for name, value in options.settings
        ],
        "calibration": {
            "method": "none" if calibration is None else calibration.chosen,
            "words": "" if calibration is None else calibration.words,
        },
    }


def _policy(training: Training) -> dict[str, Any]:
    policy = ForCapacity(training.default_capacity)
    return {
        "kind": "capacity",
        "n": policy.n,
        "words": policy.describe(),
        "lowest_listed": training.curve.cut(policy).lowest_listed,
    }


def _trained_on(training: Training) -> dict[str, Any]:
    origin = training.provenance
    return {
        "source": origin.source,
        "table": origin.table,
        "n_rows": origin.n_rows,
        "n_left_out": len(training.left_out),
        "content_hash": origin.content_hash,
        "as_of": origin.as_of,
        "loaded_at": origin.loaded_at.isoformat(),
        "synthetic": origin.synthetic,
    }


def _versions() -> dict[str, str]:
    """Return the versions of Waymark, Python and the libraries that decide the result."""
    own = {"waymark": WAYMARK_VERSION, "python": platform.python_version()}
    return own | {name: version(name) for name in LIBRARIES}
