"""Files in the workspace: each appears whole or not at all, and old ones go."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def put(place: Path, content: bytes, *, kept: int) -> Path:
    """Write a file and return its place; of its folder, only the ``kept`` newest files stay."""

    def write(sink: BinaryIO) -> str:
        sink.write(content)
        return place.name

    return put_named(place.parent, write, kept=kept)


def put_named(folder: Path, write: Callable[[BinaryIO], str], *, kept: int) -> Path:
    """Write a file whose name is known only once it is written: ``write`` returns it.

    The folder is readable by its owner only. Raises OSError, and what ``write`` raises; nothing is left then.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as sink:
            name = write(sink)
        place = Path(draft).replace(folder / name)
    finally:
        Path(draft).unlink(missing_ok=True)
    _forget_old(folder, kept)
    return place


def _forget_old(folder: Path, kept: int) -> None:
    """Remove the files that were written longest ago; another job may do the same at the same time."""
    ages = []
    for place in folder.glob("[!.]*"):
        try:
            ages.append((place.stat().st_mtime, place))
        except FileNotFoundError:
            continue
    for _, place in sorted(ages, reverse=True)[kept:]:
        place.unlink(missing_ok=True)
