"""The few expressions that the server is asked to work out; each value of ours stands under ``$literal``.

Names come from the documents and are said as paths (``$address``) or by ``$getField`` with a literal, so
that a key such as ``$where`` or ``a.b`` is a key and nothing else. There is no way from a text of a user
to an operator.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.sources.mongo import names
from core.sources.mongo.fields import Field, Part
from core.sources.mongo.layout import NOTHING, TYPES
from core.sources.mongo.shape import Path
from core.sources.mongo.types import Kind

Expression = Any
NEVER_THERE = ["missing", *(TYPES[number] for number in NOTHING if number)]
STRANGE = [float("nan"), float("inf"), float("-inf")]
FIRST_MOMENT = datetime(1, 1, 1)
LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, 999_000)


def literal(value: Any) -> Expression:
    """Return a value as nothing but a value."""
    return {"$literal": value}


def at(path: Path) -> Expression:
    """Return what lies at a path; nothing where a key on the way holds no document."""
    first, *rest = path
    plain = names.is_plain(first)
    found: Expression = f"${names.text_of(first)}" if plain else _get(first, "$$CURRENT")
    for key in rest:
        found = _get(key, found)
    return found


def _get(key: bytes, holder: Expression) -> Expression:
    name = names.text_of(key)
    # A constant text may stand for itself unless the server would read it as a path.
    return {"$getField": {"field": literal(name) if name.startswith("$") else name, "input": holder}}


def cell(field: Field) -> Expression:
    """Return what a column shows of a document, as it is stored."""
    stored = at(field.path)
    if field.part is Part.COUNT:
        return {"$cond": [{"$isArray": [stored]}, {"$size": stored}, None]}
    if field.hidden:
        hidden = [TYPES[number] for number in field.hidden]
        return {"$cond": [{"$in": [{"$type": stored}, hidden]}, None, stored]}
    return stored


def is_missing(value: Expression) -> Expression:
    """Return whether a cell is missing in the table: absent, null, NaN, infinite, no date of our years."""
    return {
        "$or": [
            {"$in": [{"$type": value}, NEVER_THERE]},
            {"$in": [value, literal(STRANGE)]},
            {"$and": [{"$eq": [{"$type": value}, "date"]}, {"$not": [is_between(value, FIRST_MOMENT)]}]},
        ]
    }


def is_given(field: Field) -> Expression:
    """Return 1 where a document has anything at a number's place, be it a list or not a number; else 0."""
    stored = cell(field) if field.part is Part.COUNT else at(field.path)
    return {"$cond": [{"$in": [{"$type": stored}, NEVER_THERE]}, 0, 1]}


def is_between(value: Expression, first: datetime, last: datetime = LAST_MOMENT) -> Expression:
    """Return whether a time lies from one moment to another, both included."""
    return {"$and": [{"$gte": [value, literal(first)]}, {"$lte": [value, literal(last)]}]}


def as_number(field: Field) -> Expression:
    """Return a cell as a finite number, or null."""
    stored = cell(field)
    if field.kind is Kind.FLAG:
        return {
            "$switch": {"branches": [_case(stored, True, 1.0), _case(stored, False, 0.0)], "default": None}
        }
    double = {"$convert": {"input": stored, "to": "double", "onError": None, "onNull": None}}
    number = {"$cond": [{"$isNumber": stored}, double, None]}
    return {"$let": {"vars": {"n": number}, "in": {"$cond": [_is_finite("$$n"), "$$n", None]}}}


def _is_finite(number: Expression) -> Expression:
    return {"$and": [{"$gt": [number, literal(float("-inf"))]}, {"$lt": [number, literal(float("inf"))]}]}


def as_time(field: Field) -> Expression:
    """Return a cell as a date of the years 1 to 9999, or null."""
    stored = cell(field)
    if field.is_day_text:
        return {
            "$dateFromString": {
                "dateString": {"$cond": [{"$eq": [{"$type": stored}, "string"]}, stored, None]},
                "onError": None,
                "onNull": None,
            }
        }
    moment = {"$cond": [{"$in": [{"$type": stored}, ["date", "timestamp"]]}, {"$toDate": stored}, None]}
    return {"$let": {"vars": {"t": moment}, "in": {"$cond": [is_between("$$t", FIRST_MOMENT), "$$t", None]}}}


def as_text(field: Field) -> Expression:
    """Return a cell as the text that the table shows; null for what has no such text on the server."""
    stored = cell(field)
    simple = {"$in": [{"$type": stored}, ["int", "long", "decimal", "bool", "objectId", "symbol"]]}
    day = {"$dateToString": {"date": stored, "format": "%Y-%m-%d"}}
    time = {"$dateToString": {"date": stored, "format": "%Y-%m-%d %H:%M:%S"}}
    precise = {"$dateToString": {"date": stored, "format": "%Y-%m-%d %H:%M:%S.%L"}}
    at_midnight = {"$eq": [stored, {"$dateTrunc": {"date": stored, "unit": "day"}}]}
    at_second = {"$eq": [stored, {"$dateTrunc": {"date": stored, "unit": "second"}}]}
    date = {"$cond": [at_midnight, day, {"$cond": [at_second, time, precise]}]}
    return {
        "$switch": {
            "branches": [
                {"case": {"$eq": [{"$type": stored}, "string"]}, "then": stored},
                {"case": simple, "then": {"$toString": stored}},
                {"case": {"$eq": [{"$type": stored}, "double"]}, "then": _double_text(stored)},
                {"case": {"$eq": [{"$type": stored}, "date"]}, "then": date},
            ],
            "default": None,
        }
    }


def _double_text(stored: Expression) -> Expression:
    """Return a double as its digits, whole ones without a point."""
    is_whole = {"$and": [{"$lt": [{"$abs": stored}, literal(1e15)]}, {"$eq": [stored, {"$trunc": [stored]}]}]}
    return {"$cond": [is_whole, {"$toString": {"$toLong": stored}}, {"$toString": stored}]}


def _case(stored: Expression, value: bool, then: float) -> Expression:  # noqa: FBT001  a pair of a table
    return {"case": {"$eq": [stored, literal(value)]}, "then": literal(then)}
