"""What a kind of database has to know so that everything else is written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import sqlalchemy as sa

from core.errors import AppError
from core.sources.sql.access import Access
from core.sources.sql.arrow import batch_of_rows, table_of
from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Form, Table
from core.sources.sql.odd import odd_cells
from core.sources.sql.wire import Expression, Wire
from core.sources.typed import keep_text


class _Expressions(Protocol):
    """The module that says how a column is asked for."""

    def wires(self, field: Field, /) -> tuple[Wire, ...]: ...
    def number(self, field: Field, /) -> Expression: ...
    def moment(self, field: Field, /) -> Expression: ...
    def exact(self, field: Field, /) -> Expression: ...
    def same_day(self, when: Expression, /) -> Expression: ...
    def day_number(self, when: Expression, /) -> Expression: ...
    def micros(self, when: Expression, /) -> Expression: ...
    def double(self, expression: Expression, /) -> Expression: ...


class _Catalogue(Protocol):
    """The module that knows where a database lists what it holds."""

    def databases(self, connection: sa.Connection, /) -> tuple[str, ...]: ...
    def tables(self, connection: sa.Connection, database: str, /) -> tuple[str, ...]: ...
    def table(self, connection: sa.Connection, database: str, name: str, /) -> Table | None: ...


class _Faults(Protocol):
    """The module that knows what the driver's errors mean."""

    def fault_of(self, error: BaseException, access: Access, /, *, table: str) -> AppError: ...
    def is_busy(self, error: BaseException, /) -> bool: ...


class Family:
    """A kind of database: what its modules say, and what holds for a server that declares its types.

    MySQL, SQLite and PostgreSQL each state what is particular to them.
    """

    title: ClassVar[str]
    """As sentences say it: ``MySQL``."""
    driver: ClassVar[str]
    """As SQLAlchemy calls it: the address and the login go another way."""
    is_typed: ClassVar[bool] = True
    """Whether every cell of a column is of the column's type."""
    isolation: ClassVar[Any] = "AUTOCOMMIT"
    """The isolation level that SQLAlchemy sets; transactions are begun by ``begin``."""
    begins: ClassVar[str]
    """What begins a transaction that sees one state of the database, where the engine can do that."""
    dialect: ClassVar[Any]
    """SQLAlchemy's dialect, with named parameters, that writes statements out."""
    errors: ClassVar[tuple[type[Exception], ...]]
    """What the driver may raise, on a broken line too."""
    binary: ClassVar[type[Any]]
    """SQLAlchemy's type for the bytes of a condition."""
    expressions: _Expressions
    catalogue: _Catalogue
    faults: _Faults

    def connect(self, access: Access) -> Any:
        """Return a read-only session of the driver; one that is silent is given up soon."""
        raise NotImplementedError

    def be_patient(self, raw: Any, seconds: float) -> None:
        """Let a statement of a session take so many seconds from now on."""
        raw.be_patient(seconds)

    def begin(self, connection: sa.Connection) -> None:
        """Begin to see one state of the database."""
        connection.exec_driver_sql(self.begins)

    def number_of(self, raw: Any) -> int:
        """Return by which number the server knows a session of the driver."""
        raise NotImplementedError

    def ping(self, access: Access) -> None:
        """Do nothing if the server lives; raises the driver's errors."""
        raise NotImplementedError

    def stop(self, access: Access, numbers: Sequence[int], tag: str) -> None:
        """End on the server what sessions, and statements with a tag, are doing; may raise."""
        raise NotImplementedError

    def hang_up(self, raw: Any) -> None:
        """Cut the line of a session, so that nobody waits on it; never raises."""
        raw.hang_up()

    def fault(self, error: BaseException, access: Access, *, table: str) -> AppError:
        """Return what a failure of the driver means."""
        return self.faults.fault_of(error, access, table=table)

    def is_busy(self, error: BaseException) -> bool:
        """Tell whether a refused login shows a server that lives but has no room."""
        return self.faults.is_busy(error)

    def databases(self, connection: sa.Connection) -> tuple[str, ...]:
        """Return the databases that the account sees, without the system's own."""
        return self.catalogue.databases(connection)

    def tables(self, connection: sa.Connection, database: str) -> tuple[str, ...]:
        """Return tables and views in the order of their names."""
        return self.catalogue.tables(connection, database)

    def table(self, connection: sa.Connection, database: str, name: str) -> Table | None:
        """Return what the catalogue says of a table; None where there is none of exactly this name."""
        return self.catalogue.table(connection, database, name)

    def mixed(
        self, connection: sa.Connection, place: sa.TableClause, table: Table
    ) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """Return for each column whose cells are of several types each type with its count."""
        return {}

    def odd_cells(self, connection: sa.Connection, able: Any) -> tuple[str, ...]:
        """Return a note for each column of a grouping whose cells were no numbers or no times."""
        return odd_cells(self, connection, able)

    def warnings(self, connection: sa.Connection, access: Access) -> tuple[str, ...]:
        """Return what an administrator should mend about the account."""
        words = self.rights(connection, access)
        if not words:
            return ()
        return (
            f"The account of '{access.name}' may do more than read ({words}): use one that may only SELECT.",
        )

    def rights(self, connection: sa.Connection, access: Access) -> str:
        """Return what the account may do beside reading, in words."""
        raise NotImplementedError

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table as statements name it."""
        raise NotImplementedError

    def wires(self, field: Field) -> tuple[Wire, ...]:
        """Return what is selected for a column."""
        return self.expressions.wires(field)

    def number(self, field: Field) -> Expression:
        """Return a column as a number."""
        return self.expressions.number(field)

    def moment(self, field: Field) -> Expression:
        """Return a column as a time, missing where it is no day of the calendar."""
        return self.expressions.moment(field)

    def bytes(self, field: Field) -> Expression:
        """Return a column as the exact bytes of the text that a load gives."""
        return self.expressions.exact(field)

    def there(self, field: Field) -> Expression:
        """Return what is missing where a load gives a missing cell."""
        return self.moment(field) if field.is_time else sa.column(field.name)

    def same_day(self, moment: Expression) -> Expression:
        """Return the day of a time."""
        return self.expressions.same_day(moment)

    def day_number(self, moment: Expression) -> Expression:
        """Return whole days from 2000-01-01."""
        return self.expressions.day_number(moment)

    def micros(self, moment: Expression) -> Expression:
        """Return microseconds from 1970-01-01."""
        return self.expressions.micros(moment)

    def double(self, expression: Expression) -> Expression:
        """Return a number as a double."""
        return self.expressions.double(expression)

    def largest(self, value: Expression) -> Expression:
        """Return the largest of a group's values."""
        return sa.func.max(value)

    def text_value(self, text: str) -> Expression:
        """Return a text of a condition as bytes."""
        return sa.literal(text.encode("utf-8", "surrogatepass"), self.binary())

    def time_value(self, iso: str) -> Expression:
        """Return a day or a time of a condition."""
        return sa.literal(iso, sa.String())

    def has_fast_way(self, access: Access) -> bool:
        """Tell whether a faster driver is there and may be used."""
        return False

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
        raise NotImplementedError

    def batch(self, rows: Sequence[Sequence[Any]], fields: Sequence[Field], changes: Changes) -> Any:
        """Return rows of a statement over these fields as one Arrow batch."""
        return batch_of_rows(rows, fields, [self.wires(field) for field in fields], changes)

    def whole(self, batches: Sequence[Any], fields: Sequence[Field], changes: Changes) -> Any:
        """Return the batches as one Arrow table; numbers of many digits stay text."""
        return keep_text(table_of(batches), {field.name for field in fields if field.form is Form.DIGITS})
