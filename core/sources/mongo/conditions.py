"""Conditions as the server works them out: the meaning of ``join/conditions.py``, by fixed templates.

Every comparison is bounded on both sides by what the kind can hold, because the server orders values of
different types (null before numbers before text) instead of refusing to compare them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import bson

from core.errors import InvalidChoice
from core.sources.condition_values import is_day, not_comparable, text_of, time_of, without_value
from core.sources.mongo.expressions import (
    FIRST_MOMENT,
    LAST_MOMENT,
    Expression,
    as_number,
    as_text,
    as_time,
    cell,
    is_missing,
    literal,
)
from core.sources.mongo.fields import Field
from core.sources.mongo.types import Kind
from core.sources.selection import Condition, Test

OPERATORS = {
    Test.IS: "$eq",
    Test.AT_LEAST: "$gte",
    Test.AT_MOST: "$lte",
    Test.ABOVE: "$gt",
    Test.BELOW: "$lt",
}
MOST_LONG = 2**63 - 1


def matching(conditions: Sequence[Condition], find: Callable[[str], Field]) -> dict[str, Any]:
    """Return the filter of documents that meet all conditions; raises InvalidChoice, ColumnNotFound."""
    if not conditions:
        return {}
    return {"$expr": {"$and": [_met(condition, find(condition.column)) for condition in conditions]}}


def _met(condition: Condition, field: Field) -> Expression:
    if condition.test is Test.MISSING:
        return is_missing(cell(field))
    if condition.test is Test.PRESENT:
        return {"$not": [is_missing(cell(field))]}
    if condition.test is Test.ONE_OF:
        return {"$or": [literal(False), *(_compared(condition, field, Test.IS, v) for v in condition.values)]}
    if condition.test is Test.IS_NOT:
        return {"$not": [_compared(condition, field, Test.IS, condition.value)]}
    return _compared(condition, field, condition.test, condition.value)


def _compared(condition: Condition, field: Field, test: Test, value: Any) -> Expression:
    if value is None:
        raise without_value(condition)
    # JavaScript code is a text to Python, and code to the server.
    if not isinstance(value, str | bool | int | float) or isinstance(value, bson.Code):
        raise InvalidChoice(
            f"The column '{condition.column}' cannot be compared with a {type(value).__name__}.",
            hint="Give one text, number or yes or no.",
        )
    try:
        if field.kind in {Kind.NUMBER, Kind.FLAG}:
            return _numbers(field, test, value)
        return _days(field, test, value) if field.kind is Kind.DATE else _texts(field, test, value)
    except (ValueError, TypeError, OverflowError, InvalidOperation) as error:
        raise _wrong(condition, field, value) from error


def _wrong(condition: Condition, field: Field, value: Any) -> InvalidChoice:
    what = {Kind.NUMBER: "number", Kind.FLAG: "number", Kind.DATE: "day"}.get(field.kind, "text")
    shown = str(value).encode("utf-8", "replace").decode()
    return not_comparable(condition.column, what, shown[:40])


def _numbers(field: Field, test: Test, value: str | float) -> Expression:
    if field.kind is Kind.FLAG:
        stored, against = as_number(field), float(value)
    else:
        stored, against = cell(field), _exact(value)
    bounds = [
        {"$gt": [stored, literal(float("-inf"))]},
        {"$lt": [stored, literal(float("inf"))]},
    ]
    return {"$and": [{OPERATORS[test]: [stored, literal(against)]}, *bounds]}


def _exact(value: str | float) -> Any:
    """Return a number without loss; raises ValueError for NaN."""
    if isinstance(value, str):
        number = Decimal(value.strip())
        value = int(number) if number.is_finite() and number == int(number) else float(number)
        if isinstance(value, float) and number.is_finite() and Decimal(repr(value)) != number:
            return bson.Decimal128(number)
    if isinstance(value, float) and math.isnan(value):
        raise ValueError(value)
    if isinstance(value, int) and abs(value) > MOST_LONG:
        return bson.Decimal128(Decimal(value)) if len(str(abs(value))) <= 34 else float(value)
    return value


def _days(field: Field, test: Test, value: str | float) -> Expression:
    """Return the comparison of a time: with a day by its day, with a moment by itself."""
    moment = time_of(value)
    stored = as_time(field)
    if not is_day(value):
        return _bounded(stored, {OPERATORS[test]: [stored, literal(moment)]})
    next_day = moment + timedelta(days=1) if moment.date() < LAST_MOMENT.date() else LAST_MOMENT
    from_day, before_next = {"$gte": [stored, literal(moment)]}, {"$lt": [stored, literal(next_day)]}
    if test is Test.IS:
        return {"$and": [from_day, before_next]}
    chosen = {
        Test.AT_LEAST: from_day,
        Test.AT_MOST: before_next,
        Test.ABOVE: {"$gte": [stored, literal(next_day)]},
        Test.BELOW: {"$lt": [stored, literal(moment)]},
    }[test]
    return _bounded(stored, chosen)


def _bounded(stored: Expression, chosen: Expression) -> Expression:
    """Return a comparison of times that a missing one does not pass."""
    return {
        "$and": [chosen, {"$gte": [stored, literal(FIRST_MOMENT)]}, {"$lte": [stored, literal(LAST_MOMENT)]}]
    }


def _texts(field: Field, test: Test, value: str | float) -> Expression:
    """Return the comparison of texts by their bytes, which is by code point."""
    text = text_of(value)
    text.encode()
    stored = as_text(field)
    bounds = [{"$gte": [stored, literal("")]}, {"$lt": [stored, literal({})]}]
    return {"$and": [{OPERATORS[test]: [stored, literal(text)]}, *bounds]}
