"""Where the cells of many documents lie: all documents of a batch are walked at once, key by key.

Documents of one collection have nearly the same keys in nearly the same order, so one step of the walk
looks for one key in all of them. A document that does not fit is walked on its own. Nothing is
converted here: for each cell its type, as the document states it, and its place.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.sources.mongo.layout import (
    DOCUMENT,
    FIXED_SIZE,
    HAS_LENGTH,
    IS_KNOWN,
    elements,
)
from core.sources.mongo.shape import Node, Path, learn

TOGETHER = 10_000
"""Documents that are walked at once: their bytes should stay in the processor's own memory."""
SPARE = 64
"""Bytes that may be looked at behind a cell."""
WORD = 8
ALL = slice(None)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Rows = Ints | slice


@dataclass(frozen=True, eq=False)
class Scanned:
    """The cells of some documents: for each slot and row the type (0 where absent) and the place."""

    raw: bytes
    types: Bytes
    places: Ints
    strangers: dict[Path, int]
    """Keys that the shape does not know, and how many documents have them."""

    @property
    def n_rows(self) -> int:
        """How many documents."""
        return int(self.types.shape[1])


def scan(raw: bytes, begins: Ints, root: Node, *, n_slots: int) -> Iterator[Scanned]:
    """Yield the cells of the documents that begin at these places.

    Keys that the shape does not know are learned by it, so that they do not slow down what follows.
    """
    padded = raw
    for first in range(0, len(begins), TOGETHER):
        spare = SPARE + max((len(path[-1]) for path in root.paths()), default=0)
        if len(padded) < len(raw) + spare:
            padded = raw + bytes(spare)
        yield _Walk(padded, begins[first : first + TOGETHER], n_slots, end=len(raw)).cells(root)


class _Walk:
    """The walk through some documents."""

    def __init__(self, raw: bytes, begins: Ints, n_slots: int, *, end: int) -> None:
        self._raw = raw
        self._begins = begins
        self._bytes = np.frombuffer(raw, dtype=np.uint8)
        self._lengths = words(raw, "<i4")
        self._end = end
        self._types = np.zeros((n_slots, len(begins)), dtype=np.uint8)
        self._places = np.zeros((n_slots, len(begins)), dtype=np.int64)
        self._left = np.zeros(len(begins), dtype=bool)
        self._strangers: dict[Path, int] = {}

    def cells(self, root: Node) -> Scanned:
        """Return all cells."""
        self._level(root, ALL, self._begins + 4)
        for row in np.flatnonzero(self._left).tolist():
            self._types[:, row] = 0
            self._alone(root, row, int(self._begins[row]), (), set())
            learn(root, self._raw, int(self._begins[row]))
        return Scanned(self._raw, self._types, self._places, self._strangers)

    def _level(self, node: Node, rows: Rows, position: Ints) -> None:
        """Walk the keys of one level; documents that have others are left for later."""
        for below in node.below.values():
            types, is_here = self._heads(position, below.key)
            n_here = int(np.count_nonzero(is_here))
            if n_here == len(position):
                position = self._step(below, rows, types, position)
            elif n_here:
                position[is_here] = self._step(
                    below, _among(rows, is_here), types[is_here], position[is_here]
                )
        self._left[_among(rows, self._bytes[position] != 0)] = True

    def _step(self, node: Node, rows: Rows, types: Bytes, position: Ints) -> Ints:
        """Note the cells of one key, walk what is below it, and return where the next key stands."""
        places = position + (len(node.key) + 2)
        if node.slot >= 0:
            self._types[node.slot, rows] = types
            self._places[node.slot, rows] = places
        if node.below:
            is_document = types == DOCUMENT
            self._level(node, _among(rows, is_document), places[is_document] + 4)
        if not _are_alike(types) or not IS_KNOWN[types[:1]].all():
            self._left[_among(rows, ~IS_KNOWN[types])] = True
        after: Ints = np.minimum(places + self._sizes(types, places), self._end)
        return after

    def _sizes(self, types: Bytes, places: Ints) -> Any:
        if len(types) and _are_alike(types):
            fixed = int(FIXED_SIZE[types[0]])
            return self._lengths[places] + fixed if HAS_LENGTH[types[0]] else np.int64(fixed)
        sizes = FIXED_SIZE[types]
        has_length = HAS_LENGTH[types]
        sizes[has_length] += self._lengths[places[has_length]]
        return sizes

    def _heads(self, position: Ints, key: bytes) -> tuple[Bytes, Bools]:
        """Return the types that stand there, and where this key stands behind the type.

        Type, key and the zero byte that ends it are taken at once: to get to the memory is what takes time.
        """
        pattern = _pattern(key)
        n_words = len(pattern)
        found = words(self._raw, f"V{n_words * WORD}")[position].view("<u8").reshape(-1, n_words)
        types: Bytes = found[:, 0].astype(np.uint8)
        is_here = types != 0
        for number, (same, mask) in enumerate(pattern):
            is_here &= (found[:, number] & mask) == same
        return types, is_here

    def _alone(self, node: Node, row: int, start: int, before: Path, seen: set[Path]) -> None:
        """Walk one document, whatever its order; of a key that stands there twice the last one counts."""
        for element in elements(self._raw, start):
            below = node.below.get(element.key)
            here = (*before, element.key)
            if below is None or (below.slot < 0 and not below.below):
                if here not in seen:
                    self._strangers[here] = self._strangers.get(here, 0) + 1
                    seen.add(here)
                continue
            if below.slot >= 0:
                self._types[below.slot, row] = element.type
                self._places[below.slot, row] = element.value
            if below.below and element.type == DOCUMENT:
                self._alone(below, row, element.value, here, seen)


def _among(rows: Rows, chosen: Bools) -> Ints:
    """Return some of the rows."""
    return np.flatnonzero(chosen) if isinstance(rows, slice) else rows[chosen]


def _are_alike(types: Bytes) -> bool:
    return bool((types == types[:1]).all())


@functools.lru_cache(maxsize=10_000)
def _pattern(key: bytes) -> tuple[tuple[np.uint64, np.uint64], ...]:
    """Return for each eight bytes of a type, a key and a zero byte what they are, and which of them count."""
    stored = b"\0" + key + b"\0"
    counts = b"\0" + b"\xff" * (len(stored) - 1)
    places = range(0, len(stored), WORD)
    return tuple((_word(stored, place), _word(counts, place)) for place in places)


def _word(stored: bytes, place: int) -> np.uint64:
    return np.uint64(int.from_bytes(stored[place : place + WORD], "little"))


def words(raw: bytes, kind: str) -> npt.NDArray[Any]:
    """Return the numbers of this kind that begin at each byte."""
    size = np.dtype(kind).itemsize
    return np.ndarray((len(raw) - size + 1,), dtype=kind, buffer=raw, strides=(1,))
