"""Files of the viewer: copied into the workspace under their content's hash, within stated limits."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from core.caseload.access import Action, Actor, require
from core.errors import BadFile, SourceUnavailable
from core.settings import MIB, Settings
from core.sources.base import FileSpec
from core.sources.files.content import check_place, not_allowed
from core.workflow.limits import file_limits
from core.workflow.own_places import refuse_own_places
from core.workflow.workspace import put_named

KEPT_FILES = 40
"""How many uploaded files stay in the workspace; the ones that were used longest ago go first."""


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
    check_place(FileSpec(path=str(origin)), file_limits(settings))
    refuse_own_places(str(origin), settings=settings)
    try:
        with origin.open("rb") as stream:
            return FileSpec(path=str(_stored(stream, origin.name, settings)), name=origin.name)
    except PermissionError as error:
        raise not_allowed(origin.name) from error


def describe_limits(actor: Actor, *, settings: Settings) -> tuple[str, ...]:
    """Return the limits on files as sentences, to show before one is chosen."""
    require(actor, Action.LOAD, synthetic=True)
    return file_limits(settings).describe()


def _stored(stream: BinaryIO, name: str, settings: Settings) -> Path:
    """Copy the stream into the workspace, a block at a time, and return where it lies."""
    limits, digest = file_limits(settings), hashlib.sha256()

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
