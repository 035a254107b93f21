"""Whatever happens to MariaDB, the answer is one sentence in time, and the next call works after it."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.connections import ConnectionKind
from core.errors import LoginRefused, SourceUnavailable
from core.sources.sql import load
from tests.servers import hostile
from tests.servers.proxy import FaultProxy, Mode
from tests.sources.sql.conftest import N_ROWS, PATIENT, SECRET, failure, private_mariadb, run, source_of


@pytest.fixture(scope="module")
def private():
    """A server that tests of this file may harm."""
    with private_mariadb() as school:
        yield school


def test_an_account_sees_the_columns_it_may_read_and_a_right_that_was_taken_is_told(private):
    source = private.source(user="narrow", password="x")
    assert source.load("events", limit=2).collect().columns.to_list() == ["id"]

    asked = source._asked(source._table("events"), None, (), 2)
    run(
        private.server,
        "REVOKE ALL, GRANT OPTION FROM narrow@'127.0.0.1'",
        "GRANT SELECT ON mysql.user TO narrow@'127.0.0.1'",
    )
    error, _ = failure(lambda: load.read(source._engine, asked, lambda *told: None))

    assert isinstance(error, LoginRefused)
    assert str(error) in {
        "The account of 'school' may not read the table 'events'.",
        "The account of 'school' may not read the database 'harm'.",
    }


@pytest.mark.parametrize("kind", [ConnectionKind.MYSQL, ConnectionKind.POSTGRESQL])
def test_a_silent_listener_is_given_up_within_six_seconds(kind):
    beginning = b"\x0a10" if kind is ConnectionKind.MYSQL else b"R\x00\x00"
    with hostile.silent() as one, hostile.silent(beginning) as other, ThreadPoolExecutor() as threads:
        ports = [one.port, other.port]
        asked = [source_of(port, kind=kind, database="x").tables for port in ports]
        failures = list(threads.map(failure, asked))

    for port, (error, seconds) in zip(ports, failures, strict=True):
        assert isinstance(error, SourceUnavailable)
        assert str(error) == f"'school' does not answer at 127.0.0.1:{port}."
        assert error.retry
        assert seconds < 6


def test_a_server_that_asks_for_a_file_or_the_password_gets_neither(tmp_path):
    (tmp_path / "secret.txt").write_text("the school's key")
    for wants_password in (False, True):
        with hostile.file_thief(str(tmp_path / "secret.txt"), asks_for_password=wants_password) as thief:
            source = source_of(thief.port, database="x", user="ana", password=SECRET)
            error, seconds = failure(source.tables)

        assert isinstance(error, SourceUnavailable)
        assert seconds < PATIENT
        assert bytes(thief.stolen) == b""
        assert thief.clear_passwords == []


def test_too_many_connections_are_told_and_pass(private):
    run(private.server, "SET GLOBAL max_connections = 10")
    with contextlib.ExitStack() as open_ones:
        with contextlib.suppress(Exception):
            for _ in range(12):
                one = open_ones.enter_context(contextlib.closing(private.server.connect()))
                keeper = one
        error, _ = failure(private.source(user="reader", password=SECRET).tables)
        with keeper.cursor() as cursor:
            cursor.execute("SET GLOBAL max_connections = 150")

    assert str(error) == "'school' has too many connections and took no more."
    assert private.source().tables() == ("events",)


def test_an_unknown_or_dropped_table_is_named(private):
    source = private.source()
    private.run("CREATE TABLE gone (id INT)")
    asked = source._asked(source._table("gone"), None, (), None)
    private.run("DROP TABLE gone")

    error, _ = failure(lambda: load.read(source._engine, asked, lambda *told: None))

    assert str(error) == "'school' has no table 'gone' any more."


CUTS = [1, 40, 90, 300, 1_000, 3_000, 5_000, 9_000, 20_000, 100_000, 300_000, 900_000]


BROKEN = {"The connection to 'school' was lost."}


def cut_points(private, way, points):
    """How loads end when every connection breaks after so many bytes; a load that ends well is whole."""
    ends = set()
    for cut in points:
        with FaultProxy(private.server.port) as proxy:
            source = source_of(proxy.port, database="harm")
            proxy.mode = Mode(cut_after=cut)
            begin = time.monotonic()
            try:
                rows = source.load("events").provenance.n_rows
            except SourceUnavailable as error:
                assert time.monotonic() - begin < PATIENT
                ends.add(error.message)
            else:
                assert (rows, cut >= 100_000) == (N_ROWS, True)
            if way == "fast":
                # It goes on trying in the background for a while.
                proxy.mode = Mode(refuses=True)
                time.sleep(0.2)
    return ends


def test_a_stream_that_breaks_anywhere_never_gives_a_part_as_the_whole(private, way):
    assert cut_points(private, way, CUTS) <= BROKEN
    assert private.source().load("events").provenance.n_rows == N_ROWS


@pytest.mark.campaign
def test_a_stream_that_breaks_at_any_of_many_points_never_gives_a_part(private, way):
    points = [int(1.09**n) for n in range(175)]

    assert cut_points(private, way, points) <= BROKEN


def test_idle_connections_that_are_killed_matter_to_nobody(private):
    source = private.source()
    assert source.tables() == ("events",)
    ids = run(
        private.server,
        "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user = 'root'",
    )
    with contextlib.suppress(Exception):
        run(private.server, *[f"KILL {number}" for (number,) in ids])

    assert source.tables() == ("events",)
