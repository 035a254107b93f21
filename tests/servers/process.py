"""Server programs for tests: started on a free port, waited for, stopped by their own process group."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.setup import places

PATIENCE_SECONDS = 90.0
"""Generous: two busy cores may start Chromium, Spark and a database at the same time."""
SERVER_PORTS = range(20_000, 32_000)
"""Below those that the system hands to clients."""


class NotStarted(Exception):
    """A server did not come up; the message ends with the last lines of its log."""


def free_port() -> int:
    """Return a port of this computer that nobody uses now, and that no outgoing connection will be given."""
    for port in random.sample(SERVER_PORTS, 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise NotStarted("No port from 20000 to 32000 is free.")


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    is_ready: Callable[[], bool],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the length of the block; raises NotStarted with the end of its log."""
    with log.open("wb") as sink:
        process = subprocess.Popen(
            tied_to_us(command), stdout=sink, stderr=sink, env=env, cwd=cwd, start_new_session=True
        )
    try:
        wait_for(process, is_ready, log)
        yield process
    finally:
        stop(process)


def tied_to_us(command: Sequence[str | Path]) -> list[str | Path]:
    """Return the command so that the system ends it when this process dies, where it can do that."""
    setpriv = places.find("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else list(command)


def wait_for(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    """Return once the server answers; raises NotStarted when it died or stays silent."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_ready():
        if process.poll() is not None:
            raise NotStarted(f"{process.args!r} ended with status {process.returncode}:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise NotStarted(f"{process.args!r} did not answer in {PATIENCE_SECONDS:.0f} s:\n{tail(log)}")
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started: politely, then not."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(15)


def tail(log: Path, *, lines: int = 25) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
