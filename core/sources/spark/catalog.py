"""What a Spark connection offers: the tables of its folder, or those of a SQL connection."""

from __future__ import annotations

from typing import Protocol

from core.connections import Connection
from core.errors import InvalidChoice
from core.sources.base import Connections
from core.sources.spark.paths import FileTable, file_tables, require_table
from core.sources.spark.reading import file_relation
from core.sources.spark.relation import Relation
from core.sources.spark.session import Session

FILES = "files"
"""The database that the folder of a connection is."""


class Catalog(Protocol):
    """The tables of one database."""

    needs_spark: bool
    """Whether a session is needed to list them."""

    def tables(self, session: Session | None = None) -> tuple[str, ...]:
        """Return the names."""

    def count(self) -> int:
        """Return how many tables there are, without Spark; raises SourceError."""

    def require(self, table: str) -> None:
        """Raise TableNotFound where that can be told without Spark."""

    def relation(self, session: Session, table: str) -> Relation:
        """Return a table as Spark reads it; raises TableNotFound, BadFile."""


class FileCatalog:
    """The tables under a folder."""

    needs_spark = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tables(self, session: Session | None = None) -> tuple[str, ...]:
        """Return the names, in their order; raises SourceError for a folder that is not there."""
        return tuple(table.name for table in self._found())

    def count(self) -> int:
        """Return how many tables lie under the folder."""
        return len(self._found())

    def require(self, table: str) -> None:
        """Raise TableNotFound for a name that is not one of the tables."""
        self._table(table)

    def relation(self, session: Session, table: str) -> Relation:
        """Return the files of a table as a relation."""
        return file_relation(session, self._table(table))

    def _found(self) -> tuple[FileTable, ...]:
        return file_tables(self._connection.folder)

    def _table(self, name: str) -> FileTable:
        return require_table(name, self._found(), connection=self._connection.name)


def catalog_of(connection: Connection, database: str, connections: Connections) -> Catalog:
    """Return what a database of a connection offers; raises InvalidChoice for one that it does not have."""
    if database == FILES and connection.folder:
        return FileCatalog(connection)
    if database and database == connection.tables_of:
        from core.sources.spark.jdbc import JdbcCatalog

        return JdbcCatalog(connection, connections)
    valid = [name for name in (FILES if connection.folder else "", connection.tables_of) if name]
    raise InvalidChoice.of("database", database, valid)
