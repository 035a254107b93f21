"""Loading: from a source to a table under the user's schema, and what the Data sources page shows of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from core import frames
from core.caseload.access import Action, Actor, require, require_scope
from core.dataset import Dataset, Provenance
from core.errors import RoleMissing
from core.schema import Kind, Role, Schema
from core.settings import Settings
from core.sources.base import DemoSpec, FileSpec, Progress
from core.sources.demo.settings import check_spec
from core.sources.files.detect import FileFormat, detect
from core.sources.files.source import FileSource
from core.sources.join.assemble import Joined
from core.sources.open import open_source
from core.sources.plan import SourcePlan
from core.sources.roles import type_columns, with_kinds
from core.workflow.joining import join_plan
from core.workflow.limits import file_limits
from core.workflow.requests import TableRequest
from core.workflow.snapshots import KEPT, provenance_of, snapshot
from core.workflow.stated import connections_of
from core.workflow.suggestions import suggest_outcomes
from core.workflow.workspace import mark_used, put

PREVIEW_ROWS = 200


@dataclass(frozen=True, eq=False)
class Preview:
    """What the Data sources page shows of a table."""

    rows: pd.DataFrame
    """The first 200 rows."""
    columns: pd.DataFrame
    """One row a column: column, label, kind, role, reason, examples, missing (cells)."""
    schema: Schema
    provenance: Provenance
    tables: tuple[str, ...]
    file_format: FileFormat | None
    """How the file is read and why; None for the demo school."""
    suggestions: tuple[str, ...]
    """Outcomes that this table could have, as expressions; a person decides."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Students whom a plan left out: the id, and the table that does not know the student."""


def load_table(
    actor: Actor, request: TableRequest, *, settings: Settings, progress: Progress | None = None
) -> Dataset:
    """Return the table under the user's roles and kinds; raises SourceError, ColumnNotFound, RoleMissing.

    A student id stays text: ``007`` is not 7. Read once: later calls with the same source, table and
    kinds take the snapshot.
    """
    require_scope(actor, synthetic=request.is_demo)
    _mark_used(request, settings)
    dataset = _kept(actor, request, settings, progress)
    schema = _with_user_roles(dataset.schema, request)
    numeric_ids = [
        name for name in schema.names(Role.STUDENT_ID) if schema.column(name).kind is not Kind.TEXT
    ]
    if not numeric_ids:
        return dataset.with_schema(schema)
    as_text = {**dict(request.kinds), **dict.fromkeys(numeric_ids, Kind.TEXT)}
    again = replace(request, kinds=tuple(sorted(as_text.items())))
    dataset = _kept(actor, again, settings, progress)
    return dataset.with_schema(_with_user_roles(dataset.schema, request))


def _mark_used(request: TableRequest, settings: Settings) -> None:
    """Keep an uploaded file in use from being the next to go; a file outside the workspace is left alone."""
    source, folder = request.source, settings.workspace / "files"
    if isinstance(source, FileSpec) and Path(source.path).parent == folder:
        mark_used(Path(source.path))


def _kept(actor: Actor, request: TableRequest, settings: Settings, progress: Progress | None) -> Dataset:
    """Return the table with guessed roles; read from its source once.

    A file is read anew for other kinds: its text decides. What a server gave is typed by what it gave.
    """
    if isinstance(request.source, FileSpec) or not request.kinds:
        return snapshot(settings.workspace, _key(request), _reader(actor, request, settings, progress))

    def retyped() -> Dataset:
        dataset = _kept(actor, replace(request, kinds=()), settings, progress)
        return _retyped(dataset, with_kinds(dataset.schema, dict(request.kinds)))

    return snapshot(settings.workspace, _key(request), retyped)


def _key(request: TableRequest) -> str:
    """Name the snapshot of a table as it was read, whatever roles it is given later."""
    return f"table-{replace(request, roles=()).digest}"


def provenance(actor: Actor, request: TableRequest, *, settings: Settings) -> Provenance | None:
    """Return where the table that is worked on came from, or None while it was not read yet."""
    require_scope(actor, synthetic=request.is_demo)
    return provenance_of(settings.workspace, _key(request)) or provenance_of(
        settings.workspace, _key(replace(request, kinds=()))
    )


def preview(
    actor: Actor, request: TableRequest, *, settings: Settings, progress: Progress | None = None
) -> Preview:
    """Return the first rows, the schema with its reasons, and how the file was read."""
    require(actor, Action.LOAD, synthetic=request.is_demo)
    dataset = load_table(actor, request, settings=settings, progress=progress)
    frame, source, limits = dataset.collect(), request.source, file_limits(settings)
    return Preview(
        rows=frame.head(PREVIEW_ROWS),
        columns=_columns(frame, dataset.schema),
        schema=dataset.schema,
        provenance=dataset.provenance,
        tables=() if isinstance(source, SourcePlan) else open_source(source, limits=limits).tables(),
        file_format=detect(source.path, limits, spec=source) if isinstance(source, FileSpec) else None,
        suggestions=suggest_outcomes(frame, dataset.schema),
        left_out=_left_out(request, settings),
    )


def demo_spec(actor: Actor, **choices: Any) -> DemoSpec:
    """Return the spec of a demo school; raises InvalidChoice for a number out of range."""
    require(actor, Action.LOAD, synthetic=True)
    spec = DemoSpec(**choices)
    check_spec(spec)
    return spec


def _reader(
    actor: Actor, request: TableRequest, settings: Settings, progress: Progress | None
) -> Callable[[], Dataset]:
    """Return the call that reads the table from its source."""
    source, kinds = request.source, dict(request.kinds)

    def read() -> Dataset:
        if isinstance(source, SourcePlan):
            joined = join_plan(actor, source, settings=settings, progress=progress)
            _note_exclusions(request, joined, settings)
            return joined.dataset
        opened = open_source(source, limits=file_limits(settings), connections=connections_of(settings))
        table = request.table or opened.tables()[0]
        if isinstance(opened, FileSource):
            return opened.load(table, kinds=kinds, progress=progress)
        return opened.load(table, progress=progress)

    return read


def _note_exclusions(request: TableRequest, joined: Joined, settings: Settings) -> None:
    """Write down whom the join left out, so that a page can name them as long as the snapshot serves."""
    written = [(exclusion.table, list(exclusion.ids)) for exclusion in joined.exclusions]
    put(_exclusions(request, settings), json.dumps(written).encode(), kept=2 * KEPT)


def _exclusions(request: TableRequest, settings: Settings) -> Path:
    return settings.workspace / "exclusions" / f"{_key(replace(request, kinds=()))}.json"


def _left_out(request: TableRequest, settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return whom the join left out: the student's id, and the table that does not know the student."""
    place = _exclusions(request, settings)
    written = json.loads(place.read_text(encoding="utf-8")) if place.exists() else []
    return tuple((student, table) for table, students in written for student in students)


def _retyped(dataset: Dataset, schema: Schema) -> Dataset:
    """Return the dataset under a schema with other kinds; what does not fit is missing and noted."""
    changed = tuple(new.name for new, old in zip(schema, dataset.schema, strict=True) if new.kind != old.kind)
    frame = dataset.collect()
    typed, coerced = type_columns(frame[list(changed)], schema.only(changed))
    origin = dataset.provenance
    provenance = replace(origin, notes=(*origin.notes, *map(str, coerced)))
    return Dataset(frames.wrap(frame.assign(**{n: typed[n] for n in changed})), schema, provenance)


def _with_user_roles(schema: Schema, request: TableRequest) -> Schema:
    """Return the schema with the user's roles; choosing a student id ends any guessed one."""
    roles = dict(request.roles)
    chosen = [name for name, role in roles.items() if role is Role.STUDENT_ID]
    if len(chosen) > 1:
        raise RoleMissing(
            f"Only one column can be the student id, not both '{chosen[0]}' and '{chosen[1]}'.",
            hint="Give one of them another role.",
        )
    if chosen:
        guessed = [name for name in schema.names(Role.STUDENT_ID) if name not in roles]
        roles |= dict.fromkeys(guessed, Role.IGNORED)
    return schema.with_roles(roles, reason="Role set by the user.")


def _columns(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Return what the roles editor shows of each column."""
    rows = [
        (
            c.name,
            c.title,
            str(c.kind),
            str(c.role),
            c.reason,
            _examples(frame[c.name], c.kind),
            _gaps(frame[c.name]),
        )
        for c in schema
    ]
    return pd.DataFrame(rows, columns=["column", "label", "kind", "role", "reason", "examples", "missing"])


def _examples(values: pd.Series, kind: Kind) -> str:
    """Return the first three different values of the first rows."""
    seen = values.head(PREVIEW_ROWS).dropna().unique()[:3]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return ", ".join(f"{value:%Y-%m-%d}" for value in pd.DatetimeIndex(seen))
    if kind is Kind.FLAG and pd.api.types.is_numeric_dtype(values.dtype):
        return ", ".join("yes" if value else "no" for value in seen)
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value)[:40] for value in seen)


def _gaps(values: pd.Series) -> int:
    return int(values.isna().sum())
