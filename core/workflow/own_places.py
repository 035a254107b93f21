"""Places of this computer that no file or connection stated on the page may lead to."""

from __future__ import annotations

from pathlib import Path

from core.errors import BadFile
from core.settings import SECRETS_FILE, Settings

SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/run")
"""Folders of the system: nothing in them is a table."""
DRIVERS = ("/usr/share/java", "/usr/lib", "/usr/local/share/java")
"""Where administrators of the computer put programs; a driver is a program."""


def refuse_own_places(path: str, *, settings: Settings) -> None:
    """Do nothing if a page may read there; raises BadFile.

    Refused are the secrets file's folder, the workspace and what holds it (connections with their
    passwords, copies of students), and folders of the system. What ``make servers`` wrote is open.
    """
    place = Path(path).expanduser().resolve()
    workspace, secrets = settings.workspace.resolve(), SECRETS_FILE.parent.resolve()
    is_ours = any(own in (place, *place.parents) for own in (workspace, secrets))
    holds_ours = any(place in own.parents for own in (workspace, secrets))
    is_system = any(Path(folder) in (place, *place.parents) for folder in SYSTEM)
    if (is_ours and workspace / "servers" not in place.parents) or holds_ours or is_system:
        raise BadFile(
            f"'{path}' is where this computer or Waymark keeps its own files.",
            hint="Put the data into a folder of its own, and name that.",
        )


def refuse_program(path: str) -> None:
    """Do nothing if a driver lies where only the computer's administrator puts programs; raises BadFile."""
    place = Path(path).expanduser().resolve()
    if not any(Path(folder) in place.parents for folder in DRIVERS):
        raise BadFile(
            f"The driver '{path}' is not among the computer's own programs.",
            hint="State it in .streamlit/secrets.toml: a driver is a program that Waymark runs.",
        )
