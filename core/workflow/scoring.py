"""Scoring: risks of other students by a published version, prepared as its own students were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd

from core import frames
from core.caseload.access import Action, Actor, require
from core.cleaning.export import to_csv_bytes
from core.cleaning.report import Exclusion
from core.dataset import Dataset
from core.errors import ColumnNotFound, ModelError, SchemaError, WrongKind
from core.expressions.expression import read_condition
from core.features.known import known_features
from core.features.table import FeatureTable
from core.modeling.linear import UNSEEN
from core.modeling.logistic import as_risk
from core.modeling.table import Floats, known_share
from core.registry import active, store
from core.schema import Kind, Role, Schema
from core.settings import Settings
from core.sources.base import FileSpec, Progress, silent
from core.sources.columns.coerce import NOT_READ
from core.sources.files.source import FileSource
from core.sources.roles import type_columns
from core.workflow.cohort import COHORT
from core.workflow.limits import file_limits
from core.workflow.model_json import ACTIVE, FOLDER
from core.workflow.model_values import Published, published_of

MEASURED = (Kind.NUMBER, Kind.FLAG, Kind.DATE)
_MODEL = "the model"


@dataclass(frozen=True, eq=False)
class Scored:
    """The risks of some students by a published version; rows in = students + rows left out."""

    model: str
    """The id of the version."""
    student_ids: Any = field(repr=False)
    risk: Floats = field(repr=False)
    """In [0, 1], 6 decimals, in the order of the table."""
    known_share: Floats = field(repr=False)
    """Of each student, the share of the model's features that is recorded."""
    left_out: tuple[Exclusion, ...]
    notes: tuple[str, ...]
    """What has to be said of the table, a sentence each."""

    def frame(self) -> pd.DataFrame:
        """Return student_id, risk, known_share: one row a student, in the order of the table."""
        columns = {"student_id": self.student_ids, "risk": self.risk, "known_share": self.known_share}
        return pd.DataFrame(columns)

    def csv(self) -> bytes:
        """Return the same as CSV, safe to open in a spreadsheet; the same input gives the same bytes."""
        frame = self.frame()
        frame["risk"] = [f"{risk:.6f}" for risk in self.risk]
        frame["known_share"] = [f"{share:.3f}" for share in self.known_share]
        return to_csv_bytes(frame)


@dataclass(frozen=True, eq=False)
class PublishedForCohort(Published):
    """A version that was trained on some of the students of its table only."""

    cohort: str = ""
    """The condition that says on whom."""


def published_model(actor: Actor, model: str, *, settings: Settings) -> Published:
    """Return a version by its id, or the one in use for ``active``; raises Unreadable, RecipeError."""
    require(actor, Action.LIST, synthetic=False)
    folder = settings.workspace / FOLDER
    found = store.load_with_file(folder, active.active_id(folder) if model == ACTIVE else model)
    version = published_of(*found)
    cohort = str(dict(found[0].content["request"]).get("cohort", ""))
    return PublishedForCohort(**vars(version), cohort=cohort) if cohort else version


def score_file(
    actor: Actor,
    published: Published,
    spec: FileSpec,
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> Scored:
    """Return the risks of the students of a file; its columns get the kinds that they had in training.

    Further columns are ignored. Raises ColumnNotFound, WrongKind, BadFile, TooLarge, each in one sentence.
    """
    require(actor, Action.LIST, synthetic=False)
    tell = progress or silent
    source = FileSource(spec, file_limits(settings))
    table = source.tables()[0]
    there = [info.name for info in source.describe(table).fields]
    wanted = [column for column in published.schema if column.name in there]
    kinds = {column.name: column.kind for column in wanted}
    _require_columns(published, there)
    tell(0.1, "Reading the table")
    dataset = source.load(table, columns=list(kinds), kinds=kinds)
    _require_kinds(published, dataset, source, table)
    tell(0.6, "Scoring")
    return score_students(actor, published, dataset)


def score_students(
    actor: Actor, published: Published, dataset: Dataset, *, without: Collection[int] = ()
) -> Scored:
    """Return the risks of the students of a table whose columns have the kinds that they had in training.

    ``without`` are rows of the cleaned table that are not scored, from 0.

    Raises ColumnNotFound for a column that the model needs, WrongKind, RepeatedIds, SchemaError, ModelError.
    """
    require(actor, Action.LIST, synthetic=dataset.provenance.synthetic)
    if not dataset.provenance.n_rows:
        raise SchemaError("There is no student to score.", hint="Give a table with at least one row.")
    _require_columns(published, dataset.schema.names())
    cleaned, ledger = published.recipe.clean(_as_in_training(published.schema, dataset))
    frame = cleaned.collect()
    if without:
        frame = frame[~np.isin(np.arange(len(frame)), list(without))].reset_index(drop=True)
    features, unseen = known_features(frame, published.columns, student_id=cleaned.schema.student_id)
    return Scored(
        model=published.id,
        student_ids=features.student_ids,
        risk=_risk(published, features),
        known_share=known_share(features),
        left_out=ledger.exclusions,
        notes=(
            *dataset.provenance.notes,
            *(one.words for one in unseen),
            *_on_cohort(published, cleaned.schema.names()),
        ),
    )


def _on_cohort(published: Published, names: Sequence[str]) -> tuple[str, ...]:
    """Return what has to be said of a model of some students only; later ones may be of another year."""
    if not isinstance(published, PublishedForCohort):
        return ()
    words = read_condition(published.cohort, list(names), subject=COHORT).describe()
    return (f"The model was trained for a cohort only: {words}. Students outside of it are scored too.",)


def _risk(published: Published, features: FeatureTable) -> Floats:
    """Return the risks; values beyond the known levels are unseen."""
    levels = [len(c.levels) for c in published.columns if c.kind is Kind.CATEGORY]
    codes = np.where(features.codes >= np.array(levels, dtype=np.int32), np.int32(UNSEEN), features.codes)
    log_odds = published.calibrator.log_odds(published.weigher.log_odds(features.numbers, codes))
    if not np.isfinite(log_odds).all():
        raise ModelError(
            "The model gives no number for some of these students.",
            hint="A value is far beyond any in training.",
        )
    return as_risk(log_odds)


def _as_in_training(schema: Schema, dataset: Dataset) -> Dataset:
    """Return the table with the columns of training, in their order; what nobody needs may be missing."""
    held = dataset.collect()
    columns = {
        column.name: held[column.name] if column.name in held else _nothing(column.kind, len(held))
        for column in schema
    }
    return replace(dataset, frame=frames.wrap(pd.DataFrame(columns, index=held.index)), schema=schema)


def _nothing(kind: Kind, n: int) -> pd.Series:
    """Return a column without a value, as its kind is held."""
    if kind in (Kind.NUMBER, Kind.FLAG):
        return pd.Series(np.full(n, np.nan))
    dtype = "datetime64[us]" if kind is Kind.DATE else "str"
    return pd.Series([None] * n, dtype=dtype)


def _require_columns(published: Published, there: Any) -> None:
    """Do nothing if every column that decides a risk, or who gets one, is there.

    Raises ColumnNotFound naming the first that is not, and what needs it.
    """
    needed = _needed(published)
    for name in published.schema.names():
        if name in needed and name not in there:
            raise ColumnNotFound.of(name, tuple(there), where=needed[name])


def _needed(published: Published) -> dict[str, str]:
    """Return the columns as loaded that must be there, each with what needs it: the model, or a step.

    These are what a feature or the student's id is made of, and what the steps look at that drop rows:
    without it they would silently leave students in that were left out in training.
    """
    steps = [step for step in published.recipe.recipe.steps if step.is_on]
    schemas = list(
        accumulate(steps, lambda schema, step: step.schema_after(schema), initial=published.schema)
    )
    needed = {column.name: _MODEL for column in published.columns}
    for step, before, after in zip(reversed(steps), schemas[-2::-1], schemas[:0:-1], strict=True):
        made = set(after.names()) - set(before.names())
        found = {needed.pop(name) for name in made & needed.keys()}
        if found:
            why = _MODEL if _MODEL in found else min(found)
            needed = dict.fromkeys(step.needs, why) | needed
        if step.drops_rows:
            needed = dict.fromkeys(step.needs, step.kind) | needed
    return needed | dict.fromkeys(published.schema.names(Role.STUDENT_ID), _MODEL)


def _require_kinds(published: Published, dataset: Dataset, source: FileSource, table: str) -> None:
    """Do nothing if what was measured still is; raises WrongKind for a column that cannot be read at all."""
    needed, held = _needed(published), dataset.collect()
    empty = [
        column
        for column in dataset.schema
        if column.kind in MEASURED and column.name in needed and not held[column.name].notna().any()
    ]
    if not empty:
        return
    names = [column.name for column in empty]
    texts = source.load(table, columns=names, kinds=dict.fromkeys(names, Kind.TEXT)).collect()
    _, coerced = type_columns(texts, Schema(tuple(empty)))
    for one in coerced:
        if one.why == NOT_READ:
            kind = next(column.kind for column in empty if column.name == one.column)
            raise WrongKind(
                f"'{one.column}' was a {kind} when the model was trained and now holds "
                f"'{one.examples[0][:40]}'.",
                hint="Export the table as it was exported then.",
            )
