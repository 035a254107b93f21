"""The last good copy of what a server gave: Parquet with a checksum, served while the server is down."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from core import frames
from core.dataset import Dataset
from core.errors import AppError, LoginRefused, SourceUnavailable
from core.sources.join.part_table import PartTable
from core.workflow.snapshots import about_of, read_about
from core.workflow.workspace import mark_used, put

KEPT = 60
"""How many copies stay; the ones that were used longest ago go first."""
ENDING = ".parquet"
FORMAT = 1
"""Raised when a copy of earlier code must not be read any more."""


def fresh_or_kept(workspace: Path, what: object, read: Callable[[], PartTable]) -> PartTable:
    """Return what ``read()`` gives and keep it; where the server does not answer, the last good copy.

    ``what`` says by its repr what is read. A copy says in ``provenance.outage`` what did not answer and
    since when. Raises what ``read`` raises when there is no copy, or when one cannot be trusted.
    """
    folder = workspace / "copies"
    key = hashlib.sha256(f"{FORMAT}:{what!r}".encode()).hexdigest()[:24]
    try:
        table = read()
    except (SourceUnavailable, LoginRefused) as error:
        kept = _read(folder, key)
        since = _down_since(folder / f".down-{key}")
        if kept is None:
            raise
        return _as_outage(kept, error, since)
    with suppress(OSError):  # a full disk takes the copy, not what was read
        _keep(folder, key, table)
    return table


def _keep(folder: Path, key: str, table: PartTable) -> None:
    """Write the copy, rows with what is known of them; its name ends with the checksum of its bytes."""
    dataset = table.dataset
    left_out = {item.name: getattr(table, item.name) for item in fields(table) if item.name != "dataset"}
    about = json.dumps({**about_of(dataset.schema, dataset.provenance), "left_out": left_out})
    rows = pa.Table.from_pandas(dataset.collect(), preserve_index=False)
    rows = rows.replace_schema_metadata({**(rows.schema.metadata or {}), b"waymark": about.encode()})
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content = bytes(sink.getvalue())
    place = put(folder / f"{key}-{hashlib.sha256(content).hexdigest()}{ENDING}", content, kept=KEPT)
    for older in folder.glob(f"{key}-*{ENDING}"):
        if older != place:
            older.unlink(missing_ok=True)
    (folder / f".down-{key}").unlink(missing_ok=True)


def _read(folder: Path, key: str) -> PartTable | None:
    """Return the copy, or None if there is none, or if one bit of it changed."""
    for place in folder.glob(f"{key}-*{ENDING}"):
        try:
            content = place.read_bytes()
        except FileNotFoundError:  # another job has put a newer one in its place
            continue
        if place.name == f"{key}-{hashlib.sha256(content).hexdigest()}{ENDING}":
            mark_used(place)
            return _table(content)
    return None


def _table(content: bytes) -> PartTable:
    rows = pq.read_table(pa.BufferReader(content))
    about = json.loads(rows.schema.metadata[b"waymark"])
    dataset = Dataset(frames.wrap(frames.from_arrow(rows)), *read_about(about))
    return PartTable(dataset, **about["left_out"])


def _down_since(mark: Path) -> datetime:
    """Return when a read failed first since the last one that worked; now, if this is the first."""
    try:
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return datetime.fromtimestamp(mark.stat().st_mtime, tz=UTC)
    except OSError:
        pass  # nothing can be written: then it is at least down now
    return datetime.now(UTC)


def _as_outage(kept: PartTable, error: AppError, since: datetime) -> PartTable:
    origin = kept.dataset.provenance
    loaded = origin.loaded_at
    words = (
        f"{error} It could not be read since {since:%d %b %H:%M} UTC. "
        f"What you see was read on {loaded:%d %b %Y} at {loaded:%H:%M} UTC."
    )
    dataset = replace(kept.dataset, provenance=replace(origin, outage=words))
    return replace(kept, dataset=dataset)
