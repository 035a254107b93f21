"""A store on each engine that can hold one: a file, MariaDB and PostgreSQL; and deeds to sign with."""

from datetime import UTC, datetime, timedelta

import pytest

from core.caseload import store as stores
from core.caseload.deeds import Deed
from core.connections import Secret
from core.settings import Settings

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
ENGINES = [
    "sqlite",
    pytest.param("mariadb", marks=pytest.mark.servers),
    pytest.param("postgresql", marks=pytest.mark.servers),
]
DATABASES = {"mariadb": "mariadb_database", "postgresql": "postgres_database"}


def url_of(request, engine):
    """The setting that leads to an empty database of this engine; empty for a file."""
    return (
        Secret(request.getfixturevalue(DATABASES[engine]).url.partition("?")[0])
        if engine in DATABASES
        else Secret()
    )


@pytest.fixture(params=ENGINES)
def settings(request, tmp_path):
    """The settings of a school whose store is empty, on every engine."""
    return Settings(workspace=tmp_path, database_url=url_of(request, request.param))


@pytest.fixture
def store(settings):
    """An empty store."""
    opened = stores.open_store(settings)
    yield opened
    opened.close()


@pytest.fixture
def file_store(tmp_path):
    """An empty store in a file, for what does not depend on the engine."""
    opened = stores.open_store(Settings(workspace=tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def deed():
    """Make a signature: who, why, and how many hours after the first one."""

    def made(who="ana", why="Twelve mentors have time.", *, hours=0):
        return Deed(who, NOW + timedelta(hours=hours), why)

    return made
