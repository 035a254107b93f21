"""What a person is asked for to make a step of a recipe: a form for each kind, in plain words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sized
from dataclasses import MISSING, Field, dataclass, fields, replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.cleaning.registry import STEPS, step_from_dict
from core.cleaning.step import Step
from core.errors import RecipeError
from core.workflow.step_words import CHOICES, HEADINGS, KINDS, LABELS

Asked = Literal[
    "columns", "column", "choice", "yes or no", "number", "value", "text", "words", "numbers", "pairs"
]
_HIDDEN = {"reason", "is_on"}
_NEEDED: dict[Asked, Any] = {"columns": (), "words": (), "numbers": (), "pairs": (), "text": "", "value": ""}
"""What a field without a default starts with; None where something has to be chosen."""


@dataclass(frozen=True)
class FieldForm:
    """One setting of a kind of step: what to ask for."""

    name: str
    label: str
    help: str
    asked: Asked
    default: Any
    is_optional: bool = True
    """Whether it may be left empty."""
    choices: tuple[str, ...] = ()
    """For ``choice`` and ``words``: the only values there are, each named by ``choice_words``."""
    headings: tuple[str, str] = ("", "")
    """For ``pairs``: what the two columns hold."""
    is_whole: bool = False
    """For ``number``: whether it is a whole one."""

    def choice_words(self, value: str) -> str:
        """Return a choice in words."""
        return CHOICES.get((self.name, value), value.replace("_", " "))

    def rows(self, pairs: tuple[tuple[str, str], ...]) -> pd.DataFrame:
        """Return pairs as a table of two text columns, to be edited."""
        return pd.DataFrame(list(pairs), columns=list(self.headings), dtype="str")

    def given(self, value: Any) -> Any:
        """Return what a person gave as what a recipe holds; raises RecipeError.

        Half a pair is none. A value is a number if it shows one, unless it comes as (value, True): a text.
        """
        if not self.is_optional and (value is None or (isinstance(value, Sized) and not len(value))):
            raise RecipeError(
                f"'{self.label}' is empty.", hint=self.help or "Choose or write something there."
            )
        if self.asked == "pairs":
            return _pairs(value)
        if self.asked == "value":
            shown, is_text = value if isinstance(value, tuple) else (value, False)
            return shown if is_text or (number := _number(shown)) is None else number
        if self.asked == "numbers":
            return [one if (number := _number(one)) is None else number for one in value]
        return list(value) if self.asked in {"columns", "words"} else value


@dataclass(frozen=True)
class StepForm:
    """What a kind of step is called, what it does, and what it is asked for."""

    kind: str
    title: str
    help: str
    fields: tuple[FieldForm, ...]
    learns: bool
    """Whether it learns from rows: a model learns it again inside each fold."""


def step_forms(actor: Actor) -> dict[str, StepForm]:
    """Return a form for each kind of step, in the order in which a recipe usually has them."""
    require(actor, Action.CLEAN, synthetic=True)
    return {kind: _form(step) for kind, step in STEPS.items()}


def make_step(actor: Actor, kind: str, given: Mapping[str, Any], *, like: Step | None = None) -> Step:
    """Return the step that a filled form describes; reason and switch are those of ``like``.

    Raises UnknownStep, RecipeError in one sentence.
    """
    require(actor, Action.CLEAN, synthetic=True)
    known = {field.name: field for field in _form(STEPS[kind]).fields} if kind in STEPS else {}
    read = {name: known[name].given(value) if name in known else value for name, value in given.items()}
    step = step_from_dict({"kind": kind, **read}, place="The step")
    return step if like is None else replace(step, reason=like.reason, is_on=like.is_on)


@cache
def _form(step: type[Step]) -> StepForm:
    hints = get_type_hints(step)
    asked = [_field(step.kind, one, hints[one.name]) for one in fields(step) if one.name not in _HIDDEN]
    title, words = KINDS.get(step.kind, (step.kind.replace("_", " ").capitalize(), ""))
    return StepForm(step.kind, title, words, tuple(asked), step.in_folds)


def _field(kind: str, one: Field[Any], hint: Any) -> FieldForm:
    types = _alternatives(hint)
    asked = "text" if f"{kind}.{one.name}" in _NEW_NAMES else _asked(one.name, types)
    label, more = LABELS.get(f"{kind}.{one.name}") or LABELS.get(
        one.name, (one.name.replace("_", " ").capitalize(), "")
    )
    return FieldForm(
        name=one.name,
        label=label,
        help=more,
        asked=asked,
        default=_NEEDED.get(asked) if one.default is MISSING else one.default,
        is_optional=one.default is not MISSING or NoneType in _members(hint),
        choices=get_args(types[0]) if asked == "choice" else _known_words(one.name),
        headings=HEADINGS.get(kind, ("Before", "After")),
        is_whole=types == (int,),
    )


def _known_words(name: str) -> tuple[str, ...]:
    """Return the values of a setting that has no others; none where every word will do."""
    return tuple(value for setting, value in CHOICES if setting == name)


def _members(hint: Any) -> tuple[Any, ...]:
    """Return the types that a hint allows."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return tuple(one for one in _members(hint) if one is not NoneType)


def _asked(name: str, types: tuple[Any, ...]) -> Asked:
    """Return what to ask for; a name that is not known to hold columns is asked for in words."""
    first = types[0]
    if get_origin(first) is Literal:
        return "choice"
    if get_origin(first) is tuple:
        inner = get_args(first)[0]
        if inner is float:
            return "numbers"
        return "pairs" if get_origin(inner) is tuple else "columns" if name in _COLUMNS else "words"
    if str in types:
        return "value" if float in types else "column" if name in _ONE_COLUMN else "text"
    return "yes or no" if first is bool else "number"


_COLUMNS = {"columns", "by", "within", "using", "others", "groups"}
_NEW_NAMES = {"derive_column.column"}
_ONE_COLUMN = {"column", "order", "order_by", "by", "group", "student_id", "latest"}


def _pairs(value: Any) -> list[list[str]]:
    """Return the pairs of a table or a list, without those of which a half is empty."""
    if isinstance(value, pd.DataFrame):
        value = value.dropna().astype("str").itertuples(index=False, name=None)
    return [list(pair) for pair in value]


def _number(text: Any) -> float | None:
    """Return the finite number that a text shows, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
