"""The line of a session that may be given up at any time: while it is opened, and between two statements."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Line:
    """What is known of a session before it is one; used as a context manager of the session's length.

    One thread opens the session, another one may give it up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: socket.socket | None = None
        self.is_given_up = False
        """Whether nobody waits for the session any more: nothing may be begun in it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keep(None)

    def keep(self, line: socket.socket) -> None:
        """Note the line that a login is about to use; cut it at once where it was given up already.

        A second handle is kept: the first one is lost when the line is encrypted.
        """
        self._keep(line.dup())
        if self.is_given_up:
            self.cut()

    def give_up(self) -> None:
        """Let nothing more be begun."""
        self.is_given_up = True

    def cut(self) -> None:
        """Cut the line, so that nobody waits on it; never raises."""
        with self._lock, contextlib.suppress(OSError):
            if self._kept is not None:
                self._kept.shutdown(socket.SHUT_RDWR)

    def _keep(self, line: socket.socket | None) -> None:
        with self._lock:
            kept, self._kept = self._kept, line
        if kept is not None:
            kept.close()
