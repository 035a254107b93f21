"""Loading: from a source to a table under the user's schema, and what the Data sources page shows of it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.dataset import Dataset, Provenance
from core.errors import BadFile, RoleMissing, TooLarge
from core.schema import Role, Schema
from core.settings import MIB, Settings
from core.sources.base import FileSpec, Progress
from core.sources.files.detect import FileFormat, detect
from core.sources.files.limits import FileLimits
from core.sources.open import open_source
from core.workflow.requests import TableRequest
from core.workflow.snapshots import snapshot

PREVIEW_ROWS = 200


@dataclass(frozen=True, eq=False)
class Preview:
    """What the Data sources page shows of a table."""

    rows: pd.DataFrame
    """The first 200 rows."""
    schema: Schema
    provenance: Provenance
    tables: tuple[str, ...]
    file_format: FileFormat | None
    """How the file is read and why; None for the demo school."""
    limits: tuple[str, ...]
    """The limits in sentences."""


def load_table(
    actor: Actor, request: TableRequest, *, settings: Settings, progress: Progress | None = None
) -> Dataset:
    """Return the table under the user's roles; raises SourceError, ColumnNotFound, RoleMissing.

    Read once: later calls with the same source, table and kinds take the snapshot.
    """
    require(actor, Action.LOAD, synthetic=request.is_demo)
    key = "table-" + TableRequest(request.source, request.table, kinds=request.kinds).digest
    dataset = snapshot(settings.workspace, key, _reader(request, settings, progress))
    return dataset.with_schema(_with_user_roles(dataset.schema, request))


def preview(
    actor: Actor, request: TableRequest, *, settings: Settings, progress: Progress | None = None
) -> Preview:
    """Return the first rows, the schema with its reasons, and how the file was read."""
    dataset = load_table(actor, request, settings=settings, progress=progress)
    source = open_source(request.source, limits=_file_limits(settings))
    return Preview(
        rows=dataset.collect(limit=PREVIEW_ROWS),
        schema=dataset.schema,
        provenance=dataset.provenance,
        tables=source.tables(),
        file_format=_format_of(request, settings),
        limits=_file_limits(settings).describe(),
    )


def keep_file(actor: Actor, content: bytes, *, name: str, settings: Settings) -> FileSpec:
    """Store an uploaded file under its content's hash and return its spec; raises TooLarge, BadFile."""
    require(actor, Action.LOAD, synthetic=False)
    if not content:
        raise BadFile(f"The file '{name}' is empty.", hint="Export it again and upload it once more.")
    if len(content) > settings.max_file_mib * MIB:
        raise TooLarge(
            f"The file '{name}' has {len(content) / MIB:,.0f} MiB; the limit is {settings.max_file_mib:,} MiB.",
            hint="Upload fewer rows or columns, or raise WAYMARK_MAX_FILE_MIB.",
        )
    place = _file_place(settings, hashlib.sha256(content).hexdigest(), name)
    if not place.exists():
        draft = place.with_suffix(".draft")
        draft.write_bytes(content)
        draft.replace(place)
    return FileSpec(path=str(place), name=Path(name).name)


def keep_path(actor: Actor, path: str, *, settings: Settings) -> FileSpec:
    """Copy a file of this computer into the workspace under its content's hash and return its spec."""
    require(actor, Action.LOAD, synthetic=False)
    origin = Path(path).expanduser()
    detect(origin, limits=_file_limits(settings))
    with origin.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    place = _file_place(settings, digest, origin.name)
    if not place.exists():
        shutil.copyfile(origin, place)
    return FileSpec(path=str(place), name=origin.name)


def _file_limits(settings: Settings) -> FileLimits:
    """Return the limits on files that the settings mean."""
    return FileLimits(
        max_bytes=settings.max_file_mib * MIB,
        max_unpacked_bytes=settings.max_unpacked_mib * MIB,
        max_rows=settings.max_rows,
        max_columns=settings.max_columns,
    )


def _reader(request: TableRequest, settings: Settings, progress: Progress | None) -> Callable[[], Dataset]:
    """Return the call that reads the table from its source."""

    def read() -> Dataset:
        source = open_source(request.source, limits=_file_limits(settings), kinds=dict(request.kinds))
        return source.load(request.table or source.tables()[0], progress=progress)

    return read


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
    return schema.with_roles(roles)


def _format_of(request: TableRequest, settings: Settings) -> FileFormat | None:
    if isinstance(request.source, FileSpec):
        return detect(Path(request.source.path), limits=_file_limits(settings), spec=request.source)
    return None


def _file_place(settings: Settings, digest: str, name: str) -> Path:
    """Return where a file with this content lies; only the ending is taken from the user's name."""
    folder = settings.workspace / "files"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ending = Path(name).suffix.lower()
    return folder / (digest[:32] + (ending if ending[1:].isalnum() and len(ending) <= 8 else ""))
