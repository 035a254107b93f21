"""Whatever happens to the server, the answer is one sentence in time, and the next call works after it."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.connections import ConnectionKind, ReadLimits
from core.errors import AppError, HostRefused, LoginRefused, SourceUnavailable, TooLarge
from core.sources.selection import Grouping
from core.sources.sql import fastest, load
from tests.servers import hostile
from tests.servers.mariadb import Database, started
from tests.servers.process import free_port
from tests.servers.proxy import FaultProxy, Mode
from tests.sources.sql.conftest import QUICK, School, run, source_of

SECRET = "s3cret/@:%"
N_ROWS = 40_000
PATIENT = 30.0
"""Seconds for what is not about silence: other work may keep this computer busy."""


@pytest.fixture(scope="module")
def private():
    """A server that tests of this file may harm, with a table that takes a while to read."""
    with started() as server:
        run(server, "CREATE DATABASE harm CHARACTER SET utf8mb4")
        school = School(Database(server, "harm"))
        school.fill(N_ROWS)
        run(
            server,
            f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{SECRET}'",
            "GRANT SELECT ON harm.* TO reader@'127.0.0.1'",
            "CREATE USER narrow@'127.0.0.1' IDENTIFIED BY 'x'",
            "GRANT SELECT (id) ON harm.events TO narrow@'127.0.0.1'",
        )
        yield school


def failure(call):
    """The sentence of a failing call, and how long it took."""
    begin = time.monotonic()
    with pytest.raises(AppError) as failed:
        call()
    texts = []
    error = failed.value
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__
    assert SECRET not in " ".join(texts)
    return failed.value, time.monotonic() - begin


def test_a_good_account_is_told_as_good_and_one_that_may_write_is_warned_about(private):
    good = private.source(user="reader", password=SECRET).status()
    root = private.source().status()

    assert (good.reachable, good.message, good.n_tables) == (True, "'school' answers: 1 table.", 1)
    assert good.warnings == ()
    assert "may do more than read (ALL PRIVILEGES)" in root.warnings[0]
    assert private.source(user="reader", password=SECRET).load("events", limit=3).provenance.n_rows == 3


def test_each_reason_of_a_failed_login_is_told_apart(private):
    port = private.server.port
    closed = free_port()
    cases = {
        "wrong password": source_of(port, user="reader", password="no", database="harm"),
        "no user": source_of(port, user="nobody", password=SECRET, database="harm"),
        "unknown database": source_of(port, database="none"),
        "no grant": source_of(port, user="reader", password=SECRET, database="mysql"),
        "refused": source_of(closed, database="harm"),
        "tls": source_of(port, database="harm", tls=True),
    }
    found = {}
    for name, source in cases.items():
        begin = time.monotonic()
        status = source.status()
        assert time.monotonic() - begin < PATIENT
        assert not status.reachable
        assert SECRET not in repr(status)
        found[name] = status.message

    assert found == {
        "wrong password": "'school' did not accept the user or the password.",
        "no user": "'school' did not accept the user or the password.",
        "unknown database": "'school' has no database 'none'.",
        "no grant": "The account of 'school' may not read the database 'mysql'.",
        "refused": f"'school' refused the connection at 127.0.0.1:{closed}.",
        "tls": "No encrypted connection to 'school' could be made: the server offers none, or its "
        "certificate is not trusted.",
    }


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


SMUGGLED = [
    "127.0.0.1/x?local_infile=1",
    "127.0.0.1:3306",
    "root@127.0.0.1",
    "2130706433",
    "169.254.169.254",
    "db.example",
]


@pytest.mark.parametrize("host", SMUGGLED)
def test_a_host_that_is_not_on_the_list_is_refused(host):
    status = source_of(1, host=host).status()

    assert not status.reachable
    assert isinstance(failure(source_of(1, host=host).databases)[0], HostRefused)


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


def loading(source):
    """Start a load in a thread; return it with its rows read, and where its end is told."""
    told, end = [], {}

    def work():
        begin = time.monotonic()
        try:
            end["rows"] = source.load(
                "events", progress=lambda share, words: told.append(words)
            ).provenance.n_rows
        except AppError as error:
            end["error"] = error
        end["seconds"] = time.monotonic() - begin

    thread = threading.Thread(target=work)
    thread.start()
    return thread, told, end


@pytest.fixture(params=["pymysql", "connectorx"])
def driver(request, monkeypatch):
    monkeypatch.setattr(fastest, "FAST_ROWS", 0 if request.param == "connectorx" else 10**12)
    monkeypatch.setattr(fastest, "SPLIT_ROWS", 10_000)
    monkeypatch.setattr(fastest, "RANGE_ROWS", 5_000)
    return request.param


def test_a_server_killed_in_the_middle_of_a_load_gives_a_sentence_and_no_rows(private, driver):
    with FaultProxy(private.server.port) as proxy:
        source = source_of(proxy.port, database="harm")
        proxy.mode = Mode(rate=400_000)
        thread, _, end = loading(source)
        time.sleep(0.7)
        private.server.process.kill()
        thread.join(60)
        assert "rows" not in end
        assert isinstance(end["error"], SourceUnavailable)
        proxy.mode = Mode()
        private.server.process.restart()

        assert source.load("events").provenance.n_rows == N_ROWS


def test_a_server_that_hangs_in_the_middle_is_told_in_time_and_works_after_it(private, driver):
    with FaultProxy(private.server.port) as proxy:
        source = source_of(proxy.port, database="harm")
        proxy.mode = Mode(rate=400_000)
        thread, _, end = loading(source)
        time.sleep(0.7)
        private.server.process.stop()
        begin = time.monotonic()
        thread.join(60)
        seconds = time.monotonic() - begin
        private.server.process.cont()
        assert isinstance(end["error"], SourceUnavailable)
        assert seconds < 6
        proxy.mode = Mode()

        assert source.load("events").provenance.n_rows == N_ROWS


CUTS = [1, 40, 90, 300, 1_000, 3_000, 5_000, 9_000, 20_000, 100_000, 300_000, 900_000]


BROKEN = {"The connection to 'school' was lost."}


def cut_points(private, driver, points):
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
            if driver == "connectorx":
                # It goes on trying in the background for a while.
                proxy.mode = Mode(refuses=True)
                time.sleep(0.2)
    return ends


def test_a_stream_that_breaks_anywhere_never_gives_a_part_as_the_whole(private, driver):
    assert cut_points(private, driver, CUTS) <= BROKEN
    assert private.source().load("events").provenance.n_rows == N_ROWS


@pytest.mark.campaign
def test_a_stream_that_breaks_at_any_of_many_points_never_gives_a_part(private, driver):
    points = [int(1.09**n) for n in range(175)]

    assert cut_points(private, driver, points) <= BROKEN


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


def test_limits_of_rows_bytes_and_seconds_are_kept(private):
    few = private.source(limits=ReadLimits(rows=1_000))
    error, _ = failure(lambda: few.load("events"))
    assert str(error) == f"The table 'events' has {N_ROWS:,} rows; a load may have 1,000."
    assert few.load("events", limit=1_000).provenance.n_rows == 1_000
    error, _ = failure(lambda: few.load("events", limit=1_001))
    assert str(error) == "The table 'events' has more than 1,000 rows; a load may have 1,000."
    small = private.source(limits=ReadLimits(bytes=100_000))
    error, _ = failure(lambda: small.load("events"))
    assert str(error).startswith("The rows of 'events' take more than the limit of 0.0 GiB")
    short = private.source(limits=ReadLimits(seconds=0.02))
    error, seconds = failure(
        lambda: short.group("events", Grouping("student", trends=("minutes",), time="at"))
    )
    assert isinstance(error, TooLarge)
    assert "0 seconds" in str(error)
    assert seconds < PATIENT


class Cancelled(Exception):
    """What a cancelled job raises in the main thread."""


def test_a_cancelled_load_ends_on_the_server_too(private, driver):
    source = private.source(limits=QUICK)

    def cancel(share, words):
        if "rows read" in words:
            raise Cancelled

    private.run("CREATE OR REPLACE VIEW slow AS SELECT a.id, SLEEP(0.001) AS s FROM events a")
    begin = time.monotonic()
    with pytest.raises(Cancelled):
        source.load("slow", progress=cancel)
    assert time.monotonic() - begin < PATIENT
    deadline = time.monotonic() + PATIENT
    while time.monotonic() < deadline:
        busy = run(
            private.server,
            "SELECT info FROM information_schema.processlist "
            "WHERE info LIKE '%slow%' AND info NOT LIKE '%processlist%'",
        )
        if not busy:
            break
        time.sleep(0.1)
    private.run("DROP VIEW slow")

    assert busy == ()
