"""The one way from a spec to the source that it names."""

from __future__ import annotations

from core.connections import ConnectionKind, require_named
from core.sources.base import Connections, ConnectionSpec, DemoSpec, PartSpec, Source
from core.sources.files.limits import FileLimits

SQL = frozenset({ConnectionKind.MYSQL, ConnectionKind.POSTGRESQL, ConnectionKind.SQLITE})


def open_source(
    spec: PartSpec, *, limits: FileLimits | None = None, connections: Connections | None = None
) -> Source:
    """Return the source of a spec; nothing is read or connected yet: a bad file or server is no error here.

    Raises SourceNotConfigured for a connection that nobody stated.
    """
    if isinstance(spec, DemoSpec):
        from core.sources.demo.source import DemoSource

        return DemoSource(spec)
    if isinstance(spec, ConnectionSpec):
        return _connected(spec, connections or Connections())
    from core.sources.files.source import FileSource

    return FileSource(spec, limits)


def _connected(spec: ConnectionSpec, connections: Connections) -> Source:
    connection = require_named(connections.profiles, spec.connection)
    if connection.kind in SQL:
        from core.sources.sql.source import SqlSource

        return SqlSource(connection, spec, connections)
    if connection.kind is ConnectionKind.MONGODB:
        from core.sources.mongo.source import MongoSource

        return MongoSource(connection, spec, connections)
    from core.sources.spark.source import SparkSource

    return SparkSource(connection, spec, connections)
