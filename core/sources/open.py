"""The one way from a spec to the source that it names."""

from __future__ import annotations

from core.sources.base import DemoSpec, Source, SourceSpec
from core.sources.files.limits import FileLimits


def open_source(spec: SourceSpec, *, limits: FileLimits | None = None) -> Source:
    """Return the source of a spec; nothing is read yet, so this never fails on a bad file."""
    if isinstance(spec, DemoSpec):
        from core.sources.demo.source import DemoSource

        return DemoSource(spec)
    from core.sources.files.source import FileSource

    return FileSource(spec, limits)
