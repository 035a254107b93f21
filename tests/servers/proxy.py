"""A loopback TCP proxy that stands between a client and a real server, and does harm on demand."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.servers.process import free_port

CHUNK = 64 * 1024
PIECES_A_SECOND = 20
"""How often a dripping connection gets its next few bytes."""
LATE_ROUNDS = 5
"""How often, at the end, connections are dropped that the closed port had taken before."""
CLOSE_NOW = b"\x01\x00\x00\x00\x00\x00\x00\x00"
"""SO_LINGER for zero seconds: closing sends RST."""


@dataclass(frozen=True)
class Mode:
    """What is done to connections, old and new; what is combined happens together.

    Delays, drips, cuts and damage are done to what the server sends; counts of bytes begin anew for each
    connection, and for all of them when the mode is set.
    """

    refuses: bool = False
    """Nobody listens on the port; connections that are open are reset."""
    resets: bool = False
    """Connections are accepted and reset."""
    silent: bool = False
    """Accepts and passes nothing on, either way; what was held goes on when this is lifted."""
    delay: float = 0.0
    """Seconds that each piece (up to 64 KiB) waits."""
    rate: int = 0
    """Bytes a second; 0 is as fast as it goes."""
    cut_after: int | None = None
    """Bytes that arrive before the connection is closed; None is never."""
    cut_with_reset: bool = False
    """Cut by RST, not by an orderly end; the last bytes may then be lost."""
    corrupt_every: int = 0
    """Every n-th byte is flipped; 0 is none."""


PASS = Mode()
REFUSE = Mode(refuses=True)
RESET = Mode(resets=True)
SILENT = Mode(silent=True)


@dataclass(eq=False)
class _Link:
    """One connection of a client and, once it is made, that to the server."""

    client: socket.socket
    """As it was accepted; closed with the link, whatever became of it."""
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    """To the client, and to the server."""
    sent: int = 0
    """Bytes that went to the client since the mode was set."""


class FaultProxy:
    """A port of this computer that leads to ``target_port``; used as a context manager.

    >>> with FaultProxy(3306) as proxy:
    ...     proxy.mode = Mode(delay=0.5, cut_after=10_000)
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = free_port()
        self.connections = 0
        """Accepted since the start."""
        self.to_client = 0
        """Bytes passed on from the server."""
        self.to_server = 0
        """Bytes passed on from clients."""
        self._mode = PASS
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None
        self._loud = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.mode = PASS
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def mode(self) -> Mode:
        """What is done to connections; setting it holds from the next byte on."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._run(self._set(mode))

    @property
    def open(self) -> int:
        """Connections of clients that are open now; a client that went away while held is still counted."""
        return len(self._links)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _set(self, mode: Mode) -> None:
        self._mode = mode
        for link in self._links:
            link.sent = 0
        if mode.silent:
            self._loud.clear()
        else:
            self._loud.set()
        if mode.refuses:
            self._stop_listening()
        elif self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=100)
            self._listener.setblocking(False)
            self._loop.add_reader(self._listener, self._accept, self._listener)
        if mode.refuses or mode.resets:
            await self._drop_all()

    async def _end(self) -> None:
        self._stop_listening()
        await self._drop_all()
        for _ in range(LATE_ROUNDS):
            await asyncio.sleep(0.01)
            await self._drop_all()

    async def _drop_all(self) -> None:
        for link in self._links:
            _reset(link)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the closed sockets are let go of in the loop's next round

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        """Take one client; asyncio's own server leaves those open that it took just before it was closed."""
        try:
            client, _ = listener.accept()
        except OSError:
            return
        client.setblocking(False)
        self.connections += 1
        # Kept here: a task that is cancelled before its first step would never close it.
        link = _Link(client)
        self._links.add(link)
        task = self._loop.create_task(self._serve(link))
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._done(task, link))

    def _done(self, task: asyncio.Task[None], link: _Link) -> None:
        self._tasks.discard(task)
        self._links.discard(link)
        for writer in link.writers:
            writer.close()
        if not link.writers:
            link.client.close()

    async def _serve(self, link: _Link) -> None:
        """Pass bytes on until both sides are done, or one breaks."""
        try:
            await self._serve_link(link)
        except OSError:
            _reset(link)

    async def _serve_link(self, link: _Link) -> None:
        if self._mode.resets:
            raise ConnectionResetError
        reader, to_client = await asyncio.open_connection(sock=link.client)
        link.writers.append(to_client)
        await self._loud.wait()
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target_port)
        link.writers.append(to_server)
        await asyncio.gather(
            _until_broken(link, lambda: self._up(link, reader)),
            _until_broken(link, lambda: self._down(link, from_server)),
        )

    async def _up(self, link: _Link, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(CHUNK):
            await self._loud.wait()
            link.writers[1].write(data)
            self.to_server += len(data)
            await link.writers[1].drain()
        link.writers[1].write_eof()

    async def _down(self, link: _Link, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(CHUNK):
            while data:
                size = await self._harmed(link, data)
                data = data[size:]
                if self._mode.cut_after is not None and link.sent >= self._mode.cut_after:
                    _cut(link, with_reset=self._mode.cut_with_reset)
                    return
        link.writers[0].write_eof()

    async def _harmed(self, link: _Link, data: bytes) -> int:
        """Pass on as much of ``data`` as the mode lets through now; returns how much of it is dealt with."""
        await self._loud.wait()
        size, mode = len(data), self._mode
        if mode.rate:
            size = min(size, max(1, mode.rate // PIECES_A_SECOND))
        if mode.cut_after is not None:
            size = min(size, max(0, mode.cut_after - link.sent))
        await asyncio.sleep(mode.delay + (size / mode.rate if mode.rate else 0.0))
        await self._loud.wait()
        link.writers[0].write(_flipped(data[:size], link.sent, mode.corrupt_every))
        link.sent += size
        self.to_client += size
        await link.writers[0].drain()
        return size


async def _until_broken(link: _Link, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Let one direction run; where a side breaks off, the other side learns it."""
    try:
        await work()
    except OSError:
        _reset(link)


def _flipped(data: bytes, start: int, every: int) -> bytes:
    """Return the data with every n-th byte of the connection flipped."""
    if not every:
        return data
    harmed = bytearray(data)
    for place in range(-start % every, len(harmed), every):
        harmed[place] ^= 0xFF
    return bytes(harmed)


def _cut(link: _Link, *, with_reset: bool) -> None:
    if with_reset:
        _reset(link)
    for writer in link.writers:
        writer.close()


def _reset(link: _Link) -> None:
    """Close both sides by RST; what is still on its way is lost."""
    for sock in (link.client, *(writer.get_extra_info("socket") for writer in link.writers)):
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, CLOSE_NOW)
    for writer in link.writers:
        writer.transport.abort()
