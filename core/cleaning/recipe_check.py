"""Whether a recipe fits a table: each step must find its columns, made and renamed ones included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.cleaning.step import Step
from core.errors import ColumnNotFound
from core.schema import Column, Kind, Role, Schema


def require_columns(steps: Sequence[Step], columns: Schema | Iterable[str]) -> None:
    """Do nothing if each step that is on finds its columns; raises ColumnNotFound naming step and column."""
    schema = columns if isinstance(columns, Schema) else _of_names(columns)
    taken: dict[str, str] = {}
    for number, step in enumerate(steps, start=1):
        if not step.is_on:
            continue
        for name in step.needs:
            if name not in schema:
                raise _gone(name, number, step, schema, taken)
        after = step.schema_after(schema)
        taken |= {name: f"step {number} ({step.kind})" for name in schema.names() if name not in after}
        schema = after


def require_columns_with_gaps(steps: Sequence[Step], schema: Schema) -> None:
    """Do nothing if no other step needs a column that a step which learns adds; raises ColumnNotFound.

    Explore and models see the table without the steps that learn from rows. All columns are found otherwise.
    """
    kept, adders = schema, dict[str, str]()
    for number, step in enumerate(steps, start=1):
        if not step.is_on:
            continue
        after = step.schema_after(schema)
        if step.in_folds:
            added = (name for name in after.names() if name not in schema)
            adders |= dict.fromkeys(added, f"step {number} ({step.kind})")
        else:
            for name in step.needs:
                if name not in kept:
                    raise _not_added(name, number, step, adders.get(name, "an earlier step"))
            kept = step.schema_after(kept)
        schema = after


def _not_added(name: str, number: int, step: Step, adder: str) -> ColumnNotFound:
    """Say that the column is not there for Explore and models, and why."""
    return ColumnNotFound(
        f"For models and Explore there is no column '{name}', which step {number} of the recipe, "
        f"{step.kind}, needs: {adder} adds it, and models do that step later, on their own training rows.",
        hint=f"Take step {number} out, or change the earlier step so that it adds no column.",
    )


def _gone(name: str, number: int, step: Step, schema: Schema, taken: dict[str, str]) -> ColumnNotFound:
    """Say which step wants the column, and which one took it away where one did."""
    error = ColumnNotFound.of(name, schema.names(), where=f"step {number} of the recipe, {step.kind}")
    if name in taken:
        error.hint = f"It is taken away by {taken[name]}: put that one later, or take one of the two out."
    return error


def _of_names(names: Iterable[str]) -> Schema:
    """Return a schema of which only the names are known."""
    return Schema(tuple(Column(name, Kind.TEXT, Role.FEATURE) for name in names))
