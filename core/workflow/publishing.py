"""Publishing: a trained model becomes a version in the registry, with its card, and a reason why."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.caseload.access import Action, Actor, require
from core.cleaning.recipe import FittedRecipe
from core.cleaning.report import Exclusion
from core.dataset import Dataset
from core.errors import InvalidChoice, ModelError, quoted
from core.modeling.candidates import Fitted
from core.modeling.case import Check, Severity
from core.modeling.checks import OF_MODEL_IN_USE
from core.modeling.risk_model import RiskModel, fit_as
from core.registry import store
from core.registry.bundle import FILE, Bundle, make_bundle
from core.registry.skops_models import write_estimator
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.card_files import card_html, card_markdown
from core.workflow.cleaning import recipe_for
from core.workflow.cohort import AFTER, KIND, KINDS
from core.workflow.describing import describe
from core.workflow.fair_card import fair_figures
from core.workflow.model_card import make_card
from core.workflow.model_json import FOLDER, linear_to_dict
from core.workflow.model_values import Published, estimator_to_dict, published_of
from core.workflow.requests import TrainingRequest
from core.workflow.scoring import score_students
from core.workflow.tables import load_table
from core.workflow.training import Training

FEWEST_CHARACTERS = 20
"""Of the reason to publish a model although a check has found an issue."""
CODE = re.compile(r"\bM\d{3}\b")
Override = str | Mapping[str, str]
"""Why a model is published although checks have found an issue: by code, or one text."""
LONGEST_REASON = 2_000


def issues(actor: Actor, training: Training) -> tuple[Check, ...]:
    """Return the checks that keep a model from being published until each is answered.

    What speaks of the model in use does not: publishing another one is the answer to that.
    """
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    return tuple(
        check
        for check in training.checks
        if check.severity is Severity.ISSUE and check.code not in OF_MODEL_IN_USE
    )


def draft_card(actor: Actor, training: Training, *, settings: Settings, as_html: bool = False) -> bytes:
    """Return the card of a model that is not published, as Markdown or HTML."""
    fairness = fair_figures(actor, training, settings=settings)
    card = make_card(_described(actor, training) | {"fairness": fairness})
    return card_html(card) if as_html else card_markdown(card)


def publish_request(
    actor: Actor,
    request: TrainingRequest,
    *,
    training: Training,
    reason: str,
    override: Override = "",
    settings: Settings,
    progress: Progress | None = None,
) -> Bundle:
    """Publish what was trained for a request, as ``publish`` does; raises ModelError for another's."""
    if training.request != request:
        raise ModelError(
            "The model was trained for another request.", hint="Train it again, then publish it."
        )
    return publish(actor, training, reason=reason, override=override, settings=settings, progress=progress)


def publish(
    actor: Actor,
    training: Training,
    *,
    reason: str,
    override: Override = "",
    settings: Settings,
    progress: Progress | None = None,
) -> Bundle:
    """Return the version that a trained model was published as; the same one again is the same version.

    ``override`` says why it is published although checks have found an issue: by the check's code, or one
    text that names the codes it answers; it is stamped on the card.
    Raises InvalidChoice, ModelError, Forbidden, Unreadable, AppError; nothing is published then.
    """
    require(actor, Action.PUBLISH, synthetic=False)
    tell = progress or silent
    publication = _publication(actor, issues(actor, training), reason, override)
    tell(0.1, "Fitting the model on all students")
    model = fit_as(training.validated, training.features)
    written, beside = _model(model)
    tell(0.5, "Learning the recipe")
    dataset, fitted = _recipe(actor, training, settings)
    content = _described(actor, training) | {
        "schema": dataset.schema.as_tables(),
        "recipe": json.loads(fitted.to_json()),
        "model": written,
        "calibration": model.calibrator.to_json(),
        "fairness": fair_figures(actor, training, settings=settings),
        "publication": publication,
    }
    tell(0.8, "Writing the version and its card")
    bundle = make_bundle(content, published_at=datetime.now(UTC))
    _check_replay(actor, published_of(bundle, beside.get(FILE)), model, training, dataset)
    card = make_card(content, published_at=bundle.published_at, model=bundle.id)
    files = {"card.md": card_markdown(card), "card.html": card_html(card)}
    return store.keep(settings.workspace / FOLDER, bundle, files | beside)


def _described(actor: Actor, training: Training) -> dict[str, Any]:
    """Return everything that a card tells, with how many rows were left out by what is no cleaning."""
    content = describe(actor, training)
    kinds = Counter(one.kind for one in training.left_out)
    return content | {
        "trained_on": content["trained_on"] | {"n_outside": kinds[KIND], "n_undated_or_after": kinds[AFTER]}
    }


def _check_replay(
    actor: Actor, version: Published, fitted: RiskModel, training: Training, dataset: Dataset
) -> None:
    """Do nothing if the version scores its own students as the model does; raises ModelError otherwise.

    Rows outside the cohort are not its own: by them a student may stand there once a year.
    """
    features = training.features
    found = score_students(actor, version, dataset, without=_rows_outside(training.left_out))
    is_same = np.array_equal(found.student_ids, features.student_ids) and np.array_equal(
        found.risk, fitted.predict_risk(features)
    )
    if not is_same:
        raise ModelError(
            "The model is not published: it would give other risks than in training.",
            hint="Tell whoever maintains Waymark which request it was.",
        )


def _rows_outside(left_out: Sequence[Exclusion]) -> tuple[int, ...]:
    """Return which rows of the cleaned table a request is not about, from 0; none where it is of all."""
    return tuple(one.row - 1 for one in left_out if one.kind in KINDS)


def _publication(actor: Actor, found: Sequence[Check], reason: str, override: Override) -> dict[str, Any]:
    """Return who publishes and why; raises InvalidChoice, ModelError where that is not said."""
    why = " ".join(reason.split())
    if not why:
        raise InvalidChoice(
            "A model is published with a reason.", hint="Say in a sentence why it should be used."
        )
    answers = {check.code: _answer(check.code, len(found), override) for check in found}
    if max(map(len, (why, *answers.values()))) > LONGEST_REASON:
        raise InvalidChoice("The reason is too long.", hint=f"At most {LONGEST_REASON:,} characters.")
    silent_on = [code for code, answer in answers.items() if len(answer) < FEWEST_CHARACTERS]
    if silent_on:
        one = len(silent_on) == 1
        raise ModelError(
            f"The model is not published: {'a check has' if one else 'checks have'} found an "
            f"issue ({quoted(silent_on)}).",
            hint=f"Deal with it, or write for each check in at least {FEWEST_CHARACTERS} characters why the "
            "model is published all the same; one text may answer several if it names their codes. The card "
            "will say so.",
        )
    return {"author": actor.who, "reason": why, "overrides": answers}


def _answer(code: str, n_issues: int, override: Override) -> str:
    """Return what is said to a check: its own text, or the one text where that is meant for it."""
    if not isinstance(override, str):
        return " ".join(override.get(code, "").split())
    text = " ".join(override.split())
    return text if n_issues == 1 or code in CODE.findall(text) else ""


def _model(model: RiskModel) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the model of all students as plain values, and the file beside them where it is no sum."""
    if isinstance(model.fitted, Fitted):
        return linear_to_dict(model.linear), {}
    content = write_estimator(model.candidate, model.fitted.estimator)
    digest = hashlib.sha256(content).hexdigest()
    return estimator_to_dict(model.fitted, sha256=digest, name=FILE), {FILE: content}


def _recipe(actor: Actor, training: Training, settings: Settings) -> tuple[Dataset, FittedRecipe]:
    """Return the table as it was loaded, and the steps before the model with what they learned from it."""
    cleaning = training.request.cleaning
    dataset = load_table(actor, cleaning.table, settings=settings)
    recipe = recipe_for(actor, dataset, cleaning, settings=settings).without_in_folds()
    fitted = recipe.fit(dataset)
    # The notes may repeat cells of students; a published version holds none.
    origin = replace(fitted.fitted_on, notes=(), query="", parts=(), outage="")
    return dataset, replace(fitted, fitted_on=origin)
