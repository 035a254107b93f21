"""The limits on files that the settings mean."""

from __future__ import annotations

from core.settings import MIB, Settings
from core.sources.files.limits import FileLimits


def file_limits(settings: Settings) -> FileLimits:
    """Return the limits on files that the settings mean."""
    return FileLimits(
        max_bytes=settings.max_file_mib * MIB,
        max_unpacked_bytes=settings.max_unpacked_mib * MIB,
        max_rows=settings.max_rows,
        max_columns=settings.max_columns,
    )
