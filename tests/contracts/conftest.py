"""The places that the contract of sources is held against, one after the other."""

from dataclasses import replace

import pytest

from core.connections import Connection
from core.sources.base import ConnectionSpec
from tests.contracts import places
from tests.contracts.places import Place

FILES = {
    "demo": places.demo,
    "text": places.text,
    "workbook": places.workbook,
    "parquet": places.parquet,
    "sqlite": places.sqlite,
}
SERVERS = {"mysql": "servers", "postgresql": "servers", "mongodb": "servers"}
SPARKS = {
    "spark local": "spark_local",
    "spark cluster": "spark_cluster",
    "spark connect": "spark_stated",
    "spark jdbc": "spark_local",
}


ENDS = ("status", "described", "loaded_by_its_name", "every_value", "unknown_table", "were_put_in")
ALWAYS = {
    "spark connect": ENDS,
    "spark cluster": (*ENDS, "first_rows", "load_twice", "conditions_hold", "pandas", "stay_apart"),
}
"""What is asked in every run of a Spark Connect of somebody else, which differs from ours in who started it,
and of a cluster, whose rows lie on two workers; what is told before rows are read is as of local Spark."""


def pytest_collection_modifyitems(items):
    """Leave the rest of the contract on these two to `make campaign`."""
    for item in items:
        always = next((words for place, words in ALWAYS.items() if f"[{place}" in item.name), None)
        if always is not None and not any(word in item.name for word in always):
            item.add_marker("campaign")


@pytest.fixture(scope="module")
def mysql_place(mariadb):
    """MariaDB with both tables, for all tests of a file: sources only read."""
    name = "contract"
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    places.fill_mysql(mariadb.url(name))
    yield places.connected(mysql_connection(mariadb, name))
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def postgresql_place(postgres):
    """PostgreSQL with both tables."""
    name = "contract"
    postgres.execute(f"CREATE DATABASE {name}")
    places.fill_postgres(postgres.url(name))
    yield places.connected(Connection.of("school", postgres.settings(name)))
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def mongodb_place(mongo):
    """MongoDB with both tables as collections."""
    with mongo.client() as client:
        places.fill_mongo(client["contract"])
        yield places.connected(
            Connection.of(
                "school",
                {"kind": "mongodb", "host": "127.0.0.1", "port": mongo.port, "database": "contract"},
            )
        )
        client.drop_database("contract")


def mysql_connection(mariadb, database):
    """Return the connection of a test server."""
    given = {"kind": "mysql", "host": mariadb.host, "port": mariadb.port, "user": mariadb.user}
    return Connection.of("school", {**given, "password": mariadb.password, "database": database})


def _params(*files):
    return [
        *files,
        *(pytest.param(name, marks=getattr(pytest.mark, mark)) for name, mark in SERVERS.items()),
        *(pytest.param(name, marks=pytest.mark.spark) for name in SPARKS),
    ]


@pytest.fixture(params=_params(*FILES))
def place(request, tmp_path) -> Place:
    """Every source: all of them hold a table of students."""
    return _place(request, tmp_path)


@pytest.fixture(params=_params(*(name for name in FILES if name != "demo")))
def known_place(request, tmp_path) -> Place:
    """Every source that holds the students and the events that the tests know: all but the demo school."""
    return _place(request, tmp_path)


def _place(request, tmp_path):
    if request.param in FILES:
        return FILES[request.param](tmp_path)
    if request.param in SERVERS:
        return request.getfixturevalue(f"{request.param}_place")
    return spark_place(request, SPARKS[request.param])


def spark_place(request, fixture) -> Place:
    """Return the place in a folder that Spark reads, or behind JDBC."""
    of_spark = request.getfixturevalue(fixture)
    if request.param == "spark jdbc":
        return jdbc_place(of_spark, request.getfixturevalue("mysql_place"))
    if not of_spark.folder.joinpath("students").exists():
        places.fill_folder(of_spark.folder)
    return Place(ConnectionSpec(of_spark.connection.name, "files"), of_spark.connections)


def jdbc_place(of_spark, of_mysql) -> Place:
    """Return the place whose tables Spark reads out of MariaDB."""
    (school,) = of_mysql.connections.profiles
    reader = replace(of_spark.connection, tables_of=school.name)
    return Place(
        ConnectionSpec(reader.name, school.name),
        replace(of_spark.connections, profiles=(reader, school)),
    )
