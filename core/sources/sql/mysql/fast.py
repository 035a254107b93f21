"""The fast path: connectorx reads a statement into Arrow, or two statements side by side."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from core.sources.sql.access import Access
from core.sources.sql.mysql.login import address_of, settings

AT_ONCE = 2
PACKET_BYTES = 64 * 1024 * 1024


def is_there() -> bool:
    """Tell whether this computer has the fast driver."""
    return importlib.util.find_spec("connectorx") is not None


def can_read(access: Access) -> bool:
    """Tell whether the fast driver may be used: it cannot check a server's certificate."""
    return is_there() and not access.connection.tls


def read(
    access: Access,
    statements: Sequence[str],
    *,
    version: str,
    take: Callable[[int, Any], None],
    is_wanted: Callable[[], bool],
) -> None:
    """Give every batch of every statement to ``take``, with the number of its statement.

    Two statements run at a time; no other is begun once ``is_wanted`` says no. Ask PyMySQL first whether
    the server lets the account in: this driver tries for 30 seconds. Raises FastFailed, and what ``take``
    raises.
    """
    waiting = _Waiting(list(enumerate(statements)), is_wanted)
    readers = [_Reader(access, waiting, version, take) for _ in statements[:AT_ONCE]]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    for reader in readers:
        reader.check()
    if not is_wanted():
        raise FastFailed("given up")


class FastFailed(RuntimeError):
    """What the fast driver said; never shown, for it may hold the login."""


class _Waiting:
    """Statements that wait to be read, in their order."""

    def __init__(self, statements: list[tuple[int, str]], is_wanted: Callable[[], bool]) -> None:
        self._statements = statements[::-1]
        self._is_wanted = is_wanted
        self._lock = threading.Lock()

    def next(self) -> tuple[int, str] | None:
        """Return the next one with its number; None after the last, or when nobody wants it any more."""
        with self._lock:
            return self._statements.pop() if self._statements and self._is_wanted() else None

    def give_up(self) -> None:
        """Let nobody begin another one."""
        with self._lock:
            self._statements.clear()


class _Reader(threading.Thread):
    """Reads one statement after another, to the last or to the first failure."""

    def __init__(
        self, access: Access, waiting: _Waiting, version: str, take: Callable[[int, Any], None]
    ) -> None:
        super().__init__(daemon=True)
        self._access = access
        self._waiting = waiting
        self._settings = list(settings(version, access.limits.seconds))
        self._take = take
        self._failure = _Failure()

    def run(self) -> None:
        """Read; what goes wrong is kept."""
        with self._failure:
            for number, statement in iter(self._waiting.next, None):
                self._read(number, statement)
        if self._failure.error is not None:
            self._waiting.give_up()

    def check(self) -> None:
        """Do nothing if all was read; raises what went wrong."""
        self._failure.check()

    def _read(self, number: int, statement: str) -> None:
        import connectorx

        # Not as a stream: that way the driver holds the interpreter while it waits for the server.
        table: Any = connectorx.read_sql(
            _url(self._access), statement, return_type="arrow", pre_execution_query=self._settings
        )
        for batch in table.to_batches():
            self._take(number, batch)


class _Failure:
    """Keeps what is raised within it; a panic of the driver is no Exception and is kept like one."""

    error: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self.error = error
        return True

    def check(self) -> None:
        """Raise what was kept: the driver's own words inside a FastFailed, anything else as it is."""
        if self.error is None:
            return
        if type(self.error).__name__ == "PanicException" or isinstance(self.error, RuntimeError):
            raise FastFailed(str(self.error)) from None
        raise self.error


def _url(access: Access) -> str:
    """Return the address with the login, every part quoted; the server's socket file is never used."""
    host, port = address_of(access)
    connection = access.connection
    login = f"{quote(connection.user, safe='')}:{quote(connection.password.reveal(), safe='')}"
    place = f"[{host}]" if ":" in host else host
    waits = f"tcp_connect_timeout_ms={round(access.limits.connect_seconds * 1000)}"
    return (
        f"mysql://{login}@{place}:{port}/{quote(access.database, safe='')}"
        f"?prefer_socket=false&{waits}&pool_min=1&pool_max=1&max_allowed_packet={PACKET_BYTES}"
    )
