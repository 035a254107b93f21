"""Make ``.venv`` and install the pinned requirements into it; at once when nothing has changed.

    python3 deploy/venv.py            what the app needs
    python3 deploy/venv.py --tests    and what checks and tests need

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INSTALLER = "uv==0.13.8"
RUN = ROOT / "requirements.txt"
TESTS = ROOT / "tests" / "requirements.txt"
OLDEST = (3, 11)


def main(arguments: list[str]) -> None:
    """Bring ``.venv`` up to date; ends with one sentence where that cannot be done."""
    if sys.version_info < OLDEST:
        sys.exit(f"Waymark needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    wanted = TESTS if "--tests" in arguments else RUN
    if _is_current(wanted):
        return
    if not _works():
        _make()
    _install(wanted)
    _stamp(wanted)


def _is_current(wanted: Path) -> bool:
    """Whether the last complete installation was made from these very requirements, in this very place."""
    stamp = _stamp_of(wanted)
    return PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == _digest(wanted)


def _stamp_of(wanted: Path) -> Path:
    return VENV / f"waymark-{'tests' if wanted == TESTS else 'run'}.stamp"


def _stamp(wanted: Path) -> None:
    """Note what is installed now; the requirements of tests hold those of the app."""
    for done in {wanted, RUN}:
        _stamp_of(done).write_text(_digest(done), encoding="utf-8")


def _digest(wanted: Path) -> str:
    """Return what decides an installation: the pins, and the folder, because a moved .venv is broken."""
    return hashlib.sha256(wanted.read_bytes() + str(VENV).encode()).hexdigest()


def _works() -> bool:
    """Whether there is a .venv with a Python that is new enough, lies here, and has pip."""
    if not PYTHON.exists():
        return False
    probe = f"import pip, sys; sys.exit(sys.version_info < {OLDEST} or sys.prefix != {str(VENV)!r})"
    return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def _make() -> None:
    """Make the environment, in the place of a broken one."""
    print(f"Making .venv with Python {sys.version.split()[0]} ...", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], check=False, capture_output=True, text=True
    )
    if made.returncode:
        print(made.stdout + made.stderr, file=sys.stderr)
        sys.exit("Python's module 'venv' does not work here; on Debian: apt-get install python3-venv.")


def _install(wanted: Path) -> None:
    """Install with uv, which needs a third of the time; with pip where uv cannot be had or cannot do it."""
    print(f"Installing {wanted.relative_to(ROOT)} into .venv (once, a minute or two) ...", flush=True)
    for stamp in VENV.glob("waymark-*.stamp"):
        stamp.unlink()
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    uv = ("-m", "uv", "pip", "install", "--python", str(PYTHON), "--system-certs", "--compile-bytecode")
    if _ran(*pip, INSTALLER) and _ran(*uv, "--requirement", str(wanted)):
        return
    print("uv could not do it; trying with pip, which takes a little longer ...", flush=True)
    if not _ran(*pip, "--requirement", str(wanted)):
        sys.exit("The requirements could not be installed; the lines above say why. Is the network up?")
    _ran("-m", "compileall", "-q", "-j", "0", str(VENV / "lib"))


def _ran(*arguments: str) -> bool:
    """Whether the environment's Python ended well with these arguments."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run([PYTHON, *arguments], check=False, cwd=ROOT, env=environment).returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
