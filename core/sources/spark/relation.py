"""A table as Spark reads it: its flat columns, and the frames that give its rows in a stable order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.sources.selection import Condition
from core.sources.spark.choosing import ELEMENT, column_of, passing
from core.sources.spark.leaves import Leaf, exploded, require_leaf
from core.sources.spark.session import functions

FILE, BLOCK, LOST = (f"__waymark_{name}" for name in ("file", "block", "lost"))
"""Columns of ours: which file and part of it a row is from, and the text of a record that did not fit."""


@dataclass(frozen=True)
class Relation:
    """What is known of a table without reading its rows."""

    name: str
    what: str
    """``folder``, ``file``, ``table`` or ``view``."""
    format: str
    leaves: tuple[Leaf, ...]
    whole: Callable[[], Any]
    """Makes the frame of all rows."""
    pieces: tuple[Callable[[], Any], ...]
    """Make the frames of the parts of the table, in order; each is read by one task from its beginning."""
    files: tuple[str, ...] = ()
    """The files in order, as Spark names them."""
    is_loose: bool = False
    """Whether text may be read as numbers and times: the format declares no types."""
    has_lost: bool = False
    """Whether records may be damaged: then ``LOST`` holds their text."""
    drops_lost: bool = False
    """Whether a damaged record is no row at all (JSON), or a row with gaps (CSV)."""
    explode: str = ""
    notes: tuple[str, ...] = ()
    first: Callable[[int], Any] | None = None
    """Makes the frame of the first rows where the source itself can stop after them."""
    count: Callable[[], int] | None = None
    """Counts the rows where that is cheap."""

    def require(self, names: Sequence[str]) -> tuple[Leaf, ...]:
        """Return the columns of these names, each once; raises ColumnNotFound."""
        return tuple(dict.fromkeys(require_leaf(self.leaves, name, table=self.name) for name in names))

    def exploded(self, name: str) -> Relation:
        """Return the table with one row for each element of a list; raises ColumnNotFound, WrongKind.

        A list without elements keeps its row, without an element.
        """
        if not name:
            return self
        leaves = exploded(self.leaves, name, table=self.name, loose=self.is_loose)
        path = require_leaf(self.leaves, name, table=self.name).path
        return replace(
            self,
            leaves=leaves,
            explode=name,
            first=None,
            count=None,
            whole=_over(self.whole, path),
            pieces=tuple(_over(piece, path) for piece in self.pieces),
        )

    def selected(self, frame: Any, leaves: Sequence[Leaf], rows: Sequence[Condition]) -> Any:
        """Return the rows of a frame that meet the conditions, as columns ``c0``, ``c1`` and ours."""
        frame = self.meeting(frame, rows)
        columns = [loaded(leaf).alias(f"c{i}") for i, leaf in enumerate(leaves)]
        return frame.select(*columns, *self.helpers)

    def meeting(self, frame: Any, rows: Sequence[Condition]) -> Any:
        """Return the rows that meet the conditions; a damaged record that is no row is kept to be counted."""
        if not rows:
            return frame
        passes = passing(rows, self.leaves, table=self.name)
        if self.drops_lost:
            passes = passes | functions().col(LOST).isNotNull()
        return frame.filter(passes)

    @property
    def helpers(self) -> tuple[str, ...]:
        """Our own columns in the frames."""
        return (*((FILE, BLOCK) if self.files else ()), *((LOST,) if self.has_lost else ()))

    def asked(self, leaves: Sequence[Leaf], rows: Sequence[Condition], limit: int | None) -> str:
        """Return what is asked of Spark, without the values of conditions."""
        words = [f"select {', '.join(f'`{leaf.title}`' for leaf in leaves) or 'nothing'}"]
        words.append(f"from {self.format} `{self.name}`")
        words += [f"explode `{self.explode}`"] if self.explode else []
        tests = [f"`{row.column}` {row.test} ?" for row in rows]
        words += [f"where {' and '.join(tests)}"] if tests else []
        words += [f"limit {limit}"] if limit is not None else []
        return " ".join(words)


def loaded(leaf: Leaf) -> Any:
    """Return a column in the form that leaves Spark: lists counted, maps as JSON, the rest as it is."""
    functions_ = functions()
    column = column_of(leaf)
    if leaf.is_list:
        return functions_.when(column.isNotNull(), functions_.size(column)).cast("long")
    if leaf.kind in {"map", "struct", "variant"}:
        return functions_.to_json(column)
    if leaf.kind in PLAIN or leaf.kind.startswith(("timestamp", "decimal")):
        return column
    return column.cast("string")


PLAIN = frozenset(
    {"string", "binary", "boolean", "byte", "short", "integer", "long", "float", "double", "date"}
)
"""Types that Arrow has as well."""


def _over(make: Callable[[], Any], path: tuple[str, ...]) -> Callable[[], Any]:
    """Return a maker of the frame with one row for each element of the list at ``path``."""

    def made() -> Any:
        listed = column_of(Leaf("", path))
        return make().select("*", functions().explode_outer(listed).alias(ELEMENT))

    return made
