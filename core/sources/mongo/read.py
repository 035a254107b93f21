"""Reading many documents: batches fetched ahead, cells brought to columns, limits kept."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from core.connections import ReadLimits
from core.errors import TooLarge
from core.sources.columns.coerce import Coerced
from core.sources.mongo import names
from core.sources.mongo.answers import Answers, Batch, Request
from core.sources.mongo.cells import counts_of, piece_of
from core.sources.mongo.client import Server
from core.sources.mongo.fields import Field, Part
from core.sources.mongo.lasting import Run, lasting
from core.sources.mongo.layout import ARRAY, DOCUMENT, NOTHING, NotBson
from core.sources.mongo.scan import Scanned, scan
from core.sources.mongo.shape import Node, Path
from core.sources.mongo.types import Kind, Piece, Tally, describe_types, is_more_than_text, joined, texts
from core.sources.typed import keep_text


@dataclass
class Sink:
    """The columns as they grow."""

    root: Node
    fields: Sequence[Field]
    parents: Sequence[Path]
    """Keys that have columns below them or are counted: what else they hold is told."""
    limits: ReadLimits
    table: str
    n_rows: int = 0
    n_bytes: int = 0
    strangers: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give each key that is read a slot of its own."""
        paths = list(dict.fromkeys([*(item.path for item in self.fields), *self.parents]))
        for path in self.root.paths():
            self.root.at(path).slot = -1
        self._slots = {path: slot for slot, path in enumerate(paths)}
        for path, slot in self._slots.items():
            self.root.at(path).slot = slot
        self._tallies = [Tally() for _ in self.fields]
        self._pieces: list[list[Piece]] = [[] for _ in self.fields]
        self._odd = {path: Tally() for path in self.parents}

    def take(self, batch: Batch) -> None:
        """Add the documents of a batch; raises TooLarge, and NotBson for what are no documents."""
        try:
            for cells in scan(batch.raw, batch.begins, self.root, n_slots=len(self._slots)):
                self._add(cells)
        except (IndexError, ValueError, struct.error) as error:
            raise NotBson("The documents cannot be read.") from error

    def finish(self) -> tuple[Any, tuple[Coerced, ...]]:
        """Return the Arrow table, and the cells that were changed."""
        columns: dict[str, Any] = {}
        changed: list[Coerced] = []
        for item, pieces, tally in zip(self.fields, self._pieces, self._tallies, strict=True):
            columns[item.name], found = joined(item.name, pieces, tally)
            changed.extend(found)
            pieces.clear()
        changed.extend(self._left_out())
        table = pa.table(columns)
        mixed = [
            item.name
            for item, tally in zip(self.fields, self._tallies, strict=True)
            if pa.types.is_string(table.schema.field(item.name).type) and is_more_than_text(tally)
        ]
        return keep_text(table, mixed), tuple(changed)

    def _add(self, cells: Scanned) -> None:
        for item, pieces, tally in zip(self.fields, self._pieces, self._tallies, strict=True):
            slot = self._slots[item.path]
            if item.part is Part.COUNT:
                piece = counts_of(cells, slot, tally)
            else:
                piece = piece_of(cells, slot, tally, hidden=item.hidden)
            pieces.append(piece)
            self.n_bytes += piece.values.nbytes
        for path, tally in self._odd.items():
            hidden = self._shown_types(path)
            if any(number not in hidden for number in set(cells.types[self._slots[path]].tolist())):
                _note_odd(cells, self._slots[path], hidden, tally)
        for path, n in cells.strangers.items():
            self.strangers[path] = self.strangers.get(path, 0) + n
        self.n_rows += cells.n_rows
        self._check()

    def _shown_types(self, path: Path) -> frozenset[int]:
        """Return the types of a parent that its columns show."""
        node = self.root.at(path)
        is_counted = any(item.path == path and item.part is Part.COUNT for item in self.fields)
        return frozenset({*NOTHING, *((DOCUMENT,) if node.below else ()), *((ARRAY,) if is_counted else ())})

    def _left_out(self) -> Iterator[Coerced]:
        for path, tally in self._odd.items():
            if tally.found:
                n = sum(count for _, count in tally.found)
                shown = tally.changes.get("odd", (0, ()))[1]
                why = f"of other types than its columns show ({describe_types(tally.found)}) and left out"
                yield Coerced(names.shown(path), n, shown, why)

    def _check(self) -> None:
        if self.n_rows > self.limits.rows:
            raise too_many(self.table, self.limits)
        if self.n_bytes > self.limits.bytes:
            raise TooLarge(
                f"'{self.table}' has more than the limit of {self.limits.bytes / 1024**3:,.1f} GiB.",
                hint="Choose fewer columns, or rows by a condition.",
            )


def _note_odd(cells: Scanned, slot: int, hidden: frozenset[int], tally: Tally) -> None:
    """Count the values of a parent that none of its columns shows."""
    seen = Tally()
    piece = piece_of(cells, slot, seen, hidden=tuple(hidden))
    tally.types.update({number: n for number, n in seen.types.items() if number not in hidden})
    if piece.kind is not Kind.NOTHING:
        tally.change("odd", 1, texts(piece).drop_null().slice(0, 3).to_pylist())


def too_many(table: str, limits: ReadLimits) -> TooLarge:
    """Return the error for a table that is over the limit of rows."""
    return TooLarge(
        f"'{table}' has more than the limit of {limits.rows:,} rows.",
        hint="Choose rows by a condition, or fewer with a limit.",
    )


def read(server: Server, request: Request, sink: Sink, *, tell: Callable[[int], Any]) -> None:
    """Fill the sink with what an aggregation gives; ``tell`` is told now and then how many rows there are.

    Raises SourceUnavailable when the server falls silent or ends, TooLarge past a limit. However it ends,
    the work on the server ends as well.
    """

    def work(run: Run) -> None:
        with run.answers(request) as answers, contextlib.closing(_ahead(answers)) as batches:
            for batch in batches:
                if run.is_over.is_set():
                    return
                sink.take(batch)

    lasting(server, work, tell=lambda: tell(sink.n_rows))


def _ahead(answers: Answers) -> Generator[Batch, None, None]:
    """Yield batches while the next one is on its way."""
    batches = iter(answers)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch
