"""Source plans as JSON: readable, complete, and never with a password or an address in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any, cast

from core.connections import NAME
from core.sources.base import MOST_EXACT, ConnectionSpec, DemoSpec, FileSpec, PartSpec
from core.sources.join.json_place import Place, Read
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import Condition, How, KeyRule, Measure, Test

VERSION = 1
MOST_PARTS, MOST_COLUMNS = 20, 5_000
KINDS: dict[type[Any], str] = {DemoSpec: "demo", FileSpec: "file", ConnectionSpec: "connection"}
NO_VALUE = {Test.MISSING, Test.PRESENT}


def plan_to_json(plan: SourcePlan) -> str:
    """Return a plan as JSON; what is as usual is left out, and the order of keys is always the same.

    What is written can be read: raises PlanError as ``plan_from_json`` does.
    """
    written = {"waymark_plan": VERSION, **_object(plan)}
    text = json.dumps(written, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    plan_from_json(text)
    return text


def plan_from_json(text: str) -> SourcePlan:
    """Return the plan that a JSON text means; raises PlanError naming the place and what is valid there.

    >>> text = '{"waymark_plan": 1, "base": {"source": {"demo": {}}, "table": "students"}}'
    >>> plan_from_json(text).base.table
    'students'
    """
    whole = Place.of(text)
    found = whole.fields(["waymark_plan", *_names(SourcePlan)], needed=["waymark_plan", "base"])
    version = found.pop("waymark_plan")
    if version.whole() != VERSION:
        raise version.error(f"must be {VERSION}", "The plan was made by another version of Waymark.")
    return cast("SourcePlan", _made(SourcePlan, Place("$", {k: p.value for k, p in found.items()}), _PLAN))


def _object(value: Any) -> dict[str, Any]:
    """Return a dataclass as an object of its fields that are not as usual."""
    return {
        field.name: _written(getattr(value, field.name), field.name)
        for field in fields(value)
        if not _is_usual(field, getattr(value, field.name))
    }


def _is_usual(field: Any, value: Any) -> bool:
    usual = field.default_factory() if field.default_factory is not MISSING else field.default
    return usual is not MISSING and type(usual) is type(value) and bool(usual == value)


def _written(value: Any, name: str) -> Any:
    """Return a value as JSON holds it."""
    if type(value) in KINDS:
        return {KINDS[type(value)]: _object(value)}
    if is_dataclass(value):
        return _object(value)
    if name == "types":
        return dict(value)
    if isinstance(value, tuple):
        return [_written(element, "") for element in value]
    if isinstance(value, date):
        return value.isoformat()
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) <= MOST_EXACT
    return int(value) if is_whole else value


def _names(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]


def _made(kind: type[Any], place: Place, readers: Mapping[str, Read]) -> Any:
    """Return a dataclass made of an object; what is not there is as usual."""
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    found = place.fields(list(readers), needed=needed)
    return kind(**{name: readers[name](value) for name, value in found.items()})


def _several(read: Read, most: int) -> Read:
    return lambda place: tuple(read(element) for element in place.items(most))


def _source(place: Place) -> PartSpec:
    found = place.fields(list(KINDS.values()))
    if len(found) != 1:
        raise place.error("must name one source", "One of 'demo', 'file' and 'connection'.")
    kind, inner = next(iter(found.items()))
    return cast("PartSpec", _SOURCES[kind](inner))


def _file(place: Place) -> FileSpec:
    spec: FileSpec = _made(FileSpec, place, _FILE)
    if "://" in spec.path:
        raise Place(f"{place.path}.path", None).error(
            "must be a file", "Addresses of servers stay in the settings; name a connection instead."
        )
    return spec


def _connection(place: Place) -> str:
    name = place.text()
    if not NAME.fullmatch(name):
        raise place.error(
            "is no name of a connection",
            "Up to 40 letters, digits and hyphens; addresses and passwords stay in the settings.",
        )
    return name


def _database(place: Place) -> str:
    name = place.text()
    if "://" in name or "@" in name:
        raise place.error("is no name of a database", "Addresses stay in the settings.")
    return name


def _condition(place: Place) -> Condition:
    condition: Condition = _made(Condition, place, _CONDITION)
    has_value, has_values = condition.value is not None, bool(condition.values)
    if has_value != (condition.test not in {*NO_VALUE, Test.ONE_OF}) or has_values != (
        condition.test is Test.ONE_OF
    ):
        raise place.error(
            f"does not say what '{condition.test}' needs",
            "'missing' and 'present' need nothing, 'one of' needs 'values', all others 'value'.",
        )
    return condition


def _types(place: Place) -> tuple[tuple[str, str], ...]:
    if not isinstance(place.value, dict) or len(place.value) > MOST_COLUMNS:
        raise place.error("must be an object", f"A type for each of at most {MOST_COLUMNS:,} columns.")
    names = [Place(f"{place.path}.*", name).text() for name in place.value]
    return tuple((name, Place(f"{place.path}.{name}", place.value[name]).text()) for name in names)


_DEMO: dict[str, Read] = {
    name: Place.whole if name in {"students", "seed", "terms"} else Place.flag for name in _names(DemoSpec)
}
_FILE: dict[str, Read] = {
    "path": Place.name,
    **dict.fromkeys(("name", "delimiter", "encoding", "decimal"), Place.text),
    "header": Place.flag,
    "sheet": Place.text,
}
_SOURCES: dict[str, Read] = {
    "demo": lambda place: _made(DemoSpec, place, _DEMO),
    "file": _file,
    "connection": lambda place: _made(
        ConnectionSpec, place, {"connection": _connection, "database": _database}
    ),
}
_CONDITION: dict[str, Read] = {
    "column": Place.name,
    "test": lambda place: place.choice(Test),
    "value": Place.scalar,
    "values": _several(Place.scalar, MOST_COLUMNS),
}
_MEASURE: dict[str, Read] = {
    "how": lambda place: place.choice(How),
    "of": Place.text,
    "name": Place.text,
}
_PART: dict[str, Read] = {
    "source": _source,
    "table": Place.name,
    "key": Place.text,
    "rule": lambda place: _made(KeyRule, place, dict.fromkeys(_names(KeyRule), Place.flag)),
    "columns": _several(Place.name, MOST_COLUMNS),
    "rows": _several(_condition, MOST_COLUMNS),
    "explode": Place.text,
    "time": Place.text,
    "measures": _several(lambda place: _made(Measure, place, _MEASURE), MOST_COLUMNS),
    "join": lambda place: place.choice(Join),
    "prefix": Place.text,
    "types": _types,
}
_PLAN: dict[str, Read] = {
    "base": lambda place: _made(Part, place, _PART),
    "parts": _several(lambda place: _made(Part, place, _PART), MOST_PARTS),
    "as_of": Place.day,
    "name": Place.text,
}
