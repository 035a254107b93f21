"""Datasets kept as Arrow files in the workspace, so that no job reads or cleans a table twice."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from core import frames
from core.dataset import Dataset, Provenance
from core.schema import Schema
from core.workflow.workspace import DRAFT, by_use, forget_drafts

ROWS, ABOUT = "rows.arrow", "about.json"
"""The files of a snapshot."""
KEPT = 12
"""How many snapshots stay; the ones that were used longest ago go first."""


def snapshot(workspace: Path, key: str, build: Callable[[], Dataset]) -> Dataset:
    """Return the dataset kept under ``key``, or build and keep it.

    The rows are read from a memory-mapped Arrow file. Two jobs that build the same one at the
    same time do not disturb each other: a snapshot appears whole or not at all, and one that
    another job removes before it is read is built once more.
    """
    folder = workspace / "snapshots" / key
    if not _is_whole(folder):
        _keep(folder, build)
    try:
        return _read(folder)
    except FileNotFoundError:
        _keep(folder, build)
        return _read(folder)


def _is_whole(folder: Path) -> bool:
    """Whether nothing of a snapshot is missing."""
    return all((folder / name).exists() for name in (ROWS, ABOUT))


def _keep(folder: Path, build: Callable[[], Dataset]) -> None:
    """Build and write a snapshot; the ones that were used longest ago go."""
    _write(folder, build())
    for old in by_use(folder.parent)[KEPT:]:
        _remove(old)
    forget_drafts(folder.parent)


def _write(folder: Path, dataset: Dataset) -> None:
    """Write beside the place and move in."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=DRAFT))
    try:
        table = pa.Table.from_pandas(dataset.collect(), preserve_index=False)
        with pa.OSFile(str(draft / ROWS), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        (draft / ABOUT).write_text(json.dumps(about_of(dataset.schema, dataset.provenance)), encoding="utf-8")
        _move_in(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _move_in(draft: Path, folder: Path) -> None:
    """Put the draft in its place; a whole snapshot that came to be meanwhile is as good, a half one goes."""
    try:
        draft.rename(folder)
    except OSError:
        if not _is_whole(folder):
            _remove(folder)
            draft.rename(folder)


def _remove(folder: Path) -> None:
    """Take a snapshot away at one stroke, then remove its files; another job may do the same."""
    away = folder.with_name(DRAFT + secrets.token_hex(8))
    with suppress(OSError):
        folder.rename(away)
    shutil.rmtree(away, ignore_errors=True)


def _read(folder: Path) -> Dataset:
    """Mark the snapshot as used and read it; raises FileNotFoundError when it was removed."""
    os.utime(folder)
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    with pa.memory_map(str(folder / ROWS)) as source:
        rows = frames.from_arrow(pa.ipc.open_file(source).read_all())
    schema, provenance = read_about(about)
    return Dataset(frames.wrap(rows), schema, provenance)


def provenance_of(workspace: Path, key: str) -> Provenance | None:
    """Return where a kept dataset came from without reading its rows, or None if none is kept."""
    try:
        about = json.loads((workspace / "snapshots" / key / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return read_about(about)[1]


def about_of(schema: Schema, provenance: Provenance) -> dict[str, Any]:
    """Return schema and provenance as what JSON can hold."""
    return {"schema": schema.as_tables(), "provenance": _origin_table(provenance)}


def read_about(about: Mapping[str, Any]) -> tuple[Schema, Provenance]:
    """Return schema and provenance out of what ``about_of`` made."""
    return Schema.of_tables(about["schema"]), _origin(about["provenance"])


def _origin_table(provenance: Provenance) -> dict[str, Any]:
    return {
        **{item.name: getattr(provenance, item.name) for item in fields(provenance)},
        "loaded_at": provenance.loaded_at.isoformat(),
        "parts": [_origin_table(part) for part in provenance.parts],
    }


def _origin(table: Mapping[str, Any]) -> Provenance:
    return Provenance(
        **{
            **table,
            "loaded_at": datetime.fromisoformat(table["loaded_at"]),
            "notes": tuple(table["notes"]),
            "parts": tuple(_origin(part) for part in table["parts"]),
        }
    )
