"""The tables of a SQL connection, read by Spark over JDBC with the MariaDB driver."""

from __future__ import annotations

import re
from typing import Any

from core.connections import PORTS, Connection, ConnectionKind, require_named
from core.errors import InvalidChoice, SourceNotConfigured, TableNotFound, choices_hint
from core.sources.base import Connections, ConnectionSpec
from core.sources.hosts import checked_address
from core.sources.open import open_source
from core.sources.spark.connecting import driver_of, master_of
from core.sources.spark.leaves import leaves_of
from core.sources.spark.relation import Relation
from core.sources.spark.session import Session

DRIVER = "org.mariadb.jdbc.Driver"
FETCHED = "10000"
"""Rows that the driver takes at a time; without it the whole table is held in Java's memory."""
LISTED = (
    "SELECT table_name AS name, table_type AS kind FROM information_schema.tables "
    "WHERE table_schema = DATABASE()"
)
KEYS = (
    "SELECT ordinal_position AS place, column_name AS name FROM information_schema.key_column_usage "
    "WHERE table_schema = DATABASE() AND constraint_name = 'PRIMARY' AND table_name = {table}"
)
VIEW = "VIEW"
DATABASE = re.compile(r"[\w$-]{1,64}")
"""It stands in an address: anything else could smuggle options."""


class JdbcCatalog:
    """The tables and views of a SQL connection."""

    needs_spark = True

    def __init__(self, connection: Connection, connections: Connections) -> None:
        """Name the SQL connection; raises SourceNotConfigured, InvalidChoice, HostRefused."""
        self._name, self._connections = connection.name, connections
        self._sql = require_named(connections.profiles, connection.tables_of)
        self._spec = ConnectionSpec(self._sql.name)
        if self._sql.kind is not ConnectionKind.MYSQL:
            raise InvalidChoice(
                f"Spark cannot read the tables of '{self._sql.name}' ({self._sql.kind}).",
                hint="'tables_of' must name a connection of kind mysql.",
            )
        if master_of(connection).scheme != "sc" and driver_of(connection) is None:
            raise SourceNotConfigured(
                f"Spark of '{connection.name}' has no JDBC driver for '{self._sql.name}'.",
                hint="Install libmariadb-java, or name the driver's jar in 'driver_file'.",
            )
        if not DATABASE.fullmatch(self._sql.database):
            raise InvalidChoice(
                f"Spark cannot read the database '{self._sql.database[:60]}' of '{self._sql.name}'.",
                hint="Its name may hold letters, digits, '_', '-' and '$' only.",
            )
        port = self._sql.port or PORTS[ConnectionKind.MYSQL]
        address = checked_address(self._sql.host, port, allowed=connections.hosts)
        self._options = jdbc_options(self._sql, address=address, port=port, connections=connections)

    def tables(self, session: Session | None = None) -> tuple[str, ...]:
        """Return the names of tables and views; raises SourceUnavailable, LoginRefused."""
        return tuple(self._listed(session)) if session is not None else ()

    def count(self) -> int:
        """Return how many tables and views the database has, asked by us: no Spark is started for it."""
        return len(open_source(self._spec, connections=self._connections).tables())

    def require(self, table: str) -> None:
        """Do nothing: only Spark knows the tables."""

    def relation(self, session: Session, table: str) -> Relation:
        """Return a table as a relation, in the order of its primary key; raises TableNotFound."""
        listed = self._listed(session)
        if table not in listed:
            raise TableNotFound(
                f"'{self._sql.name}' has no table '{table}'.", hint=choices_hint(table, list(listed))
            )
        keys = self._keys(session, table)
        named = quoted_name(table)
        # The primary key is the order of InnoDB's rows: nothing is sorted for it.
        ordered = f"{named} FORCE INDEX (PRIMARY)" if keys else named
        by_key = f" ORDER BY {', '.join(map(quoted_name, keys))}" if keys else ""

        def whole() -> Any:
            return self._reader(session).option("dbtable", ordered).load()

        def first(n: int) -> Any:
            # The names are quoted, the number is one.
            text = f"(SELECT * FROM {named}{by_key} LIMIT {n}) AS waymark_first"  # noqa: S608
            return self._reader(session).option("dbtable", text).load()

        return Relation(
            name=table,
            what="view" if listed[table] == VIEW else "table",
            format=f"'{self._sql.name}' by JDBC,",
            leaves=leaves_of(whole().schema, loose=False),
            whole=whole,
            pieces=(whole,),
            first=first,
            count=lambda: self._count(session, named),
        )

    def _count(self, session: Session, named: str) -> int:
        rows = self._query(session, f"SELECT COUNT(*) AS n FROM {named}").collect()  # noqa: S608  a quoted name
        return int(rows[0][0])

    def _listed(self, session: Session) -> dict[str, str]:
        rows = self._query(session, LISTED).collect()
        return {str(row[0]): str(row[1]) for row in sorted(rows)}

    def _keys(self, session: Session, table: str) -> tuple[str, ...]:
        literal = "'" + table.replace("\\", "\\\\").replace("'", "''") + "'"
        rows = self._query(session, KEYS.format(table=literal)).collect()
        return tuple(str(row[1]) for row in sorted(rows))

    def _query(self, session: Session, text: str) -> Any:
        return self._reader(session).option("query", text).load()

    def _reader(self, session: Session) -> Any:
        return session.spark.read.format("jdbc").options(**self._options)


def jdbc_options(sql: Connection, *, address: str, port: int, connections: Connections) -> dict[str, str]:
    """Return how Spark reaches a database; the password is an option of its own, which Spark redacts.

    With ``jdbc:mariadb://`` Spark quotes names as text and returns the column's name as every value.
    """
    limits = connections.limits
    # A certificate holds a name: with encryption it proves that the address is the right one.
    at = sql.host if sql.tls else address
    shown = f"[{at}]" if ":" in at else at
    settings = {
        "permitMysqlScheme": "true",
        "connectTimeout": str(int(limits.connect_seconds * 1_000)),
        "socketTimeout": str(int(limits.seconds * 1_000)),
        "tinyInt1isBit": "false",
        "yearIsDateType": "false",
        "allowLocalInfile": "false",
        "allowMultiQueries": "false",
        **({"useSsl": "true", "serverSslCert": sql.ca_file} if sql.tls and sql.ca_file else {}),
        **({"useSsl": "true"} if sql.tls and not sql.ca_file else {}),
    }
    words = "&".join(f"{name}={value}" for name, value in settings.items())
    return {
        "url": f"jdbc:mysql://{shown}:{port}/{sql.database}?{words}",
        "driver": DRIVER,
        "user": sql.user,
        "password": sql.password.reveal(),
        "fetchsize": FETCHED,
        "queryTimeout": str(int(limits.seconds)),
        # A pushed comparison would follow the database's collation: 'a1' is 'A1' there.
        "pushDownPredicate": "false",
    }


def quoted_name(name: str) -> str:
    """Return a name as MySQL and Spark quote it.

    >>> quoted_name("a`b")
    '`a``b`'
    """
    return "`" + name.replace("`", "``") + "`"
