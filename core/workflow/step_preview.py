"""What one step of a recipe would do, before anybody uses it: who goes, which cells change, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from core import frames
from core.caseload.access import Action, Actor, require
from core.cleaning.recipe import FittedRecipe, Recipe
from core.cleaning.report import StepReport
from core.cleaning.step import ROW, Step
from core.dataset import Dataset
from core.eda.spread import Spread, spread
from core.errors import RecipeError
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.requests import CleaningRequest
from core.workflow.tables import load_table

PREVIEW_ROWS = 100_000
"""At most so many rows, the first ones, are looked at."""
NAMED = 20
MOST_SPREADS = 12
"""How many columns are drawn before and after."""


@dataclass(frozen=True, eq=False)
class StepPreview:
    """What a step would do to the rows that the steps before it leave."""

    what: str
    """The step in words, with what it learns from these rows."""
    report: StepReport
    dropped: pd.DataFrame
    """The first 20 rows that the step leaves out: student_id, row (as loaded, from 1), reason."""
    changed: pd.DataFrame
    """Some of the changed cells: student_id, column, before, after (empty: no value)."""
    spreads: tuple[Spread, ...]
    """How the values of each changed or new column are spread before and after; at most 12 columns."""
    part: str
    """Which part of the table was looked at, in a sentence; empty for all of it."""

    @property
    def is_empty(self) -> bool:
        """Whether the step would do nothing."""
        told = self.report
        return not (told.n_dropped or told.n_changed or told.columns_added or told.columns_dropped)


def preview_step(
    actor: Actor,
    request: CleaningRequest,
    index: int,
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> StepPreview:
    """Return what the step at ``index`` (from 0) of the request's recipe would do, even one switched off.

    The steps before it are done first. Raises RecipeError, ColumnNotFound, WrongKind, SourceError.
    """
    require(actor, Action.CLEAN, synthetic=request.table.is_demo)
    steps = _up_to(request.recipe or Recipe(), index)
    if progress is not None:
        progress(0.0, "Reading the table")
    whole = load_table(actor, request.table, settings=settings)
    n_rows = frames.count(whole.frame)
    rows = replace(whole, frame=frames.wrap(whole.collect(limit=PREVIEW_ROWS)))
    if progress is not None:
        progress(0.4, "Trying the step")
    fitted, after, ledger = Recipe(steps).fit_clean(rows)
    told = ledger.steps[-1]
    before = FittedRecipe(Recipe(steps[:-1]), fitted.states[:-1], fitted.fitted_on).apply(rows)
    gone = ledger.exclusions_frame().query("step == @index + 1")
    return StepPreview(
        what=replace(steps[-1], reason="").describe(fitted.states[-1]),
        report=told,
        dropped=gone[["student_id", "row", "reason"]].head(NAMED),
        changed=ledger.examples_frame().query("step == @index + 1").drop(columns="step"),
        spreads=tuple(_spreads(steps[-1], told, before, after)),
        part="" if n_rows <= PREVIEW_ROWS else f"Looked at the first {PREVIEW_ROWS:,} of {n_rows:,} rows.",
    )


def _up_to(recipe: Recipe, index: int) -> tuple[Step, ...]:
    """Return the steps up to the one at ``index``, which is switched on."""
    if not 0 <= index < len(recipe.steps):
        raise RecipeError(
            f"The recipe has no step {index + 1}.", hint=f"It has {len(recipe.steps)} steps, counted from 1."
        )
    return (*recipe.steps[:index], replace(recipe.steps[index], is_on=True))


def _spreads(step: Step, told: StepReport, before: Dataset, after: Dataset) -> Iterator[Spread]:
    """Return how the changed and the new columns are spread, those that differ, in the step's order."""
    old, new = before.collect(), after.collect()
    changed = tuple(old.columns) if step.changes_all else step.changes
    names = [name for name in (*changed, *told.columns_added) if name in new.columns and name != ROW]
    n_found = 0
    for name in dict.fromkeys(names if told.n_changed or told.columns_added else ()):
        if _same(old, new, name):
            continue
        title = after.schema.column(name).title if name in after.schema else name
        found = spread(old[name] if name in old.columns else None, new[name], title=title)
        if found.differs:
            n_found += 1
            yield found
        if n_found == MOST_SPREADS:
            return


def _same(old: pd.DataFrame, new: pd.DataFrame, name: str) -> bool:
    """Tell quickly that a column is as it was: a table may have thousands of them."""
    return name in old.columns and bool(old[name].equals(new[name]))
