"""Which connections there are: those of the settings, and those that an administrator stated on the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from core.connections import Connection, ReadLimits, Secret
from core.errors import AppError, SourceError
from core.settings import MIB, Settings
from core.sources.base import Connections
from core.workflow.workspace import put

FILE = "connections.json"
"""In the workspace, readable by its owner only."""


def connections_of(settings: Settings) -> Connections:
    """Return every connection, read anew: one that is stated while the app runs needs no restart.

    Of two with one name, the one of the settings counts. Raises SourceError for a file that is damaged.
    """
    own = settings.connections
    names = {connection.name for connection in own}
    stated = (one for one in stated_on_page(settings.workspace) if one.name not in names)
    hosts = {one.led_to for one in own if one.led_to and one.origin == "settings"}
    return Connections(
        profiles=(*own, *stated),
        hosts=(*settings.source_hosts, *sorted(hosts)),
        limits=ReadLimits(
            rows=settings.max_rows, bytes=settings.read_mib * MIB, seconds=float(settings.read_seconds)
        ),
        run_folder=settings.workspace.absolute() / "run",
    )


def connections_stamp(workspace: Path) -> int:
    """Return a number that changes whenever the workspace's own file does; 0 without it."""
    place = workspace / FILE
    return place.stat().st_mtime_ns if place.exists() else 0


def stated_on_page(workspace: Path) -> tuple[Connection, ...]:
    """Return the connections of the workspace's own file; none without it."""
    place = workspace / FILE
    try:
        content = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
        tables = {name: dict(keys) for name, keys in content.get("connections", {}).items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise SourceError(
            f"The file of connections '{place}' cannot be read.", hint="Mend it, or move it away."
        ) from error
    return tuple(Connection.of(name, keys, origin="page") for name, keys in sorted(tables.items()))


def write_stated(workspace: Path, connections: tuple[Connection, ...]) -> None:
    """Keep these connections in the workspace's own file; raises AppError where it cannot be written."""
    tables = {connection.name: _table(connection) for connection in connections}
    content = json.dumps({"connections": tables}, indent=2, ensure_ascii=False) + "\n"
    try:
        put(workspace / FILE, content.encode(), kept=None)
    except OSError as error:
        raise AppError(
            f"The connections could not be kept: {error.strerror}.", hint="Is the disk full?"
        ) from error


def _table(connection: Connection) -> Mapping[str, Any]:
    """Return what differs from the defaults, the password in clear: the file is its owner's alone."""
    empty = Connection(name=connection.name, kind=connection.kind)
    given = {item.name: getattr(connection, item.name) for item in fields(connection)}
    table = {
        key: value.reveal() if isinstance(value, Secret) else value
        for key, value in given.items()
        if value != getattr(empty, key) and key not in {"name", "origin"}
    }
    return {"kind": str(connection.kind), **table}
