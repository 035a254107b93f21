"""Chance, in named streams: a new column or block takes nothing from the others."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.sources.base import DemoSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BLOCK_SIZE = 25_000
"""Students made at a time: bounds the memory of everything that is written or read in parts."""


@dataclass(frozen=True)
class Block:
    """Some students that stand one after the other, made together."""

    spec: DemoSpec
    index: int
    start: int
    """How many students stand before the block."""
    n: int

    def stream(self, name: str) -> np.random.Generator:
        """Return the random numbers of one column of this block; the same name starts again."""
        return _generator(self.spec.seed, name, self.index)


def school_stream(spec: DemoSpec, name: str) -> np.random.Generator:
    """Return random numbers that belong to the whole school, not to a block."""
    return _generator(spec.seed, f"school.{name}", 0)


def blocks(spec: DemoSpec) -> Iterator[Block]:
    """Yield the blocks of a school in order."""
    for index, start in enumerate(range(0, spec.students, BLOCK_SIZE)):
        yield Block(spec, index, start, min(BLOCK_SIZE, spec.students - start))


def pick(stream: np.random.Generator, *, n: int, shares: Sequence[float]) -> Ints:
    """Return ``n`` codes 0.. drawn with these shares, which need not sum to 1."""
    return pick_each(stream, np.broadcast_to(np.asarray(shares, dtype=np.float64), (n, len(shares))))


def pick_each(stream: np.random.Generator, shares: Floats) -> Ints:
    """Return one code a row, drawn with that row's shares."""
    edges = np.cumsum(shares, axis=1)
    drawn = stream.random(len(shares)) * edges[:, -1]
    codes: Ints = (drawn[:, None] >= edges[:, :-1]).sum(axis=1, dtype=np.int64)
    return codes


def _generator(seed: int, name: str, index: int) -> np.random.Generator:
    key = (zlib.crc32(name.encode()), index)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
