"""Publishing: a trained model becomes a version in the registry, with its card, and a reason why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.caseload.access import Action, Actor, require
from core.cleaning.recipe import FittedRecipe
from core.dataset import Dataset
from core.errors import InvalidChoice, ModelError, quoted
from core.modeling.calibrators import NoCalibration
from core.modeling.case import Check, Severity
from core.registry import store
from core.registry.bundle import FAMILIES, Bundle, make_bundle
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.card_files import card_html, card_markdown
from core.workflow.cleaning import recipe_for
from core.workflow.describing import describe
from core.workflow.model_card import make_card
from core.workflow.model_json import FOLDER, linear_to_dict
from core.workflow.model_values import published_of
from core.workflow.requests import TrainingRequest
from core.workflow.scoring import score_students
from core.workflow.tables import load_table
from core.workflow.training import Training, fit_on_all

FEWEST_CHARACTERS = 20
"""Of the reason to publish a model although a check has found an issue."""
LONGEST_REASON = 2_000


def issues(actor: Actor, training: Training) -> tuple[Check, ...]:
    """Return the checks that keep a model from being published without a further reason."""
    require(actor, Action.TRAIN, synthetic=training.provenance.synthetic)
    return tuple(check for check in training.checks if check.severity is Severity.ISSUE)


def draft_card(actor: Actor, training: Training, *, as_html: bool = False) -> bytes:
    """Return the card of a model that is not published, as Markdown or HTML."""
    card = make_card(describe(actor, training))
    return card_html(card) if as_html else card_markdown(card)


def publish_request(
    actor: Actor,
    request: TrainingRequest,
    *,
    training: Training,
    reason: str,
    override: str = "",
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
    override: str = "",
    settings: Settings,
    progress: Progress | None = None,
) -> Bundle:
    """Return the version that a trained model was published as; the same one again is the same version.

    ``override`` says why it is published although a check has found an issue; it is stamped on the card.
    Raises InvalidChoice, ModelError, Forbidden, Unreadable, AppError; nothing is published then.
    """
    require(actor, Action.PUBLISH, synthetic=False)
    tell = progress or silent
    publication = _publication(actor, issues(actor, training), reason, override)
    tell(0.1, "Fitting the model on all students")
    model = _model(training)
    tell(0.5, "Learning the recipe")
    dataset, fitted = _recipe(actor, training, settings)
    content = describe(actor, training) | {
        "schema": dataset.schema.as_tables(),
        "recipe": json.loads(fitted.to_json()),
        "model": model,
        "calibration": _calibration(training),
        "publication": publication,
    }
    tell(0.8, "Writing the version and its card")
    bundle = make_bundle(content, published_at=datetime.now(UTC))
    _check_replay(actor, bundle, training, dataset)
    card = make_card(content, published_at=bundle.published_at, model=bundle.id)
    files = {"card.md": card_markdown(card), "card.html": card_html(card)}
    return store.keep(settings.workspace / FOLDER, bundle, files)


def _check_replay(actor: Actor, bundle: Bundle, training: Training, dataset: Dataset) -> None:
    """Do nothing if the version scores its own students as the model does; raises ModelError otherwise."""
    features = training.features
    fitted = fit_on_all(training.request, features, training.validated)
    found = score_students(actor, published_of(bundle), dataset)
    is_same = np.array_equal(found.student_ids, features.student_ids) and np.array_equal(
        found.risk, fitted.predict_risk(features)
    )
    if not is_same:
        raise ModelError(
            "The model is not published: it would give other risks than in training.",
            hint="Tell whoever maintains Waymark which request it was.",
        )


def _publication(actor: Actor, found: Sequence[Check], reason: str, override: str) -> dict[str, Any]:
    """Return who publishes and why; raises InvalidChoice, ModelError where that is not said."""
    why, why_still = (" ".join(text.split()) for text in (reason, override))
    if not why:
        raise InvalidChoice(
            "A model is published with a reason.", hint="Say in a sentence why it should be used."
        )
    if max(len(why), len(why_still)) > LONGEST_REASON:
        raise InvalidChoice("The reason is too long.", hint=f"At most {LONGEST_REASON:,} characters.")
    if found and len(why_still) < FEWEST_CHARACTERS:
        codes = quoted(check.code for check in found)
        raise ModelError(
            f"The model is not published: {'a check has' if len(found) == 1 else 'checks have'} found an "
            f"issue ({codes}).",
            hint=f"Deal with it, or write in at least {FEWEST_CHARACTERS} characters why it is published "
            "all the same; the card will say so.",
        )
    return {"author": actor.who, "reason": why, "override": why_still if found else ""}


def _model(training: Training) -> dict[str, Any]:
    """Return the model of all students as plain values."""
    request, features = training.request, training.features
    if request.model not in FAMILIES:
        raise ModelError(
            f"Models of the family '{request.model}' cannot be published yet.",
            hint=f"Train one of {quoted(FAMILIES)}.",
        )
    return linear_to_dict(fit_on_all(request, features, training.validated).linear)


def _calibration(training: Training) -> dict[str, Any]:
    """Return how the risks are corrected as plain values."""
    choice = training.validated.calibration
    return (NoCalibration() if choice is None else choice.calibrator).to_json()


def _recipe(actor: Actor, training: Training, settings: Settings) -> tuple[Dataset, FittedRecipe]:
    """Return the table as it was loaded, and the steps before the model with what they learned from it."""
    cleaning = training.request.cleaning
    dataset = load_table(actor, cleaning.table, settings=settings)
    recipe = recipe_for(actor, dataset, cleaning, settings=settings).without_in_folds()
    fitted = recipe.fit(dataset)
    # The notes may repeat cells of students; a published version holds none.
    origin = replace(fitted.fitted_on, notes=(), query="", parts=(), outage="")
    return dataset, replace(fitted, fitted_on=origin)
