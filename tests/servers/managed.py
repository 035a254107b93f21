"""A server program that may be harmed and started again: killed, stopped in the middle, continued."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.servers.process import stop, tied_to_us, wait_for


class Managed:
    """A server's process; its port and its data stay the same over restarts.

    Start it from the main thread: the system ends a server together with the thread that started it.
    """

    def __init__(self, command: Sequence[str | Path], *, is_ready: Callable[[], bool], log: Path) -> None:
        self._command = list(command)
        self._is_ready = is_ready
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process now, or the last one."""
        assert self._process is not None, "never started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there, stopped or not."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Run the server and wait until it answers; raises NotStarted with the end of its log."""
        with self._log.open("ab") as sink:
            self._process = subprocess.Popen(
                tied_to_us(self._command), stdout=sink, stderr=sink, start_new_session=True
            )
        wait_for(self._process, self._is_ready, self._log)

    def kill(self) -> None:
        """End it at once, as a power cut would (SIGKILL)."""
        self._signal(signal.SIGKILL)
        assert self._process is not None, "never started"
        self._process.wait(15)

    def stop(self) -> None:
        """Let it hang: connections stay open and nothing is answered (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def cont(self) -> None:
        """Let it go on after a stop (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """End it, in order if it still runs, and start it again over the same data, on the same port."""
        self.close()
        self.start()

    def close(self) -> None:
        """End it in order; does nothing if it has ended."""
        if self._process is None:
            return
        self._signal(signal.SIGCONT)
        stop(self._process)

    def _signal(self, number: int) -> None:
        if self.is_running:
            os.kill(self.pid, number)
