"""Tables of MariaDB read by Spark over JDBC: values as they are, exact comparisons, no password shown."""

import datetime as dt
from dataclasses import replace

import pytest

from core.connections import Connection, ConnectionKind, Secret
from core.errors import InvalidChoice, LoginRefused, SourceNotConfigured, SourceUnavailable, TableNotFound
from core.sources.base import Connections, ConnectionSpec
from core.sources.selection import Condition, Grouping, Test
from core.sources.spark import connecting
from core.sources.spark.source import SparkSource
from tests.servers.process import free_port

PASSWORD = "s3cret-of-jdbc"
DDL = """
CREATE TABLE students (
  id VARCHAR(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY,
  name TEXT CHARACTER SET utf8mb4, born DATE, seen DATETIME, points DECIMAL(6,2), big BIGINT UNSIGNED,
  flag TINYINT(1), bits BIT(1), yr YEAR, ratio DOUBLE, INDEX (flag)
)
"""
ROWS = [
    (
        "c3",
        "Zoë 李 🙂",
        dt.date(2008, 5, 1),
        dt.datetime(2026, 1, 2, 3, 4, 5),
        "12.50",
        2**64 - 1,
        2,
        b"\x01",
        2025,
        0.5,
    ),
    ("a1", "name", None, None, None, None, None, None, None, None),
    (
        "b2",
        "x' OR '1'='1",
        dt.date(1600, 1, 1),
        dt.datetime(2026, 7, 1),
        "-1.00",
        7,
        0,
        b"\x00",
        2026,
        -1e300,
    ),
]


@pytest.fixture(scope="module")
def school(mariadb):
    """A database with one table, one view, names with backticks, and an account that may only read."""
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE spark_school CHARACTER SET utf8mb4")
        cursor.execute("USE spark_school")
        cursor.execute(DDL)
        marks = ", ".join(["%s"] * len(ROWS[0]))
        cursor.executemany(f"INSERT INTO students VALUES ({marks})", ROWS)
        cursor.execute("CREATE VIEW seen AS SELECT id, name FROM students")
        cursor.execute("CREATE TABLE `od``d 'n\"ame;` (`a``b` VARCHAR(9), `c.d` INT)")
        cursor.execute("INSERT INTO `od``d 'n\"ame;` VALUES ('A1', 1), ('a1', 2), ('a1 ', 3)")
        cursor.execute(f"CREATE USER reader@'%' IDENTIFIED BY '{PASSWORD}'")
        cursor.execute("GRANT SELECT ON spark_school.* TO reader@'%'")
    yield Connection(
        name="school",
        kind=ConnectionKind.MYSQL,
        host="127.0.0.1",
        port=mariadb.port,
        user="reader",
        password=Secret(PASSWORD),
        database="spark_school",
    )
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP DATABASE spark_school")
        cursor.execute("DROP USER reader@'%'")


@pytest.fixture(scope="module")
def open_tables(spark_local, school):
    """Open the SQL connection's tables by Spark, with some of its settings changed."""

    def opened(**changes):
        sql = replace(school, **changes)
        spark = replace(spark_local.connection, tables_of="school")
        connections = Connections((spark, sql), run_folder=spark_local.run_folder)
        return SparkSource(spark, ConnectionSpec("lms", "school"), connections)

    return opened


def test_spark_reads_the_values_of_a_table_and_not_its_names(open_tables):
    source = open_tables()
    found = source.load("students")
    rows = found.collect().set_index("id")

    assert source.databases() == ("files", "school")
    assert rows.index.tolist() == ["a1", "b2", "c3"]
    assert rows["name"].to_dict() == {"a1": "name", "b2": "x' OR '1'='1", "c3": "Zoë 李 🙂"}
    assert str(rows["born"]["c3"])[:10] == "2008-05-01"
    assert str(rows["born"]["b2"])[:10] == "1600-01-01"
    assert str(rows["seen"]["c3"]) == "2026-01-02 03:04:05"
    assert rows["points"].to_dict() == pytest.approx(
        {"a1": float("nan"), "b2": -1.0, "c3": 12.5}, nan_ok=True
    )
    assert rows["big"]["c3"] == str(2**64 - 1)
    assert rows["flag"]["c3"] == 2.0
    assert rows["bits"].tolist()[1:] == [0.0, 1.0]
    assert rows["yr"]["b2"] == 2026.0
    assert rows["ratio"]["b2"] == -1e300
    assert rows.loc["a1"].drop("name").isna().all()
    assert PASSWORD not in f"{found.provenance}"


def test_spark_lists_tables_and_views_and_describes_them(open_tables):
    source = open_tables()
    info = source.describe("students")

    assert source.tables() == ("od`d 'n\"ame;", "seen", "students")
    assert (info.what, info.n_rows, source.describe("seen").what) == ("table", 3, "view")
    assert {field.name: field.type for field in info.fields}["points"] == "decimal(6,2)"
    assert source.load("seen").provenance.n_rows == 3
    with pytest.raises(TableNotFound, match="'studnets'") as refused:
        source.load("studnets")
    assert "'students'" in refused.value.hint
    with pytest.raises(TableNotFound):
        source.load("students WHERE 1=0 --")


def test_spark_compares_the_text_of_a_database_exactly_whatever_its_collation(open_tables):
    source, table = open_tables(), "od`d 'n\"ame;"

    assert source.load(table, rows=[Condition("a`b", Test.IS, "a1")]).collect()["c.d"].tolist() == [2.0]
    assert source.load(table, rows=[Condition("a`b", Test.IS_NOT, "a1")], limit=1).collect()[
        "c.d"
    ].tolist() == [1.0]
    groups = source.group(table, Grouping("a`b", sums=("c.d",))).frame.set_index("key")
    assert groups["sum_0"].to_dict() == {"A1": 1.0, "a1": 2.0, "a1 ": 3.0}


def test_spark_gives_the_first_rows_by_the_primary_key(open_tables):
    assert open_tables().load("students", columns=["flag", "id"], limit=2).collect()["id"].tolist() == [
        "a1",
        "b2",
    ]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"password": Secret("wrong-" + PASSWORD)}, LoginRefused, "did not let the account in"),
        ({"user": "nobody"}, LoginRefused, "did not let the account in"),
        ({"database": "nothing"}, LoginRefused, "database"),
        ({"port": free_port()}, SourceUnavailable, "does not reach the SQL database"),
        ({"database": "a?allowLocalInfile=true"}, InvalidChoice, "cannot read the database"),
        ({"kind": ConnectionKind.POSTGRESQL}, InvalidChoice, "postgresql"),
    ],
)
def test_spark_tells_why_a_database_is_not_reached(open_tables, changes, error, said):
    source = open_tables(**changes)
    with pytest.raises(error, match=said) as failed:
        source.load("students")
    shown = f"{failed.value!r} {failed.value} {failed.value.hint} {failed.value.__cause__}"
    assert PASSWORD not in shown


def test_spark_without_the_driver_says_what_to_install(open_tables, monkeypatch):
    monkeypatch.setattr(connecting, "MARIADB_JAR", "/nowhere.jar")
    source = open_tables()

    with pytest.raises(SourceNotConfigured, match="no JDBC driver") as failed:
        source.load("students")
    assert "libmariadb-java" in failed.value.hint


def test_spark_keeps_the_password_out_of_its_log(open_tables, spark_local):
    open_tables().load("students")

    for log in spark_local.run_folder.glob("spark-*/*"):
        if log.is_file():
            assert PASSWORD not in log.read_text(encoding="utf-8", errors="replace")
