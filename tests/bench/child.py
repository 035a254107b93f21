"""A program run to its end, with the time it took and the memory it held at most."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.result import NotMeasured
from tests.servers.process import tied_to_us
from tests.setup.places import ROOT

POLL_SECONDS = 0.01
KIB_IN_MIB = 1024


@dataclass(frozen=True)
class Usage:
    """What a program used: seconds on the clock, and MiB of memory at its peak."""

    seconds: float
    mib: float


def run(command: Sequence[str | Path], *, limit_seconds: float) -> Usage:
    """Run a program and return what it used; raises NotMeasured when it fails or takes too long."""
    with tempfile.TemporaryFile("w+") as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            tied_to_us(command),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        try:
            peak = _wait(process, started + limit_seconds)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        seconds = time.perf_counter() - started
        if process.returncode:
            said.seek(0)
            raise NotMeasured(_why(command, process.returncode, said.read()))
    return Usage(seconds, peak / KIB_IN_MIB)


def _wait(process: subprocess.Popen[bytes], deadline: float) -> int:
    """Return the peak memory in KiB once the program has ended; raises NotMeasured after the deadline."""
    while time.perf_counter() < deadline:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_maxrss
        time.sleep(POLL_SECONDS)
    raise NotMeasured(f"'{process.args!r}' was stopped: it took too long.")


def _why(command: Sequence[str | Path], status: int, said: str) -> str:
    last = said.strip().splitlines()[-1:] or ["it said nothing"]
    return f"'{' '.join(map(str, command))}' ended with status {status}: {last[0]}"
