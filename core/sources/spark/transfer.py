"""Rows and sums out of Spark by Arrow: all of them, the first ones, or one row a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from core.connections import ReadLimits
from core.errors import TooLarge
from core.sources.selection import Condition, Grouping
from core.sources.spark.gathering import Gathering
from core.sources.spark.grouping import grouped
from core.sources.spark.leaves import Leaf
from core.sources.spark.relation import Relation
from core.sources.spark.session import IN_ORDER, Session

PIECES = (1, 8, 32)
"""So many files are opened at a time until there are enough rows."""
SPARE = 20
"""Rows read beyond a limit, for records that turn out to be none."""


@dataclass(frozen=True)
class Selection:
    """The columns and rows that are wanted of a table."""

    relation: Relation
    leaves: tuple[Leaf, ...]
    rows: tuple[Condition, ...]

    def of(self, make: Callable[[], Any]) -> Any:
        """Return the wanted part of a frame."""
        return self.relation.selected(make(), self.leaves, self.rows)


def gather_all(session: Session, selection: Selection, gathering: Gathering) -> None:
    """Take all rows; raises TooLarge as soon as there are too many."""
    for part in session.tables(selection.of(selection.relation.whole)):
        gathering.take(part)


def gather_first(session: Session, selection: Selection, gathering: Gathering, *, limit: int) -> None:
    """Take the first rows: file by file, each read by one task that stops when it has enough."""
    if not limit:
        return
    first = selection.relation.first
    if first is not None and not selection.rows:
        for part in session.tables(selection.of(lambda: first(limit))):
            gathering.take(part)
        return
    with session.configured(IN_ORDER):
        for pieces in _batches(selection.relation.pieces):
            wanted = limit - gathering.n_rows
            if wanted <= 0:
                break
            _take_first(session, selection, gathering, pieces, wanted=wanted)


def _take_first(
    session: Session,
    selection: Selection,
    gathering: Gathering,
    pieces: Sequence[Callable[[], Any]],
    *,
    wanted: int,
) -> None:
    """Take ``wanted`` rows of each piece, and more where damaged records came instead of rows."""
    spare = SPARE if selection.relation.drops_lost else 0
    while True:
        frames = [selection.of(piece).limit(wanted + spare) for piece in pieces]
        parts = list(session.tables(reduce(lambda one, other: one.union(other), frames)))
        n_read = sum(part.num_rows for part in parts)
        n_lost = sum(part.num_rows - _n_kept(part, selection.relation) for part in parts)
        if n_lost <= spare or n_read < wanted + spare:
            break
        spare = max(4 * spare, 2 * n_lost)
    for part in parts:
        gathering.take(part)


def _n_kept(part: Any, relation: Relation) -> int:
    """Return how many rows of a part are rows."""
    from core.sources.spark.relation import LOST

    return int(part.column(LOST).null_count) if relation.drops_lost else int(part.num_rows)


def _batches(pieces: Sequence[Callable[[], Any]]) -> Iterator[Sequence[Callable[[], Any]]]:
    start = 0
    for size in PIECES:
        yield pieces[start : start + size]
        start += size
        if start >= len(pieces):
            return
    for at in range(start, len(pieces), PIECES[-1]):
        yield pieces[at : at + PIECES[-1]]


def gather_groups(
    session: Session,
    relation: Relation,
    grouping: Grouping,
    rows: Sequence[Condition],
    *,
    limits: ReadLimits,
) -> Any:
    """Return the sums of each key as one Arrow table; raises TooLarge past the limits."""
    import pyarrow as pa

    parts: list[Any] = []
    n_bytes = 0
    frame = grouped(relation, grouping, rows)
    for part in session.tables(frame):
        parts.append(part)
        n_bytes += part.nbytes
        if n_bytes > limits.bytes:
            raise TooLarge(
                f"The sums of '{relation.name}' hold more than {limits.bytes / 1024**2:,.0f} MiB.",
                hint="Choose fewer measures, or raise WAYMARK_READ_MIB.",
            )
    if parts:
        return pa.concat_tables(parts)
    return pa.table({name: pa.array([], pa.string()) for name in frame.schema.names})
