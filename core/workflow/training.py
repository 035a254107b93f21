"""Training: from a request to risks that are out of fold, their evaluation, and who was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.cleaning.recipe import Recipe
from core.cleaning.report import Exclusion
from core.cleaning.worked_out import worked_out_with
from core.dataset import Dataset, Provenance
from core.errors import NotEnoughStudents, OutcomeError
from core.features.build import build_features
from core.features.outcome import Outcome
from core.features.table import Excluded, FeatureTable
from core.modeling.case import Case, Check
from core.modeling.checks import CHECKS, OF_MODEL_IN_USE, run_checks
from core.modeling.evaluate import Evaluation, evaluate
from core.modeling.explain import Explainer, explainer
from core.modeling.holdout import Holdout, hold_out
from core.modeling.need_range import training_range
from core.modeling.odds import OddsRatios, odds_ratios
from core.modeling.risk_model import fit_as
from core.modeling.table import Floats, known_share
from core.modeling.thresholds import ForCapacity, ThresholdCurve, ThresholdPolicy, prepare
from core.modeling.train import CrossValidated, check_label, cross_validate
from core.schema import MODEL_ROLES, Role
from core.settings import Settings
from core.sources.base import Progress, silent, stage
from core.workflow.check_inputs import model_in_use, protected_groups
from core.workflow.cohort import cohort_of
from core.workflow.grouped import groups_of
from core.workflow.requests import TrainingRequest
from core.workflow.students import Students


@dataclass(frozen=True, eq=False)
class Training:
    """Everything behind an at-risk list, except the cut; rows are in the order of the cleaned table."""

    request: TrainingRequest
    provenance: Provenance
    outcome: Outcome
    features: FeatureTable = field(repr=False)
    names: NDArray[np.object_] | None = field(repr=False)
    """The students' names; None where no column holds them."""
    validated: CrossValidated = field(repr=False)
    curve: ThresholdCurve = field(repr=False)
    known_share: Floats = field(repr=False)
    """Of each student, the share of feature values that are recorded."""
    outside: NDArray[np.int16] = field(repr=False)
    """Of each student, how many values lie outside what the model was fitted on."""
    explainer: Explainer = field(repr=False)
    evaluation: Evaluation = field(repr=False)
    """With the list cut at ``default_capacity``."""
    holdout: Holdout | None = field(repr=False)
    """None where there are too few students to split; ``why_no_holdout`` says so."""
    why_no_holdout: str
    odds: OddsRatios = field(repr=False)
    checks: tuple[Check, ...]
    left_out: tuple[Exclusion, ...]
    """Rows that cleaning left out, with the reason."""
    columns_left_out: tuple[Excluded, ...]
    """Columns that are no features, with the reason; those that cleaning dropped come last."""
    has_ids: bool
    """Whether the table has a student id; else the students are called by their row."""

    @property
    def n_students(self) -> int:
        """All students who were scored."""
        return self.features.n_students

    @property
    def default_capacity(self) -> int:
        """The capacity to start from: a tenth of the students."""
        return _default_capacity(self.n_students)

    @property
    def prevalence_shown(self) -> float:
        """The share of students with the outcome, to two decimals: a threshold to start from."""
        return round(self.evaluation.prevalence or 0.5, 2)

    @property
    def about(self) -> tuple[str, ...]:
        """How the list came about, in words for the foot of a page."""
        return (
            f"outcome: {self.outcome.text}",
            f"model: {self.validated.candidate.replace('_', ' ')}, seed {self.validated.seed}",
            *self.request.options.words,
            f"request {self.request.digest}",
        )


def _default_capacity(n_students: int) -> int:
    """Return a tenth of the students, at least one.

    >>> _default_capacity(3000), _default_capacity(4)
    (300, 1)
    """
    return max(1, round(n_students / 10))


def train(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> Training:
    """Return the risks of all students, evaluated and explained.

    Raises SourceError, RecipeError, OutcomeError, SchemaError, ModelError.
    """
    report = progress or silent
    report(0.0, "Reading and cleaning the table")
    ready = prepare_training(actor, request, settings=settings)
    validated = cross_validate(
        ready.features,
        ready.label,
        candidate=request.model,
        options=request.options,
        groups=ready.groups,
        seed=request.seed,
        outcome=ready.outcome.text,
        progress=stage(report, 0.1, 0.7),
    )
    synthetic = request.table.is_demo
    beside = {
        "protected": protected_groups(actor, ready.cleaned, ready.features, seed=request.seed),
        "in_use": model_in_use(actor, settings, synthetic=synthetic),
    }
    return _finish(request, ready, validated, beside, report)


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a training request means for its students, before anything is fitted."""

    cleaned: Students = field(repr=False)
    outcome: Outcome
    label: Floats = field(repr=False)
    """1, 0, or NaN where the outcome is not known; in the order of the cleaned table."""
    features: FeatureTable = field(repr=False)
    groups: NDArray[np.object_] | None = field(default=None, repr=False)
    """Whose students stay together in the folds: a text a row, empty for none."""


def prepare_training(actor: Actor, request: TrainingRequest, *, settings: Settings) -> Prepared:
    """Return the students' features and outcomes.

    Raises SourceError, RecipeError, OutcomeError, SchemaError.
    """
    require(actor, Action.TRAIN, synthetic=request.table.is_demo)
    cleaned = cohort_of(actor, request, settings=settings)
    frame = cleaned.table.collect()
    outcome = _outcome(request, cleaned)
    label: Floats = np.asarray(outcome.label(frame), dtype=np.float64)
    check_label(label, outcome=outcome.text)
    features = build_features(
        frame, schema=cleaned.table.schema, outcome_columns=outcome.columns, exclude=request.exclude
    )
    return Prepared(cleaned, outcome, label, features, groups_of(frame, request.options.group))


def evaluate_at(actor: Actor, training: Training, policy: ThresholdPolicy) -> Evaluation:
    """Return the evaluation with the list cut by a policy."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    return _evaluate(training.validated, training.curve, policy)


def checks_now(actor: Actor, training: Training, *, settings: Settings) -> tuple[Check, ...]:
    """Return the checks, those that speak of the model in use made anew: it may be another one by now."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    in_use = model_in_use(actor, settings, synthetic=training.provenance.synthetic)
    case = Case(training.validated, training.evaluation, training.features, (), (), in_use=in_use)
    return tuple(
        Check(one.code, one.title, *CHECKS[one.code][1](case)) if one.code in OF_MODEL_IN_USE else one
        for one in training.checks
    )


def _finish(
    request: TrainingRequest,
    ready: Prepared,
    validated: CrossValidated,
    beside: Mapping[str, Any],
    report: Progress,
) -> Training:
    """Evaluate, explain and check what was trained."""
    cleaned, outcome, features = ready.cleaned, ready.outcome, ready.features
    report(0.72, "Measuring how good the list is")
    label = validated.label
    left_out = (*features.excluded, *(Excluded(*one) for one in cleaned.columns_left_out))
    curve = prepare(validated.risk, features.student_ids, seed=request.seed, label=label)
    evaluation = _evaluate(validated, curve, ForCapacity(_default_capacity(features.n_students)))
    report(0.8, "Trying it on students kept apart")
    holdout, why_no_holdout = _hold_out(features, validated, ready.groups)
    report(0.9, "Weighing each feature")
    odds = odds_ratios(fit_as(validated, features), features, label)
    return Training(
        request=request,
        provenance=cleaned.table.provenance,
        outcome=outcome,
        features=features,
        names=_names(cleaned.table),
        validated=validated,
        curve=curve,
        known_share=known_share(features),
        outside=training_range(features, label=label).outside(features),
        explainer=explainer(validated, features),
        evaluation=evaluation,
        holdout=holdout,
        why_no_holdout=why_no_holdout,
        odds=odds,
        checks=run_checks(
            validated,
            evaluation,
            features,
            excluded=_surprising(left_out, request, cleaned, outcome),
            derived=_made_of_outcome(request.cleaning.recipe, features, outcome),
            capacity=_default_capacity(features.n_students),
            **beside,
        ),
        left_out=cleaned.left_out,
        columns_left_out=left_out,
        has_ids=cleaned.table.schema.student_id is not None,
    )


def _surprising(
    left_out: Sequence[Excluded], request: TrainingRequest, cleaned: Students, outcome: Outcome
) -> list[Excluded]:
    """Return the columns that are no features although nobody said so: what is in them decided."""
    expected = {*outcome.columns, *request.exclude}
    usable = {*cleaned.table.schema.names(*MODEL_ROLES), *(name for name, _ in cleaned.columns_left_out)}
    return [one for one in left_out if one.name in usable - expected]


def _made_of_outcome(recipe: Recipe | None, features: FeatureTable, outcome: Outcome) -> list[str]:
    """Return the features that decide the outcome by the recipe, or are worked out from what does."""
    names = [column.name for column in features.columns]
    return worked_out_with(recipe, outcome.columns, among=names)


def _evaluate(validated: CrossValidated, curve: ThresholdCurve, policy: ThresholdPolicy) -> Evaluation:
    return evaluate(
        validated.label,
        validated.risk,
        validated.baseline_risk,
        listed=curve.listed(policy),
        seed=validated.seed,
        held_out=validated.held_out,
    )


def _hold_out(
    features: FeatureTable, validated: CrossValidated, groups: NDArray[np.object_] | None
) -> tuple[Holdout | None, str]:
    """Return the figures of the three parts, or why there are none: cross-validation needs fewer students."""
    try:
        found = hold_out(
            features,
            validated.label,
            candidate=validated.candidate,
            options=validated.options,
            groups=groups,
            calibration="none" if validated.calibration is None else validated.calibration.chosen,
            seed=validated.seed,
        )
    except NotEnoughStudents as error:
        return None, f"{error} {error.hint}"
    return found, ""


def _outcome(request: TrainingRequest, cleaned: Students) -> Outcome:
    """Return the outcome that the request means for these students; raises OutcomeError."""
    if not request.outcome:
        raise OutcomeError(
            "No outcome is chosen yet.", hint="Say what is to be avoided, such as: math score < 50."
        )
    return cleaned.outcome(request.outcome)


def _names(table: Dataset) -> NDArray[np.object_] | None:
    """Return the students' names, the parts joined by a space; None where no column holds names."""
    columns = table.schema.names(Role.NAME)
    if not columns:
        return None
    frame = table.collect()
    parts = [frame[name].astype("str").fillna("") for name in columns]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + " " + part
    return np.asarray(joined.str.strip().to_numpy(dtype=object))
