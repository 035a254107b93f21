"""The evaluation of an at-risk list as plain values, for a JSON file that a script can read."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from core.caseload.access import Action, Actor, require
from core.modeling.metric import Metric
from core.modeling.thresholds import ThresholdPolicy
from core.workflow.release import WAYMARK_VERSION
from core.workflow.segmenting import Segments
from core.workflow.training import Training, evaluate_at

LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "pyarrow", "narwhals")


def evaluation_report(
    actor: Actor, training: Training, policy: ThresholdPolicy, *, segments: Segments
) -> dict[str, Any]:
    """Return what was done, how good it is beside a simple rule, and who and what was left out.

    ``metrics`` and ``excluded`` are lists of dicts; a figure without a meaning is None with its reason.
    """
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    evaluation = evaluate_at(actor, training, policy)
    validated, cut = training.validated, training.curve.cut(policy)
    return {
        "n_students": training.n_students,
        "n_labelled": validated.n_labelled,
        "n_listed": cut.n_listed,
        "prevalence": evaluation.prevalence,
        "outcome": training.outcome.text,
        "outcome_in_words": training.outcome.describe(),
        "policy": policy.describe(),
        "model": validated.candidate,
        "seed": validated.seed,
        "protocol": validated.protocol,
        "baseline": validated.baseline,
        "metrics": [_metric(metric) for metric in evaluation.metrics],
        "definitions": dict(evaluation.definitions),
        "cut_of_definitions": evaluation.cut,
        "fold_auc": [round(value, 6) for value in validated.fold_auc],
        "features": [column.name for column in validated.columns],
        "excluded": _excluded(training),
        "checks": [_check(check) for check in training.checks],
        "segments": {"k": segments.recommended_k, "verdict": segments.verdict},
        "notes": [note for note in (cut.note, _id_note(training)) if note],
        "source": _source(training),
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide the result."""
    own = {"waymark": WAYMARK_VERSION, "python": platform.python_version()}
    return own | {name: version(name) for name in LIBRARIES}


def _metric(metric: Metric) -> dict[str, Any]:
    values = {"name": metric.name, "value": metric.value, "low": metric.low, "high": metric.high}
    described = values | {"baseline": metric.baseline}
    return described | ({"why": metric.why} if metric.why else {})


def _excluded(training: Training) -> list[dict[str, str]]:
    columns = [
        {"kind": "column", "name": one.name, "reason": one.reason} for one in training.columns_left_out
    ]
    students = [
        {"kind": "student", "name": one.student_id, "reason": one.reason} for one in training.left_out
    ]
    return columns + students


def _check(check: Any) -> dict[str, str]:
    return {"code": check.code, "title": check.title, "severity": check.severity, "words": check.words}


def _id_note(training: Training) -> str:
    return "" if training.has_ids else "No column is the student id: the row number serves, from 1."


def _source(training: Training) -> dict[str, Any]:
    origin = training.provenance
    return {
        "source": origin.source,
        "table": origin.table,
        "n_rows": origin.n_rows,
        "as_of": origin.as_of,
        "content_hash": origin.content_hash,
        "synthetic": origin.synthetic,
        "notes": list(origin.notes),
    }
