"""The app as users start it, ``python -m streamlit run app.py``, on a free port, with its own workspace."""

import contextlib
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import free_port, running
from tests.setup.places import ROOT

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class RunningApp:
    """Where the app answers, and what it wrote."""

    url: str
    workspace: Path
    log: Path
    pid: int

    def written(self) -> str:
        """Return what the app wrote to its standard output and error so far, without colours."""
        return COLOURS.sub("", self.log.read_text(encoding="utf-8", errors="replace"))

    def complaints(self) -> list[str]:
        """Return the lines of the log that tell of a fault: tracebacks, and errors that had a reference."""
        words = ("Traceback", "Unexpected error", "Uncaught", "CRITICAL")
        return [line for line in self.written().splitlines() if any(word in line for word in words)]


@contextlib.contextmanager
def running_app(
    folder: Path,
    *,
    script: Path = ROOT / "app.py",
    settings: Mapping[str, str] | None = None,
) -> Iterator[RunningApp]:
    """Run the app for the length of the block and wait until it is healthy.

    ``settings`` are further environment variables, such as ``WAYMARK_DEMO_STUDENTS``. ``folder`` takes
    the workspace and the log.
    """
    port = free_port()
    workspace = folder / "workspace"
    workspace.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    environment = {**os.environ, "WAYMARK_WORKSPACE": str(workspace), **(settings or {})}
    url = f"http://127.0.0.1:{port}"
    log = folder / "app.log"
    with running(
        command, is_ready=lambda: _is_healthy(url), log=log, env=environment, cwd=script.parent
    ) as process:
        yield RunningApp(url=url, workspace=workspace, log=log, pid=process.pid)


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
