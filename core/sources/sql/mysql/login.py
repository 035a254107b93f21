"""One session with MySQL or MariaDB: to a checked number, read only, and never waiting for ever."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import pymysql
from pymysql.connections import Connection as Session
from pymysql.constants import CLIENT
from pymysql.err import OperationalError

from core.connections import PORTS, ConnectionKind
from core.sources.certificates import checked_ca
from core.sources.hosts import checked_address
from core.sources.sql.access import Access

NO_TLS = 2026
WRITE_SECONDS = 600
"""How long the server waits for a reader that is busy with the rows it has."""
LOCK_SECONDS = 3
"""How long a statement waits for somebody who is changing the table's columns."""
CACHES = 8
"""From this version on MySQL's catalogue keeps what it once said of a table."""


def address_of(access: Access) -> tuple[str, int]:
    """Return the checked number and the port; raises HostRefused, SourceUnavailable."""
    port = access.connection.port or PORTS[ConnectionKind.MYSQL]
    return checked_address(access.connection.host, port, allowed=access.hosts), port


def login(access: Access) -> Any:
    """Return a session that gives up on a silent server soon; raises the driver's errors.

    Raises SourceNotConfigured for a ``ca_file`` that cannot be used, HostRefused, SourceUnavailable.
    """
    limits, connection = access.limits, access.connection
    checked_ca(connection)
    line = socket.create_connection(address_of(access), timeout=limits.connect_seconds)
    if access.line is not None:
        access.line.keep(line)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    session = _Careful(
        host=connection.host,
        port=line.getpeername()[1],
        user=connection.user,
        password=connection.password.reveal(),
        database=access.database or None,
        charset="utf8mb4",
        local_infile=False,
        connect_timeout=limits.connect_seconds,
        read_timeout=limits.silent_seconds,
        write_timeout=limits.silent_seconds,
        ssl=_certificates(connection.ca_file) if connection.tls else None,
        ssl_disabled=not connection.tls,
        autocommit=True,
        defer_connect=True,
    )
    session.connect(line)
    with session.cursor() as cursor:
        for statement in settings(session.get_server_info(), limits.seconds):
            cursor.execute(statement)
    return session


def settings(version: str, seconds: float) -> tuple[str, ...]:
    """Return the statements that make a session read only, bounded and the same everywhere."""
    is_mariadb = "mariadb" in version.casefold()
    limit = (
        f"max_statement_time = {seconds:.3f}"
        if is_mariadb
        else f"max_execution_time = {round(seconds * 1_000)}"
    )
    # Else the catalogue says for a day when a table was written to last, whoever writes to it meanwhile.
    fresh = () if is_mariadb or _generation(version) < CACHES else ("information_schema_stats_expiry = 0",)
    variables = (
        "time_zone = '+00:00'",
        "sql_mode = ''",
        f"net_write_timeout = {WRITE_SECONDS}",
        f"lock_wait_timeout = {LOCK_SECONDS}",
        limit,
        *fresh,
    )
    return (
        f"SET SESSION {', '.join(variables)}",
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    )


def _generation(version: str) -> int:
    """Return the first number of a version, 0 where it has none."""
    first = version.partition(".")[0]
    return int(first) if first.isdecimal() else 0


def _certificates(ca_file: str) -> ssl.SSLContext:
    """Return the check of a certificate and of the name that it is for."""
    return ssl.create_default_context(cafile=ca_file or None)


class _Careful(Session):  # type: ignore[misc]
    """Gives a password to nobody who asks for it in plain words, and sends no file."""

    _result: Any
    is_hung_up = False
    """Whether nobody waits for this session any more."""

    def _request_authentication(self) -> None:
        if self.ssl and not self.server_capabilities & CLIENT.SSL:
            raise OperationalError(NO_TLS, "the server offers no encryption")
        super()._request_authentication()

    def _process_auth(self, plugin_name: bytes, auth_packet: Any) -> Any:
        if plugin_name in {b"mysql_clear_password", b"dialog"} and not self.ssl:
            raise OperationalError(NO_TLS, "the server wants the password unencrypted")
        return super()._process_auth(plugin_name, auth_packet)

    def be_patient(self, seconds: float) -> None:
        """Let a statement take so many seconds: the login had to be quick, the rest is watched."""
        self._read_timeout = seconds

    def hang_up(self) -> None:
        """Cut the line; never raises."""
        self.is_hung_up = True
        result, line = self._result, self._sock
        if result is not None:
            # Else it would be read on to its end when it is dropped.
            result.unbuffered_active = False
            self._result = None
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def ping(access: Access) -> None:
    """Do nothing if the server lets the account in; raises the driver's errors."""
    login(access).close()


def kill(access: Access, *, numbers: Iterable[int], tag: str) -> None:
    """End the statements of sessions, and all with a tag, on the server; raises the driver's errors."""
    session = login(access)
    with session, session.cursor() as cursor:
        found = list(numbers)
        if tag:
            cursor.execute(
                "SELECT id FROM information_schema.processlist WHERE info LIKE %s AND id <> CONNECTION_ID()",
                (f"%{tag}%",),
            )
            found += [int(row[0]) for row in cursor.fetchall()]
        for each in found:
            try:
                cursor.execute(f"KILL QUERY {int(each)}")
            except pymysql.err.MySQLError as error:
                if error.args[0] != 1094:  # it ended by itself
                    raise
