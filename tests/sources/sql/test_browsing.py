"""What a database shows before it is read: tables, columns, sizes; and reading in ranges of keys."""

import threading
import time

import pytest

from core.errors import InvalidChoice
from core.sources.sql import browse, fastest
from tests.servers.certificates import make_certificates
from tests.servers.mariadb import started
from tests.sources.sql.conftest import run, source_of


def test_databases_tables_and_views_are_listed_students_first(school):
    school.run("CREATE TABLE a (n INT)", "CREATE TABLE students (n INT)", "CREATE VIEW v AS SELECT * FROM a")
    source = school.source()

    assert school.name in source.databases()
    assert not {"mysql", "information_schema", "sys", "performance_schema"} & set(source.databases())
    assert source.tables() == ("students", "a", "v")
    assert source.status().message == "'school' answers: 3 tables."
    assert (source.describe("v").what, source.describe("v").n_rows) == ("view", None)
    with pytest.raises(InvalidChoice, match="No database of 'school' is chosen"):
        source_of(school.server.port).tables()
    assert source_of(school.server.port).status().message == "'school' answers; choose a database."


def test_a_small_table_is_counted_and_a_large_one_estimated(school, monkeypatch):
    school.fill(1_000)
    found = school.source().describe("events")
    assert (found.n_rows, found.is_estimate) == (1_000, False)
    assert [(field.name, field.type) for field in found.fields][:2] == [
        ("id", "int(11)"),
        ("student", "varchar(12)"),
    ]
    monkeypatch.setattr(browse, "COUNTED_ROWS", 100)

    assert school.source().describe("events").is_estimate


def test_first_rows_come_in_the_order_of_the_key_and_twice_alike(school):
    school.run(
        "CREATE TABLE t (a INT, b INT, PRIMARY KEY (b, a))", "INSERT INTO t VALUES (1, 9), (2, 1), (0, 1)"
    )
    source = school.source()
    one, two = source.load("t", limit=2), source.load("t", limit=2)

    assert one.collect().values.tolist() == [[0, 1], [2, 1]]
    assert one.provenance.content_hash == two.provenance.content_hash
    assert source.load("t", limit=0).collect().shape == (0, 2)
    with pytest.raises(InvalidChoice, match="'limit' cannot be '-1'"):
        source.load("t", limit=-1)


def test_ranges_of_keys_give_the_same_rows_in_the_same_order(school, monkeypatch):
    school.fill(30_000)
    school.run("DELETE FROM events WHERE id % 3 = 0", "UPDATE events SET id = -id WHERE id < 500")
    plain = school.source().load("events")
    monkeypatch.setattr(fastest, "FAST_ROWS", 0)
    monkeypatch.setattr(fastest, "SPLIT_ROWS", 10)
    monkeypatch.setattr(fastest, "RANGE_ROWS", 1_000)
    time.sleep(2.1)
    statements = []
    real = fastest.written_out
    monkeypatch.setattr(fastest, "written_out", lambda *given: statements.append(given) or real(*given))
    told = []
    split = school.source().load("events", progress=lambda share, words: told.append(share))

    assert len(statements) > 5
    assert split.provenance.content_hash == plain.provenance.content_hash
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_table_that_is_written_to_while_its_ranges_are_read_is_read_as_one_state(school, monkeypatch):
    school.fill(20_000)
    monkeypatch.setattr(fastest, "FAST_ROWS", 0)
    monkeypatch.setattr(fastest, "SPLIT_ROWS", 10)
    monkeypatch.setattr(fastest, "RANGE_ROWS", 200)
    time.sleep(2.1)
    done = threading.Event()

    def write():
        # Each change leaves the sum of all numbers as it was: a reader of two states sees another one.
        with school.server.connect(school.name) as connection, connection.cursor() as cursor:
            for n in range(1, 4_000):
                if done.is_set():
                    return
                cursor.execute(
                    "UPDATE events SET minutes = minutes + IF(id = %s, 5, -5) WHERE id IN (%s, %s)",
                    (n, n, 20_001 - n),
                )

    before = school.source().load("events").collect()["minutes"].sum()
    writer = threading.Thread(target=write)
    writer.start()
    sums = [school.source().load("events").collect()["minutes"].sum() for _ in range(4)]
    done.set()
    writer.join()

    assert sums == [before] * 4


def test_an_encrypted_connection_checks_the_certificate_and_its_name(tmp_path):
    certificates = make_certificates(tmp_path)
    with started(certificates=certificates) as server:
        run(server, "CREATE DATABASE x", "CREATE TABLE x.t (n INT)")
        good = source_of(server.port, database="x", tls=True, ca_file=str(certificates.authority))
        assert good.tables() == ("t",)
        untrusted = source_of(server.port, database="x", tls=True).status()

    assert not untrusted.reachable
    assert untrusted.message.startswith("No encrypted connection to 'school' could be made")
