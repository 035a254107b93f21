"""Who was in the data, with which risk, and who was on the list: kept small, so that changes can be told."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidChoice

LEVEL = 1
"""Of compression: a million ids in half a second."""


@dataclass(frozen=True, eq=False)
class ListState:
    """All students of a list at one time, in the order of their ids; made by ``of``."""

    student_ids: NDArray[np.object_] = field(repr=False)
    risk: NDArray[np.float32] = field(repr=False)
    listed: NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(cls, student_ids: Any, *, risk: Any, listed: Any) -> ListState:
        """Return the state; raises InvalidChoice where an id is there twice or the lengths differ."""
        ids = np.asarray(student_ids, dtype=object)
        risks, flags = np.asarray(risk, dtype=np.float32), np.asarray(listed, dtype=bool)
        if not len(ids) == len(risks) == len(flags):
            raise InvalidChoice(
                "Ids, risks and the list are of different students.", hint="Give one of each a student."
            )
        order = _sorted(ids)
        ids = ids[order]
        twice = np.flatnonzero(ids[1:] == ids[:-1])
        if len(twice):
            raise InvalidChoice(
                f"The student '{ids[twice[0]]}' is in the list twice.", hint="One row a student is needed."
            )
        return cls(ids, risks[order], flags[order])

    @property
    def n_listed(self) -> int:
        """How many are on the list."""
        return int(self.listed.sum())

    @property
    def listed_ids(self) -> tuple[str, ...]:
        """The ids on the list, in their order."""
        return tuple(self.student_ids[self.listed])


def _sorted(ids: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the rows in the order of the ids; Arrow compares bytes, ten times as fast as Python texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.sort_indices(pa.array(ids, type=pa.string()))).astype(np.intp)


@dataclass(frozen=True)
class PackedState:
    """A state as the store keeps it: the students once for all versions, the list for each."""

    digest: str
    student_ids: bytes = field(repr=False)
    risks: bytes = field(repr=False)
    listed: bytes = field(repr=False)


def pack_state(state: ListState) -> PackedState:
    """Return a state as bytes; two with the same students and risks have the same digest."""
    ids, risks = pack(state.student_ids), zlib.compress(state.risk.astype("<f4").tobytes(), LEVEL)
    digest = hashlib.sha256(len(ids).to_bytes(8, "big") + ids + risks).hexdigest()
    return PackedState(digest, ids, risks, pack(state.student_ids[state.listed]))


def unpack_state(ids: bytes, risks: bytes, listed: bytes) -> ListState:
    """Return a state from its bytes."""
    students = np.array(unpack(ids), dtype=object)
    risk = np.frombuffer(zlib.decompress(risks), dtype="<f4").astype(np.float32)
    on_list = frozenset(unpack(listed))
    flags = np.fromiter((one in on_list for one in students), dtype=bool, count=len(students))
    return ListState(students, risk, flags)


def pack(student_ids: Iterable[str]) -> bytes:
    """Return ids as bytes, sorted; the same ids give the same bytes.

    >>> unpack(pack(["b", "a,c"]))
    ('a,c', 'b')
    """
    return zlib.compress(json.dumps(sorted(student_ids), separators=(",", ":")).encode(), LEVEL)


def unpack(content: bytes) -> tuple[str, ...]:
    """Return the ids, sorted."""
    return tuple(json.loads(zlib.decompress(content)))
