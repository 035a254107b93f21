"""Sessions that wait for the next question of this process; each is used by one call at a time.

A new session makes Spark build everything anew that it knows of a session: a second on a busy computer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Hashable
from multiprocessing import util

from core.connections import ReadLimits
from core.sources.spark.session import Endpoint, Session

KEPT_SECONDS = 60.0
"""Short: a line that nobody uses may be cut on its way without a word."""
MOST_KEPT = 4


class Kept:
    """Sessions that ended their last call well."""

    def __init__(self) -> None:
        self._free: list[tuple[float, Hashable, Session]] = []
        self._changing = threading.Lock()
        self._process = 0

    def take(self, key: Hashable) -> Session | None:
        """Return a session of this key that nobody else uses, or None; old ones are released."""
        oldest = time.monotonic() - KEPT_SECONDS
        with self._changing:
            old = [one for one in self._free if one[0] < oldest]
            self._free = [one for one in self._free if one[0] >= oldest]
            mine = next((one for one in reversed(self._free) if one[1] == key), None)
            if mine is not None:
                self._free.remove(mine)
        for _, _, session in old:
            session.close()
        return mine[2] if mine else None

    def give(self, key: Hashable, session: Session) -> None:
        """Keep a session for the next call."""
        with self._changing:
            if self._process != os.getpid():
                self._process, self._free = os.getpid(), []
                util.Finalize(None, self.close, exitpriority=1)
            self._free.append((time.monotonic(), key, session))
            old, self._free = self._free[:-MOST_KEPT], self._free[-MOST_KEPT:]
        for _, _, one in old:
            one.close()

    def close(self) -> None:
        """Release all sessions; done when this process, a job or the program, ends."""
        with self._changing:
            old, self._free = self._free, []
        for _, _, session in old:
            session.close()


def key_of(endpoint: Endpoint, *, name: str, limits: ReadLimits) -> Hashable:
    """Return what two calls must share to use one session; a forked process never uses its parent's."""
    line = (endpoint.address, endpoint.token, endpoint.tls, endpoint.ca_file, endpoint.host)
    return (os.getpid(), *line, name, limits)


KEPT = Kept()
