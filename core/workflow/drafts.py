"""A recipe in the making: every edit gives a new draft that remembers how to go back and forth."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace

from core.cleaning.recipe import Recipe
from core.cleaning.registry import STEPS
from core.cleaning.step import Step
from core.errors import SchemaError
from core.schema import Column, Kind, Role, Schema

REMEMBERED = 100
"""How many edits can be undone."""


@dataclass(frozen=True)
class Draft:
    """A recipe that is edited; nothing is cleaned with it until somebody uses it.

    >>> from core.cleaning.text import StripText
    >>> draft = Draft().added(StripText(("name",)))
    >>> len(draft.recipe.steps), len(draft.undone().recipe.steps), draft.undone().redone() == draft
    (1, 0, True)
    """

    recipe: Recipe = field(default_factory=Recipe)
    past: tuple[Recipe, ...] = ()
    """What undo goes back to, the latest last."""
    future: tuple[Recipe, ...] = ()
    """What redo goes forth to, the next one first."""

    def became(self, recipe: Recipe) -> Draft:
        """Return the draft with another recipe, as one edit; the same recipe is no edit."""
        if recipe == self.recipe:
            return self
        return Draft(recipe, (*self.past, self.recipe)[-REMEMBERED:])

    def undone(self) -> Draft:
        """Return the draft before its last edit; the same without one."""
        if not self.past:
            return self
        return Draft(self.past[-1], self.past[:-1], (self.recipe, *self.future))

    def redone(self) -> Draft:
        """Return the draft with the last undone edit; the same without one."""
        if not self.future:
            return self
        return Draft(self.future[0], (*self.past, self.recipe), self.future[1:])

    def added(self, step: Step) -> Draft:
        """Return the draft with one more step, at the place that the order of the kinds gives it."""
        return self.became(self.recipe.with_step(step, at=self.place_of(step)))

    def place_of(self, step: Step) -> int:
        """Return the position (from 0) that a new step would get: before the first step of a later kind.

        It is never before a step that makes a column it needs.
        """
        order, steps = {kind: number for number, kind in enumerate(STEPS)}, self.recipe.steps
        made = [place + 1 for place, one in enumerate(steps) if _made(one) & set(step.needs)]
        places = range(max(made, default=0), len(steps))
        return next((p for p in places if order[steps[p].kind] > order[step.kind]), len(steps))

    def removed(self, index: int) -> Draft:
        """Return the draft without the step at ``index`` (from 0); raises RecipeError."""
        return self.became(self.recipe.without(index))

    def changed(self, index: int, step: Step) -> Draft:
        """Return the draft with ``step`` in place of the one at ``index``; raises RecipeError."""
        return self.became(self.recipe.without(index).with_step(step, at=index))

    def switched(self, index: int) -> Draft:
        """Return the draft with the step at ``index`` switched on or off; raises RecipeError."""
        others = self.recipe.without(index)
        step = self.recipe.steps[index]
        return self.became(others.with_step(replace(step, is_on=not step.is_on), at=index))

    def moved(self, index: int, *, by: int) -> Draft:
        """Return the draft with a step ``by`` places further down, never off the ends; raises RecipeError."""
        others = self.recipe.without(index)
        place = min(max(index + by, 0), len(others.steps))
        return self.became(others.with_step(self.recipe.steps[index], at=place))

    def columns_at(self, index: int, schema: Schema) -> tuple[str, ...]:
        """Return the names of the columns that the step at ``index`` finds in a table of this schema."""
        for step in self.recipe.steps[:index]:
            if step.is_on:
                with suppress(SchemaError):  # a step that misses a column is refused where it is used
                    schema = step.schema_after(schema)
        return schema.names()

    def has(self, step: Step) -> bool:
        """Return whether the draft does what ``step`` does, on its columns at least."""
        return any(_covers(one, step) for one in self.recipe.steps)

    def does_as(self, recipe: Recipe) -> bool:
        """Return whether the draft has the same steps as ``recipe``, whatever their reasons."""
        return self.recipe.steps == recipe.steps


def _made(step: Step) -> set[str]:
    """Return the names that a step gives to columns, new or renamed."""
    needs = dict.fromkeys(step.needs)
    before = Schema(tuple(Column(name, Kind.TEXT, Role.FEATURE) for name in needs))
    return set(step.schema_after(before).names()) - set(needs)


def _covers(wide: Step, narrow: Step) -> bool:
    """Return whether a step of the same settings has all the columns of the other."""
    if wide.kind != narrow.kind:
        return False
    rest = {f.name for f in fields(wide)} - {"reason", "is_on", "columns"}
    return all(getattr(wide, name) == getattr(narrow, name) for name in rest) and set(
        _columns(narrow)
    ) <= set(_columns(wide))


def _columns(step: Step) -> Sequence[str]:
    columns: Sequence[str] = getattr(step, "columns", ())
    return columns
