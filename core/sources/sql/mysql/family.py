"""MySQL and MariaDB, put together for the parts that are written once."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import pymysql
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from core.sources.sql.access import Access
from core.sources.sql.family import Family
from core.sources.sql.mysql import catalogue, expressions, fast, faults, grants, login
from core.sources.sql.wire import Wire


class MySql(Family):
    """MySQL and MariaDB by PyMySQL."""

    title = "MySQL"
    driver = "mysql+pymysql"
    begins = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
    dialect = mysql.dialect(paramstyle="named")
    # PyMySQL answers a stream that breaks its protocol with whatever its parser stumbled over.
    errors = (
        sa.exc.SQLAlchemyError,
        pymysql.err.MySQLError,
        OSError,
        RuntimeError,
        ValueError,
        LookupError,
        AssertionError,
        AttributeError,
        TypeError,
        struct.error,
    )
    binary = expressions.Hexadecimal
    expressions = expressions
    catalogue = catalogue
    faults = faults

    def connect(self, access: Access) -> Any:
        """Return a read-only session."""
        return login.login(access)

    def number_of(self, raw: Any) -> int:
        """Return the session's number on the server."""
        return int(raw.thread_id())

    def ping(self, access: Access) -> None:
        """Do nothing if the server lives."""
        login.ping(access)

    def stop(self, access: Access, numbers: Sequence[int], tag: str) -> None:
        """End statements on the server."""
        login.kill(access, numbers=numbers, tag=tag)

    def odd_cells(self, connection: sa.Connection, able: Any) -> tuple[str, ...]:
        """Return nothing: a column of numbers holds numbers."""
        return ()

    def rights(self, connection: sa.Connection, access: Access) -> str:
        """Return the first five rights beyond reading."""
        found = connection.exec_driver_sql("SHOW GRANTS FOR CURRENT_USER()")
        rights = grants.rights_beyond_reading([str(row[0]) for row in found], access.database)
        return ", ".join(rights[:5]) + (" and more" if len(rights) > 5 else "")

    def place(self, database: str, table: str) -> sa.TableClause:
        """Return a table of a database."""
        return sa.table(table, schema=database)

    def has_fast_way(self, access: Access) -> bool:
        """Tell whether connectorx is there and may be used."""
        return fast.can_read(access)

    def read_fast(
        self,
        access: Access,
        raw: Any,
        statements: Sequence[str],
        wires: Sequence[Wire],
        take: Callable[[int, Any], None],
    ) -> None:
        """Give the Arrow batches of statements to ``take``."""
        fast.read(
            access,
            statements,
            version=raw.get_server_info(),
            take=take,
            is_wanted=lambda: not raw.is_hung_up,
        )
