"""Whether learned values that come from a file are of the sort that a step learns."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeGuard

from core.cleaning.step import State

_HUGE = sys.float_info.max


def of_columns(state: State, columns: Sequence[str], fits: Callable[[Any], bool]) -> bool:
    """Whether there is something that fits, or None, for each of the columns and for no other."""
    return state.keys() == set(columns) and all(one is None or fits(one) for one in state.values())


def is_number(value: object) -> TypeGuard[float]:
    """Whether this is a finite number.

    >>> is_number(2), is_number(2.5), is_number(True), is_number("2"), is_number(float("inf"))
    (True, True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and -_HUGE <= value <= _HUGE


def is_value(value: object) -> bool:
    """Whether this is a text or a finite number."""
    return isinstance(value, str) or is_number(value)


def are_numbers(values: object) -> TypeGuard[list[float]]:
    """Whether this is a list of finite numbers."""
    return isinstance(values, list) and all(is_number(value) for value in values)


def is_scale(one: object) -> TypeGuard[dict[str, Any]]:
    """Whether this holds a mean and a standard deviation above 0."""
    if not isinstance(one, dict) or not is_number(one.get("mean")) or not is_number(one.get("scale")):
        return False
    return bool(one["scale"] > 0)


def rises(values: object) -> bool:
    """Whether this is a list of numbers, each above the one before."""
    return are_numbers(values) and all(low < high for low, high in pairwise(values))
