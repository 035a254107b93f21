"""From a connection to a session: the address checked, the server found or started, and asked."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.connections import Connection, ReadLimits
from core.errors import AppError, InvalidChoice, SourceUnavailable
from core.sources.base import Connections
from core.sources.hosts import checked_address
from core.sources.spark import failures, host, session
from core.sources.spark.java import ServerPlan
from core.sources.spark.kept import KEPT, key_of
from core.sources.spark.session import Endpoint, Session

LOCAL = re.compile(r"local(?:\[(\d{1,3}|\*)\])?")
REMOTE = re.compile(r"(spark|sc)://([^/;?#@]+?)(?::(\d{1,5}))?/?")
OWN = frozenset({"127.0.0.1", "::1"})
PORTS = {"spark": 7077, "sc": 15002}
MARIADB_JAR = "/usr/share/java/mariadb-java-client.jar"
"""Where Debian's libmariadb-java puts it."""
WARM_SECONDS = 30.0
"""A server that has just started answers its first question slowly."""
ATTEMPTS = 5
DYING_SECONDS = 0.3
"""A killed process still holds its port for a moment."""
PROBE_SECONDS = 2.0
PROBE = b"/files/waymark"


@dataclass(frozen=True)
class Master:
    """A master, taken apart."""

    scheme: str
    """``local``, ``spark`` or ``sc``."""
    host: str = ""
    port: int = 0
    cores: int | None = None
    """How many this computer works with; None for another."""

    @property
    def address(self) -> str:
        """Host and port, to show."""
        return f"{self.host}:{self.port}"


def master_of(connection: Connection) -> Master:
    """Return the master of a connection; raises InvalidChoice for what is none."""
    text = connection.master.strip()
    local = LOCAL.fullmatch(text)
    if local:
        return Master("local", cores=_cores(local[1] or "1"))
    found = REMOTE.fullmatch(text)
    if not found or (found[3] and not 0 < int(found[3]) < 65_536):
        raise InvalidChoice(
            f"'master' of the connection '{connection.name}' cannot be '{text[:80]}'.",
            hint="Give local[2], spark://host:port or sc://host:port, without options.",
        )
    return Master(found[1], found[2].strip("[]"), int(found[3] or PORTS[found[1]]))


def _cores(said: str) -> int:
    """Return the cores of ``local[...]``, at least one."""
    return max(1, (os.cpu_count() or 1) if said == "*" else int(said))


@contextlib.contextmanager
def connected(connection: Connection, connections: Connections) -> Iterator[Session]:
    """Give a session for the block, the server started where it is ours and does not run.

    Raises SourceUnavailable, LoginRefused, HostRefused, InvalidChoice.
    """
    key, opened = _opened(connection, connections)
    opened.tell = None
    try:
        yield opened
    finally:
        if opened.is_whole:
            KEPT.give(key, opened)
        else:
            opened.close()


def _opened(
    connection: Connection, connections: Connections, *, attempts: int = ATTEMPTS
) -> tuple[Hashable, Session]:
    """Return a session that has answered; a server of ours that is just dying is waited for and replaced."""
    endpoint = endpoint_of(connection, connections)
    key = key_of(endpoint, name=connection.name, limits=connections.limits)
    kept = _kept(key)
    if kept is not None:
        return key, kept
    made = Session(endpoint, name=connection.name, limits=connections.limits)
    try:
        made.ask()
        settings = session.configuration(cores=master_of(connection).cores)
        made.run(lambda: made.configure(settings))
    except failures.ServerGone:
        made.close()
        if attempts <= 1 or master_of(connection).scheme == "sc":
            raise
        time.sleep(DYING_SECONDS)
        return _opened(connection, connections, attempts=attempts - 1)
    except AppError:
        made.close()
        raise
    return key, made


def _kept(key: Hashable) -> Session | None:
    """Return a session that an earlier call left and that still answers, or None; raises as ``ask``."""
    kept = KEPT.take(key)
    if kept is None:
        return None
    try:
        kept.ask()
    except failures.ServerGone:
        kept.close()
        return None
    except AppError:
        kept.close()
        raise
    return kept


def endpoint_of(connection: Connection, connections: Connections) -> Endpoint:
    """Return where the server of a connection answers, started if it is ours; raises as ``connected``."""
    master = master_of(connection)
    if master.scheme == "sc":
        return _stated(connection, master, connections)
    plan = plan_of(connection, connections)
    running = host.running_server(connections.run_folder, plan)
    if running is None and master.scheme == "spark":
        require_master(connection, connections)
    return _own(host.serving(connections.run_folder, plan, warm=_is_warm))


def plan_of(connection: Connection, connections: Connections) -> ServerPlan:
    """Return what a server of ours is started with; a cluster's master by the address that was checked."""
    master = master_of(connection)
    jars = tuple(str(jar) for jar in (driver_of(connection),) if jar)
    if master.scheme == "local":
        return ServerPlan(connection.master.strip(), jars)
    address = checked_address(master.host, master.port, allowed=connections.hosts)
    shown = f"[{address}]" if ":" in address else address
    return ServerPlan(f"spark://{shown}:{master.port}", jars, _own_address(address, master.port))


def driver_of(connection: Connection) -> Path | None:
    """Return the JDBC driver's jar; None where none is installed.

    Also for a connection that reads files: with one plan all connections share one Java.
    """
    if connection.driver_file:
        return Path(connection.driver_file).expanduser().absolute()
    jar = Path(MARIADB_JAR)
    return jar if jar.exists() else None


def require_master(connection: Connection, connections: Connections) -> None:
    """Do nothing if a Spark master answers at the address; raises SourceUnavailable, HostRefused.

    It is asked for a file that it does not have: every Spark answers that, and logs nothing.
    """
    master = master_of(connection)
    body = bytes([6]) + len(PROBE).to_bytes(4, "big") + PROBE
    question = (len(body) + 8).to_bytes(8, "big") + body
    with _called(connection, master, connections) as line:
        line.settimeout(min(PROBE_SECONDS, connections.limits.silent_seconds))
        try:
            line.sendall(question)
            line.recv(1)
        except TimeoutError:
            raise failures.unreachable(connection.name, master.address) from None
        except OSError:
            return  # it hung up on us: that is an answer


def _stated(connection: Connection, master: Master, connections: Connections) -> Endpoint:
    """Return a Connect server that somebody else runs; raises SourceUnavailable where nobody listens."""
    with _called(connection, master, connections) as line:
        address = str(line.getpeername()[0])
    if connection.password and not connection.tls and address not in OWN:
        raise InvalidChoice(
            f"The token of the connection '{connection.name}' would be sent unencrypted.",
            hint="Set 'tls' of the connection, or leave its password empty.",
        )
    shown = f"[{address}]" if ":" in address else address
    return Endpoint(
        f"{shown}:{master.port}",
        token=connection.password.reveal(),
        tls=connection.tls,
        ca_file=connection.ca_file,
        host=master.host,
    )


@contextlib.contextmanager
def _called(connection: Connection, master: Master, connections: Connections) -> Iterator[socket.socket]:
    """Give a connection to the address that was checked; raises SourceUnavailable, HostRefused."""
    address = checked_address(master.host, master.port, allowed=connections.hosts)
    try:
        line = socket.create_connection((address, master.port), timeout=connections.limits.connect_seconds)
    except TimeoutError:
        raise failures.unreachable(connection.name, master.address) from None
    except OSError:
        raise failures.refused(connection.name, master.address) from None
    with line:
        yield line


def _own(server: host.Server) -> Endpoint:
    return Endpoint(f"127.0.0.1:{server.port}", token=server.token, touch=server.touch)


def _is_warm(server: host.Server) -> bool:
    return session.answers(_own(server), seconds=WARM_SECONDS)


def _own_address(address: str, port: int) -> str:
    """Return this computer's address as the cluster sees it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        try:
            line.connect((address, port))
            return str(line.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def problem(connection: Connection, connections: Connections) -> AppError | None:
    """Return why the connection cannot be used now, or None; a server of ours is asked, not started."""
    try:
        master = master_of(connection)
        if master.scheme == "sc":
            with connected(connection, connections):
                return None
        plan = plan_of(connection, connections)
        running = host.running_server(connections.run_folder, plan)
        if running is not None:
            _ask(_own(running), connection.name, connections.limits)
        else:
            from core.sources.spark.java import java_home

            java_home()
            if master.scheme == "spark":
                require_master(connection, connections)
    except AppError as error:
        return error
    return None


def _ask(endpoint: Endpoint, name: str, limits: ReadLimits) -> None:
    asked = Session(endpoint, name=name, limits=limits)
    try:
        asked.ask()
    except SourceUnavailable:
        raise failures.silent(name) from None
    finally:
        asked.close()


def warnings_of(connection: Connection) -> tuple[str, ...]:
    """Return what an administrator should mend: an unencrypted line to another computer."""
    master = master_of(connection)
    if master.scheme != "sc" or connection.tls or master.host in {"localhost", "127.0.0.1", "::1"}:
        return ()
    return (f"The connection '{connection.name}' to another computer is not encrypted: set 'tls'.",)
