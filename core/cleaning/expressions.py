"""Conditions and calculations inside steps: read once, without a table, and refused as recipes are."""

from __future__ import annotations

from functools import lru_cache

import narwhals.stable.v2 as nw

from core.errors import ExpressionError, RecipeError, StepFailed
from core.expressions.expression import Expression, read_condition, read_expression
from core.expressions.frames import as_numbers
from core.expressions.tree import Condition, Node
from core.frames import Frame


@lru_cache(maxsize=256)
def condition_of(text: str) -> Expression[Condition]:
    """Return the condition that a setting means; raises RecipeError, which points at the character."""
    try:
        return read_condition(text)
    except ExpressionError as error:
        raise RecipeError(error.message, hint=error.hint) from error


@lru_cache(maxsize=256)
def expression_of(text: str) -> Expression[Node]:
    """Return the condition or calculation that a setting means; raises RecipeError."""
    try:
        return read_expression(text)
    except ExpressionError as error:
        raise RecipeError(error.message, hint=error.hint) from error


def on(frame: Frame, expression: Expression[Node]) -> nw.Expr:
    """Return the expression for the columns of this frame, as Float64; runs no job.

    Raises StepFailed where a column does not hold what it is used for.
    """
    try:
        return as_numbers(expression, frame.collect_schema())
    except ExpressionError as error:
        raise StepFailed(error.message, hint=error.hint) from error
