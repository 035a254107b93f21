"""A login to PostgreSQL: where the server answers, as whom, and how further accounts are made."""

import itertools
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg import sql

from tests.servers.certificates import Certificates
from tests.servers.managed import Managed

_NUMBERS = itertools.count(1)
RIGHTS = {"none": "", "read": "SELECT", "write": "SELECT, INSERT, UPDATE, DELETE"}
"""What an account may do with the tables of a database that are there when it is made."""


@dataclass(frozen=True)
class PostgreSql:
    """Where the server answers, and how to log in."""

    port: int
    host: str = "127.0.0.1"
    user: str = "postgres"
    password: str = field(default="", repr=False)
    certificates: Certificates | None = field(default=None, repr=False)
    """What to trust where the server encrypts."""
    process: Managed | None = field(default=None, repr=False, compare=False)
    """For tests that harm a server of their own: ``server.process.kill()``, ``stop()``, ``restart()``."""

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Return a connection of the driver that Waymark uses."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database,
            connect_timeout=10,
            autocommit=True,
        )

    def url(self, database: str = "postgres") -> str:
        """Return the address as SQLAlchemy takes it."""
        return f"postgresql+psycopg://{self.user}:{self.password}@{self.host}:{self.port}/{database}"

    def settings(self, database: str) -> dict[str, Any]:
        """Return the connection to a database as the settings state it."""
        login = {"user": self.user, "password": self.password, "database": database}
        tls = {"tls": True, "ca_file": str(self.certificates.authority)} if self.certificates else {}
        return {"kind": "postgresql", "host": self.host, "port": self.port, **login, **tls}

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            self.connect().close()
        except psycopg.Error:
            return False
        return True

    def execute(self, *statements: str, database: str = "postgres") -> list[tuple]:
        """Run statements, one after another, with this account's rights; return the rows of the last."""
        with self.connect(database) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def account(self, rights: str, *, database: str) -> "PostgreSql":
        """Make a login with these rights ("none", "read" or "write") on the tables of ``public``."""
        user, password = f"{rights}_{next(_NUMBERS)}", secrets.token_urlsafe(18)
        name = sql.Identifier(user)
        with self.connect(database) as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(password))
            )
            if RIGHTS[rights]:
                grant = sql.SQL(RIGHTS[rights])
                connection.execute(
                    sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA public TO {}").format(grant, name)
                )
        return replace(self, user=user, password=password)
