"""How long a question may take as a whole, however slowly its answer comes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from core.errors import AppError, SourceUnavailable
from core.sources.sql import sentences
from core.sources.sql.access import Access
from core.sources.watch import watched

Result = TypeVar("Result")


def answered(
    work: Callable[[], Result], *, stop: Callable[[], Any], access: Access, table: str = ""
) -> Result:
    """Return what ``work`` gives, run in a thread; raises what it raises.

    Raises SourceUnavailable when the time to connect and twice the time of silence are over: each single
    byte may come in time, and the answer still never. ``stop`` is called then, as ``watched`` says.
    """
    limits = access.limits
    seconds = limits.connect_seconds + 2 * limits.silent_seconds
    deadline = time.monotonic() + seconds

    def look() -> None:
        if time.monotonic() > deadline:
            raise _late(access, table, seconds)

    return watched(
        work,
        ask=_nobody,
        stop=stop,
        limits=replace(limits, seconds=math.inf),
        name=access.name,
        tell=look,
    )


def _late(access: Access, table: str, seconds: float) -> AppError:
    """Return the sentence for an answer that does not come; a file is no silent server."""
    if access.connection.host:
        return sentences.silent(access, table)
    what = f"'{table}' of '{access.name}'" if table else f"'{access.name}'"
    return SourceUnavailable(
        f"Looking at {what} took longer than {seconds:.0f} seconds and was stopped.",
        hint="It may be a view without an end, or the computer is busy. Try again, or choose another table.",
        retry=True,
    )


def _nobody() -> None:
    """Ask nobody: the answer itself is what is waited for."""
