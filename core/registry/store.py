"""The folder of published models: each appears whole or not at all, and is checked whenever it is read."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import AppError
from core.registry import skops_models
from core.registry.bundle import FILE, ID, MOST_BYTES, Bundle, bundle_bytes, check_id, read_bundle
from core.registry.strict_json import Unreadable

BUNDLE = "bundle.json"
DRAFT = ".draft-"
DAMAGED = ".damaged-"
"""What a damaged version is moved aside as: no id begins like this, so it is never loaded."""
LOCK = ".lock"
_LOOK = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)


_NO_FILE = (None, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)
"""What the system says of a place that holds no ordinary file; all else may be different a minute later."""


@dataclass(frozen=True)
class Damaged:
    """A version that cannot be used, and why."""

    id: str
    why: str


def keep(folder: Path, bundle: Bundle, files: Mapping[str, bytes]) -> Bundle:
    """Write a version with files beside it and return what is kept; one of the same content stays as it is.

    One that is not as it was published is moved aside and written anew. Raises Unreadable where another
    content stands under the id, AppError where the disk refuses.
    """
    content = {BUNDLE: bundle_bytes(bundle), **files}
    if len(content[BUNDLE]) > MOST_BYTES:
        raise Unreadable("The model is too large to be published.", hint=f"At most {MOST_BYTES:,} bytes.")
    try:
        _write(folder, bundle.id, content)
    except OSError as error:
        raise AppError(
            f"The model could not be kept: {error.strerror or error}.", hint="Is the disk full?"
        ) from error
    return load(folder, bundle.id)


def load(folder: Path, model: str) -> Bundle:
    """Return a version by its id; raises Unreadable, in one sentence, for anything that is not as published.

    Links are not followed, and nothing is read but one ordinary file of a limited size.
    """
    return load_with_file(folder, model)[0]


def load_with_file(folder: Path, model: str) -> tuple[Bundle, bytes | None]:
    """Return a version and the file beside it, None where it has none; the file's hash is checked first.

    Raises Unreadable as ``load`` does.
    """
    check_id(model)
    try:
        return _whole(folder / model, model)
    except FileNotFoundError:
        raise Unreadable(
            f"There is no model '{model}'.", hint="Choose one of the list on Train, under Publish."
        ) from None
    except OSError:
        raise Unreadable(
            f"The model '{model}' cannot be read.",
            hint="It must be a folder with an ordinary file in it, not a link, and open to this program.",
        ) from None


def versions(folder: Path) -> tuple[Bundle | Damaged, ...]:
    """Return all versions, the last published first, then those that cannot be used, each with the reason."""
    names = sorted(entry.name for entry in _entries(folder) if ID.fullmatch(entry.name))
    found = [_load_or_say(folder, name) for name in names]
    good = [one for one in found if isinstance(one, Bundle)]
    newest = sorted(good, key=lambda one: (one.published_at, one.id), reverse=True)
    return (*newest, *(one for one in found if isinstance(one, Damaged)))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Let nobody else change what is there already meanwhile; raises OSError where that cannot be had."""
    import fcntl

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def make_durable(folder: Path) -> None:
    """Have the disk remember which names stand in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(place: Path, content: bytes) -> None:
    """Write a file that only its owner can read, and wait until the disk has it."""
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        sink.write(content)
        sink.flush()
        os.fsync(sink.fileno())


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _load_or_say(folder: Path, model: str) -> Bundle | Damaged:
    try:
        return load(folder, model)
    except Unreadable as error:
        return Damaged(model, str(error))


def _write(folder: Path, model: str, content: Mapping[str, bytes]) -> None:
    """Write beside the place and move in; a version that is there already stays, unless it is damaged."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.path.lexists(folder / model) and not _is_damaged(folder, model):
        return
    draft = Path(tempfile.mkdtemp(dir=folder, prefix=DRAFT))
    try:
        for name, some in content.items():
            write_durably(draft / name, some)
        make_durable(draft)
        if os.path.lexists(folder / model):
            _replace_damaged(folder, model, draft)
        else:
            draft.rename(folder / model)
        make_durable(folder)
    except OSError:
        if not os.path.lexists(folder / model) or _is_damaged(folder, model):
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _replace_damaged(folder: Path, model: str, draft: Path) -> None:
    """Move a damaged version aside and the draft in; what somebody else mended meanwhile stays."""
    with held(folder):
        if not _is_damaged(folder, model):
            return
        (folder / model).rename(folder / f"{DAMAGED}{model}-{secrets.token_hex(4)}")
        draft.rename(folder / model)


def _is_damaged(folder: Path, model: str) -> bool:
    """Return whether what stands under an id is surely not as published; not so if it cannot be looked at."""
    try:
        _whole(folder / model, model)
    except Unreadable:
        return True
    except OSError as error:
        return error.errno in _NO_FILE
    return False


def _whole(place: Path, model: str) -> tuple[Bundle, bytes | None]:
    """Return a version and its file, both as they were published; raises Unreadable, OSError."""
    bundle = read_bundle(_content(place, BUNDLE, MOST_BYTES), model=model)
    if bundle.file_sha256 is None:
        return bundle, None
    try:
        content = _content(place, FILE, skops_models.MOST_BYTES)
    except FileNotFoundError:
        content = None
    bundle.check_file(content)
    return bundle, content


def _content(place: Path, name: str, most: int) -> bytes:
    """Return what is in a version's file; raises OSError for links, devices and what is too large."""
    if not stat.S_ISDIR(place.lstat().st_mode):
        raise NotADirectoryError(place)
    with os.fdopen(os.open(place / name, _LOOK), "rb") as source:
        about = os.fstat(source.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(place)
        return source.read(most + 1)
