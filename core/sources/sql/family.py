"""What a kind of database has to know so that everything else is written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from core.connections import Connection, ReadLimits
from core.errors import AppError
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Table
from core.sources.sql.line import Line

Expression = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Access:
    """Where a database is, who asks, and what a read may take; holds a password: never shown."""

    connection: Connection
    database: str
    hosts: tuple[str, ...]
    limits: ReadLimits
    line: Line | None = None
    """What a login tells its line, so that it can be cut meanwhile."""

    @property
    def name(self) -> str:
        """What the database is called in sentences."""
        return self.connection.name


@dataclass(frozen=True)
class Wire:
    """One expression that is selected for a column, and the Arrow type that it comes in."""

    expression: Expression
    type: Any


class Family(Protocol):
    """What is particular to MySQL, SQLite or PostgreSQL."""

    title: str
    """As sentences say it: ``MySQL``."""
    is_typed: bool
    """Whether every cell of a column is of the column's type."""
    isolation: Any
    """The isolation level that SQLAlchemy sets; transactions are begun by ``begin``."""
    dialect: Any
    """SQLAlchemy's dialect, with named parameters, that writes statements out."""
    faults: tuple[type[Exception], ...]
    """What the driver may raise, on a broken line too."""

    def url(self) -> sa.URL:
        """Return the driver's name alone: the address and the login go another way."""

    def connect(self, access: Access) -> Any:
        """Return a read-only session of the driver; one that is silent is given up soon."""

    def be_patient(self, raw: Any, seconds: float) -> None:
        """Let a statement of a session take so many seconds from now on."""

    def begin(self, connection: sa.Connection) -> None:
        """Begin a transaction that sees one state of the database, where the engine can do that."""

    def number_of(self, raw: Any) -> int:
        """Return by which number the server knows a session of the driver."""

    def ping(self, access: Access) -> None:
        """Do nothing if the server lives; raises the driver's errors."""

    def stop(self, access: Access, numbers: Sequence[int], tag: str) -> None:
        """End on the server what sessions, and statements with a tag, are doing; may raise."""

    def hang_up(self, raw: Any) -> None:
        """Cut the line of a session, so that nobody waits on it; never raises."""

    def fault(self, error: BaseException, access: Access, *, table: str) -> AppError:
        """Return what a failure of the driver means."""

    def is_busy(self, error: BaseException) -> bool:
        """Tell whether a refused login shows a server that lives but has no room."""

    def databases(self, connection: sa.Connection) -> tuple[str, ...]:
        """Return the databases that the account sees, without the system's own."""

    def tables(self, connection: sa.Connection, database: str) -> tuple[str, ...]:
        """Return tables and views in the order of their names."""

    def table(self, connection: sa.Connection, database: str, name: str) -> Table | None:
        """Return what the catalogue says of a table; None where there is none of exactly this name."""

    def mixed(
        self, connection: sa.Connection, place: sa.TableClause, table: Table
    ) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Return for each column whose cells are of several types each type with its count."""

    def odd_cells(self, connection: sa.Connection, able: Any) -> tuple[str, ...]:
        """Return a note for each column of a grouping whose cells were no numbers or no times."""

    def warnings(self, connection: sa.Connection, access: Access) -> tuple[str, ...]:
        """Return what an administrator should mend about the account."""

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table as statements name it."""

    def wires(self, field: Field) -> tuple[Wire, ...]:
        """Return what is selected for a column."""

    def number(self, field: Field) -> Expression:
        """Return a column as a number."""

    def moment(self, field: Field) -> Expression:
        """Return a column as a time, missing where it is no day of the calendar."""

    def bytes(self, field: Field) -> Expression:
        """Return a column as the exact bytes of the text that a load gives."""

    def there(self, field: Field) -> Expression:
        """Return what is missing where a load gives a missing cell."""

    def same_day(self, moment: Expression) -> Expression:
        """Return the day of a time."""

    def day_number(self, moment: Expression) -> Expression:
        """Return whole days from 2000-01-01."""

    def micros(self, moment: Expression) -> Expression:
        """Return microseconds from 1970-01-01."""

    def double(self, expression: Expression) -> Expression:
        """Return a number as a double."""

    def largest(self, value: Expression) -> Expression:
        """Return the largest of a group's values."""

    def text_value(self, text: str) -> Expression:
        """Return a text of a condition as bytes."""

    def time_value(self, iso: str) -> Expression:
        """Return a day or a time of a condition."""

    def has_fast_way(self, access: Access) -> bool:
        """Tell whether a faster driver is there and may be used."""

    def read_fast(
        self,
        access: Access,
        raw: Any,
        statements: Sequence[str],
        wires: Sequence[Wire],
        take: Callable[[int, Any], None],
    ) -> None:
        """Give ``take`` the Arrow batches of statements run side by side, with their statement's number.

        Each statement selects ``wires``.
        """

    def batch(self, rows: Sequence[Sequence[Any]], fields: Sequence[Field], changes: Changes) -> Any:
        """Return rows of a statement over these fields as one Arrow batch."""

    def whole(self, batches: Sequence[Any], fields: Sequence[Field], changes: Changes) -> Any:
        """Return the batches as one Arrow table; what differs between them is settled here."""
