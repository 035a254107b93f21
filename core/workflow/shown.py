"""The parts of a table that were shown to one person, and whether another one may be shown beside them.

Figures of a part and of another part that differs by a few students would together tell about those few
(docs/decisions/0015): so each part is remembered, by its conditions and never by its students.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from core.caseload.access import Actor
from core.dataset import Provenance
from core.eda.filters import Bits, Decision, Filter, may_show
from core.eda.withholding import Flags
from core.errors import InvalidChoice
from core.settings import Settings
from core.workflow.requests import digest_of
from core.workflow.workspace import add_line

Filters = tuple[Filter, ...]
_ADMITTING = threading.Lock()
"""Holds two parts apart that are asked for at once, where the system has no lock for files."""


@dataclass(frozen=True)
class ShownParts:
    """What was shown to one person of one table as it was loaded: a file that only its owner reads."""

    place: Path

    @classmethod
    def of(cls, actor: Actor, provenance: Provenance, *, settings: Settings) -> ShownParts:
        """Return the memory of a person and a table; another recipe, role or outcome does not change it."""
        mark = digest_of(f"{actor.who} {provenance.content_hash}")
        return cls(settings.workspace / "shown" / f"{mark}.jsonl")

    def admit(
        self, rows: Flags, filters: Filters, *, outcome: str, bits_of: Callable[[str, Filters], Bits | None]
    ) -> None:
        """Remember a part that may be shown; raises InvalidChoice, and remembers nothing, where it may not.

        ``bits_of`` returns which rows the filters of an earlier part keep, given the outcome of that time;
        None where the table has no such part any more.
        """
        # A part of few is refused before the file is there, which would say that somebody asked.
        _require(may_show(rows))
        with self._held():
            shown = self._read()
            known = (bits_of(text, earlier) for text, earlier in shown)
            _require(may_show(rows, shown=(bits for bits in known if bits is not None)))
            if (outcome, filters) not in shown:
                add_line(
                    self.place, json.dumps({"outcome": outcome, "filters": [asdict(one) for one in filters]})
                )

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Let no other thread or process read or write the file meanwhile; a process that dies frees it."""
        if find_spec("fcntl") is None:
            with _ADMITTING:
                yield
            return
        import fcntl

        self.place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.place, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _read(self) -> list[tuple[str, Filters]]:
        """Return the outcome and the filters of each part; a line that was cut off is none."""
        found = []
        lines = self.place.read_text(encoding="utf-8").splitlines() if self.place.exists() else ()
        for line in lines:
            with suppress(ValueError, TypeError, KeyError, InvalidChoice):
                raw = json.loads(line)
                filters = (Filter(**{**one, "values": tuple(one["values"])}) for one in raw["filters"])
                found.append((str(raw["outcome"]), tuple(filters)))
        return found


def _require(decision: Decision) -> None:
    """Raise InvalidChoice unless the part may be shown."""
    if not decision.is_shown:
        raise InvalidChoice(decision.why, hint="Choose another condition, or leave one out.")
