"""The tables of an SQL database as a source."""

from __future__ import annotations

from collections.abc import Sequence

from core.connections import Connection, ConnectionKind
from core.dataset import Dataset
from core.errors import AppError, InvalidChoice, WrongKind
from core.sources.base import Connections, ConnectionSpec, Progress, SourceStatus, TableInfo, silent
from core.sources.hosts import OWN
from core.sources.selection import Condition, Grouping, Groups
from core.sources.sql import browse, grouping, load
from core.sources.sql.access import Access
from core.sources.sql.asked import Asked
from core.sources.sql.columns import Form, Table
from core.sources.sql.conditions import field_of, where
from core.sources.sql.engine import Engine
from core.sources.sql.family import Family
from core.sources.sql.reader import READ_SHARE
from core.sources.typed import dataset_of


class SqlSource:
    """The tables and views of one database; nothing is connected before it is asked."""

    def __init__(self, connection: Connection, spec: ConnectionSpec, connections: Connections) -> None:
        self.connection = connection
        self.database = spec.database or connection.database
        access = Access(connection, self.database, connections.hosts, connections.limits)
        self._engine = Engine(family_of(connection.kind), access)

    def status(self) -> SourceStatus:
        """Return whether the database answers, and what should be mended; never raises."""
        try:
            tables, warnings = self._engine.ask(
                lambda asked: (
                    browse.tables(self._engine, asked) if self._is_chosen else (),
                    self._engine.family.warnings(asked, self._engine.access),
                )
            )
        except AppError as error:
            return SourceStatus(False, error.message, 0, error.hint or "")
        what = "1 table" if len(tables) == 1 else f"{len(tables):,} tables"
        words = f"'{self.connection.name}' answers: {what}."
        if not self._is_chosen:
            words = f"'{self.connection.name}' answers; choose a database."
        return SourceStatus(True, words, len(tables), warnings=(*warnings, *self._line_warnings()))

    def databases(self) -> tuple[str, ...]:
        """Return the databases that can be chosen; raises SourceUnavailable, LoginRefused."""
        return self._engine.ask(self._engine.family.databases)

    def tables(self) -> tuple[str, ...]:
        """Return tables and views, ``students`` first; raises SourceUnavailable, LoginRefused."""
        return self._engine.ask(lambda asked: browse.tables(self._engine, asked))

    def describe(self, table: str, *, explode: str = "") -> TableInfo:
        """Return columns, types and row count; raises TableNotFound, and WrongKind for ``explode``."""
        if explode:
            _refuse_lists(self._table(table), explode)
        return browse.describe(self._engine, table)

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

        Raises TableNotFound, ColumnNotFound, WrongKind, InvalidChoice, TooLarge, SourceUnavailable.
        """
        _check_limit(limit)
        tell = progress or silent
        tell(0.0, f"Asking '{self.connection.name}' for '{table}'")
        found = self._table(table)
        _refuse_lists(found, explode)
        asked = self._asked(found, columns, rows, limit)
        got = load.read(self._engine, asked, tell)
        names = [field.name for field in asked.fields]
        tell(READ_SHARE, f"{got.table.num_rows:,} rows read from '{table}'; typing them")
        dataset = dataset_of(
            got.table,
            source=self._words,
            name=table,
            query=got.query,
            texts=texts,
            changed=got.changes.of(names),
            notes=_left_out(found) if columns is None else (),
        )
        tell(1.0, f"{dataset.provenance.n_rows:,} rows loaded from '{table}'")
        return dataset

    def group(
        self,
        table: str,
        grouping: Grouping,
        *,
        rows: Sequence[Condition] = (),
        explode: str = "",
        progress: Progress | None = None,
    ) -> Groups:
        """Return the sums of each key, worked out by the database; raises as ``load`` does."""
        tell = progress or silent
        tell(0.0, f"Asking '{self.connection.name}' to group '{table}'")
        found = self._table(table)
        _refuse_lists(found, explode)
        groups = self._grouped(found, grouping, rows, tell)
        tell(1.0, f"{len(groups.frame):,} keys found in '{table}'")
        return groups

    def _grouped(
        self, table: Table, asked: Grouping, rows: Sequence[Condition], progress: Progress
    ) -> Groups:
        return grouping.grouped(self._engine, table, asked, rows, progress)

    def _table(self, name: str) -> Table:
        """Return what the catalogue says of a table; raises TableNotFound."""
        return browse.require(self._engine, name)

    def _asked(
        self, table: Table, columns: Sequence[str] | None, rows: Sequence[Condition], limit: int | None
    ) -> Asked:
        names = dict.fromkeys(columns) if columns is not None else [each.name for each in table.readable]
        most = self._engine.access.limits.rows + 1
        return Asked(
            place=self._engine.family.place(self.database, table.name),
            table=table,
            fields=tuple(field_of(table, name) for name in names),
            conditions=tuple(where(self._engine.family, table, rows)),
            limit=most if limit is None else min(limit, most),
            is_first=limit is not None,
        )

    @property
    def _is_chosen(self) -> bool:
        """Whether it is known which database is meant; a file is one."""
        return bool(self.database) or self.connection.kind is ConnectionKind.SQLITE

    @property
    def _words(self) -> str:
        """What the database is called where its rows are shown."""
        return f"{self._engine.family.title} '{self.connection.name}'"

    def _line_warnings(self) -> tuple[str, ...]:
        host = self.connection.host
        if not host or self.connection.tls or host.casefold() in OWN:
            return ()
        name = self.connection.name
        return (f"The connection to '{name}' leads to another machine and is not encrypted: set 'tls'.",)


def family_of(kind: ConnectionKind) -> Family:
    """Return what is particular to a kind of database."""
    if kind is ConnectionKind.MYSQL:
        from core.sources.sql.mysql.family import MySql

        return MySql()
    if kind is ConnectionKind.SQLITE:
        from core.sources.sql.sqlite.family import Sqlite

        return Sqlite()
    from core.sources.sql.postgresql.family import PostgreSql

    return PostgreSql()


def _left_out(table: Table) -> tuple[str, ...]:
    """Return a note for each column that cannot be read."""
    return tuple(
        f"Column '{field.name}' of type '{field.type}' was left out: it cannot be read as a value."
        for field in table.fields
        if field.form is Form.LEFT_OUT
    )


def _refuse_lists(table: Table, name: str) -> None:
    """Refuse to make one row an element; lists of PostgreSQL are read as text."""
    if not name:
        return
    is_list = field_of(table, name).form is Form.JSON
    raise WrongKind(
        f"The column '{name}' of table '{table.name}' "
        + ("is read as text: its lists cannot become rows." if is_list else "holds no lists."),
        hint="Only a list can become one row an element; leave this empty.",
    )


def _check_limit(limit: int | None) -> None:
    if limit is not None and limit < 0:
        raise InvalidChoice.of("limit", limit, ["0 or more"])
