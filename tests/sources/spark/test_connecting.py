"""What a session is set to, and which connections share a server."""

import os
from dataclasses import replace

import pytest

from core.connections import Connection, ConnectionKind
from core.sources.spark import connecting
from core.sources.spark.connecting import connected, master_of, plan_of
from core.sources.spark.session import configuration

LMS = Connection("lms", ConnectionKind.SPARK)


def partitions(cores):
    return configuration(cores=cores)["spark.sql.shuffle.partitions"]


@pytest.mark.parametrize(
    ("master", "cores"),
    [("local", 1), ("local[1]", 1), ("local[3]", 3), ("local[0]", 1), ("local[*]", os.cpu_count())],
)
def test_the_cores_of_this_computer_are_those_of_the_master(master, cores):
    assert master_of(replace(LMS, master=master)).cores == cores


@pytest.mark.parametrize("master", ["spark://127.0.0.1:7077", "sc://127.0.0.1"])
def test_the_cores_of_another_computer_are_not_known(master):
    assert master_of(replace(LMS, master=master)).cores is None


def test_rows_are_divided_into_few_parts_here_and_into_more_elsewhere(monkeypatch):
    monkeypatch.setattr(connecting.session, "PARTITIONS", 16)

    assert [partitions(cores) for cores in (1, 2, 8, None)] == ["2", "4", "16", "16"]


def test_spark_divides_rows_as_it_was_told(spark_local):
    with connected(spark_local.connection, spark_local.connections) as session:
        assert session.spark.conf.get("spark.sql.shuffle.partitions") == "4"


def test_connections_with_and_without_a_database_share_one_server(spark_local):
    reader = replace(spark_local.connection, tables_of="school")

    assert plan_of(reader, spark_local.connections) == plan_of(
        spark_local.connection, spark_local.connections
    )
