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


def _gone(name: str, number: int, step: Step, schema: Schema, taken: dict[str, str]) -> ColumnNotFound:
    """Say which step wants the column, and which one took it away where one did."""
    error = ColumnNotFound.of(name, schema.names(), where=f"step {number} of the recipe, {step.kind}")
    if name in taken:
        error.hint = f"It is taken away by {taken[name]}: put that one later, or take one of the two out."
    return error


def _of_names(names: Iterable[str]) -> Schema:
    """Return a schema of which only the names are known."""
    return Schema(tuple(Column(name, Kind.TEXT, Role.FEATURE) for name in names))
