"""Training requests as JSON: complete, readable, and read again only if every word of them is known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, cast, get_type_hints

from core.cleaning.recipe import Recipe
from core.connections import NAME
from core.errors import InvalidChoice
from core.modeling.options import ModelOptions
from core.registry.strict_json import Node, Unreadable, pretty, read_json
from core.schema import Kind, Role
from core.sources.base import ConnectionSpec, DemoSpec, FileSpec, PartSpec
from core.sources.join.plan_json import plan_from_json, plan_to_json
from core.sources.plan import SourcePlan, SourceSpec
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest

FORMAT = 1
LARGEST_REQUEST = 2_500_000
"""Bytes: a recipe and a plan, each of their own largest size, and what is around them."""
MOST_COLUMNS = 5_000
MOST_SEED = 2**31 - 1
"""As on the command line; the lowest is 0."""
KEPT_NAME = re.compile(r"[0-9a-f]{32}")
"""The name of an uploaded file in the workspace: its content's hash."""
_WHAT = "the training request"
_TABLE = ("source", "table", "roles", "kinds", "revision")
_OWN = tuple(field.name for field in fields(TrainingRequest) if field.name != "cleaning")
_KEYS = ("waymark_request", *_TABLE, "recipe", *_OWN)
_SOURCES = ("demo", "file", "connection", "plan")


def request_to_json(request: TrainingRequest) -> bytes:
    """Return a request as a JSON file."""
    return pretty(request_to_dict(request))


def request_from_json(content: bytes) -> TrainingRequest:
    """Return the request that a JSON file holds; raises Unreadable, RecipeError, PlanError in one sentence.

    >>> request_from_json(b'{"waymark_request": 1, "source": {"demo": {"seed": 3}}}').table.source.seed
    3
    """
    return request_from_node(read_json(content, what=_WHAT, most_bytes=LARGEST_REQUEST))


def request_to_dict(request: TrainingRequest) -> dict[str, Any]:
    """Return a request as plain values."""
    table, recipe = request.table, request.cleaning.recipe
    return {
        "waymark_request": FORMAT,
        "source": _source_to_dict(table.source),
        "table": table.table,
        "roles": {name: str(role) for name, role in table.roles},
        "kinds": {name: str(kind) for name, kind in table.kinds},
        "revision": table.revision,
        "recipe": None if recipe is None else recipe.to_dict(),
        **{name: _plain(getattr(request, name)) for name in _OWN},
    }


def request_from_node(node: Node) -> TrainingRequest:
    """Return the request that plain values describe."""
    found = node.fields(_KEYS, needed=("waymark_request", "source"))
    if found["waymark_request"].value != FORMAT:
        raise found["waymark_request"].error(
            f"must be {FORMAT}", "It was made by another version of Waymark."
        )
    table = TableRequest(
        source=_source_from(found["source"]),
        table=_or_none(found.get("table"), Node.text),
        roles=_columns(found.get("roles"), Role),
        kinds=_columns(found.get("kinds"), Kind),
        revision=found["revision"].text() if "revision" in found else "",
    )
    recipe = _or_none(found.get("recipe"), lambda one: Recipe.from_dict(one.value))
    own = {name: _value(TrainingRequest, name, found[name]) for name in _OWN if name in found}
    return TrainingRequest(CleaningRequest(table, recipe), **own)


def _options_to_dict(options: ModelOptions) -> dict[str, Any]:
    plain = {one.name: _plain(getattr(options, one.name)) for one in fields(ModelOptions)}
    return plain | {"settings": dict(options.settings)}


def _options(node: Node) -> ModelOptions:
    """Return how the family is fitted; a choice that cannot be meant is said at its place."""
    try:
        return cast("ModelOptions", _made(ModelOptions, node, needed=()))
    except InvalidChoice as error:
        raise node.error(f"cannot be used: {error}", error.hint or "") from error


def with_files(request: TrainingRequest, change: Callable[[FileSpec], FileSpec]) -> TrainingRequest:
    """Return the request with each file that it reads put elsewhere; all else stays."""

    def changed(source: PartSpec) -> PartSpec:
        return change(source) if isinstance(source, FileSpec) else source

    source: SourceSpec = request.table.source
    if isinstance(source, SourcePlan):
        parts = [replace(part, source=changed(part.source)) for part in source.tables]
        source = replace(source, base=parts[0], parts=tuple(parts[1:]))
    else:
        source = changed(source)
    table = replace(request.table, source=source)
    return replace(request, cleaning=replace(request.cleaning, table=table))


def portable(request: TrainingRequest) -> TrainingRequest:
    """Return the request with kept files named by their content, not by where this computer has them."""

    def bare(spec: FileSpec) -> FileSpec:
        name = Path(spec.path).name
        return replace(spec, path=name) if KEPT_NAME.fullmatch(name) else spec

    return with_files(request, bare)


def _source_to_dict(source: SourceSpec) -> dict[str, Any]:
    if isinstance(source, SourcePlan):
        return {"plan": json.loads(plan_to_json(source))}
    kind = {DemoSpec: "demo", FileSpec: "file", ConnectionSpec: "connection"}[type(source)]
    return {kind: {field.name: getattr(source, field.name) for field in fields(source)}}


def _source_from(node: Node) -> SourceSpec:
    found = node.fields(_SOURCES)
    if len(found) != 1:
        raise node.error("must name one source", "One of 'demo', 'file', 'connection' and 'plan'.")
    kind, inner = next(iter(found.items()))
    if kind == "plan":
        return _plan(inner)
    return {"demo": _demo, "file": _file, "connection": _connection}[kind](inner)


def _plan(node: Node) -> SourcePlan:
    plan = plan_from_json(json.dumps(node.value))
    places = ["base", *(f"parts[{number}]" for number in range(len(plan.parts)))]
    for place, part in zip(places, plan.tables, strict=True):
        if isinstance(part.source, DemoSpec):
            _seed(Node(node.what, f"{node.path}.{place}.source.demo.seed", part.source.seed))
    return plan


def _demo(node: Node) -> PartSpec:
    return cast("PartSpec", _made(DemoSpec, node, needed=()))


def _file(node: Node) -> PartSpec:
    spec = cast("FileSpec", _made(FileSpec, node, needed=("path",)))
    if "://" in spec.path or not spec.path.strip() or "\0" in spec.path:
        raise Node(node.what, f"{node.path}.path", spec.path).error(
            "must be a file", "Its path; beside the request it may be the file's name alone."
        )
    return spec


def _connection(node: Node) -> PartSpec:
    spec = cast("ConnectionSpec", _made(ConnectionSpec, node, needed=("connection",)))
    if not NAME.fullmatch(spec.connection) or "://" in spec.database or "@" in spec.database:
        raise node.error(
            "must name a connection and a database", "Addresses and passwords stay in the settings."
        )
    return spec


def _made(kind: type[Any], node: Node, *, needed: tuple[str, ...]) -> Any:
    """Return a dataclass of simple fields made of an object; what is not there is as usual."""
    found = node.fields([field.name for field in fields(kind)], needed=needed)
    return kind(**{name: _value(kind, name, inner) for name, inner in found.items()})


def _value(kind: type[Any], name: str, node: Node) -> Any:
    """Return the value of a field as its type is read; a seed has a range of its own."""
    return _seed(node) if name == "seed" else _READ[get_type_hints(kind)[name]](node)


def _seed(node: Node) -> int:
    return node.whole(0, MOST_SEED)


def _columns(node: Node | None, kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return what columns were set to, in the order of their names."""
    if node is None:
        return ()
    found = node.entries(MOST_COLUMNS)
    return tuple(sorted((name, inner.choice(kind)) for name, inner in found.items()))


def _or_none(node: Node | None, read: Callable[[Node], Any]) -> Any:
    return None if node is None or node.value is None else read(node)


def _plain(value: Any) -> Any:
    if isinstance(value, ModelOptions):
        return _options_to_dict(value)
    return list(value) if isinstance(value, tuple) else value


def _numbers_by_name(node: Node) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((name, inner.number()) for name, inner in node.entries(MOST_COLUMNS).items()))


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(inner.text() for inner in node.items(MOST_COLUMNS))


_READ: Mapping[Any, Callable[[Node], Any]] = {
    str: Node.text,
    bool: Node.flag,
    int: Node.whole,
    float: Node.number,
    str | None: lambda node: _or_none(node, Node.text),
    bool | None: lambda node: _or_none(node, Node.flag),
    int | None: lambda node: _or_none(node, Node.whole),
    float | None: lambda node: _or_none(node, Node.number),
    tuple[str, ...]: _texts,
    ModelOptions: _options,
    tuple[tuple[str, float], ...]: _numbers_by_name,
    Literal["standard", "range"]: Node.text,
}
"""How a field of each type is read; a new type of field needs a line here, and a test says so."""

__all__ = [
    "KEPT_NAME",
    "LARGEST_REQUEST",
    "Unreadable",
    "portable",
    "request_from_json",
    "request_from_node",
    "request_to_dict",
    "request_to_json",
    "with_files",
]
