"""Rows as they come out of Spark: cleaned, counted, bounded, and put into the order of their files."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.connections import ReadLimits
from core.errors import TooLarge
from core.sources.columns.coerce import Coerced
from core.sources.spark.leaves import Leaf
from core.sources.spark.relation import BLOCK, FILE, LOST, Relation

NO_NUMBER = "infinite or not a number and left missing"
BROKEN_TEXT = "not valid UTF-8 and shown with marks"
RAGGED = "records with too few or too many cells, or an unclosed quote; what is missing was left missing"
NO_JSON = "records that are no JSON and were left out"
ONE = {RAGGED: RAGGED.replace("records", "record"), NO_JSON: "record that is no JSON and was left out"}
"""The same of a single record."""
EXAMPLES = 3
SHOWN = 60
REPLACED = "\ufffd"


@dataclass
class Tally:
    """Cells and records that could not be taken as they were."""

    found: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def add(self, column: str, why: str, n: int, examples: Iterable[object]) -> None:
        """Count ``n`` more."""
        if not n:
            return
        entry = self.found.setdefault((column, why), [0, []])
        entry[0] += n
        room = EXAMPLES - len(entry[1])
        entry[1] += [str(one)[:SHOWN] for one, _ in zip(examples, range(room), strict=False)]

    def changed(self) -> tuple[Coerced, ...]:
        """Return the counts of columns."""
        return tuple(
            Coerced(name, n, tuple(shown), why) for (name, why), (n, shown) in self.found.items() if name
        )

    def notes(self) -> tuple[str, ...]:
        """Return the counts of records as sentences."""
        return tuple(
            f"{counted(n, why)} ({', '.join(repr(text) for text in shown)})."
            for (name, why), (n, shown) in self.found.items()
            if not name
        )


def counted(n: int, why: str) -> str:
    """Return how many records something is true of.

    >>> counted(1, NO_JSON)
    '1 record that is no JSON and was left out'
    """
    return f"1 {ONE[why]}" if n == 1 else f"{n:,} {why}"


class Gathering:
    """Takes Arrow tables of a relation and gives one, in the order of the files."""

    def __init__(self, relation: Relation, leaves: Sequence[Leaf], limits: ReadLimits, *, name: str) -> None:
        self._relation, self._leaves, self._limits, self._name = relation, leaves, limits, name
        self._order = {code: i for i, file in enumerate(relation.files) for code in codes_of(file)}
        self._runs: list[tuple[tuple[int, int], Any]] = []
        self.tally = Tally()
        self.n_rows = 0
        self.n_bytes = 0

    def take(self, part: Any) -> None:
        """Take some rows; raises TooLarge past a limit."""
        lost = self._lost(part)
        for key, piece in self._in_runs(part):
            self._runs.append((key, self._kept(piece, lost)))
            self.n_rows += self._runs[-1][1].num_rows
            self.n_bytes += self._runs[-1][1].nbytes
        self._check()

    def table(self, *, limit: int | None = None) -> Any:
        """Return all rows, or the first ones, under the names of their columns; the gathering is used up."""
        import pyarrow as pa

        runs = [piece for _, piece in sorted(self._runs, key=lambda run: run[0])]
        self._runs = []
        names = [leaf.title for leaf in self._leaves]
        if not runs:
            return pa.table({name: pa.array([], pa.string()) for name in names})
        whole = pa.concat_tables(runs, promote_options="permissive").rename_columns(names)
        return whole if limit is None else whole.slice(0, limit)

    def _lost(self, part: Any) -> bool:
        """Count the damaged records of a part; return whether there are any."""
        import pyarrow.compute as pc

        if not self._relation.has_lost:
            return False
        texts = pc.drop_null(part.column(LOST))
        why = NO_JSON if self._relation.drops_lost else RAGGED
        self.tally.add("", why, len(texts), texts.slice(0, EXAMPLES).to_pylist())
        return len(texts) > 0

    def _in_runs(self, part: Any) -> Iterable[tuple[tuple[int, int], Any]]:
        """Give the stretches of rows that come from one part of one file."""
        if not self._relation.files or not part.num_rows:
            yield (0, 0), part
            return
        files = part.column(FILE).to_numpy()
        blocks = part.column(BLOCK).to_numpy()
        edges = np.flatnonzero((np.diff(files) != 0) | (np.diff(blocks) != 0)) + 1
        starts = [0, *edges.tolist(), part.num_rows]
        for start, stop in itertools.pairwise(starts):
            file = int(files[start])
            yield (self._order.get(file, file), int(blocks[start])), part.slice(start, stop - start)

    def _kept(self, piece: Any, has_lost: bool) -> Any:  # noqa: FBT001  told by the caller's look
        """Return the cleaned columns of rows that are rows."""
        import pyarrow.compute as pc

        if has_lost and self._relation.drops_lost:
            piece = piece.filter(pc.is_null(piece.column(LOST)))
        piece = piece.select([f"c{i}" for i in range(len(self._leaves))])
        for i, leaf in enumerate(self._leaves):
            cleaned = clean_column(piece.column(i), leaf.title, self.tally, is_text=self._relation.is_loose)
            if cleaned is not None:
                piece = piece.set_column(i, f"c{i}", cleaned)
        return piece

    def _check(self) -> None:
        if self.n_rows > self._limits.rows:
            raise too_many(self._relation.name, self._limits, name=self._name)
        if self.n_bytes > self._limits.bytes:
            raise TooLarge(
                f"The table '{self._relation.name}' of '{self._name}' holds more than "
                f"{self._limits.bytes / 1024**2:,.0f} MiB.",
                hint="Choose fewer rows or columns, or raise WAYMARK_READ_MIB.",
            )


def too_many(table: str, limits: ReadLimits, *, name: str, n_rows: int | None = None) -> TooLarge:
    """Say that a table has more rows than may be read."""
    has = f"{n_rows:,} rows, more" if n_rows is not None else "more rows"
    return TooLarge(
        f"The table '{table}' of '{name}' has {has} than the limit of {limits.rows:,}.",
        hint="Choose fewer rows by a condition, or sum them up for each student.",
    )


def codes_of(file: str) -> tuple[int, ...]:
    """Return the checksums of a file's names as Spark writes them."""
    quoted = ("file:" + prefix + text for prefix in ("", "//") for text in (file, _escaped(file)))
    return tuple(zlib.crc32(text.encode()) for text in quoted)


def _escaped(file: str) -> str:
    from urllib.parse import quote

    return quote(file, safe="/=,;:@&+$!~*'()")


def clean_column(column: Any, name: str, tally: Tally, *, is_text: bool) -> Any:
    """Return a column without what pandas cannot hold, or None where nothing is to change."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        strange = pc.fill_null(pc.invert(pc.is_finite(column)), False)
        n = pc.sum(strange).as_py() or 0
        if not n:
            return None
        tally.add(name, NO_NUMBER, n, pc.filter(column, strange).slice(0, EXAMPLES).to_pylist())
        return pc.if_else(strange, pa.scalar(None, column.type), column)
    if pa.types.is_binary(column.type):
        return _as_text(column, name, tally)
    if not pa.types.is_string(column.type):
        return None
    if is_text:
        _count_marks(column, name, tally)
        return None
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return _as_text(column.cast(pa.binary()), name, tally)
    return None


def _count_marks(column: Any, name: str, tally: Tally) -> None:
    """Count cells of a text format whose bytes Spark replaced by marks."""
    import pyarrow.compute as pc

    marked = pc.match_substring(column, REPLACED)
    n = pc.sum(marked).as_py() or 0
    if n:
        tally.add(name, BROKEN_TEXT, n, pc.filter(column, marked).slice(0, EXAMPLES).to_pylist())


def _as_text(column: Any, name: str, tally: Tally) -> Any:
    """Return bytes as text; what is not UTF-8 is shown with marks, and counted."""
    import pyarrow as pa

    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        texts = [None if one is None else one.decode("utf-8", errors="replace") for one in column.to_pylist()]
    marked = [text for text in texts if text is not None and REPLACED in text]
    tally.add(name, BROKEN_TEXT, len(marked), marked)
    return pa.chunked_array([pa.array(texts, pa.string())])
