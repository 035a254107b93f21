"""What makes a segment the same segment elsewhere: a key, a colour, a name in parts, and its centre."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, Self

from core.errors import ModelError
from core.modeling.segment_names import Contrast, Name, Saying, text_of

N_COLOURS = 12
"""The palette of a page has at least so many colours; an index beyond them starts again from the first."""

Centre = tuple[tuple[str, str, float], ...]
"""Column, level (empty for numbers and flags), and the mean or share in original units."""


@dataclass(frozen=True)
class Identity:
    """One segment of one K; the same key at another K, or after a refit, is the same segment."""

    key: str
    """``A``, ``B``, ...: never given to another segment again."""
    colour: int
    """A place in the palette, from 0; no two segments of one K share it."""
    name: str
    parts: Name
    centre: Centre
    size: int


@dataclass(frozen=True)
class Identities:
    """The identities of the segments at every K, in the order of the segments' numbers."""

    start: int
    """The K from which they were carried to the others; 0 without any."""
    by_k: tuple[tuple[Identity, ...], ...]
    n_keys: int
    """How many keys were ever given, so that the next one is new."""

    @property
    def ks(self) -> tuple[int, ...]:
        """Every K, rising."""
        return tuple(len(found) for found in self.by_k)

    @property
    def is_empty(self) -> bool:
        """Whether there is no segment."""
        return not self.by_k

    def at(self, k: int) -> tuple[Identity, ...]:
        """Return the identities at a K, segment 1 first; raises ValueError for a K that is not there."""
        return self.by_k[self.ks.index(k)]

    def nearest_k(self, k: int) -> int:
        """Return the K of these identities nearest to ``k``, the smaller of two; 0 without any."""
        return min(self.ks, key=lambda ours: (abs(ours - k), ours), default=0)

    def as_table(self) -> dict[str, Any]:
        """Return what JSON can hold; ``of_table`` reads it."""
        return {
            "version": 1,
            "start": self.start,
            "n_keys": self.n_keys,
            "by_k": [[_as_table(one) for one in found] for found in self.by_k],
        }

    @classmethod
    def of_table(cls, table: Mapping[str, Any]) -> Self:
        """Return the identities that ``as_table`` wrote; raises ModelError for anything else."""
        try:
            by_k = tuple(tuple(_of_table(one) for one in found) for found in table["by_k"])
            found = cls(int(table["start"]), by_k, int(table["n_keys"]))
            is_sound = table["version"] == 1 and found._is_sound
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _unreadable() from error
        if not is_sound:
            raise _unreadable()
        return found

    @property
    def _is_sound(self) -> bool:
        rises = all(a < b for a, b in pairwise(self.ks))
        unique = all(len({one.key for one in found}) == len(found) for found in self.by_k)
        return rises and unique and (self.start in self.ks or not self.by_k)


def _unreadable() -> ModelError:
    return ModelError(
        "The stored segments cannot be read.",
        hint="Leave them out: the segments are then named and coloured afresh.",
    )


def key_of(number: int) -> str:
    """Return the key that is given as the so-manieth, from 0.

    >>> [key_of(n) for n in (0, 25, 26, 27, 702)]
    ['A', 'Z', 'AA', 'AB', 'AAA']
    """
    letters = ""
    number += 1
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def centre_of(contrasts: Sequence[Contrast]) -> Centre:
    """Return a segment's means and shares, in the order of the columns' names."""
    return tuple(sorted((c.column, c.level, c.segment) for c in contrasts))


def _as_table(one: Identity) -> dict[str, Any]:
    return {
        "key": one.key,
        "colour": one.colour,
        "name": one.name,
        "size": one.size,
        "centre": [list(entry) for entry in one.centre],
        "parts": [list(_bounded(part)) for part in one.parts],
    }


def _bounded(part: Saying) -> Iterator[Any]:
    """Give the fields of a part; JSON has no infinity, so that a bound that is none is null."""
    yield from (part.column, part.level, part.more, part.words, part.least)
    yield None if part.low == -inf else part.low
    yield None if part.high == inf else part.high


def _of_table(table: Mapping[str, Any]) -> Identity:
    parts = tuple(_part(*entry) for entry in table["parts"])
    centre = tuple((str(column), str(level), float(value)) for column, level, value in table["centre"])
    name, colour, size = table["name"], int(table["colour"]), int(table["size"])
    if not table["key"] or colour < 0 or not isinstance(name, str) or not name.startswith(text_of(parts)):
        raise ValueError(name)
    return Identity(str(table["key"]), colour, name, parts, centre, size)


def _part(
    column: str, level: str, more: object, words: str, least: float, low: float | None, high: float | None
) -> Saying:
    bounds = (-inf if low is None else float(low), inf if high is None else float(high))
    return Saying(str(column), str(level), bool(more), str(words), float(least), *bounds)
