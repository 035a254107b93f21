"""How the value of a condition is read: the same number, time or text for every engine."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from core.errors import InvalidChoice
from core.sources.base import MOST_EXACT
from core.sources.selection import Condition, Test, Value

DAY_LENGTH = len("2026-11-21")
EXAMPLES = {"number": "61.5", "day": "2026-11-21", "text": "north"}
"""What a column may hold, each with a value that can be compared with it."""
COMPARED: dict[Test, Callable[[Any, Any], Any]] = {
    Test.IS: operator.eq,
    Test.IS_NOT: operator.ne,
    Test.AT_LEAST: operator.ge,
    Test.AT_MOST: operator.le,
    Test.ABOVE: operator.gt,
    Test.BELOW: operator.lt,
}


def number_of(value: Value) -> float:
    """Return a value as a number; raises ValueError for what is none, and for NaN."""
    number = float(value)
    if math.isnan(number):
        raise ValueError(value)
    return number


def is_day(value: Value) -> bool:
    """Tell whether a value names a whole day, not a moment."""
    return len(str(value).strip()) == DAY_LENGTH


def time_of(value: Value) -> datetime:
    """Return a day's first moment, or a moment, in UTC; raises TypeError, ValueError, OverflowError.

    >>> time_of("2026-03-10T14:00:00+02:00")
    datetime.datetime(2026, 3, 10, 12, 0)
    """
    if not isinstance(value, str):
        raise TypeError(value)
    time = datetime.fromisoformat(value.strip())
    return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)


def text_of(value: Value) -> str:
    """Return a value as a text column would hold it: a whole number in its digits, while it has them all.

    >>> text_of(7.0), text_of(7.5), text_of(True)
    ('7', '7.5', 'true')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    is_whole = isinstance(value, int) or (value.is_integer() and abs(value) <= MOST_EXACT)
    return str(int(value)) if is_whole else repr(value)


def without_value(condition: Condition) -> InvalidChoice:
    """Return the failure of a condition that says nothing to compare with."""
    return InvalidChoice(
        f"The condition '{condition.column} {condition.test}' has no value.",
        hint="Give a value, or use 'missing' or 'present'.",
    )


def not_comparable(column: str, what: str, value: object) -> InvalidChoice:
    """Return the failure of a value that a column of numbers, days or texts cannot be compared with."""
    return InvalidChoice(
        f"The column '{column}' holds {what}s and cannot be compared with '{value}'.",
        hint=f"Give a {what}, like {EXAMPLES[what]}.",
    )
