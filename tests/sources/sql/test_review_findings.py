"""Digits are never lost, nobody waits beyond the limits, and nothing is begun for nobody."""

import socket
import sqlite3
import threading
import time

import pandas as pd
import pytest

from core.connections import Connection, ConnectionKind, ReadLimits
from core.errors import SourceNotConfigured, SourceUnavailable, TooLarge
from core.schema import Kind
from core.sources.base import Connections, ConnectionSpec
from core.sources.certificates import checked_ca
from core.sources.selection import Condition, Grouping, Test
from core.sources.sql.line import Line
from core.sources.sql.mysql import fast
from core.sources.sql.mysql.login import settings
from core.sources.sql.source import SqlSource
from tests.servers import hostile
from tests.servers.certificates import make_certificates
from tests.servers.proxy import FaultProxy, Mode
from tests.sources.sql.conftest import source_of

LONG = 9_007_199_254_740_995
ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c WHERE x < 0"
BRIEF = ReadLimits(connect_seconds=0.2, silent_seconds=0.4)


def file_of(path, *statements, limits=None):
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    made = Connection("file", ConnectionKind.SQLITE, file=str(path))
    connections = Connections(profiles=(made,), limits=limits or ReadLimits())
    return SqlSource(made, ConnectionSpec("file"), connections)


def lasts_of(source):
    """The last value of each key."""
    frame = source.group("t", Grouping("k", time="at", sums=("v",), lasts=("v",))).frame
    assert not frame["key"].duplicated().any()
    return {row["key"]: (row["n_rows"], row["last_0"]) for row in frame.to_dict("records")}


def test_keys_beyond_a_double_do_not_take_each_others_last_values(pg):
    first, second = "100000000000000001", "100000000000000002"
    pg.run(
        "CREATE TABLE t (k bigint, at timestamp, v float8)",
        f"INSERT INTO t VALUES ({first}, '2024-01-01', 1.5), ({second}, '2024-01-02', NULL)",
    )
    found = lasts_of(pg.source())
    assert found[first] == (1, 1.5)
    assert pd.isna(found[second][1])

    pg.run(f"INSERT INTO t VALUES ({second}, '2024-01-02', 2.5), (NULL, '2024-01-02', 3.5)")
    found = lasts_of(pg.source())
    assert (found.pop(first), found.pop(second)) == ((1, 1.5), (2, 2.5))
    assert list(found.values()) == [(1, 3.5)]


def bytes_in_postgresql(pg, tmp_path):
    pg.run(
        "CREATE TABLE t (k bytea, at timestamp, v float8)",
        r"INSERT INTO t VALUES ('\xff', '2024-01-01', 1), ('\xfe', '2024-01-02', 5), "
        r"('\xfe', '2024-01-02', 7), ('\x41', '2024-01-02', 9)",
    )
    return pg.source()


def bytes_in_mysql(school, tmp_path):
    school.run(
        "CREATE TABLE t (k VARBINARY(9), at DATETIME, v DOUBLE)",
        "INSERT INTO t VALUES (x'ff', '2024-01-01', 1), (x'fe', '2024-01-02', 5), "
        "(x'fe', '2024-01-02', 7), (x'41', '2024-01-02', 9)",
    )
    return school.source()


def bytes_in_sqlite(_, tmp_path):
    return file_of(
        tmp_path / "bytes.db",
        "CREATE TABLE t (k BLOB, at DATETIME, v REAL)",
        "INSERT INTO t VALUES (x'ff', '2024-01-01', 1), (x'fe', '2024-01-02', 5), "
        "(x'fe', '2024-01-02', 7), (x'41', '2024-01-02', 9)",
    )


KEYS_OF_BYTES = [("pg", bytes_in_postgresql), ("school", bytes_in_mysql), ("tmp_path", bytes_in_sqlite)]


@pytest.mark.parametrize(("fixture", "made"), KEYS_OF_BYTES)
def test_keys_whose_bytes_read_alike_become_one(fixture, made, request, tmp_path):
    source = made(request.getfixturevalue(fixture), tmp_path)

    assert lasts_of(source) == {"\ufffd": (3, 7.0), "A": (1, 9.0)}


def test_a_last_value_beyond_a_double_keeps_its_digits(school, pg, tmp_path):
    rows = f"(1, '2024-01-01', {LONG}), (2, '2024-01-01', 7)"
    school.run("CREATE TABLE t (k INT, at DATETIME, v BIGINT)", f"INSERT INTO t VALUES {rows}")
    pg.run("CREATE TABLE t (k int, at timestamp, v bigint)", f"INSERT INTO t VALUES {rows}")
    make = "CREATE TABLE t (k INTEGER, at DATETIME, v INTEGER)"
    in_file = file_of(tmp_path / "long.db", make, f"INSERT INTO t VALUES {rows}")

    for source in (school.source(), pg.source(), in_file):
        assert lasts_of(source) == {"1": (1, str(LONG)), "2": (1, "7")}


def test_a_time_with_an_offset_is_compared_in_utc(tmp_path):
    source = file_of(
        tmp_path / "times.db",
        "CREATE TABLE t (at DATETIME)",
        "INSERT INTO t VALUES ('2024-01-10 08:00:00'), ('2024-01-10 10:00:00'), ('2024-01-10 12:00:00')",
    )
    rows = [Condition("at", Test.AT_MOST, "2024-01-10T10:00:00+02:00")]

    assert source.load("t", rows=rows).provenance.n_rows == 1


def test_mysql_is_asked_what_is_true_now_and_mariadb_is_not_asked_what_it_does_not_know():
    for version in ("8.0.36", "8.4.0-log", "9.1.0"):
        assert "information_schema_stats_expiry = 0" in settings(version, 1.0)[0]
    for version in ("5.7.44", "10.11.6-MariaDB", "5.5.5-10.6.12-MariaDB-log", "unknown"):
        assert "stats_expiry" not in settings(version, 1.0)[0]


def test_a_server_whose_every_byte_comes_in_time_is_given_up_all_the_same(mariadb):
    with FaultProxy(mariadb.port) as proxy:
        proxy.mode = Mode(rate=1)
        begin = time.monotonic()
        status = source_of(proxy.port).status()
        seconds = time.monotonic() - begin
        proxy.mode = Mode()

        assert status.message == f"'school' does not answer at 127.0.0.1:{proxy.port}."
        assert seconds < 12
        assert source_of(proxy.port).status().reachable


def test_a_line_is_cut_when_it_was_given_up_before_and_when_its_socket_went_to_the_encryption():
    for is_early in (False, True):
        ours, theirs = socket.socketpair()
        with Line() as line, ours, theirs:
            if is_early:
                line.give_up()
            line.keep(ours)
            wrapped = socket.socket(fileno=ours.detach())
            if not is_early:
                line.cut()
            theirs.settimeout(5)
            assert theirs.recv(1) == b""
            wrapped.close()


def test_a_view_without_end_can_be_described_and_a_question_without_end_is_stopped(tmp_path):
    source = file_of(tmp_path / "v.db", f"CREATE VIEW v AS {ENDLESS}", limits=BRIEF)
    patient = file_of(tmp_path / "v.db")
    n_threads = threading.active_count()
    begin = time.monotonic()

    info = patient.describe("v")
    with pytest.raises(SourceUnavailable) as late:
        source.describe("v")
    with pytest.raises(SourceUnavailable):
        source._engine.ask(lambda connection: connection.exec_driver_sql(ENDLESS).all())

    assert [field.name for field in info.fields] == ["x"]
    assert str(late.value) == "Looking at 'v' of 'file' took longer than 1 seconds and was stopped."
    assert time.monotonic() - begin < 12
    assert ends(lambda: threading.active_count() <= n_threads)


def ends(is_done, seconds=10.0):
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not is_done():
        time.sleep(0.05)
    return is_done()


class Cancelled(Exception):
    """What a cancelled job raises in the main thread."""


def cancel():
    raise Cancelled


def test_what_is_stopped_during_the_login_begins_nothing_after_it(mariadb):
    begun = []
    with FaultProxy(mariadb.port) as proxy:
        engine = source_of(proxy.port)._engine
        engine.ask(lambda connection: None)
        n_threads = threading.active_count()
        proxy.mode = Mode(delay=0.3)
        with pytest.raises(Cancelled):
            engine.watch(begun.append, tell=cancel)

        assert ends(lambda: threading.active_count() <= n_threads)
        assert begun == []


def test_a_session_that_is_given_up_begins_no_statement(mariadb, tmp_path):
    in_file = file_of(tmp_path / "a.db", "CREATE TABLE t (n INTEGER)")
    for engine in (source_of(mariadb.port)._engine, in_file._engine):
        line = Line()
        with engine.session(line=line) as session:
            assert session.connection.exec_driver_sql("SELECT 1").scalar() == 1
            line.give_up()
            with pytest.raises(SourceUnavailable):
                session.connection.exec_driver_sql("SELECT 1")


def test_the_fast_way_begins_no_statement_for_nobody(school):
    access = school.source()._engine.access
    found = []
    with pytest.raises(fast.FastFailed):
        fast.read(
            access,
            ["SELECT 1 AS w0"],
            version="10.11.6-MariaDB",
            take=lambda number, batch: found.append(batch),
            is_wanted=lambda: False,
        )

    assert found == []


def test_a_certificate_authority_that_cannot_be_used_is_told_before_connecting(tmp_path):
    (tmp_path / "words.pem").write_text("no certificate")
    (tmp_path / "empty.pem").write_text("")
    words = "The file of 'ca_file' of 'school' "
    cases = {
        "none.pem": "cannot be read.",
        ".": "cannot be read.",
        "a\0b": "cannot be read.",
        "words.pem": "is no certificate authority.",
        "empty.pem": "is no certificate authority.",
    }
    with hostile.silent() as listener:
        for name, end in cases.items():
            source = source_of(listener.port, tls=True, ca_file=f"{tmp_path}/{name}")
            assert source.status().message == words + end
            with pytest.raises(SourceNotConfigured):
                source.tables()

        assert listener.connections == 0


def test_a_certificate_authority_is_not_asked_for_without_need(tmp_path):
    good = make_certificates(tmp_path).authority
    checked_ca(Connection("a", ConnectionKind.MYSQL, host="db", tls=True, ca_file=str(good)))
    checked_ca(Connection("a", ConnectionKind.MYSQL, host="db", tls=True))
    checked_ca(Connection("a", ConnectionKind.MYSQL, host="db", ca_file="none"))


def test_the_hint_of_a_large_read_names_the_setting_that_there_is(tmp_path):
    source = file_of(
        tmp_path / "a.db",
        "CREATE TABLE t (n INTEGER)",
        "INSERT INTO t VALUES (1), (2)",
        limits=ReadLimits(bytes=1),
    )

    with pytest.raises(TooLarge) as failed:
        source.load("t")
    assert failed.value.hint == "Choose fewer columns or rows, or raise WAYMARK_READ_MIB."


def test_numbers_that_are_read_as_text_are_not_guessed_to_be_numbers(school, tmp_path):
    school.run("CREATE TABLE t (amount DECIMAL(23,0), n INT)", "INSERT INTO t VALUES (17, 1), (7, 2), (8, 3)")
    numbers = (
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 300) SELECT x + 0.5, x FROM c"
    )
    in_file = file_of(
        tmp_path / "a.db",
        "CREATE TABLE t (amount, n)",
        f"INSERT INTO t VALUES ({LONG}, 1)",
        f"INSERT INTO t {numbers}",
    )

    for source, first in ((school.source(), "17"), (in_file, str(LONG))):
        found = source.load("t")
        assert found.schema.column("amount").kind in {Kind.TEXT, Kind.CATEGORY}
        assert found.schema.column("n").kind is Kind.NUMBER
        assert first in found.collect()["amount"].to_list()
