"""The columns of documents: found in a sample, flattened by a stated rule, with the types that were met.

A key is a column; keys of a document within a document are columns of their own, down to four levels
(``address.city``), what lies deeper is JSON text. An array is a column with the number of its elements
(``tags.count``). A key that is a document here and something else there has both: the columns below it,
and one under its own name for the other values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.errors import ColumnNotFound
from core.sources.base import FieldInfo
from core.sources.mongo import names
from core.sources.mongo.cells import type_counts
from core.sources.mongo.layout import ARRAY, DOCUMENT, NOTHING, STRING, starts
from core.sources.mongo.scan import Scanned, scan
from core.sources.mongo.shape import Node, Path, learn
from core.sources.mongo.types import Kind, by_name, kind_of_type

ISO_DAY = re.compile(rb"\d{4}-\d\d-\d\d")
PLAIN_NUMBERS = frozenset({"double", "int", "long"})


class Part(StrEnum):
    """What of a value a column shows."""

    VALUE = "value"
    COUNT = "count"
    """The number of elements of an array."""


@dataclass(frozen=True)
class Field:
    """One column: where its cells come from, and what they were in the sample."""

    name: str
    path: Path
    part: Part = Part.VALUE
    hidden: tuple[int, ...] = ()
    """Types that other columns show: documents that have columns below, arrays that are counted."""
    types: tuple[tuple[str, int], ...] = ()
    kind: Kind = Kind.NOTHING
    """What the whole column is as far as the sample tells."""
    is_day_text: bool = False
    """Whether every text begins with a day such as 2024-05-01."""

    @property
    def info(self) -> FieldInfo:
        """The field as it is shown."""
        if self.part is Part.COUNT:
            return FieldInfo(self.name, "array", is_number=True, is_list=True)
        found = {name for name, _ in self.types}
        is_mixed = len({_family(name) for name in found}) > 1
        return FieldInfo(
            self.name,
            " or ".join(sorted({_family(name) for name in found})) or "null",
            is_number=self.kind is Kind.NUMBER,
            is_time=self.kind is Kind.DATE or self.is_day_text,
            mixed=self.types if is_mixed else (),
        )


@dataclass(frozen=True, eq=False)
class Fields:
    """The columns of a table, and the tree of keys that they are read by."""

    root: Node
    all: tuple[Field, ...]
    n_sampled: int
    exploded: Path = ()

    def named(self, name: str, *, where: str) -> Field:
        """Return a column by its name; raises ColumnNotFound."""
        for field in self.all:
            if field.name == name:
                return field
        raise ColumnNotFound.of(name, [field.name for field in self.all], where=where)

    def chosen(self, columns: Sequence[str] | None, *, where: str) -> tuple[Field, ...]:
        """Return the columns asked for, each once, or all; raises ColumnNotFound."""
        if columns is None:
            return self.all
        return tuple(self.named(name, where=where) for name in dict.fromkeys(columns))


def fields_of(sample: Iterable[bytes], *, exploded: Path = ()) -> Fields:
    """Return the columns of some documents."""
    raw = b"".join(sample)
    root = Node()
    begins = np.array(starts(raw), dtype=np.int64)
    for begin in begins.tolist():
        learn(root, raw, begin)
    paths = list(root.paths())
    for slot, path in enumerate(paths):
        root.at(path).slot = slot
    scanned = list(scan(raw, begins, root, n_slots=len(paths)))
    found = tuple(_fields(root, (), "", scanned, exploded))
    return Fields(root, found, sum(cells.n_rows for cells in scanned), exploded)


def _fields(
    node: Node, before: Path, name: str, scanned: Sequence[Scanned], exploded: Path, *, counted: bool = False
) -> Iterator[Field]:
    """Yield the columns below a node; ``counted`` tells that the name ``count`` is taken there."""
    for below in node.below.values():
        path = (*before, below.key)
        key = names.quoted_key(below.key) if counted and below.key == b"count" else names.shown((below.key,))
        here = f"{name}.{key}" if name else key
        types = sum((type_counts(cells, below.slot) for cells in scanned), Counter())
        is_array = ARRAY in types
        hidden = ((DOCUMENT,) if below.below and DOCUMENT in types else ()) + ((ARRAY,) if is_array else ())
        shown = Counter({number: n for number, n in types.items() if number not in hidden})
        if is_array:
            yield Field(here + names.COUNT, path, Part.COUNT, types=by_name(types), kind=Kind.NUMBER)
        if not hidden or any(number not in NOTHING for number in shown):
            yield _value(here, path, hidden, shown, scanned, below.slot)
        yield from _fields(below, path, here, scanned, exploded, counted=is_array)


def _value(
    name: str,
    path: Path,
    hidden: tuple[int, ...],
    types: Counter[int],
    scanned: Sequence[Scanned],
    slot: int,
) -> Field:
    kinds = {kind_of_type(number) for number in types} - {Kind.NOTHING}
    kind = next(iter(kinds)) if len(kinds) == 1 else Kind.TEXT if kinds else Kind.NOTHING
    is_text = {number for number in types if number not in NOTHING} == {STRING}
    is_day = is_text and all(_is_day_text(cells, slot) for cells in scanned)
    return Field(name, path, Part.VALUE, hidden, by_name(types), kind, is_day)


def _is_day_text(cells: Scanned, slot: int) -> bool:
    places = cells.places[slot][cells.types[slot] == STRING]
    return all(ISO_DAY.match(cells.raw, place + 4) for place in places.tolist())


def _family(name: str) -> str:
    """Return the word for a type in which a field may change without meaning anything else."""
    return "number" if name in PLAIN_NUMBERS else name
