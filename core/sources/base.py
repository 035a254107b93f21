"""What every source is: a spec that names it, and the few things it can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.dataset import Dataset

Progress = Callable[[float, str], None]
"""Called with the fraction done in [0, 1] and what is being done, in words."""


@dataclass(frozen=True)
class DemoSpec:
    """The embedded demo school; each switch plants something whose truth is known."""

    students: int = 3000
    seed: int = 7
    terms: int = 4
    dirt: bool = True
    """Duplicates, gaps, spelling variants, decimal commas, impossible values."""
    leaks: bool = False
    """Columns that give the outcome away."""
    drift: bool = False
    """The last cohort differs from the earlier ones."""
    mentoring: bool = True
    """Mentoring really lowers the risk of those who got it."""


@dataclass(frozen=True)
class FileSpec:
    """A file, and how to read it; what is None is detected."""

    path: str
    name: str = ""
    """The name to show; the file's own name when empty."""
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    header: bool | None = None
    sheet: str | None = None


SourceSpec = DemoSpec | FileSpec


@dataclass(frozen=True)
class SourceStatus:
    """Whether a source can be read now, in one sentence."""

    reachable: bool
    message: str
    n_tables: int


class Source(Protocol):
    """A place that tables come from."""

    def status(self) -> SourceStatus:
        """Return whether the source can be read; never raises."""

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables, the main one first."""

    def load(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> Dataset:
        """Return a table, or its first ``limit`` rows; raises TableNotFound, ColumnNotFound."""
