"""One session with PostgreSQL: to a checked number, read only, and never waiting for ever."""

from __future__ import annotations

import contextlib
import math
import os
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

from core.connections import PORTS, ConnectionKind
from core.sources.hosts import checked_address
from core.sources.sql.access import Access

LOCK_SECONDS = 3
"""How long a statement waits for somebody who is changing the table's columns."""
EVERYBODYS = "postgres"
"""The database that is asked which others there are."""
NOTICES_CLIENTS = 140_000
"""From this version on a server notices that its client has gone."""


class _Passing(psycopg.ServerCursor[TupleRow]):
    """A cursor that goes with its session, which is closed after each question."""

    def __del__(self, _warn: Any = None, /) -> None:
        """Say nothing of not having been closed."""


class Careful(psycopg.Connection[TupleRow]):
    """A session that gives up on a silent server."""

    patience = 4.0
    """Seconds that one answer may take."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.server_cursor_factory = _Passing

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Return what the server answers; raises TimeoutError where it says nothing for too long."""
        patience = self.patience if timeout is None else timeout
        begin = time.monotonic()
        try:
            return super().wait(gen, interval, patience)
        except psycopg.OperationalError as error:
            if time.monotonic() - begin >= patience:
                raise TimeoutError from error
            raise

    def be_patient(self, seconds: float) -> None:
        """Let a statement take so many seconds: the login had to be quick, the rest is watched."""
        self.patience = seconds

    def hang_up(self) -> None:
        """Cut the line; never raises."""
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(self.pgconn.socket)) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)


def login(access: Access) -> Careful:
    """Return a session that gives up on a silent server soon; raises the driver's errors."""
    session = Careful.connect(autocommit=True, prepare_threshold=None, **parameters(access))
    session.be_patient(access.limits.silent_seconds)
    wanted = settings(session.info.server_version, access.limits.seconds)
    asked = ", ".join(["pg_catalog.set_config(%s, %s, false)"] * len(wanted))
    session.execute(f"SELECT {asked}", [word for setting in wanted.items() for word in setting])
    return session


def parameters(access: Access) -> dict[str, Any]:
    """Return all that the driver is told: what is left out it would take from files and the environment.

    Raises HostRefused, SourceUnavailable.
    """
    connection, limits = access.connection, access.limits
    port = connection.port or PORTS[ConnectionKind.POSTGRESQL]
    silence = math.ceil(limits.silent_seconds)
    return {
        "host": connection.host,
        "hostaddr": checked_address(connection.host, port, allowed=access.hosts),
        "port": port,
        "user": connection.user or EVERYBODYS,
        "password": connection.password.reveal(),
        "dbname": access.database or EVERYBODYS,
        "connect_timeout": max(2, math.ceil(limits.connect_seconds)),
        "tcp_user_timeout": silence * 1_000,
        "keepalives": 1,
        "keepalives_idle": silence,
        "keepalives_interval": 1,
        "keepalives_count": silence,
        "client_encoding": "UTF8",
        "application_name": "Waymark",
        "options": "",
        "passfile": f"{os.devnull}/none",
        "sslmode": "verify-full" if connection.tls else "disable",
        "sslrootcert": connection.ca_file or (_authorities() if connection.tls else ""),
        "sslcertmode": "disable",
        "gssencmode": "disable",
        # Nobody who only pretends to be the server is given the password in plain words.
        "require_auth": "!gss,!sspi" if connection.tls else "!gss,!sspi,!password",
        "sslnegotiation": "postgres",
        "target_session_attrs": "any",
        "load_balance_hosts": "disable",
    }


def _authorities() -> str:
    """Return the file with the authorities that this computer trusts, else the driver's own idea of it."""
    return ssl.get_default_verify_paths().cafile or "system"


def settings(version: int, seconds: float) -> dict[str, str]:
    """Return what makes a session read only, bounded and the same everywhere."""
    limit = str(round(seconds * 1_000))
    watch = {"client_connection_check_interval": "1000"} if version >= NOTICES_CLIENTS else {}
    return {
        "default_transaction_read_only": "on",
        "statement_timeout": limit,
        "lock_timeout": str(round(LOCK_SECONDS * 1_000)),
        "idle_in_transaction_session_timeout": limit,
        # Functions and operators are the server's own, whatever others have made under their names.
        "search_path": "pg_catalog, pg_temp",
        "TimeZone": "UTC",
        "DateStyle": "ISO, YMD",
        "IntervalStyle": "postgres",
        "bytea_output": "hex",
        "standard_conforming_strings": "on",
        "extra_float_digits": "1",
        # The same rows in the same order each time, and all of them wanted.
        "synchronize_seqscans": "off",
        "max_parallel_workers_per_gather": "0",
        "cursor_tuple_fraction": "1",
        **watch,
    }


def cancel(access: Access, numbers: Sequence[int]) -> None:
    """End on the server what sessions of this account are doing; raises the driver's errors."""
    with contextlib.closing(login(access)) as session:
        for number in numbers:
            session.execute("SELECT pg_cancel_backend(%s)", (number,))
