"""A login to MariaDB: where the server answers, as whom, and how further accounts are made."""

import itertools
import secrets
import ssl
from dataclasses import dataclass, field, replace
from typing import Any

import pymysql
from pymysql.converters import escape_string

from tests.servers.certificates import Certificates
from tests.servers.managed import Managed

_NUMBERS = itertools.count(1)
RIGHTS = {
    "none": "USAGE",
    "read": "SELECT, SHOW VIEW",
    "write": "SELECT, SHOW VIEW, INSERT, UPDATE, DELETE, CREATE, DROP",
}
"""What an account may do, and the grant that says so."""


@dataclass(frozen=True)
class MariaDb:
    """Where the server answers, and how to log in."""

    port: int
    host: str = "127.0.0.1"
    user: str = "root"
    password: str = field(default="", repr=False)
    certificates: Certificates | None = field(default=None, repr=False)
    """What to trust where the server encrypts."""
    process: Managed | None = field(default=None, repr=False, compare=False)
    """For tests that harm a server of their own: ``server.process.kill()``, ``stop()``, ``restart()``."""

    def connect(
        self, database: str | None = None, *, patience: float = 120.0, local_infile: bool = False
    ) -> pymysql.Connection:
        """Return a connection of the driver that Waymark uses; each answer may take ``patience`` seconds.

        ``local_infile`` is for loading files into the server, which Waymark never does.
        """
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            connect_timeout=2,
            read_timeout=patience,
            local_infile=local_infile,
            autocommit=True,
            ssl=ssl.create_default_context(cafile=self.certificates.authority) if self.certificates else None,
        )

    def url(self, database: str = "") -> str:
        """Return the address as SQLAlchemy takes it."""
        login = f"{self.user}:{self.password}@{self.host}:{self.port}"
        return f"mysql+pymysql://{login}/{database}?charset=utf8mb4"

    def settings(self, database: str) -> dict[str, Any]:
        """Return the connection to a database as the settings state it."""
        login = {"user": self.user, "password": self.password, "database": database}
        tls = {"tls": True, "ca_file": str(self.certificates.authority)} if self.certificates else {}
        return {"kind": "mysql", "host": self.host, "port": self.port, **login, **tls}

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            self.connect(patience=2).close()
        except pymysql.err.MySQLError:
            return False
        return True

    def execute(self, *statements: str) -> None:
        """Run statements, one after another, with this account's rights."""
        with self.connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def account(
        self,
        rights: str,
        *,
        database: str,
        user: str = "",
        password: str = "",
        comes_from: str = "127.0.0.1",
        demands_tls: bool = False,
    ) -> "MariaDb":
        """Make a login with these rights ("none", "read" or "write") on a database, and return it.

        One that is there already gets the password and the rights anew. ``comes_from`` is the client's
        address; ``%`` is any.
        """
        user = user or f"{rights}_{next(_NUMBERS)}"
        password = password or secrets.token_urlsafe(18)
        name = f"'{user}'@'{comes_from}'"
        self.execute(
            f"CREATE OR REPLACE USER {name} IDENTIFIED BY '{escape_string(password)}'"
            + demands_tls * " REQUIRE SSL",
            f"GRANT {RIGHTS[rights]} ON `{database}`.* TO {name}",
        )
        return replace(self, user=user, password=password)
