"""Keeps one Spark Connect server while somebody uses it: ``python -m core.sources.spark.supervisor``.

It belongs to no job. It ends the server when nobody used it for a while, when its folder vanishes, and when
the last program that used it is gone. Standard library only: it starts in a moment and stays small.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

RECORD, USERS, SCRATCH, LOG, READY = "server.json", "users", "scratch", "server.log", "ready"
START_SECONDS = 120.0
"""A server that has never answered is starting, not idle."""
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 5.0
PROOF_VARIABLE = "SPARK_CONNECT_AUTHENTICATE_TOKEN"
DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


class Ended(Exception):
    """Somebody asked the supervisor to end."""


def main(arguments: list[str]) -> None:
    """Start the server in a folder and see it to its end: folder, seconds of idleness, command."""
    folder, idle, command = Path(arguments[0]), float(arguments[1]), arguments[2:]
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    port, token = free_port(), secrets.token_urlsafe(32)
    server = start(folder, command, port=port, token=token)
    try:
        write_record(folder, {"pid": server.pid, "supervisor": os.getpid(), "port": port, "token": token})
        while server.poll() is None and is_wanted(folder, idle):
            time.sleep(LOOK_SECONDS)
    except Ended:
        pass
    finally:
        stop(server)
        forget(folder)


def start(folder: Path, command: list[str], *, port: int, token: str) -> subprocess.Popen[bytes]:
    """Start the server; the token goes by its environment, which other users cannot read."""
    *java, name = command
    words = [*java, f"-Dspark.connect.grpc.binding.port={port}", name]
    with open(folder / LOG, "wb", opener=_private) as log:
        return subprocess.Popen(  # noqa: S603  the command is our own (java.py)
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=os.environ | {PROOF_VARIABLE: token, "SPARK_LOCAL_IP": _address(java)},
            preexec_fn=_die_with_parent,  # noqa: PLW1509  one thread, and nothing is held
        )


def is_wanted(folder: Path, idle: float) -> bool:
    """Whether a living program used the server in the last ``idle`` seconds."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        uses = [(int(place.name), place.stat().st_mtime) for place in (folder / USERS).iterdir()]
    except (OSError, ValueError):
        return False
    if record.get("supervisor") != os.getpid():
        return False
    alive = [used for pid, used in uses if is_alive(pid)]
    allowed = idle if is_ready(folder, int(record.get("pid", 0))) else max(idle, START_SECONDS)
    return bool(alive) and time.time() - max(alive) < allowed


def is_ready(folder: Path, pid: int) -> bool:
    """Return whether this very server has answered before."""
    try:
        return (folder / READY).read_text(encoding="utf-8") == str(pid)
    except OSError:
        return False


def is_alive(pid: int) -> bool:
    """Whether a process of this number runs; a dead one that nobody has collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state != "Z"


def write_record(folder: Path, record: dict[str, object]) -> None:
    """Say how the server is reached, readable by its owner only, whole or not at all."""
    draft = folder / f"{RECORD}.{os.getpid()}"
    with open(draft, "w", encoding="utf-8", opener=_private) as file:
        json.dump(record, file)
    draft.replace(folder / RECORD)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server: politely, then not."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server.terminate()
    try:
        server.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def forget(folder: Path) -> None:
    """Remove what the server left, if the folder is still ours."""
    with contextlib.suppress(OSError, ValueError):
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record.get("supervisor") == os.getpid():
            (folder / RECORD).unlink()
            shutil.rmtree(folder / SCRATCH, ignore_errors=True)


def free_port() -> int:
    """Return a port of this computer that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _address(java: list[str]) -> str:
    """Return the address that the server binds to, out of its own settings."""
    named = [word for word in java if word.startswith("-Dspark.driver.bindAddress=")]
    return named[0].partition("=")[2] if named else "127.0.0.1"


def _die_with_parent() -> None:
    """Let the system end the server when the supervisor is killed; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise Ended


if __name__ == "__main__":
    main(sys.argv[1:])
