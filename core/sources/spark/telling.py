"""How far a read is, told from the thread that was asked; the rows come in on another."""

from __future__ import annotations

from core.sources.base import Progress
from core.sources.spark.gathering import Gathering

READ = 0.95
"""The fraction of a load at which all rows are there."""
HALF_ROWS = 200_000
"""The progress of a load whose rows nobody counted is half done after so many."""


class Teller:
    """Passes progress on, rising from 0.0 to 1.0."""

    def __init__(self, progress: Progress | None, *, table: str) -> None:
        self._progress, self._table = progress, table
        self._gathering: Gathering | None = None
        self._expected: int | None = None
        self._told = (-1.0, "")

    def say(self, fraction: float, words: str) -> None:
        """Pass on what is new; a fraction never falls."""
        told = (max(fraction, self._told[0]), words)
        if self._progress is not None and told != self._told:
            self._told = told
            self._progress(*told)

    def watch(self, gathering: Gathering, *, expected: int | None) -> None:
        """Tell of the rows of this gathering from now on."""
        self._gathering, self._expected = gathering, expected

    def look(self) -> None:
        """Tell how many rows have come; called while Spark works."""
        if self._gathering is None:
            return
        n = self._gathering.n_rows
        whole = max(self._expected, 1) if self._expected is not None else n + HALF_ROWS
        self.say(READ * min(1.0, n / whole), f"{n:,} rows read from '{self._table}'")
