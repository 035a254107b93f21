"""How long SQLite may work on a statement: a view may be one that never ends."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

STEPS = 10_000
"""Steps of SQLite's machine from one look at the clock to the next: less than a thousandth of a second."""


class Overdue(Exception):
    """The statement took longer than it might."""


@contextlib.contextmanager
def bounded(raw: Any, seconds: float) -> Iterator[None]:
    """Run the block; raises Overdue where its statements take longer."""
    deadline = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
    try:
        yield
    except sa.exc.OperationalError as error:
        if time.monotonic() > deadline:
            raise Overdue from error
        raise
    finally:
        raw.set_progress_handler(None, 0)
