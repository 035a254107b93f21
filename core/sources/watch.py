"""Waiting for a server without trusting it: asked now and then whether it lives, dropped when it does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from core.connections import ReadLimits
from core.errors import SourceUnavailable, TooLarge

Result = TypeVar("Result")
LOOK_SECONDS = 0.05
ASK_SECONDS = 1.0


def watched(
    work: Callable[[], Result],
    *,
    ask: Callable[[], Any],
    stop: Callable[[], Any],
    limits: ReadLimits,
    name: str,
    tell: Callable[[], Any] | None = None,
) -> Result:
    """Run ``work`` in a thread and return what it gives; raises what it raises.

    Meanwhile ``ask`` is called every second on a connection of its own: it returns when the server lives
    and raises SourceUnavailable when not. It must bound itself; one that hangs longer than
    ``limits.silent_seconds`` counts as silence. Past ``limits.seconds`` TooLarge is raised. On every early
    end, a cancelled job included, ``stop`` is called once: it ends the work on the server as well as it
    can, and must not raise. ``tell`` is called at every look, to pass on progress.
    """
    call = _Call(work)
    deadline = time.monotonic() + limits.seconds
    question = _Question(ask, limits)
    call.start()
    try:
        while not call.done.wait(LOOK_SECONDS):
            if tell is not None:
                tell()
            _check_time(deadline, name, limits)
            question.look(name)
    finally:
        if not call.done.is_set():
            stop()
    result: Result = call.result()
    return result


class _Call(threading.Thread):
    """Work in a thread that nobody has to wait for."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.done = threading.Event()
        self._value: Any = None
        self._kept = _Kept()

    def run(self) -> None:
        with self._kept:
            self._value = self._work()
        self.done.set()

    def result(self) -> Any:
        """Return the value, or raise what the work raised."""
        if self._kept.error is not None:
            raise self._kept.error
        return self._value


class _Kept:
    """Keeps what is raised within it, to be raised where the result is asked for."""

    error: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self.error = error
        return True


class _Question:
    """Asks whether the server lives, in a thread, once a second."""

    def __init__(self, ask: Callable[[], Any], limits: ReadLimits) -> None:
        self._ask = ask
        self._limits = limits
        self._asked = time.monotonic()
        self._call: _Call | None = None

    def look(self, name: str) -> None:
        """Do nothing while the server lives; raises SourceUnavailable."""
        waited = time.monotonic() - self._asked
        if self._call is None:
            if waited >= ASK_SECONDS:
                self._call, self._asked = _Call(self._ask), time.monotonic()
                self._call.start()
        elif self._call.done.is_set():
            self._call.result()
            self._call = None
        elif waited > self._limits.silent_seconds:
            raise SourceUnavailable(
                f"'{name}' stopped answering {waited:.0f} seconds ago.",
                hint="Nothing was kept of what it had sent. Try again when it runs.",
                retry=True,
            )


def _check_time(deadline: float, name: str, limits: ReadLimits) -> None:
    if time.monotonic() > deadline:
        raise TooLarge(
            f"Reading from '{name}' took longer than its limit of {limits.seconds:,.0f} seconds "
            "and was stopped.",
            hint="Choose fewer rows or columns, or raise WAYMARK_READ_SECONDS.",
            retry=True,
        )
