"""Cleaning: find what is wrong, propose or take a recipe, apply it, and account for everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from core import frames
from core.caseload.access import Action, Actor, require, require_scope
from core.cleaning.export import to_csv_bytes
from core.cleaning.finding import Findings
from core.cleaning.findings import find, propose
from core.cleaning.ledger import numbered, said
from core.cleaning.recipe import FittedRecipe, Recipe
from core.cleaning.report import CleaningReport
from core.dataset import Dataset, Provenance
from core.errors import AppError, RecipeError, SchemaError, quoted
from core.schema import Schema
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.parquet import to_parquet_bytes
from core.workflow.requests import CleaningRequest, TableRequest
from core.workflow.stated import connections_of
from core.workflow.step_words import KINDS
from core.workflow.tables import load_table
from core.workflow.workspace import put

Engine = Literal["pandas", "spark"]
"""What holds the rows while they are cleaned; the answer is the same."""
SAMPLE_ROWS = 200
KEPT_FILES = 24
"""How many exports, and how many proposals, stay; the oldest go first."""
LARGEST_RECIPE = 1_000_000
"""A recipe file has at most so many bytes."""


@dataclass(frozen=True, eq=False)
class Examined:
    """What is wrong with a table as loaded, and what would answer it."""

    findings: Findings
    proposed: Recipe
    schema: Schema
    provenance: Provenance


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What a recipe did to a table."""

    recipe: Recipe
    steps: pd.DataFrame
    """One row a step: step, what (in words, with what it learned), and rows and cells as in the report."""
    report: CleaningReport
    before: pd.DataFrame
    """The first 200 rows as loaded."""
    after: pd.DataFrame
    """The first 200 rows after all steps."""
    schema: Schema
    provenance: Provenance
    csv: Path
    """The whole cleaned table, safe to open in a spreadsheet."""
    parquet: Path
    """The same table as Parquet, texts as they are, with what each column is for."""
    ledger: Path
    """What each step did, as CSV."""
    left_out: Path
    """Every row that was left out and why, as CSV."""
    with_gaps: CleaningReport | None = None
    """What the recipe does for models and Explore, where they may be left other students; else None."""

    @property
    def loss(self) -> str:
        """A sentence with the numbers where fewer than half of the students are left; empty otherwise."""
        return f"{_loss(self.report)}." if self.report.loses_most else ""

    @property
    def loss_with_gaps(self) -> str:
        """As ``loss`` for the students that models and Explore work on, with the reason; empty otherwise."""
        told = self.with_gaps
        if told is None or not told.loses_most or told.n_out == self.report.n_out:
            return ""
        said = _loss(told)
        return f"For models and Explore, gaps stay gaps: {said[0].lower()}{said[1:]}."


def _loss(told: CleaningReport) -> str:
    """Say how many students are left, by the one step that leaves few of them where there is one."""
    step = told.halved_by
    which, left = ("The recipe", told) if step is None else (f"'{KINDS[step.kind][0]}'", step)
    return f"{which} would leave {left.n_out:,} of {left.n_out + left.n_lost:,} students"


def examine(
    actor: Actor, request: TableRequest, *, settings: Settings, progress: Progress | None = None
) -> Examined:
    """Return the findings of a table and the recipe proposed from them; raises SourceError."""
    require(actor, Action.CLEAN, synthetic=request.is_demo)
    report = progress or _quiet
    report(0.0, "Reading the table")
    dataset = load_table(actor, request, settings=settings)
    report(0.3, "Looking for what is wrong")
    findings = find(dataset)
    proposed = propose(dataset, findings)
    _remember(proposed, _proposal_place(request, settings))
    return Examined(findings, proposed, dataset.schema, dataset.provenance)


def clean(
    actor: Actor,
    request: CleaningRequest,
    *,
    settings: Settings,
    progress: Progress | None = None,
    engine: Engine = "pandas",
) -> Cleaned:
    """Return the ledger and the cleaned table; raises SourceError, RecipeError, ColumnNotFound.

    With ``spark`` a Spark in this computer does it; SourceUnavailable without Java.
    """
    require(actor, Action.CLEAN, synthetic=request.table.is_demo)
    report = progress or _quiet
    report(0.0, "Reading the table")
    dataset = load_table(actor, request.table, settings=settings)
    report(0.2, "Preparing the recipe")
    recipe = recipe_for(actor, dataset, request, settings=settings)
    recipe.check(dataset.schema)
    report(0.4, "Cleaning, and accounting for every student")
    done = recipe.fit_clean(dataset) if engine == "pandas" else _done_on_spark(recipe, dataset, settings)
    fitted, cleaned, ledger = done
    with_gaps = _with_gaps(recipe, dataset)
    report(0.8, "Writing the cleaned table")
    after, steps = cleaned.collect(), ledger.frame().assign(what=_in_words(fitted))
    return Cleaned(
        recipe=fitted.recipe,
        steps=steps,
        report=ledger,
        before=dataset.collect(limit=SAMPLE_ROWS),
        after=after.head(SAMPLE_ROWS),
        schema=cleaned.schema,
        provenance=cleaned.provenance,
        csv=_write(after, settings, f"cleaned-{request.digest}.csv"),
        parquet=put(
            settings.workspace / "exports" / f"cleaned-{request.digest}.parquet",
            to_parquet_bytes(after, cleaned.schema),
            kept=KEPT_FILES,
        ),
        ledger=_write(steps, settings, f"ledger-{request.digest}.csv"),
        left_out=_write(ledger.exclusions_frame(), settings, f"left-out-{request.digest}.csv"),
        with_gaps=with_gaps,
    )


def _with_gaps(recipe: Recipe, dataset: Dataset) -> CleaningReport | None:
    """Return the ledger without the steps that learn; None where these leave the same rows, or it fails."""
    on = [step for step in recipe.steps if step.is_on]
    first = next((place for place, step in enumerate(on) if step.in_folds), len(on))
    if not any(step.drops_rows for step in on[first:]):
        return None
    try:
        return recipe.without_in_folds().fit_clean(dataset)[2]
    except AppError:  # Explore and Train say it where it matters; the table itself is cleaned
        return None


def _done_on_spark(
    recipe: Recipe, dataset: Dataset, settings: Settings
) -> tuple[FittedRecipe, Dataset, CleaningReport]:
    """Return the recipe with what it learned, the table and the ledger, by Spark; rows keep their order."""
    from core.sources.spark.lent import lent_session

    _check_names(recipe, dataset.schema)
    with lent_session(connections_of(settings)) as session:

        def work() -> tuple[FittedRecipe, Dataset, CleaningReport]:
            with frames.kept(frames.on_spark(numbered(dataset.collect()), session.spark)) as held:
                return recipe.fit_clean(dataset.with_frame(held, note="Cleaned by a Spark in this computer."))

        return session.run(work)


def _check_names(recipe: Recipe, schema: Schema) -> None:
    """Do nothing where each name, also of what steps make, is one column to Spark; raises SchemaError."""
    names = list(schema.names())
    for step in recipe.steps:
        if step.is_on:
            schema = step.schema_after(schema)
            names += schema.names()
    odd = [name for name in dict.fromkeys(names) if "." in name or "`" in name]
    if odd:
        raise SchemaError(
            f"Spark cannot clean {quoted(odd)}: it takes a dot in a name for a part of a column.",
            hint="Clean with '--engine pandas', or give the column another name first.",
        )


def read_recipe(actor: Actor, content: bytes) -> Recipe:
    """Return the recipe that an uploaded file holds; raises UnknownStep, RecipeError in one sentence."""
    require(actor, Action.CLEAN, synthetic=True)
    if len(content) > LARGEST_RECIPE:
        raise RecipeError(
            "The file is too large to be a recipe.",
            hint="A recipe is a small JSON file that this page saved.",
        )
    try:
        return Recipe.from_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RecipeError(
            "The file is not a recipe: it is not text.", hint="Choose a JSON file that this page saved."
        ) from error


def recipe_file(actor: Actor, recipe: Recipe) -> bytes:
    """Return the recipe as a file that ``read_recipe`` takes in again; raises RecipeError."""
    require(actor, Action.CLEAN, synthetic=True)
    content = (recipe.to_json() + "\n").encode()
    if len(content) > LARGEST_RECIPE:
        raise RecipeError(
            f"The recipe has {len(content):,} bytes as a file, which is more than {LARGEST_RECIPE:,}.",
            hint="Take a step out, or name fewer values in it: the file could not be read again.",
        )
    return content


def _in_words(fitted: FittedRecipe) -> list[str]:
    """Return what each step does with what it learned, without its reason."""
    pairs = zip(fitted.recipe.steps, fitted.states, strict=True)
    return [said(replace(step, reason=""), state) for step, state in pairs]


def recipe_for(actor: Actor, dataset: Dataset, request: CleaningRequest, *, settings: Settings) -> Recipe:
    """Return the request's recipe, or the one that is proposed for its table: found once, then remembered."""
    require_scope(actor, synthetic=request.table.is_demo)
    if request.recipe is not None:
        return request.recipe
    place = _proposal_place(request.table, settings)
    if place.exists():
        return Recipe.from_json(place.read_text(encoding="utf-8"))
    proposed = propose(dataset, find(dataset))
    _remember(proposed, place)
    return proposed


def _proposal_place(request: TableRequest, settings: Settings) -> Path:
    return settings.workspace / "proposals" / f"{request.digest}.json"


def _remember(recipe: Recipe, place: Path) -> None:
    put(place, recipe.to_json().encode(), kept=KEPT_FILES)


def _write(frame: pd.DataFrame, settings: Settings, name: str) -> Path:
    """Write a table as CSV into the workspace and return where it lies."""
    return put(settings.workspace / "exports" / name, to_csv_bytes(frame), kept=KEPT_FILES)


def _quiet(_fraction: float, _words: str) -> None:
    """Report nothing."""
