"""A table with what is known about it: its columns' roles and where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from core import frames
from core.frames import Frame
from core.schema import Schema

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Provenance:
    """Where a table came from; every number on the screen can say so."""

    source: str
    """The source in words: ``demo school``, ``file marks.csv``."""
    table: str
    loaded_at: datetime
    """When it was read, in UTC."""
    n_rows: int
    content_hash: str
    """The first 16 hexadecimal digits of a SHA-256 over what was read."""
    as_of: str | None = None
    """The last day whose facts are in the table, as ``2026-11-21``; None where the source does not say."""
    synthetic: bool = False
    """True for made-up students: never evidence about real ones."""
    notes: tuple[str, ...] = ()
    """What was done since, one sentence each, oldest first."""
    query: str = ""
    """What was asked of the server, without passwords and without values of rows."""
    parts: tuple[Provenance, ...] = ()
    """Where each of the joined tables came from, the base first; empty for a single table."""
    outage: str = ""
    """Why this is an older copy: what did not answer, and since when; empty for what was just read."""


@dataclass(frozen=True)
class Dataset:
    """A frame, its schema, and its provenance; treated as read-only by everybody."""

    frame: Frame
    schema: Schema
    provenance: Provenance

    def with_frame(self, frame: Frame, *, note: str, schema: Schema | None = None) -> Dataset:
        """Return the dataset with another frame and one more note on how it came about."""
        provenance = replace(self.provenance, notes=(*self.provenance.notes, note))
        return Dataset(frame, schema or self.schema, provenance)

    def with_schema(self, schema: Schema) -> Dataset:
        """Return the same rows under another schema."""
        return replace(self, schema=schema)

    def collect(self, *, limit: int | None = None) -> pd.DataFrame:
        """Return the rows as pandas, at most ``limit``; the only way out of Spark."""
        return frames.collect(self.frame, limit=limit)
