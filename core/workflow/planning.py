"""A source plan as a person makes it: tables chosen, ids compared before anything is joined, drift mended."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.caseload.access import Action, Actor, require
from core.dataset import Provenance
from core.errors import InvalidChoice, PlanError, choices_hint
from core.schema import Kind
from core.settings import Settings
from core.sources.base import ConnectionSpec, DemoSpec, FileSpec, PartSpec, Progress, Source, silent
from core.sources.join.checks import check_base_keys
from core.sources.join.drift import Drift, check_drift, remapped, with_types
from core.sources.join.match import Match, match
from core.sources.join.plan_json import plan_from_json, plan_to_json
from core.sources.join.words import describe_join, label_of
from core.sources.open import open_source
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import Condition, Grouping, How, KeyRule, Measure, Test, Value
from core.workflow.connecting import TableLook
from core.workflow.limits import file_limits
from core.workflow.requests import TableRequest
from core.workflow.stated import connections_of

__all__ = [
    "DEMO_PLACE",
    "JOINS",
    "MEASURES",
    "OPEN_FILE_PLACE",
    "TESTS",
    "ConnectionSpec",
    "DemoSpec",
    "FileSpec",
    "KeyRule",
    "Part",
    "PartSpec",
    "PartWords",
    "Provenance",
    "SourcePlan",
    "add_part",
    "check_drifts",
    "check_matches",
    "drop_part",
    "make_part",
    "new_plan",
    "part_places",
    "part_source",
    "plan_bytes",
    "plan_words",
    "read_plan",
    "remap",
    "set_as_of",
    "set_rule",
]

DEMO_PLACE = "demo school"
OPEN_FILE_PLACE = "the file that is open"
JOINS: Mapping[str, str] = {
    Join.KEEP.value: "Keep them, with these columns missing",
    Join.ONLY_MATCHED.value: "Leave them out, each named",
}
MEASURES: Mapping[str, str] = {
    How.COUNT.value: "how many",
    How.SUM.value: "sum",
    How.MEAN.value: "mean",
    How.LAST.value: "last value",
    How.TREND.value: "trend (change a week)",
    How.DAYS_SINCE.value: "days since the last one",
}
TESTS: Mapping[str, str] = {test.value: test.value for test in Test}
OF_NOTHING = frozenset({Test.MISSING, Test.PRESENT})
BY_SIZE = frozenset({Test.AT_LEAST, Test.AT_MOST, Test.ABOVE, Test.BELOW})
FLAG_TYPES = frozenset({"bool", "boolean"})


@dataclass(frozen=True)
class PartWords:
    """One table of a plan, in words."""

    title: str
    key: str
    takes: str
    join: str


def part_places(actor: Actor, request: TableRequest, *, settings: Settings) -> tuple[str, ...]:
    """Return the places that a table can be chosen from, connections first."""
    require(actor, Action.LOAD, synthetic=False)
    names = [connection.name for connection in connections_of(settings).profiles]
    file = (OPEN_FILE_PLACE,) if isinstance(request.source, FileSpec) else ()
    return (*sorted(names), *file, DEMO_PLACE)


def part_source(
    actor: Actor, request: TableRequest, place: str, *, database: str = "", settings: Settings
) -> PartSpec:
    """Return what names a place; raises InvalidChoice for one that is not among ``part_places``."""
    places = part_places(actor, request, settings=settings)
    if place not in places:
        raise InvalidChoice.of("place", place, places)
    if place == OPEN_FILE_PLACE and isinstance(request.source, FileSpec):
        return request.source
    if place == DEMO_PLACE:
        is_demo = isinstance(request.source, DemoSpec)
        return request.source if is_demo else _demo(settings)  # type: ignore[return-value]
    return ConnectionSpec(place, database)


def make_part(
    actor: Actor,
    look: TableLook,
    source: PartSpec,
    *,
    rule: KeyRule | None = None,
    conditions: Sequence[tuple[str, str, str]] = (),
    measures: Sequence[tuple[str, str, str]] = (),
    join: str = Join.KEEP.value,
    **choices: Any,
) -> Part:
    """Return a part of a plan out of what a person chose; the types of its columns are kept with it.

    ``conditions`` are (column, test, value as text), ``measures`` (how, column, name). ``choices`` are
    the part's key, columns, explode, time and prefix. Raises InvalidChoice, ColumnNotFound, PlanError.
    """
    require(actor, Action.LOAD, synthetic=isinstance(source, DemoSpec))
    part = Part(
        source=source,
        table=look.info.name,
        rule=rule or KeyRule(),
        rows=tuple(_condition(look, *one) for one in conditions),
        measures=tuple(_measure(look.info.name, *one) for one in measures),
        join=Join(_among("join", join, JOINS)),
        **choices,
    )
    return with_types(part, look.info)


def new_plan(actor: Actor, part: Part, *, name: str = "") -> SourcePlan:
    """Return a plan of one table."""
    require(actor, Action.LOAD, synthetic=isinstance(part.source, DemoSpec))
    return SourcePlan(base=replace(part, join=Join.KEEP), name=name)


def add_part(actor: Actor, plan: SourcePlan, part: Part) -> SourcePlan:
    """Return the plan with one more part; raises PlanError for a part without a key."""
    _require(actor)
    for needs, which in ((plan.base, "base table"), (part, "table")):
        if not needs.key:
            raise PlanError(
                f"The {which} '{needs.table}' has no id to join by.",
                hint="Choose the column that says which student a row is about.",
            )
    return replace(plan, parts=(*plan.parts, part))


def drop_part(actor: Actor, plan: SourcePlan, index: int) -> SourcePlan:
    """Return the plan without one of its parts, counted from 0, the base not among them."""
    _require(actor)
    return replace(plan, parts=tuple(part for place, part in enumerate(plan.parts) if place != index))


def set_rule(actor: Actor, plan: SourcePlan, index: int, rule: KeyRule) -> SourcePlan:
    """Return the plan with the ids of one part compared under another rule."""
    _require(actor)
    parts = [replace(part, rule=rule) if place == index else part for place, part in enumerate(plan.parts)]
    return replace(plan, parts=tuple(parts))


def set_as_of(actor: Actor, plan: SourcePlan, day: date | None) -> SourcePlan:
    """Return the plan with another as-of date; None counts every event."""
    _require(actor)
    return replace(plan, as_of=day)


def plan_words(actor: Actor, plan: SourcePlan) -> tuple[PartWords, ...]:
    """Return each table in words, the base first."""
    _require(actor)
    return tuple(
        PartWords(
            title=part.table,
            key=f"{part.key or 'no id'}, {part.rule.describe()}",
            takes=_takes(part, plan.as_of),
            join="" if part is plan.base else describe_join(part),
        )
        for part in plan.tables
    )


def check_matches(
    actor: Actor, plan: SourcePlan, *, settings: Settings, progress: Progress | None = None
) -> tuple[Match, ...]:
    """Return for each part how its ids match those of the base; only ids are read.

    Raises PlanError and RepeatedIds for a base that nothing can be joined to.
    """
    _require(actor)
    report = progress or silent
    base = _keys(plan.base, settings)
    check_base_keys(plan.base, base)
    found = []
    for place, part in enumerate(plan.parts):
        report((place + 1) / (len(plan.parts) + 1), f"Comparing the ids of '{part.table}'")
        keys = _keys(part, settings)
        found.append(match(base, keys, table=part.table, rule=part.rule, one_row=not part.measures))
    report(1.0, "Ids compared")
    return tuple(found)


def check_drifts(
    actor: Actor, plan: SourcePlan, *, settings: Settings, progress: Progress | None = None
) -> tuple[tuple[Drift, ...], ...]:
    """Return for each table, the base first, which columns changed since the plan was made."""
    _require(actor)
    report = progress or silent
    found = []
    for place, part in enumerate(plan.tables):
        report(place / len(plan.tables), f"Looking at '{part.table}'")
        info = _opened(part, settings).describe(part.table, explode=part.explode)
        found.append(check_drift(part, info))
    report(1.0, "Columns compared")
    return tuple(found)


def remap(
    actor: Actor, plan: SourcePlan, index: int, names: Mapping[str, str], *, look: TableLook
) -> SourcePlan:
    """Return the plan with columns of one table (0 is the base) taken from others, under today's types.

    ``look`` is how the table looks now. Raises ColumnNotFound for a new name that is not there either.
    """
    _require(actor)
    part = with_types(remapped(plan.tables[index], names), look.info)
    if index == 0:
        return replace(plan, base=part)
    parts = [part if place == index - 1 else one for place, one in enumerate(plan.parts)]
    return replace(plan, parts=tuple(parts))


def plan_bytes(actor: Actor, plan: SourcePlan) -> bytes:
    """Return the plan as JSON, without addresses or passwords."""
    _require(actor)
    return plan_to_json(plan).encode()


def read_plan(actor: Actor, content: bytes, *, files: Path | None = None) -> SourcePlan:
    """Return the plan that a file holds; raises PlanError.

    With ``files`` only files in that folder may be read: a plan that somebody sends must not open others.
    """
    _require(actor)
    try:
        plan = plan_from_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PlanError("The file is no text in UTF-8.", hint="Give a plan that Waymark wrote.") from error
    if files is not None:
        _refuse_other_files(plan, files.resolve())
    return plan


def _refuse_other_files(plan: SourcePlan, folder: Path) -> None:
    paths = [Path(part.source.path) for part in plan.tables if isinstance(part.source, FileSpec)]
    for path in paths:
        if path.resolve().parent != folder:
            raise PlanError(
                f"The plan reads the file '{path.name}', which was not opened here.",
                hint="Open the file on Data sources first, then choose it as a table.",
            )


def _takes(part: Part, as_of: date | None) -> str:
    """Return what is taken from a table, in words."""
    if part.measures:
        until = f" up to {as_of.isoformat()}" if as_of and part.time else ""
        taken = ", ".join(label_of(measure) for measure in part.measures) + until
    else:
        taken = ", ".join(part.columns) if part.columns else "all columns"
    where = " and ".join(map(str, part.rows))
    return f"{taken}, where {where}" if where else taken


def _require(actor: Actor) -> None:
    require(actor, Action.LOAD, synthetic=False)


def _opened(part: Part, settings: Settings) -> Source:
    return open_source(part.source, limits=file_limits(settings), connections=connections_of(settings))


def _keys(part: Part, settings: Settings) -> pd.Series:
    """Return the ids of a part, those of several rows twice; missing where a row has none."""
    groups = _opened(part, settings).group(
        part.table, Grouping(key=part.key), rows=part.rows, explode=part.explode
    )
    times = np.minimum(groups.frame["n_rows"].to_numpy(), 2)
    return groups.frame["key"].repeat(times).reset_index(drop=True)


def _demo(settings: Settings) -> DemoSpec:
    return DemoSpec(students=settings.demo_students, seed=settings.demo_seed)


def _condition(look: TableLook, column: str, test: str, text: str) -> Condition:
    """Return a condition with its value in the type that the source declares; what is guessed is no type.

    Raises ColumnNotFound, and InvalidChoice where text that looks like numbers or days would be compared
    by size: the server compares its letters.
    """
    chosen = Test(_among("test", test, TESTS))
    kind = look.schema.column(column).kind
    field = next((field for field in look.info.fields if field.name == column), None)
    is_number = field is not None and (field.is_number or field.type in FLAG_TYPES)
    if chosen in OF_NOTHING:
        return Condition(column, chosen)
    if chosen in BY_SIZE and not is_number and field is not None and not field.is_time:
        _refuse_size(column, kind)
    if chosen is Test.ONE_OF:
        words = [word.strip() for word in text.split(",") if word.strip()]
        return Condition(column, chosen, values=tuple(_value(column, word, is_number) for word in words))
    return Condition(column, chosen, _value(column, text.strip(), is_number))


def _refuse_size(column: str, kind: Kind) -> None:
    if kind in {Kind.NUMBER, Kind.DATE, Kind.FLAG}:
        raise InvalidChoice(
            f"The column '{column}' is text in its source, so it cannot be compared by size there.",
            hint="Use 'is', 'is not' or 'one of', or leave rows out later, on Cleaning.",
        )


def _value(column: str, text: str, is_number: bool) -> Value:  # noqa: FBT001  one of two forms of a value
    """Return a value as a number or as the text it is; raises InvalidChoice."""
    if not is_number:
        return text
    words = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
    if text.casefold() in words:
        return words[text.casefold()]
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        raise InvalidChoice(
            f"'{text}' can be read in two ways.", hint="Write it without a comma for thousands."
        )
    try:
        number = float(text.replace(",", "."))
    except ValueError as error:
        raise _no_number(column, text) from error
    if not math.isfinite(number):
        raise _no_number(column, text)
    return number


def _no_number(column: str, text: str) -> InvalidChoice:
    return InvalidChoice(
        f"The column '{column}' holds numbers, and '{text[:40]}' is none.", hint="Give a number."
    )


def _measure(table: str, how: str, column: str, name: str) -> Measure:
    """Return a measure; one of whole rows is named after its table, because every table has rows."""
    chosen = How(_among("measure", how, MEASURES))
    usual = "" if column else f"{table}_{chosen.replace(' ', '_')}"
    return Measure(chosen, column, name.strip() or usual)


def _among(what: str, value: str, valid: Mapping[str, str]) -> str:
    if value not in valid:
        raise InvalidChoice(f"'{what}' cannot be '{value}'.", hint=choices_hint(value, list(valid)))
    return value
