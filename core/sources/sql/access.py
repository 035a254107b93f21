"""Where a database is, who asks there, and what a read may take."""

from __future__ import annotations

from dataclasses import dataclass

from core.connections import Connection, ReadLimits
from core.sources.sql.line import Line


@dataclass(frozen=True)
class Access:
    """Where a database is, who asks, and what a read may take; holds a password: never shown."""

    connection: Connection
    database: str
    hosts: tuple[str, ...]
    limits: ReadLimits
    line: Line | None = None
    """What a login tells its line, so that it can be cut meanwhile."""

    @property
    def name(self) -> str:
        """What the database is called in sentences."""
        return self.connection.name
