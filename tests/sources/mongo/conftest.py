"""Documents put into a real MongoDB, and the source that reads them."""

from dataclasses import replace

import pytest

from core.connections import Connection
from core.sources.base import Connections, ConnectionSpec
from core.sources.mongo.source import MongoSource


def source_at(server, database, *, limits=None, **settings):
    """The source of a database; ``settings`` overlay those of the server."""
    connection = Connection.of("surveys", {**server.settings(database), **settings})
    given = Connections((connection,))
    if limits:
        given = replace(given, limits=replace(given.limits, **limits))
    return MongoSource(connection, ConnectionSpec("surveys"), given)


@pytest.fixture
def source_of(mongo, mongo_database):
    """The source of a database that holds these documents."""

    def make(documents, name="students", **limits):
        if documents:
            mongo_database[name].insert_many([dict(document) for document in documents])
        return source_at(mongo, mongo_database.name, limits=limits)

    return make
