"""An environment of its own for programs that Waymark does not need and is only compared with."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench import child
from tests.bench.result import NotMeasured
from tests.setup.places import CACHE

LIMIT_SECONDS = 600
PYTHON = ">=3.11,<3.13"
"""What all of the programs support; uv takes one that is there, or gets one."""


def python_with(name: str, packages: Sequence[str]) -> Path:
    """Return the Python of an environment with these packages, made at first; raises NotMeasured."""
    place = CACHE / "bench" / name
    python, made = place / "bin" / "python", place / "packages.txt"
    wanted = "\n".join(packages)
    if made.exists() and made.read_text(encoding="utf-8") == wanted:
        return python
    uv = [sys.executable, "-m", "uv"]
    try:
        _run([*uv, "venv", "--quiet", "--no-project", "--clear", "--python", PYTHON, place])
        _run([*uv, "pip", "install", "--quiet", "--python", python, *packages])
    except NotMeasured as error:
        raise NotMeasured(f"{packages[0]} could not be installed beside us: {error}") from error
    made.write_text(wanted, encoding="utf-8")
    return python


def _run(command: Sequence[str | Path]) -> None:
    child.run(command, limit_seconds=LIMIT_SECONDS)
