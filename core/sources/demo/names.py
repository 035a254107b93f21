"""Full names, drawn from nothing but chance: a name says nothing about its student."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.sources.demo.name_lists import NAME_LISTS, NameList
from core.sources.demo.streams import Flags, Ints, pick


@dataclass(frozen=True)
class _Shelf:
    """All lists one after the other, so that one draw serves all scripts."""

    shares: tuple[float, ...]
    given: Any
    family: Any
    given_start: Ints
    given_count: Ints
    family_start: Ints
    family_count: Ints
    family_first: Flags
    spaced: Flags


def full_names(stream: np.random.Generator, n: int) -> Any:
    """Return ``n`` names as Arrow text: two given names and a family name, in the script's own order."""
    shelf = _shelf()
    script = pick(stream, n=n, shares=shelf.shares)
    drawn = stream.random((3, n))
    count, start = shelf.given_count[script], shelf.given_start[script]
    one = (drawn[0] * count).astype(np.int64)
    other = (one + 1 + (drawn[1] * (count - 1)).astype(np.int64)) % count
    given = [shelf.given.take(pa.array(start + place)) for place in (one, other)]
    last = shelf.family_start[script] + (drawn[2] * shelf.family_count[script]).astype(np.int64)
    family = shelf.family.take(pa.array(last))
    first = pa.array(shelf.family_first[script])
    gap = pc.if_else(pa.array(shelf.spaced[script]), " ", "")
    return pc.binary_join_element_wise(
        pc.if_else(first, family, given[0]),
        pc.if_else(first, given[0], given[1]),
        pc.if_else(first, given[1], family),
        gap,
    )


@functools.cache
def _shelf() -> _Shelf:
    lists: tuple[NameList, ...] = tuple(NAME_LISTS.values())
    given_count = np.array([len(names.given) for names in lists])
    family_count = np.array([len(names.family) for names in lists])
    return _Shelf(
        shares=tuple(names.share for names in lists),
        given=pa.array([name for names in lists for name in names.given], pa.string()),
        family=pa.array([name for names in lists for name in names.family], pa.string()),
        given_start=np.cumsum(given_count) - given_count,
        given_count=given_count,
        family_start=np.cumsum(family_count) - family_count,
        family_count=family_count,
        family_first=np.array([names.family_first for names in lists]),
        spaced=np.array([names.spaced for names in lists]),
    )
