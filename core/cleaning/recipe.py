"""A cleaning recipe: a plan that can be read, edited, saved, learned and replayed on new rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from core import frames
from core.cleaning.ledger import in_memory, is_numbered, noting, replay, said
from core.cleaning.recipe_check import require_columns, require_columns_with_gaps
from core.cleaning.recipe_diff import Change, changes
from core.cleaning.registry import step_from_dict, step_to_dict
from core.cleaning.report import CleaningReport
from core.cleaning.step import State, Step, need_own_name, shown
from core.dataset import Dataset, Provenance
from core.errors import RecipeError
from core.frames import Frame
from core.schema import Schema

MOST_STEPS = 500
"""A recipe has at most so many steps: Spark plans them all at once."""
_FORMAT = 1
"""The version of the JSON layout."""


@dataclass(frozen=True)
class Recipe:
    """Steps in the order in which they run; a value, so it can be a cache key.

    >>> from core.cleaning.text import StripText
    >>> recipe = Recipe((StripText(("name",)),))
    >>> Recipe.from_json(recipe.to_json()) == recipe
    True
    """

    steps: tuple[Step, ...] = ()
    name: str = ""

    def fit(self, dataset: Dataset) -> FittedRecipe:
        """Return the recipe with what its steps learn from these rows; on Spark, at most one job a column.

        Rows pass only as far as the last step that learns. Raises ColumnNotFound, WrongKind, with a note
        that says in which step.
        """
        _need_own_names(dataset)
        with ExitStack() as keeping:
            states = tuple(self._learned(dataset.frame, keeping))
        return FittedRecipe(self, states, dataset.provenance)

    def fit_clean(self, dataset: Dataset) -> tuple[FittedRecipe, Dataset, CleaningReport]:
        """Return what ``fit`` and then ``clean`` of the same rows give; each step is done once.

        Raises ColumnNotFound, WrongKind, with a note that says in which step.
        """
        _need_own_names(dataset)
        states, table, report = replay(dataset.frame, self.steps, student_id=dataset.schema.student_id)
        return FittedRecipe(self, states, dataset.provenance), _collected(self, dataset, table), report

    def _learned(self, frame: Frame, keeping: ExitStack) -> Iterator[State]:
        """Give what each step learns; what comes before the first that learns is worked out once."""
        learners = [number for number, step in enumerate(self.steps) if step.is_on and step.in_folds]
        for number, step in enumerate(self.steps):
            if not step.is_on:
                yield {}
                continue
            if number == min(learners, default=None):
                frame = keeping.enter_context(frames.kept(frame))
            rows = frame if number <= max(learners, default=-1) else frame.head(0)
            with noting(number + 1, step):
                held = _held_for(step, rows)
                state = step.fit(held)
                frame = step.apply(held, state)
            yield state

    def check(self, columns: Schema | Iterable[str]) -> None:
        """Do nothing if each step finds its columns, those that earlier steps make or rename included.

        Raises ColumnNotFound naming the first step that does not, its kind and the column.
        """
        require_columns(self.steps, columns)

    def check_without_in_folds(self, schema: Schema) -> None:
        """Do nothing if the steps left by ``without_in_folds`` find their columns; raises ColumnNotFound.

        For a recipe that ``check`` takes for the same schema. Steps are numbered as in the whole recipe.
        """
        require_columns_with_gaps(self.steps, schema)

    def without_in_folds(self) -> Recipe:
        """Return the recipe without the steps that learn from rows: what may be done before a split."""
        return replace(self, steps=tuple(step for step in self.steps if not step.in_folds))

    def with_step(self, step: Step, *, at: int | None = None) -> Recipe:
        """Return the recipe with one more step, before position ``at`` (from 0) or at the end."""
        place = len(self.steps) if at is None else at
        return replace(self, steps=(*self.steps[:place], step, *self.steps[place:]))

    def without(self, index: int) -> Recipe:
        """Return the recipe without the step at position ``index`` (from 0); raises RecipeError."""
        self._require(index)
        return replace(self, steps=(*self.steps[:index], *self.steps[index + 1 :]))

    def replaced(self, step: Step, *, at: int) -> Recipe:
        """Return the recipe with ``step`` in the place of the one at position ``at``; raises RecipeError."""
        return self.without(at).with_step(step, at=at)

    def moved(self, index: int, *, to: int) -> Recipe:
        """Return the recipe with the step at ``index`` at position ``to`` afterwards; raises RecipeError."""
        self._require(to)
        return self.without(index).with_step(self.steps[index], at=to)

    def with_name(self, name: str) -> Recipe:
        """Return the same steps under another name."""
        return replace(self, name=name)

    def diff(self, other: Recipe) -> tuple[Change, ...]:
        """Return what ``other`` does in another way than this recipe; empty where it does the same."""
        return changes(self.steps, other.steps)

    def _require(self, index: int) -> None:
        if not 0 <= index < len(self.steps):
            raise RecipeError(
                f"The recipe has no step {index + 1}.",
                hint=f"It has {len(self.steps)} steps, counted from 1.",
            )

    def describe(self) -> tuple[str, ...]:
        """Say what each step does and why, in order."""
        return tuple(said(step) for step in self.steps)

    def digest(self) -> str:
        """Return 12 hexadecimal digits that change with what the recipe does.

        Its name, its reasons and the steps that are switched off change nothing.
        """
        plan = [step_to_dict(replace(step, reason="")) for step in self.steps if step.is_on]
        return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """Return the recipe as JSON to keep, show and edit."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Return the recipe that the JSON describes; raises UnknownStep, RecipeError in one sentence."""
        return cls.from_dict(_read_json(text))

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as plain values, ready for JSON."""
        return {"waymark_recipe": _FORMAT, "name": self.name, "steps": [step_to_dict(s) for s in self.steps]}

    @classmethod
    def from_dict(cls, raw: object) -> Recipe:
        """Return the recipe that the plain values describe; raises UnknownStep, RecipeError."""
        if not isinstance(raw, dict) or not isinstance(raw.get("steps"), list):
            raise RecipeError("This is not a recipe: it has no list of 'steps'.", hint=_LAYOUT)
        if raw.get("waymark_recipe", _FORMAT) != _FORMAT:
            raise RecipeError(
                f"The recipe has the layout version {shown(str(raw['waymark_recipe']))}, which is not known.",
                hint=f"This version of Waymark reads layout {_FORMAT}.",
            )
        name = raw.get("name", "")
        if not isinstance(name, str):
            raise RecipeError("The 'name' of the recipe must be a text.")
        if len(raw["steps"]) > MOST_STEPS:
            raise RecipeError(
                f"The recipe has {len(raw['steps']):,} steps, which is more than {MOST_STEPS:,}.",
                hint="Name several columns in one step instead of repeating it for each.",
            )
        steps = enumerate(raw["steps"], start=1)
        return cls(tuple(step_from_dict(step, place=f"Step {number}") for number, step in steps), name)


_LAYOUT = 'A recipe looks like {"steps": [{"kind": "strip_text", "columns": ["name"]}]}.'


@dataclass(frozen=True)
class FittedRecipe:
    """A recipe and what it learned; it replays on any rows with the same columns, on either engine."""

    recipe: Recipe
    states: tuple[State, ...]
    fitted_on: Provenance

    def apply(self, dataset: Dataset) -> Dataset:
        """Return the cleaned dataset; raises ColumnNotFound, WrongKind.

        On Spark it is lazy up to the first step that needs the rows in memory; its notes say which.
        """
        _need_own_names(dataset)
        frame = dataset.frame
        for number, (step, state) in enumerate(self._pairs(), start=1):
            if step.is_on:
                with noting(number, step):
                    frame = step.apply(_held_for(step, frame), state)
        if isinstance(frame, nw.DataFrame):
            frame = frames.wrap(frame.to_native().reset_index(drop=True))
        return _cleaned(self.recipe, dataset, frame, _first_in_memory(self.recipe, dataset.frame))

    def report(self, before: Dataset) -> CleaningReport:
        """Return the ledger of cleaning ``before``, as ``clean`` makes it."""
        return self.clean(before)[1]

    def clean(self, before: Dataset) -> tuple[Dataset, CleaningReport]:
        """Return the cleaned dataset, held by pandas, and its ledger, from one run.

        A Spark frame is collected first, unless its rows are numbered (``ledger.numbered``): then Spark does
        the steps, and what each of them changed is collected. Raises ColumnNotFound, WrongKind.
        """
        _need_own_names(before)
        steps, student_id = self.recipe.steps, before.schema.student_id
        _, table, report = replay(before.frame, steps, states=self.states, student_id=student_id)
        return _collected(self.recipe, before, table), report

    def learned(self) -> pd.DataFrame:
        """Return what was learned, as text: one row a value, with step (from 1), kind, column, value.

        An empty value means that the column had no value to learn from.
        """
        rows = [
            (number, step.kind, column, "" if value is None else str(value))
            for number, (step, state) in enumerate(self._pairs(), start=1)
            for column, value in state.items()
        ]
        return pd.DataFrame(rows, columns=["step", "kind", "column", "value"])

    def describe(self) -> tuple[str, ...]:
        """Say what each step does, with what it learned, and why."""
        return tuple(said(step, state) for step, state in self._pairs())

    def to_json(self) -> str:
        """Return recipe, learned values and where they come from, as JSON."""
        fitted_on = _written(self.fitted_on)
        kept = {"recipe": self.recipe.to_dict(), "states": list(self.states), "fitted_on": fitted_on}
        return json.dumps(kept, ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> FittedRecipe:
        """Return the fitted recipe that the JSON describes; raises UnknownStep, RecipeError."""
        raw = _read_json(text)
        if not isinstance(raw, dict) or not {"recipe", "states", "fitted_on"} <= raw.keys():
            raise RecipeError(
                "This is not a fitted recipe: it needs 'recipe', 'states' and 'fitted_on'.",
                hint="A recipe that has not learned yet is read by Recipe.from_json.",
            )
        recipe, states = Recipe.from_dict(raw["recipe"]), raw["states"]
        if not isinstance(states, list) or [type(s) for s in states] != [dict] * len(recipe.steps):
            raise RecipeError("The fitted recipe must hold one set of learned values for each step.")
        for number, (step, state) in enumerate(zip(recipe.steps, states, strict=True), start=1):
            with noting(number, step):
                step.check_state(state)
        return cls(recipe, tuple(states), _provenance(raw["fitted_on"]))

    def _pairs(self) -> Sequence[tuple[Step, State]]:
        return list(zip(self.recipe.steps, self.states, strict=True))


def _collected(recipe: Recipe, before: Dataset, table: pd.DataFrame) -> Dataset:
    """Return the cleaned table as the dataset that came of ``before``."""
    in_memory_at_once = isinstance(before.frame, nw.LazyFrame) and not is_numbered(before.frame)
    first = 1 if in_memory_at_once and recipe.steps else _first_in_memory(recipe, before.frame)
    return _cleaned(recipe, before, frames.wrap(table), first)


def _first_in_memory(recipe: Recipe, frame: Frame) -> int | None:
    """Return the number of the first step that does not run on Spark; None where all do, or none can."""
    if not isinstance(frame, nw.LazyFrame):
        return None
    steps = enumerate(recipe.steps, start=1)
    return next((number for number, step in steps if step.is_on and step.collects), None)


def _cleaned(recipe: Recipe, before: Dataset, frame: Frame, first: int | None) -> Dataset:
    schema, steps = before.schema, recipe.steps
    for step in steps:
        schema = step.schema_after(schema) if step.is_on else schema
    n, n_off = len(steps), sum(not step.is_on for step in steps)
    off = f", {n_off} switched off" if n_off else ""
    note = f"Cleaned by recipe {recipe.digest()} ({n} step{'' if n == 1 else 's'}{off})."
    cleaned = before.with_frame(frame, note=note, schema=schema)
    if first is None:
        return cleaned
    return cleaned.with_frame(frame, note=f"Steps from {first} on ran on the rows in memory.")


def _need_own_names(dataset: Dataset) -> None:
    """Do nothing if no column of the table has the name of the hidden row numbers; raises RecipeError."""
    for column in dataset.schema:
        need_own_name(column.name)


def _held_for(step: Step, frame: Frame) -> Frame:
    """Return the rows as the step can take them."""
    return in_memory(frame) if step.collects else frame


def _read_json(text: str) -> object:
    try:
        raw: object = json.loads(text, parse_constant=_refused)
        json.dumps(raw, ensure_ascii=False).encode()  # half a character cannot be written again
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise RecipeError(f"The recipe is not readable JSON{where}.", hint=_LAYOUT) from error
    return raw


def _refused(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _written(provenance: Provenance) -> dict[str, Any]:
    """Return a provenance as what JSON can hold, its parts too."""
    parts = [_written(part) for part in provenance.parts]
    return {**asdict(provenance), "loaded_at": provenance.loaded_at.isoformat(), "parts": parts}


def _provenance(raw: object) -> Provenance:
    try:
        known = dict(raw)  # type: ignore[call-overload]  # anything that is no mapping raises and is translated
        loaded_at, notes = datetime.fromisoformat(known.pop("loaded_at")), tuple(known.pop("notes", ()))
        parts = tuple(_provenance(part) for part in known.pop("parts", ()))
        return Provenance(loaded_at=loaded_at, notes=notes, parts=parts, **known)
    except (TypeError, ValueError, KeyError) as error:
        raise RecipeError("The fitted recipe does not say where it was fitted.") from error
