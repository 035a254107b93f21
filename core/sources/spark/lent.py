"""A Spark in this computer, lent to work on rows that the app holds already."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from core.connections import Connection, ConnectionKind
from core.sources.base import Connections
from core.sources.spark import host
from core.sources.spark.connecting import connected, plan_of
from core.sources.spark.kept import KEPT
from core.sources.spark.session import Session

OWN = Connection("this computer", ConnectionKind.SPARK)
"""Its name is what the sentences about it say."""


@contextlib.contextmanager
def lent_session(connections: Connections) -> Iterator[Session]:
    """Give a session of a Spark in this computer; a server that was started for it ends with the block.

    Raises SourceUnavailable where there is no Java, or Spark does not start.
    """
    plan = plan_of(OWN, connections)
    was_running = host.running_server(connections.run_folder, plan) is not None
    try:
        with connected(OWN, connections) as session:
            yield session
    finally:
        if not was_running:
            KEPT.close()
            host.end(host.running_server(connections.run_folder, plan))
