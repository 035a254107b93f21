"""Published versions: which there are, which is in use, how two differ, which one is the better."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.caseload.access import Action, Actor, require
from core.errors import InvalidChoice
from core.modeling.auc_difference import auc_difference
from core.modeling.ranking import HeldOut
from core.registry import active, store
from core.registry.active import Active
from core.registry.bundle import Bundle
from core.registry.store import Damaged
from core.settings import Settings
from core.sources.base import FileSpec, Progress, silent, stage
from core.workflow.card_files import card_html, card_markdown
from core.workflow.model_card import make_card
from core.workflow.model_json import ACTIVE, FOLDER
from core.workflow.publishing import LONGEST_REASON
from core.workflow.request_json import KEPT_NAME, request_from_json, request_to_json, with_files
from core.workflow.requests import TrainingRequest
from core.workflow.training import Training, train


@dataclass(frozen=True)
class Version:
    """One published version, as a list shows it."""

    id: str
    title: str
    """Id, time and author in one line."""
    outcome: str
    auc: str
    n_students: int
    reason: str
    override: str
    is_active: bool
    problem: str = ""
    """Why it cannot be used, in a sentence; empty for one that can."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """How a second version differs from a first."""

    figures: pd.DataFrame = field(repr=False)
    """One row a figure: title, first, first_interval, second, second_interval."""
    changes: tuple[str, ...]
    """What else differs, a sentence each."""

    def frame(self) -> pd.DataFrame:
        """Return the figures side by side."""
        return self.figures.copy()


@dataclass(frozen=True)
class Challenge:
    """How a challenger does against a champion on the same students, in the same folds."""

    difference: float | None
    """The challenger's ROC-AUC less the champion's; None where they cannot be compared."""
    low: float | None
    high: float | None
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether the two cannot be compared."""
        return self.difference is None

    @property
    def words(self) -> str:
        """What came out, in one sentence."""
        if self.difference is None or self.low is None or self.high is None:
            return self.why_empty
        span = f"{self.difference:+.3f} in ROC-AUC, 95 % interval {self.low:+.3f} to {self.high:+.3f}"
        if self.low > 0:
            return f"The challenger orders these students better ({span})."
        if self.high < 0:
            return f"The champion orders these students better ({span})."
        return f"Neither orders these students clearly better ({span})."


def versions(actor: Actor, *, settings: Settings) -> tuple[Version, ...]:
    """Return all versions, the last published first, those that cannot be used at the end."""
    _require(actor)
    now = active.state(_folder(settings)).model
    return tuple(_version(one, now) for one in store.versions(_folder(settings)))


def usable_versions(actor: Actor, *, settings: Settings) -> dict[str, str]:
    """Return the versions that can be used, id to title, for those who may see the list."""
    require(actor, Action.LIST, synthetic=False)
    found = (_version(one, None) for one in store.versions(_folder(settings)))
    return {one.id: one.title for one in found if not one.problem}


def listed_request(actor: Actor, model: str, *, settings: Settings) -> bytes:
    """Return the request of a version as ``version_request`` does, for those who may see the list."""
    require(actor, Action.LIST, synthetic=False)
    return _request_bytes(_load(model, settings))


def version(actor: Actor, model: str, *, settings: Settings) -> Bundle:
    """Return one version by its id, or the one in use for ``active``; raises Unreadable."""
    _require(actor)
    return _load(model, settings)


def active_models(actor: Actor, *, settings: Settings) -> Active:
    """Return which version is in use, and its history."""
    _require(actor)
    return active.state(_folder(settings))


def promote(actor: Actor, model: str, *, why: str, settings: Settings) -> Active:
    """Let a version be in use; raises Unreadable, InvalidChoice, AppError: nothing changes then."""
    _require(actor)
    return active.promote(_folder(settings), model, who=actor.who, why=_reason(why), at=datetime.now(UTC))


def roll_back(actor: Actor, *, why: str, settings: Settings) -> Active:
    """Let the version before be in use again; raises as ``promote`` does."""
    _require(actor)
    return active.roll_back(_folder(settings), who=actor.who, why=_reason(why), at=datetime.now(UTC))


def version_card(actor: Actor, model: str, *, settings: Settings, as_html: bool = False) -> bytes:
    """Return the card of a version, made of its checked content."""
    bundle = version(actor, model, settings=settings)
    card = make_card(bundle.content, published_at=bundle.published_at, model=bundle.id)
    return card_html(card) if as_html else card_markdown(card)


def version_request(actor: Actor, model: str, *, settings: Settings) -> bytes:
    """Return the request that a version was trained by, as a JSON file."""
    return _request_bytes(version(actor, model, settings=settings))


def compare(actor: Actor, first: str, second: str, *, settings: Settings) -> Comparison:
    """Return how a second version differs from a first: figures, features, request; raises Unreadable."""
    _require(actor)
    one, other = _load(first, settings).content, _load(second, settings).content
    return Comparison(_figures(one, other), (*_feature_changes(one, other), *_request_changes(one, other)))


def challenge(
    actor: Actor,
    asked: TrainingRequest,
    *,
    training: Training | None = None,
    champion: str = ACTIVE,
    settings: Settings,
    progress: Progress | None = None,
) -> Challenge:
    """Return how a request's model does against a version on the same students and folds.

    The version's request is trained anew, so that both are scored by models that did not see the student;
    ``training`` is what the request gave, where that is there already. Raises Unreadable, and what
    training raises.
    """
    _require(actor)
    tell = progress or silent
    tell(0.0, "Reading the champion")
    request = _request_of(_load(champion, settings), settings)
    if request.table.source != asked.table.source:
        return _not("The champion was trained on another table")
    other = train(actor, request, settings=settings, progress=stage(tell, 0.0, 0.5))
    ours = training or train(actor, asked, settings=settings, progress=stage(tell, 0.5, 1.0))
    return _paired(ours, other)


def _paired(training: Training, champion: Training) -> Challenge:
    """Compare the held-out scores of both; students are matched by id."""
    ours, theirs = training.features.student_ids, champion.features.student_ids
    order, place = np.argsort(ours), np.argsort(theirs)
    if not np.array_equal(ours[order], theirs[place]):
        return _not(_why_other_students(training.request, champion.request))
    mine, held = training.validated, champion.validated
    if not np.array_equal(mine.label[order], held.label[place], equal_nan=True):
        return _not("The champion was trained for another outcome")
    if not np.array_equal(mine.held_out.fold_of[:, order], held.held_out.fold_of[:, place]):
        return _not(_why_other_folds(training.request, champion.request))
    scores = HeldOut(
        mine.held_out.fold_of[:, order], mine.held_out.score[:, order], held.held_out.score[:, place]
    )
    return Challenge(*auc_difference(mine.label[order], scores))


def _why_other_students(ours: TrainingRequest, theirs: TrainingRequest) -> str:
    if ours.cohort != theirs.cohort:
        return "The champion was trained for another cohort"
    if ours.as_of != theirs.as_of:
        return "The champion was trained as of another date"
    return "The champion's recipe keeps other students"


def _why_other_folds(ours: TrainingRequest, theirs: TrainingRequest) -> str:
    if ours.options.group != theirs.options.group:
        return "The champion's folds keep other students together"
    return "The champion has other folds" + (", by its seed" if ours.seed != theirs.seed else "")


def _not(why: str) -> Challenge:
    return Challenge(
        None, None, None, f"{why}, so the two cannot be compared on the same students and folds."
    )


def _require(actor: Actor) -> None:
    """Versions tell of real students, and the one in use serves everybody."""
    require(actor, Action.PUBLISH, synthetic=False)


def _folder(settings: Settings) -> Path:
    return settings.workspace / FOLDER


def _load(model: str, settings: Settings) -> Bundle:
    folder = _folder(settings)
    return active.active_bundle(folder) if model == ACTIVE else store.load(folder, model)


def _reason(why: str) -> str:
    text = " ".join(why.split())
    if not 1 <= len(text) <= LONGEST_REASON:
        raise InvalidChoice(
            "The model in use is changed with a reason.",
            hint=f"Say why, in at most {LONGEST_REASON:,} characters.",
        )
    return text


def _version(one: Bundle | Damaged, now: str | None) -> Version:
    if isinstance(one, Damaged):
        return Version(one.id, f"{one.id} · cannot be used", "", "", 0, "", "", one.id == now, one.why)
    content = one.content
    publication, figures = content["publication"], content["figures"]
    auc = next((m for m in figures["metrics"] if m["name"] == "roc_auc"), None)
    return Version(
        id=one.id,
        title=f"{one.id} · {one.published_at:%d %b %Y %H:%M} UTC · {publication['author']}",
        outcome=content["outcome"]["words"],
        auc="" if auc is None else _said(auc)[0],
        n_students=figures["n_students"],
        reason=publication["reason"],
        override="; ".join(f"{code}: {text}" for code, text in publication["overrides"].items()),
        is_active=one.id == now,
    )


def _request_bytes(bundle: Bundle) -> bytes:
    return request_to_json(request_from_json(json.dumps(bundle.content["request"]).encode()))


def _request_of(bundle: Bundle, settings: Settings) -> TrainingRequest:
    """Return the request of a version, its files where this workspace keeps them."""
    request = request_from_json(json.dumps(bundle.content["request"]).encode())

    def kept(spec: FileSpec) -> FileSpec:
        is_kept = KEPT_NAME.fullmatch(spec.path) is not None
        return replace(spec, path=str(settings.workspace / "files" / spec.path)) if is_kept else spec

    return with_files(request, kept)


def _figures(one: Mapping[str, Any], other: Mapping[str, Any]) -> pd.DataFrame:
    """Return the figures of both side by side, as text."""
    beside = {metric["name"]: metric for metric in other["figures"]["metrics"]}
    rows = [
        (metric["title"], *_said(metric), *_said(beside.get(metric["name"])))
        for metric in one["figures"]["metrics"]
    ]
    return pd.DataFrame(rows, columns=["title", "first", "first_interval", "second", "second_interval"])


def _said(metric: Mapping[str, Any] | None) -> tuple[str, str]:
    if metric is None or metric["value"] is None:
        return "–", "–"
    if metric["low"] is None:
        return f"{metric['value']:.3f}", "–"
    return f"{metric['value']:.3f}", f"{metric['low']:.3f} to {metric['high']:.3f}"


def _feature_changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    before, after = ({f["name"] for f in content["features"]} for content in (one, other))
    said = [f"Feature added: {name}." for name in sorted(after - before)]
    return said + [f"Feature removed: {name}." for name in sorted(before - after)]


def _request_changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return what was asked for in another way, and what it was trained on."""
    before, after = one["request"], other["request"]
    names = sorted({*before, *after})
    said = [
        _change(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
    first, second = one["trained_on"], other["trained_on"]
    if first["content_hash"] != second["content_hash"]:
        said.append(
            f"The data differs: {first['n_rows']:,} rows ({first['content_hash']}) before, "
            f"{second['n_rows']:,} rows ({second['content_hash']}) after."
        )
    return said


def _change(name: str, before: Any, after: Any) -> str:
    """Return a change of the request in a sentence; what is long is only named."""
    told = [_short(before), _short(after)]
    if not all(told):
        return f"The request has another {name}."
    return f"The request's {name} was {told[0]} and is {told[1]}."


def _short(value: Any) -> str:
    """Return a value as JSON; empty where it is too long to be told."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else ""
