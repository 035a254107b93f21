"""Datasets kept as Arrow files in the workspace, so that no job reads or cleans a table twice."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from core import frames
from core.dataset import Dataset, Provenance
from core.schema import Column, Kind, Role, Schema

KEPT = 12
"""How many snapshots stay; the ones that were used longest ago go first."""


def snapshot(workspace: Path, key: str, build: Callable[[], Dataset]) -> Dataset:
    """Return the dataset kept under ``key``, or build and keep it.

    The rows are read from a memory-mapped Arrow file. Two jobs that build the same one at the
    same time do not disturb each other: a snapshot appears whole or not at all.
    """
    folder = workspace / "snapshots" / key
    if not (folder / "about.json").exists():
        _write(folder, build())
        _forget_old(folder.parent)
    os.utime(folder)
    return _read(folder)


def _write(folder: Path, dataset: Dataset) -> None:
    """Write beside the place and move in; a folder that came to be meanwhile is as good."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))
    table = pa.Table.from_pandas(dataset.collect(), preserve_index=False)
    with pa.OSFile(str(draft / "rows.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    (draft / "about.json").write_text(json.dumps(_about(dataset)), encoding="utf-8")
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft)


def _read(folder: Path) -> Dataset:
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    with pa.memory_map(str(folder / "rows.arrow")) as source:
        rows = frames.from_arrow(pa.ipc.open_file(source).read_all())
    columns = tuple(
        Column(**{**column, "kind": Kind(column["kind"]), "role": Role(column["role"])})
        for column in about["schema"]
    )
    origin = about["provenance"]
    origin |= {"loaded_at": datetime.fromisoformat(origin["loaded_at"]), "notes": tuple(origin["notes"])}
    return Dataset(frames.wrap(rows), Schema(columns), Provenance(**origin))


def _about(dataset: Dataset) -> dict[str, Any]:
    provenance = asdict(dataset.provenance)
    provenance["loaded_at"] = dataset.provenance.loaded_at.isoformat()
    return {"schema": [asdict(column) for column in dataset.schema], "provenance": provenance}


def _forget_old(parent: Path) -> None:
    """Remove the snapshots that were used longest ago."""
    kept = sorted(parent.glob("[!.]*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in kept[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
