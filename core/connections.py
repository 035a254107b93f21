"""Named connections to servers: what a school states once, with passwords that never print."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

from core.errors import InvalidChoice, SourceNotConfigured, choices_hint, quoted

NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
"""What a connection may be called: it appears in settings, in plans and in sentences."""
MOST_PORT = 65_535


class ConnectionKind(StrEnum):
    """What kind of server a connection leads to; each has one fixed driver."""

    MYSQL = "mysql"
    """MySQL or MariaDB, by PyMySQL."""
    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"
    """A file; no server."""
    MONGODB = "mongodb"
    SPARK = "spark"
    """Spark: local, a cluster (``spark://``) or a Connect server (``sc://``)."""


PORTS = {ConnectionKind.MYSQL: 3306, ConnectionKind.POSTGRESQL: 5432, ConnectionKind.MONGODB: 27017}
"""The usual ports."""
WITH_HOST = frozenset(PORTS)


@dataclass(frozen=True, repr=False)
class Secret:
    """A password or token; only ``reveal()`` gives it out.

    >>> Secret("hunter2"), f"{Secret('hunter2')}", Secret("hunter2").reveal()
    (Secret('***'), '***', 'hunter2')
    """

    value: str = ""

    def __repr__(self) -> str:
        return "Secret('***')" if self.value else "Secret('')"

    def __str__(self) -> str:
        return "***" if self.value else ""

    def __bool__(self) -> bool:
        return bool(self.value)

    def reveal(self) -> str:
        """Return what is kept; for the call that logs in, and nothing else."""
        return self.value


@dataclass(frozen=True)
class Connection:
    """A server and how to log in there; the name is all that plans and pages know of it."""

    name: str
    kind: ConnectionKind
    host: str = ""
    port: int = 0
    """0 is the usual port of the kind."""
    user: str = ""
    password: Secret = field(default_factory=Secret)
    database: str = ""
    """The database that is opened first."""
    tls: bool = False
    """Encrypt, and check the server's certificate."""
    ca_file: str = ""
    """The certificate authority to trust; the system's own when empty."""
    login_database: str = ""
    """MongoDB: where the account lives; ``admin`` when empty."""
    file: str = ""
    """SQLite: the file."""
    master: str = "local[2]"
    """Spark: ``local[N]``, ``spark://host:port``, or ``sc://host:port``."""
    folder: str = ""
    """Spark: the folder that holds its data; nothing outside it is read."""
    tables_of: str = ""
    """Spark: the SQL connection whose tables it reads over JDBC."""
    driver_file: str = ""
    """Spark: the JDBC driver's jar."""
    origin: str = field(default="settings", compare=False)
    """Where it was stated: ``settings`` (environment or secrets file) or ``page``."""

    @property
    def address(self) -> str:
        """Where it leads, in words, without user or password."""
        if self.kind is ConnectionKind.SPARK:
            return self.master
        if self.kind is ConnectionKind.SQLITE:
            return self.file
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port or PORTS[self.kind]}"

    @property
    def led_to(self) -> str:
        """The host that it leads to; empty where it stays on this computer."""
        if self.kind is ConnectionKind.SPARK and "://" in self.master:
            return self.master.partition("://")[2].partition(":")[0].partition("/")[0]
        return self.host

    @classmethod
    def of(cls, name: str, given: Mapping[str, Any], *, origin: str = "settings") -> Self:
        """Return the connection that the keys of a settings table mean.

        Raises InvalidChoice for an unknown key or a value out of range, SourceNotConfigured for one
        that is missing; no sentence ever holds a value of a password.
        """
        if not NAME.fullmatch(name):
            raise InvalidChoice(
                f"A connection cannot be called '{name}'.",
                hint="Use up to 40 letters, digits and hyphens; begin with a letter.",
            )
        valid = [item.name for item in fields(cls) if item.name not in {"name", "origin"}]
        for key in given:
            if key not in valid:
                raise InvalidChoice(
                    f"The connection '{name}' has no setting '{key}'.", hint=choices_hint(key, valid)
                )
        made = cls(name=name, origin=origin, **{key: _value(name, key, given[key]) for key in given})
        _check(made)
        return made


@dataclass(frozen=True)
class ReadLimits:
    """What one read from a server may take; stated before it starts."""

    rows: int = 5_000_000
    """Most rows of a load; an aggregation may read more and gives fewer."""
    bytes: int = 8 * 1024**3
    """Most bytes of a load, as Arrow holds them."""
    seconds: float = 900.0
    connect_seconds: float = 3.0
    """How long a server may take to answer at all."""
    silent_seconds: float = 4.0
    """How long a server that answered may stay silent to a question that needs no work."""

    def describe(self) -> str:
        """Return the limits as one sentence."""
        return (
            f"At most {self.rows:,} rows, {self.bytes / 1024**3:,.1f} GiB and "
            f"{self.seconds:,.0f} seconds for one read."
        )


def require_named(connections: tuple[Connection, ...], name: str) -> Connection:
    """Return the connection of this name; raises SourceNotConfigured with the names that exist."""
    for connection in connections:
        if connection.name == name:
            return connection
    names = [connection.name for connection in connections]
    raise SourceNotConfigured(
        f"There is no connection '{name}'.",
        hint=f"State it in .streamlit/secrets.toml or on Data sources. There are: {quoted(names)}.",
    )


def _value(name: str, key: str, value: Any) -> Any:
    """Return one value in its type."""
    if key == "password":
        return value if isinstance(value, Secret) else Secret(str(value))
    if key == "kind":
        return _kind(name, value)
    if key == "port":
        return _port(name, value)
    if key == "tls":
        return _flag(name, key, value)
    return str(value).strip()


def _kind(name: str, value: Any) -> ConnectionKind:
    text = str(value).strip().casefold()
    text = {"mariadb": "mysql", "postgres": "postgresql", "mongo": "mongodb"}.get(text, text)
    if text not in set(ConnectionKind):
        valid = [str(kind) for kind in ConnectionKind]
        raise InvalidChoice(
            f"The connection '{name}' cannot be of kind '{value}'.", hint=choices_hint(text, valid)
        )
    return ConnectionKind(text)


def _port(name: str, value: Any) -> int:
    text = str(value).strip()
    if not text.isdecimal() or not 0 <= int(text) <= MOST_PORT:
        raise InvalidChoice(
            f"The connection '{name}' cannot use the port '{value}'.", hint="A port is 1 to 65535."
        )
    return int(text)


def _flag(name: str, key: str, value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
    text = str(value).strip().casefold()
    if text not in words:
        raise InvalidChoice(
            f"'{key}' of the connection '{name}' cannot be '{value}'.", hint="Say true or false."
        )
    return words[text]


def _check(made: Connection) -> None:
    """Do nothing if the connection has what its kind needs; raises SourceNotConfigured, InvalidChoice."""
    if re.search(r"[&?#;=\s]", made.ca_file):
        raise InvalidChoice(
            f"The connection '{made.name}' cannot use the file '{made.ca_file[:60]}' for 'ca_file'.",
            hint="Its path must be without spaces and without & ? # ; =, which drivers take for options.",
        )
    if made.kind in WITH_HOST and not made.host:
        missing = "host"
    elif made.kind is ConnectionKind.SQLITE and not made.file:
        missing = "file"
    elif made.kind is ConnectionKind.SPARK and not made.folder and not made.tables_of:
        missing = "folder"
    else:
        return
    raise SourceNotConfigured(
        f"The connection '{made.name}' ({made.kind}) needs a value for '{missing}'.",
        hint="Add it to the connection's settings.",
    )
