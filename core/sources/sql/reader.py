"""Reading rows of a statement into Arrow, within the limits that were stated."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core.connections import ReadLimits
from core.errors import TooLarge
from core.sources.base import Progress
from core.sources.sql.arrow import batch_of_rows
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field
from core.sources.sql.engine import Engine, Session
from core.sources.sql.wire import Wire

CHUNK_ROWS = 20_000
READ_SHARE = 0.8
"""The fraction of a load's progress at which all rows are read."""


@dataclass
class Counter:
    """How much was read by all who read; raises TooLarge beyond the limits."""

    table: str
    limits: ReadLimits
    expected: int
    n_rows: int = 0
    n_bytes: int = 0
    is_abandoned: bool = False
    _told: float = 0.0
    _lock: Any = field(default_factory=threading.Lock, repr=False)

    def add(self, batch: Any) -> None:
        """Count a batch of Arrow."""
        if self.is_abandoned:
            raise TooLarge("The read was given up.")
        with self._lock:
            self.n_rows += batch.num_rows
            self.n_bytes += batch.nbytes
        if self.n_rows > self.limits.rows:
            raise too_many(self.table, f"more than {self.limits.rows:,}", self.limits)
        if self.n_bytes > self.limits.bytes:
            raise TooLarge(
                f"The rows of '{self.table}' take more than the limit of "
                f"{self.limits.bytes / 1024**3:,.1f} GiB; {self.n_rows:,} had been read.",
                hint="Choose fewer columns or rows, or raise WAYMARK_READ_MIB.",
            )

    def abandon(self) -> None:
        """Let whoever still reads end at the next batch: nobody waits for the rows."""
        self.is_abandoned = True

    def start_again(self) -> None:
        """Forget what was read."""
        self.n_rows = self.n_bytes = 0

    def tell(self, progress: Progress) -> None:
        """Pass on how far the reading is."""
        share = min(self.n_rows / self.expected, 1.0) if self.expected else 0.0
        self._told = max(self._told, share)
        progress(READ_SHARE * self._told, f"{self.n_rows:,} rows read from '{self.table}'")


def too_many(table: str, words: str, limits: ReadLimits) -> TooLarge:
    """Return the refusal of a table that has too many rows."""
    return TooLarge(
        f"The table '{table}' has {words} rows; a load may have {limits.rows:,}.",
        hint="Choose the rows that are needed, or let the server group them.",
    )


def batches(
    engine: Engine,
    session: Session,
    statement: Any,
    fields: Sequence[Field],
    *,
    counter: Counter,
    changes: Changes,
    wires: Sequence[Sequence[Wire]] | None = None,
) -> Iterator[Any]:
    """Yield the rows of a statement as Arrow batches while they come.

    ``wires`` are what the statement selects where that is not the fields themselves.
    """
    with engine.told(counter.table):
        options = {"stream_results": True, "max_row_buffer": CHUNK_ROWS}
        result: sa.CursorResult[Any] = session.connection.execute(statement, execution_options=options)
    for n in itertools.count():
        with engine.told(counter.table):
            rows = result.fetchmany(CHUNK_ROWS)
        if not rows and n:
            return
        batch = (
            engine.family.batch(rows, fields, changes)
            if wires is None
            else batch_of_rows(rows, fields, wires, changes)
        )
        counter.add(batch)
        yield batch
        if len(rows) < CHUNK_ROWS:
            return
