"""Loading: from a source to a table under the user's schema, and what the Data sources page shows of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from core import frames
from core.caseload.access import Action, Actor, require, require_scope
from core.dataset import Dataset, Provenance
from core.errors import BadFile, RoleMissing, SourceUnavailable
from core.schema import Kind, Role, Schema
from core.settings import MIB, Settings
from core.sources.base import DemoSpec, FileSpec, Progress, Source
from core.sources.demo.settings import check_spec
from core.sources.files.content import check_place, not_allowed
from core.sources.files.detect import FileFormat, detect
from core.sources.files.limits import FileLimits
from core.sources.files.source import FileSource
from core.sources.open import open_source
from core.sources.roles import type_columns, with_kinds
from core.workflow.requests import TableRequest
from core.workflow.snapshots import snapshot
from core.workflow.suggestions import suggest_outcomes
from core.workflow.workspace import mark_used, put_named

PREVIEW_ROWS = 200
KEPT_FILES = 40
"""How many uploaded files stay in the workspace; the ones that were used longest ago go first."""


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


def load_table(
    actor: Actor, request: TableRequest, *, settings: Settings, progress: Progress | None = None
) -> Dataset:
    """Return the table under the user's roles and kinds; raises SourceError, ColumnNotFound, RoleMissing.

    A student id stays text: ``007`` is not 7. Read once: later calls with the same source, table and
    kinds take the snapshot.
    """
    require_scope(actor, synthetic=request.is_demo)
    _mark_used(request, settings)
    dataset = _kept(request, settings, progress)
    schema = _with_user_roles(dataset.schema, request)
    numeric_ids = [
        name for name in schema.names(Role.STUDENT_ID) if schema.column(name).kind is not Kind.TEXT
    ]
    if not numeric_ids:
        return dataset.with_schema(schema)
    as_text = {**dict(request.kinds), **dict.fromkeys(numeric_ids, Kind.TEXT)}
    again = replace(request, kinds=tuple(sorted(as_text.items())))
    dataset = _kept(again, settings, progress)
    return dataset.with_schema(_with_user_roles(dataset.schema, request))


def _mark_used(request: TableRequest, settings: Settings) -> None:
    """Keep an uploaded file in use from being the next to go; a file outside the workspace is left alone."""
    source, folder = request.source, settings.workspace / "files"
    if isinstance(source, FileSpec) and Path(source.path).parent == folder:
        mark_used(Path(source.path))


def _kept(request: TableRequest, settings: Settings, progress: Progress | None) -> Dataset:
    """Return the table with guessed roles; read from its source once."""
    key = "table-" + TableRequest(request.source, request.table, kinds=request.kinds).digest
    return snapshot(settings.workspace, key, _reader(request, settings, progress))


def preview(
    actor: Actor, request: TableRequest, *, settings: Settings, progress: Progress | None = None
) -> Preview:
    """Return the first rows, the schema with its reasons, and how the file was read."""
    require(actor, Action.LOAD, synthetic=request.is_demo)
    dataset = load_table(actor, request, settings=settings, progress=progress)
    limits = _limits_of(settings)
    frame, source = dataset.collect(), request.source
    return Preview(
        rows=frame.head(PREVIEW_ROWS),
        columns=_columns(frame, dataset.schema),
        schema=dataset.schema,
        provenance=dataset.provenance,
        tables=open_source(source, limits=limits).tables(),
        file_format=detect(source.path, limits, spec=source) if isinstance(source, FileSpec) else None,
        suggestions=suggest_outcomes(frame, dataset.schema),
    )


def demo_spec(actor: Actor, **choices: Any) -> DemoSpec:
    """Return the spec of a demo school; raises InvalidChoice for a number out of range."""
    require(actor, Action.LOAD, synthetic=True)
    spec = DemoSpec(**choices)
    check_spec(spec)
    return spec


def keep_file(actor: Actor, stream: BinaryIO, *, name: str, settings: Settings) -> FileSpec:
    """Store an uploaded file under its content's hash and return its spec; raises TooLarge.

    What is in the file is not looked at: reading it says whether it is a table.
    """
    require(actor, Action.LOAD, synthetic=False)
    shown = Path(name).name
    return FileSpec(path=str(_stored(stream, shown, settings)), name=shown)


def keep_path(actor: Actor, path: str, *, settings: Settings) -> FileSpec:
    """Copy a file of this computer into the workspace under its content's hash and return its spec.

    Raises BadFile, TooLarge, SourceUnavailable.
    """
    require(actor, Action.LOAD, synthetic=False)
    try:
        origin = Path(path.strip()).expanduser()
    except RuntimeError as error:
        raise BadFile(f"There is no folder '{path}'.", hint="Give the whole path, without '~'.") from error
    check_place(FileSpec(path=str(origin)), _limits_of(settings))
    try:
        with origin.open("rb") as stream:
            return FileSpec(path=str(_stored(stream, origin.name, settings)), name=origin.name)
    except PermissionError as error:
        raise not_allowed(origin.name) from error


def describe_limits(actor: Actor, *, settings: Settings) -> tuple[str, ...]:
    """Return the limits on files as sentences, to show before one is chosen."""
    require(actor, Action.LOAD, synthetic=True)
    return _limits_of(settings).describe()


def _limits_of(settings: Settings) -> FileLimits:
    """Return the limits on files that the settings mean."""
    return FileLimits(
        max_bytes=settings.max_file_mib * MIB,
        max_unpacked_bytes=settings.max_unpacked_mib * MIB,
        max_rows=settings.max_rows,
        max_columns=settings.max_columns,
    )


def _stored(stream: BinaryIO, name: str, settings: Settings) -> Path:
    """Copy the stream into the workspace, a block at a time, and return where it lies."""
    limits, digest = _limits_of(settings), hashlib.sha256()

    def copy(sink: BinaryIO) -> str:
        size = 0
        while block := stream.read(MIB):
            size += len(block)
            limits.check_bytes(name, size)
            digest.update(block)
            sink.write(block)
        return digest.hexdigest()[:32]

    try:
        return put_named(settings.workspace / "files", copy, kept=KEPT_FILES)
    except OSError as error:
        raise SourceUnavailable(f"'{name}' could not be stored.", hint="Is the disk full?") from error


def _reader(request: TableRequest, settings: Settings, progress: Progress | None) -> Callable[[], Dataset]:
    """Return the call that reads the table from its source."""

    def read() -> Dataset:
        source = open_source(request.source, limits=_limits_of(settings))
        table = request.table or source.tables()[0]
        return _loaded(source, table, request, progress)

    return read


def _loaded(source: Source, table: str, request: TableRequest, progress: Progress | None) -> Dataset:
    """Return the table with the kinds that the user set, its values brought to them."""
    kinds = dict(request.kinds)
    if isinstance(source, FileSource):
        return source.load(table, kinds=kinds, progress=progress)
    dataset = source.load(table, progress=progress)
    return dataset if not kinds else _retyped(dataset, with_kinds(dataset.schema, kinds))


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
