"""All kinds of steps, and the way from a step to JSON and back; the one place that lists them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from core.cleaning.bins import BinNumbers
from core.cleaning.columns import CastColumns, DropColumns, RenameColumn
from core.cleaning.conditions import DropRowsWhere
from core.cleaning.dates import ParseDates
from core.cleaning.derive import DeriveColumn
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.group_fill import FillByGroup
from core.cleaning.merging import MergeStudents
from core.cleaning.missing import FillWithConstant, FillWithMean, FillWithMedian, FillWithMode
from core.cleaning.model_fill import FillWithModel
from core.cleaning.neighbour_fill import FillWithNeighbours
from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.cleaning.outliers import CapOutliers
from core.cleaning.ranges import SetRange
from core.cleaning.rare import CombineRare
from core.cleaning.rows import DropRows
from core.cleaning.step import Step, shown
from core.cleaning.text import MapValues, NormaliseText, PlaceholdersToMissing, StripText
from core.errors import RecipeError, UnknownStep, choices_hint, quoted

STEPS: dict[str, type[Step]] = {
    step.kind: step
    for step in (
        StripText,
        NormaliseText,
        PlaceholdersToMissing,
        ParseNumbers,
        ParseDates,
        ParseFlags,
        MapValues,
        CastColumns,
        RenameColumn,
        SetRange,
        DropRows,
        DropRowsWhere,
        DropDuplicates,
        MergeStudents,
        KeepOnePerStudent,
        DeriveColumn,
        CapOutliers,
        BinNumbers,
        CombineRare,
        DropColumns,
        FillWithMedian,
        FillWithMean,
        FillWithMode,
        FillByGroup,
        FillWithConstant,
        FillWithNeighbours,
        FillWithModel,
    )
}
"""Every kind of step, in the order in which a recipe usually has them."""


_HUGE = sys.float_info.max
_EXACT = 2**53
"""Up to here a whole number is the same on every engine."""


def step_to_dict(step: Step) -> dict[str, Any]:
    """Return the step as plain values: kind, settings, the reason if any, ``is_on`` only when it is off."""
    settings = {name: _written(getattr(step, name), hint) for name, hint in _hints(type(step)).items()}
    if not step.reason:
        del settings["reason"]
    if step.is_on:
        del settings["is_on"]
    return {"kind": step.kind, **settings}


def step_from_dict(raw: object, *, place: str) -> Step:
    """Return the step that ``raw`` describes; ``place`` names it in errors.

    Raises UnknownStep for a kind that does not exist, RecipeError for settings that do not fit.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("kind"), str):
        raise RecipeError(
            f"{place} has no 'kind'.",
            hint=f'A step looks like {{"kind": …}}; kinds: {quoted(STEPS, limit=20)}.',
        )
    kind = raw["kind"]
    if kind not in STEPS:
        raise UnknownStep(
            f"{place} is of an unknown kind {_word(kind)}.", hint=choices_hint(kind, list(STEPS))
        )
    return _build(STEPS[kind], {name: value for name, value in raw.items() if name != "kind"}, place=place)


def _build(step: type[Step], given: Mapping[str, object], *, place: str) -> Step:
    """Return the step with these settings, each checked against its declared type."""
    hints, where = _hints(step), f"{place} ({step.kind})"
    for name in given:
        if name not in hints:
            raise RecipeError(
                f"{where} has an unknown setting {_word(str(name))}.",
                hint=choices_hint(str(name), list(hints)),
            )
    for f in fields(step):
        if f.default is MISSING and f.default_factory is MISSING and f.name not in given:
            raise RecipeError(
                f"{where} lacks the setting '{f.name}'.", hint=f"It must be {_named(hints[f.name])}."
            )
    read = {}
    for name, value in given.items():
        fits, read[name] = _read(value, hints[name])
        if not fits:
            raise RecipeError(f"The setting '{name}' of {where} must be {_named(hints[name])}.")
    return step(**read)


@cache
def _hints(step: type[Step]) -> dict[str, Any]:
    """Return the type of each setting."""
    found = get_type_hints(step)
    return {f.name: found[f.name] for f in fields(step)}


def _read(value: object, hint: Any) -> tuple[bool, Any]:
    """Return whether the value fits the type, and the value with lists as tuples."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return next((got for one in arguments if (got := _read(value, one))[0]), (False, None))
    if origin is Literal:
        return value in arguments and isinstance(value, str), value
    if origin is tuple:
        return _read_tuple(value, arguments)
    if hint is float:
        return _read_number(value)
    if hint is int:
        return type(value) is int and abs(value) <= _EXACT, value
    if hint is NoneType:
        return value is None, None
    return type(value) is hint, value


def _read_number(value: object) -> tuple[bool, float | None]:
    """Return whether the value is a finite number, and it as float."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_HUGE <= value <= _HUGE:
        return False, None
    return True, float(value)


def _read_tuple(value: object, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    """Return whether the list fits, and it as a tuple; ``...`` after a type means any number of them."""
    if not isinstance(value, list | tuple):
        return False, None
    types = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else list(arguments)
    if len(types) != len(value):
        return False, None
    read = [_read(one, hint) for one, hint in zip(value, types, strict=True)]
    return all(fits for fits, _ in read), tuple(got for _, got in read)


def _named(hint: Any) -> str:
    """Say what a setting must be."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(_named(one) for one in arguments)
    if origin is Literal:
        return f"one of {quoted(arguments)}"
    if origin is tuple:
        return "a list of pairs of texts" if get_origin(arguments[0]) else f"a list of {_MANY[arguments[0]]}"
    return _ONE.get(hint, str(hint))


_ONE = {str: "a text", float: "a number", int: "a whole number", bool: "true or false", NoneType: "null"}
_MANY = {str: "texts", float: "numbers", int: "whole numbers"}


def _word(name: str) -> str:
    """Return a word of the JSON in quotes, on one line and not too long."""
    return shown(" ".join(name.split()))


def _written(value: Any, hint: Any) -> Any:
    """Return a setting as it is read again: a whole number, where any may stand, as the float that it is."""
    fits, read = _read(value, hint)
    return _plain(read if fits else value)


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
