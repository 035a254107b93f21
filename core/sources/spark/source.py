"""Spark as a source: what a page or a plan asks, done in one session of a shared server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from core.connections import Connection
from core.dataset import Dataset
from core.errors import AppError, InvalidChoice
from core.sources.base import Connections, ConnectionSpec, Progress, SourceStatus, TableInfo
from core.sources.selection import Condition, Grouping, Groups
from core.sources.spark import grouping as sums
from core.sources.spark.catalog import FILES, Catalog, catalog_of
from core.sources.spark.connecting import connected, problem, warnings_of
from core.sources.spark.gathering import Gathering, too_many
from core.sources.spark.session import Session
from core.sources.spark.telling import Teller
from core.sources.spark.transfer import Selection, gather_all, gather_first, gather_groups
from core.sources.typed import dataset_of


class SparkSource:
    """The tables of a Spark connection: its folder, or a SQL connection's tables over JDBC."""

    def __init__(self, connection: Connection, spec: ConnectionSpec, connections: Connections) -> None:
        self._connection, self._connections = connection, connections
        self._database = spec.database or (FILES if connection.folder else connection.tables_of)

    def status(self) -> SourceStatus:
        """Return whether the source can be read; never raises, and starts no server of ours."""
        try:
            catalog = self._catalog()
            n_tables = catalog.count()
            error = problem(self._connection, self._connections)
        except AppError as failed:
            error = failed
        if error is not None:
            return SourceStatus(False, error.message, 0, error.hint or "")
        name, address = self._connection.name, self._connection.address
        what = "1 table" if n_tables == 1 else f"{n_tables:,} tables"
        of = f" of '{self._database}'" if catalog.needs_spark else ""
        message = f"'{name}' can be read: {what}{of} by Spark ({address})."
        return SourceStatus(True, message, n_tables, "", warnings_of(self._connection))

    def databases(self) -> tuple[str, ...]:
        """Return ``files`` for the connection's folder, and the SQL connection that is read over JDBC."""
        named = (FILES if self._connection.folder else "", self._connection.tables_of)
        return tuple(name for name in named if name)

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables, in their order; raises SourceError."""
        catalog = self._catalog()
        if not catalog.needs_spark:
            return catalog.tables()
        with connected(self._connection, self._connections) as session:
            return session.run(lambda: catalog.tables(session))

    def describe(self, table: str, *, explode: str = "") -> TableInfo:
        """Return columns, types and row count; rows are counted only where that is cheap (Parquet)."""
        catalog = self._catalog()
        with self._opened(catalog, table, None) as (session, _):
            relation = session.run(lambda: catalog.relation(session, table)).exploded(explode)
            n_rows = session.run(relation.count) if relation.count and not explode else None
        return TableInfo(table, relation.what, tuple(leaf.info() for leaf in relation.leaves), n_rows)

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

        Rows come by file, in the order of their names, and by place within the file. Raises TableNotFound,
        ColumnNotFound, WrongKind, InvalidChoice, TooLarge, BadFile, SourceUnavailable.
        """
        if limit is not None and limit < 0:
            raise InvalidChoice.of("limit", limit, ["0 or more"])
        catalog = self._catalog()
        with self._opened(catalog, table, progress) as (session, teller):
            relation = session.run(lambda: catalog.relation(session, table)).exploded(explode)
            leaves = relation.leaves if columns is None else relation.require(columns)
            relation.require([row.column for row in rows])
            selection = Selection(relation, leaves, tuple(rows))
            expected = self._expected(session, selection, limit)
            gathering = Gathering(relation, leaves, self._connections.limits, name=self._connection.name)
            teller.watch(gathering, expected=expected)
            _read(session, selection, limit, gathering)
        dataset = dataset_of(
            gathering.table(limit=limit),
            source=f"Spark '{self._connection.name}'",
            name=table,
            query=relation.asked(leaves, rows, limit),
            texts=texts,
            changed=gathering.tally.changed(),
            notes=(*relation.notes, *gathering.tally.notes()),
        )
        teller.say(1.0, f"{dataset.provenance.n_rows:,} rows read from '{table}'")
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
        """Return the sums of each key, worked out by Spark; raises as load does, and WrongKind."""
        catalog = self._catalog()
        with self._opened(catalog, table, progress) as (session, teller):
            relation = session.run(lambda: catalog.relation(session, table)).exploded(explode)
            relation.require([row.column for row in rows])
            sums.check_grouping(relation, grouping)
            limits = self._connections.limits
            made = session.run(lambda: gather_groups(session, relation, grouping, rows, limits=limits))
        query = sums.asked(relation, grouping, rows)
        groups = sums.groups_of(made, relation, grouping, notes=relation.notes, query=query)
        teller.say(1.0, f"{len(groups.frame):,} keys found in '{table}'")
        return groups

    def _catalog(self) -> Catalog:
        return catalog_of(self._connection, self._database, self._connections)

    @contextlib.contextmanager
    def _opened(
        self, catalog: Catalog, table: str, progress: Progress | None
    ) -> Iterator[tuple[Session, Teller]]:
        """Give a session for a table that is there, and what tells of its progress."""
        catalog.require(table)
        teller = Teller(progress, table=table)
        teller.say(0.0, f"Asking Spark for '{table}'")
        with connected(self._connection, self._connections) as session:
            session.tell = teller.look
            yield session, teller

    def _expected(self, session: Session, selection: Selection, limit: int | None) -> int | None:
        """Return the rows that will come, where that is known; raises TooLarge before they are read."""
        count, limits = selection.relation.count, self._connections.limits
        if limit is not None or selection.rows or count is None:
            return limit
        n_rows = session.run(count)
        if n_rows > limits.rows:
            raise too_many(selection.relation.name, limits, name=self._connection.name, n_rows=n_rows)
        return n_rows


def _read(session: Session, selection: Selection, limit: int | None, gathering: Gathering) -> None:
    """Let the rows come in."""
    work: Callable[[], None] = (
        (lambda: gather_all(session, selection, gathering))
        if limit is None
        else (lambda: gather_first(session, selection, gathering, limit=limit))
    )
    session.run(work)
