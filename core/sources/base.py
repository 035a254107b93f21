"""What every source is: a spec that names it, and the few things it can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from core.connections import Connection, ReadLimits
from core.dataset import Dataset
from core.sources.selection import Condition, Grouping, Groups

Progress = Callable[[float, str], None]
"""Called with the fraction done in [0, 1] and what is being done, in words."""
MOST_EXACT = 2**53
"""Above it a number column, which is of float64, would change the digits of a whole number."""


def silent(_fraction: float, _words: str) -> None:
    """Tell nobody: the progress of who asked for none."""


def stage(tell: Progress, start: float, end: float) -> Progress:
    """Return the progress of a part of some work, which fills the stretch from ``start`` to ``end``."""
    return lambda fraction, words: tell(start + fraction * (end - start), words)


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


@dataclass(frozen=True)
class ConnectionSpec:
    """A database behind a named connection; address and password stay in the settings."""

    connection: str
    database: str = ""
    """The connection's own database when empty. Spark: ``files`` (its folder) or the name of the SQL
    connection that it reads over JDBC."""


PartSpec = DemoSpec | FileSpec | ConnectionSpec
"""What one table is read from."""


@dataclass(frozen=True)
class Connections:
    """The connections of this installation and their limits; it holds passwords: never a key of a cache."""

    profiles: tuple[Connection, ...] = ()
    hosts: tuple[str, ...] = ()
    """Hosts that may be connected to, beside this computer's own."""
    limits: ReadLimits = field(default_factory=ReadLimits)
    run_folder: Path = Path("workspace/run")
    """Where a shared Spark session says how it is reached."""


@dataclass(frozen=True)
class SourceStatus:
    """Whether a source can be read now, in one sentence."""

    reachable: bool
    message: str
    n_tables: int
    hint: str = ""
    warnings: tuple[str, ...] = ()
    """What an administrator should mend: an account that may write, no encryption."""


@dataclass(frozen=True)
class FieldInfo:
    """One column or field, as its source declares it."""

    name: str
    type: str
    """In the source's own words: ``decimal(10,2)``, ``string``; a change of it is drift."""
    is_number: bool = False
    is_time: bool = False
    is_list: bool = False
    """An array: counted when read, or exploded by choice."""
    mixed: tuple[tuple[str, int], ...] = ()
    """Where values of several types were found: each type with its count, the most frequent first."""


@dataclass(frozen=True)
class TableInfo:
    """What is known of a table before it is read."""

    name: str
    what: str
    """``table``, ``view``, ``collection``, ``folder``, ``file`` or ``sheet``."""
    fields: tuple[FieldInfo, ...]
    n_rows: int | None
    """None where counting would need a whole read."""
    is_estimate: bool = False
    """Whether ``n_rows`` is the server's own estimate."""
    n_sampled: int | None = None
    """Documents that the fields were found in, where they are not declared; None where they are."""


class Source(Protocol):
    """A place that tables come from."""

    def status(self) -> SourceStatus:
        """Return whether the source can be read; never raises."""

    def databases(self) -> tuple[str, ...]:
        """Return the databases that can be chosen; empty where there is only one."""

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables, the main one first."""

    def describe(self, table: str, *, explode: str = "") -> TableInfo:
        """Return columns, types and row count without reading the rows; raises TableNotFound.

        With ``explode`` the columns are those that a load has then, and the rows are not counted.
        """

    def load(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        rows: Sequence[Condition] = (),
        explode: str = "",
        texts: Sequence[str] = (),
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> Dataset:
        """Return a table, or the first ``limit`` of the rows that meet all conditions.

        ``texts`` are columns whose text stays as it is, whatever it looks like: ids. ``explode`` names an
        array field that becomes one row an element. Raises TableNotFound, ColumnNotFound, InvalidChoice,
        WrongKind, TooLarge, SourceUnavailable.
        """

    def group(
        self,
        table: str,
        grouping: Grouping,
        *,
        rows: Sequence[Condition] = (),
        explode: str = "",
        progress: Progress | None = None,
    ) -> Groups:
        """Return the sums of each key, worked out where the rows are; raises as load does, and WrongKind."""
