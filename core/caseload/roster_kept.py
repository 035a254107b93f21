"""What was worked out once and may be asked for again: the least used goes first, by bytes of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar


class Sized(Protocol):
    """Something that knows its bytes of memory."""

    @property
    def nbytes(self) -> int:
        """The bytes of memory that it holds."""


Value = TypeVar("Value", bound=Sized)


@dataclass(eq=False)
class Kept:
    """Values by key, shared by all viewers; safe to use from several threads."""

    most_bytes: int
    _values: OrderedDict[Hashable, Sized] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _held: int = 0

    @property
    def nbytes(self) -> int:
        """The bytes of what is kept; the last value may exceed the limit by itself, and is not kept then."""
        return self._held

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made if it is not there; two threads at once may both make it."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]  # type: ignore[return-value]  # a key belongs to one maker
        value = make()
        with self._lock:
            self._held += value.nbytes - self._drop(key)
            self._values[key] = value
            while self._held > self.most_bytes:
                self._drop_first()
        return value

    def _drop(self, key: Hashable) -> int:
        held = self._values.pop(key, None)
        return 0 if held is None else held.nbytes

    def _drop_first(self) -> None:
        self._held -= self._values.popitem(last=False)[1].nbytes
