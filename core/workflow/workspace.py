"""Files in the workspace: each appears whole or not at all, and old ones go."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

DRAFT = ".draft-"
"""How the name of what is not whole yet begins."""
DRAFT_SECONDS = 86_400
"""How old a draft is when the job that wrote it must be gone."""


def put(place: Path, content: bytes, *, kept: int | None) -> Path:
    """Write a file and return its place; of its folder, only the ``kept`` files used last stay, or all."""

    def write(sink: BinaryIO) -> str:
        sink.write(content)
        return place.name

    return put_named(place.parent, write, kept=kept)


def put_named(folder: Path, write: Callable[[BinaryIO], str], *, kept: int | None) -> Path:
    """Write a file whose name is known only once it is written: ``write`` returns it.

    The folder is readable by its owner only. Raises OSError, and what ``write`` raises; nothing is left then.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=DRAFT)
    try:
        with os.fdopen(handle, "wb") as sink:
            name = write(sink)
        place = Path(draft).replace(folder / name)
    finally:
        Path(draft).unlink(missing_ok=True)
    if kept is not None:
        _forget_old(folder, kept)
    return place


def add_line(place: Path, line: str) -> None:
    """Add a line to a file of lines, which only its owner can read; two writers never mix their lines.

    A line that a crash cut off stays by itself, so that it does not swallow the new one.
    """
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        start = "\n" if _is_cut_off(handle) else ""
        os.write(handle, f"{start}{line}\n".encode())
    finally:
        os.close(handle)


def _is_cut_off(handle: int) -> bool:
    """Return whether the last line of an open file has no end."""
    if not os.fstat(handle).st_size:
        return False
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) != b"\n"


def _forget_old(folder: Path, kept: int) -> None:
    """Remove the files that were written, or marked as used, longest ago."""
    for place in by_use(folder)[kept:]:
        place.unlink(missing_ok=True)
    forget_drafts(folder)


def mark_used(place: Path) -> None:
    """Let a file or folder count as used now, so that others go before it; it may be gone already."""
    with suppress(FileNotFoundError):
        os.utime(place)


def by_use(folder: Path) -> list[Path]:
    """Return what is in a folder, the last used first; another job may be removing some of it."""
    ages = []
    for place in folder.glob("[!.]*"):
        with suppress(FileNotFoundError):
            ages.append((place.stat().st_mtime, place))
    return [place for _, place in sorted(ages, reverse=True)]


def forget_drafts(folder: Path) -> None:
    """Remove the drafts of jobs that were ended while they wrote."""
    oldest = time.time() - DRAFT_SECONDS
    for draft in folder.glob(f"{DRAFT}*"):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime >= oldest:
                continue
            if draft.is_dir():
                shutil.rmtree(draft, ignore_errors=True)
            else:
                draft.unlink()
