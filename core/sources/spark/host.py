"""Where the shared Spark Connect server of a master is: found by a record in the run folder, or started."""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import SourceUnavailable
from core.sources.spark.java import ServerPlan, server_command
from core.sources.spark.supervisor import LOG, READY, RECORD, SCRATCH, USERS, is_alive, is_ready

IDLE_SECONDS = 600.0
"""A server that nobody used for so long is ended."""
START_SECONDS = 90.0
"""A busy computer starts Java, Spark and a first session slowly."""
LOOK_SECONDS = 0.05
ROOT = Path(__file__).resolve().parents[3]
LAST_WORDS = 300


@dataclass(frozen=True, repr=False)
class Server:
    """A server of ours that runs."""

    folder: Path
    pid: int
    supervisor: int
    port: int
    token: str

    def touch(self) -> None:
        """Say that the server is in use by this program."""
        place = self.folder / USERS / str(program_id())
        with contextlib.suppress(OSError):
            place.touch(mode=0o600)
            os.utime(place)


def program_id() -> int:
    """Return the process number of the program that this job belongs to, or of this process."""
    parent = multiprocessing.parent_process()
    return parent.pid if parent and parent.pid else os.getpid()


def server_folder(run_folder: Path, plan: ServerPlan) -> Path:
    """Return the folder of the server that this plan needs; the same for the same plan."""
    named = "\x1f".join([plan.master, plan.address, *plan.jars, str(IDLE_SECONDS)])
    return run_folder.absolute() / f"spark-{hashlib.sha256(named.encode()).hexdigest()[:12]}"


def running_server(run_folder: Path, plan: ServerPlan) -> Server | None:
    """Return the server of this plan if its record leads to one that takes connections."""
    server = recorded(server_folder(run_folder, plan))
    return server if server and is_alive(server.pid) and listens(server.port) else None


def serving(run_folder: Path, plan: ServerPlan, *, warm: Callable[[Server], bool]) -> Server:
    """Return the server of this plan, started if none runs; ``warm`` says whether it answers already.

    Several processes that ask at once get one server. Raises SourceUnavailable when it does not start.
    """
    folder = server_folder(run_folder, plan)
    _make_private(folder)
    deadline = time.monotonic() + START_SECONDS
    with _locked(folder.with_suffix(".lock"), deadline):
        server = recorded(folder)
        if server is None or not _is_usable(server):
            end(server)
            _use(folder)
            _start(folder, plan)
        if server is None or not is_ready(server.folder, server.pid):
            server = _started(folder, deadline, warm)
    server.touch()
    return server


def _is_usable(server: Server) -> bool:
    """Whether the server runs, and takes connections if it ever did."""
    runs = is_alive(server.pid) and is_alive(server.supervisor)
    return runs and (listens(server.port) or not is_ready(server.folder, server.pid))


def end(server: Server | None) -> None:
    """End a server and its supervisor, if they run."""
    if server is None:
        return
    (server.folder / RECORD).unlink(missing_ok=True)
    for pid, number in ((server.supervisor, signal.SIGTERM), (server.pid, signal.SIGKILL)):
        with contextlib.suppress(OSError):
            os.kill(pid, number)


def recorded(folder: Path) -> Server | None:
    """Return the server that the record of a folder names, running or not; None without a record."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        numbers = {name: int(record[name]) for name in ("pid", "supervisor", "port")}
        return Server(folder=folder, token=str(record["token"]), **numbers)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _make_private(folder: Path) -> None:
    """Make the folder of a server, readable by its owner only."""
    try:
        (folder / USERS).mkdir(parents=True, exist_ok=True)
        (folder / SCRATCH).mkdir(exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise SourceUnavailable(
            f"Spark cannot keep its files in '{folder.parent.name}': {error.strerror}.",
            hint="Give this program the right to write to its workspace.",
        ) from error


def _use(folder: Path) -> None:
    """Leave only this program as a user of the server that is about to start."""
    for place in (folder / USERS).iterdir():
        if not place.name.isdecimal() or not is_alive(int(place.name)):
            place.unlink(missing_ok=True)
    (folder / USERS / str(program_id())).touch(mode=0o600)


def _start(folder: Path, plan: ServerPlan) -> None:
    """Start a supervisor that belongs to no job: it outlives this process."""
    command = server_command(plan, scratch=folder / SCRATCH)
    words = [sys.executable, "-m", "core.sources.spark.supervisor", str(folder), str(IDLE_SECONDS), *command]
    subprocess.Popen(  # noqa: S603  our own module with our own words
        words,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ).returncode = 0  # nobody here waits for it, and nobody is to be warned of that


def _started(folder: Path, deadline: float, warm: Callable[[Server], bool]) -> Server:
    """Return the server once it answers; raises SourceUnavailable when it died or is late."""
    seen = False
    while time.monotonic() < deadline:
        server = recorded(folder)
        if server is None and seen:
            raise _not_started(folder, "ended at once")
        seen = seen or server is not None
        if server and is_alive(server.pid) and listens(server.port) and warm(server):
            server.touch()
            (folder / READY).write_text(str(server.pid), encoding="utf-8")
            return server
        time.sleep(LOOK_SECONDS)
    raise _not_started(folder, f"did not answer in {START_SECONDS:.0f} seconds")


def _not_started(folder: Path, what: str) -> SourceUnavailable:
    return SourceUnavailable(
        f"Spark {what} when it was started.",
        hint=f"Its last words: {last_words(folder) or 'none'}. Try again.",
        retry=True,
    )


def last_words(folder: Path) -> str:
    """Return the last error line of the server's log; empty where it said nothing."""
    try:
        lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    telling = [line for line in lines if "ERROR" in line or "Exception" in line or "Error:" in line]
    return (telling or [""])[-1].strip()[:LAST_WORDS]


def listens(port: int) -> bool:
    """Whether something on this computer takes connections on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _locked(place: Path, deadline: float) -> Iterator[None]:
    """Hold a file's lock for the block; the system frees it when this process dies."""
    import fcntl

    with open(place, "a", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise _not_started(place.with_suffix(""), "was busy for too long") from None
            time.sleep(LOOK_SECONDS)
        yield
