"""Whatever happens to a PostgreSQL server, the answer is one sentence in time, and the next call works."""

import contextlib
import socket
import struct
import threading
import time

import psycopg
import pytest

from core.connections import ConnectionKind, ReadLimits
from core.errors import AppError, LoginRefused, SourceUnavailable, TableNotFound, TooLarge
from core.sources.selection import Grouping
from core.sources.sql import fastest, load
from core.sources.sql.postgresql import faults, login
from tests.servers.certificates import make_certificates
from tests.servers.postgres import started
from tests.servers.process import free_port
from tests.servers.proxy import FaultProxy, Mode
from tests.sources.sql.conftest import QUICK, PgSchool, source_of

SECRET = "s3cret/@:%' host=evil"
N_ROWS = 40_000
AT_MOST = 6.0
"""Seconds after which a silent server has been told."""
PATIENT = 30.0
"""Seconds for what is not about silence: other work may keep this computer busy."""
POSTGRESQL = ConnectionKind.POSTGRESQL


@pytest.fixture(scope="module")
def private():
    """A server that tests of this file may harm, with a table that takes a while to read."""
    with started() as server:
        server.execute("CREATE DATABASE harm")
        school = PgSchool(server, "harm")
        school.fill(N_ROWS)
        quoted = SECRET.replace("'", "''")
        school.run(
            f"CREATE ROLE reader LOGIN PASSWORD '{quoted}'",
            "GRANT SELECT ON events TO reader",
            "CREATE ROLE narrow LOGIN PASSWORD 'x'",
            "GRANT SELECT (id) ON events TO narrow",
            "CREATE TABLE closed (id int)",
            "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC",
        )
        yield school


def failure(call):
    """The sentence of a failing call, and how long it took."""
    begin = time.monotonic()
    with pytest.raises(AppError) as failed:
        call()
    texts, error = [], failed.value
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__
    assert SECRET not in " ".join(texts)
    return failed.value, time.monotonic() - begin


def test_a_good_account_is_told_as_good_and_one_that_may_write_is_warned_about(private):
    good = private.source(user="reader", password=SECRET)
    status = good.status()

    assert (status.reachable, status.message) == (True, "'school' answers: 1 table.")
    assert status.warnings == ()
    assert good.load("events", limit=3).provenance.n_rows == 3
    assert "may do more than read (SUPERUSER)" in private.source().status().warnings[0]
    private.run("CREATE ROLE writer LOGIN PASSWORD 'x'", "GRANT INSERT ON events TO writer")
    private.run("GRANT CREATE ON SCHEMA public TO writer")
    writer = private.source(user="writer", password="x").status()
    assert writer.warnings == (
        "The account of 'school' may do more than read (CREATE TABLE, INSERT): use one that may only SELECT.",
    )


def test_each_reason_of_a_failed_login_is_told_apart(private):
    closed = free_port()
    reader = {"user": "reader", "password": SECRET}
    cases = {
        "wrong password": private.source(user="reader", password="no"),
        "no user": private.source(user="nobody", password=SECRET),
        "unknown database": private.source(database="none"),
        "no grant": private.source(**reader, database="template1"),
        "refused": private.source(port=closed),
        "tls": private.source(tls=True),
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
        "no grant": "The account of 'school' may not read the database 'template1'.",
        "refused": f"'school' refused the connection at 127.0.0.1:{closed}.",
        "tls": "No encrypted connection to 'school' could be made: the server offers none, or its "
        "certificate is not trusted.",
    }


def test_a_server_that_speaks_another_language_is_told_less_of(private):
    words = "connection failed: FATAL:  Passwort-Authentifizierung für Benutzer »x« fehlgeschlagen"
    access = private.source()._engine.access
    error = faults.fault_of(psycopg.OperationalError(words), access, table="")

    assert (type(error), str(error)) == (LoginRefused, "'school' refused the login.")


def test_an_account_sees_what_it_may_read_and_is_told_what_it_may_not(private):
    source = private.source(user="narrow", password="x")
    assert source.load("events", limit=2).collect().columns.to_list() == ["id"]
    assert source.tables() == ("events",)

    error, _ = failure(lambda: source.load("closed"))
    assert isinstance(error, LoginRefused)
    assert str(error) == "The account of 'school' may not read the table 'closed'."


def test_nothing_can_be_written(private):
    with private.source()._engine.session() as session:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.raw.execute("DELETE FROM public.events")
        session.raw.execute("ROLLBACK")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            session.raw.execute("DELETE FROM public.events")
        found = session.raw.execute("SHOW timezone").fetchone()
        assert found == ("UTC",)


def test_nothing_is_taken_from_the_environment_or_smuggled_in(private, monkeypatch, tmp_path):
    passes = tmp_path / "passes"
    passes.write_text(f"*:*:*:*:{private.server.password}\n")
    passes.chmod(0o600)
    for name, value in {
        "PGPASSFILE": str(passes),
        "PGHOSTADDR": "127.0.0.9",
        "PGOPTIONS": "-c default_transaction_read_only=off",
        "PGSSLMODE": "require",
        "PGREQUIREAUTH": "none",
        "PGDATABASE": "none",
        "PGCLIENTENCODING": "LATIN1",
    }.items():
        monkeypatch.setenv(name, value)
    assert private.source().tables() == ("closed", "events")
    assert "did not accept" in private.source(password="").status().message
    for text in ("harm host=127.0.0.9", "harm' options='-c x=y", "postgresql://x@y/harm"):
        assert private.source(database=text).status().message == f"'school' has no database '{text}'."
    refused = private.source(user="postgres host=127.0.0.9").status()
    assert refused.message == "'school' did not accept the user or the password."


@pytest.mark.parametrize(
    "host", ["127.0.0.1/x", "/tmp", "127.0.0.1,10.0.0.1", "169.254.169.254", "2130706433"]
)
def test_a_host_that_is_not_on_the_list_is_refused(host):
    assert not source_of(1, kind=POSTGRESQL, host=host).status().reachable


def test_a_server_that_asks_for_the_password_in_plain_words_does_not_get_it():
    heard = bytearray()

    def pretend(listener):
        with contextlib.suppress(OSError), listener.accept()[0] as client:
            client.settimeout(3)
            client.recv(65_536)
            client.sendall(b"R" + struct.pack("!ii", 8, 3))
            while part := client.recv(65_536):
                heard.extend(part)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=pretend, args=(listener,))
        thread.start()
        port = listener.getsockname()[1]
        error, _ = failure(source_of(port, kind=POSTGRESQL, user="ana", password=SECRET, database="x").tables)
        thread.join(5)

    assert str(error).startswith("No encrypted connection to 'school' could be made")
    assert bytes(heard) == b""


def test_too_many_connections_are_told_and_pass(private):
    private.run("ALTER ROLE reader CONNECTION LIMIT 0")
    reader = private.source(user="reader", password=SECRET)
    error, _ = failure(reader.tables)
    private.run("ALTER ROLE reader CONNECTION LIMIT -1")

    assert str(error) == "'school' has too many connections and took no more."
    assert reader.tables() == ("events",)


def test_a_dropped_table_a_changed_column_and_a_lock_are_named(private, monkeypatch):
    monkeypatch.setattr(login, "LOCK_SECONDS", 0.5)
    source = private.source(limits=QUICK)

    def asked():
        private.run("DROP TABLE IF EXISTS gone", "CREATE TABLE gone (id int, w text)")
        return source._asked(source._table("gone"), None, (), None)

    def read(what):
        return failure(lambda: load.read(source._engine, what, lambda *told: None))[0]

    one = asked()
    private.run("DROP TABLE gone")
    assert isinstance(read(one), TableNotFound)
    two = asked()
    private.run("ALTER TABLE gone DROP COLUMN w")
    assert str(read(two)) == "The columns of 'gone' in 'school' changed while they were read."
    three = asked()
    with private.server.connect("harm") as other, other.transaction():
        other.execute("LOCK TABLE gone")
        assert str(read(three)) == "The table 'gone' of 'school' is locked by somebody else."
    assert source.load("gone").provenance.n_rows == 0


@pytest.fixture(params=["cursor", "copy"])
def way(request, monkeypatch):
    monkeypatch.setattr(fastest, "FAST_ROWS", 0 if request.param == "copy" else 10**12)
    return request.param


def loading(source):
    """Start a load in a thread; return it, and where its end is told."""
    end = {}

    def work():
        try:
            end["rows"] = source.load("events").provenance.n_rows
        except AppError as error:
            end["error"] = error

    thread = threading.Thread(target=work)
    thread.start()
    return thread, end


@pytest.mark.parametrize("harm", ["kill", "stop"])
def test_a_server_that_is_harmed_in_the_middle_is_told_in_time_and_works_after_it(private, way, harm):
    with FaultProxy(private.server.port) as proxy:
        source = private.source(port=proxy.port)
        proxy.mode = Mode(rate=400_000)
        thread, end = loading(source)
        time.sleep(0.7)
        getattr(private.server.process, harm)()
        begin = time.monotonic()
        thread.join(60)
        seconds = time.monotonic() - begin
        proxy.mode = Mode()
        private.server.process.restart() if harm == "kill" else private.server.process.cont()

        assert isinstance(end.get("error"), SourceUnavailable), end
        assert seconds < (AT_MOST if harm == "stop" else PATIENT)
        assert source.load("events").provenance.n_rows == N_ROWS


def test_a_stream_that_breaks_anywhere_never_gives_a_part_as_the_whole(private, way):
    for cut in (1, 40, 200, 600, 2_000, 9_000, 100_000, 900_000):
        with FaultProxy(private.server.port) as proxy:
            proxy.mode = Mode(cut_after=cut)
            error, seconds = failure(lambda port=proxy.port: private.source(port=port).load("events"))

        assert str(error) == "The connection to 'school' was lost.", cut
        assert seconds < PATIENT


def test_limits_of_rows_bytes_and_seconds_are_kept(private, way):
    few = private.source(limits=ReadLimits(rows=1_000))
    error, _ = failure(lambda: few.load("events"))
    assert str(error) == f"The table 'events' has {N_ROWS:,} rows; a load may have 1,000."
    assert few.load("events", limit=1_000).provenance.n_rows == 1_000
    error, _ = failure(lambda: few.load("events", limit=1_001))
    assert str(error) == "The table 'events' has more than 1,000 rows; a load may have 1,000."
    small = private.source(limits=ReadLimits(bytes=100_000))
    assert str(failure(lambda: small.load("events"))[0]).startswith("The rows of 'events' take more than")
    short = private.source(limits=ReadLimits(seconds=0.02))
    error, _ = failure(lambda: short.group("events", Grouping("student", trends=("minutes",), time="seen")))
    assert isinstance(error, TooLarge)


class Cancelled(Exception):
    """What a cancelled job raises in the main thread."""


def test_a_cancelled_load_ends_on_the_server(private, way):
    private.run("CREATE OR REPLACE VIEW slow AS SELECT id, pg_sleep(0.005)::text AS s FROM events")
    source = private.source(limits=QUICK)

    def cancel(share, words):
        if "rows read" in words:
            raise Cancelled

    with pytest.raises(Cancelled):
        source.load("slow", progress=cancel)
    deadline = time.monotonic() + 20
    busy = True
    while busy and time.monotonic() < deadline:
        time.sleep(0.1)
        busy = private.run(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'Waymark' AND state <> 'idle'"
        )
    private.run("DROP VIEW slow")

    assert not busy


def test_an_encrypted_connection_checks_the_certificate_and_its_name(tmp_path):
    for name in ("right", "other"):
        (tmp_path / name).mkdir()
    right = make_certificates(tmp_path / "right")
    other = make_certificates(tmp_path / "other", names=("DNS:elsewhere",))

    def status_of(school, trusted):
        return school.source(host="localhost", tls=True, ca_file=str(trusted.authority)).status()

    with started(certificates=right) as server:
        school = PgSchool(server, "postgres")
        school.fill(100)
        source = school.source(host="localhost", tls=True, ca_file=str(right.authority))
        assert source.load("events").provenance.n_rows == 100
        with source._engine.session() as session:
            assert session.raw.pgconn.ssl_in_use
        untrusted = status_of(school, other)
    with started(certificates=other) as server:
        misnamed = status_of(PgSchool(server, "postgres"), other)
    for status in (untrusted, misnamed):
        assert not status.reachable
        assert status.message.startswith("No encrypted connection to 'school' could be made")


def test_what_the_driver_is_told_names_everything_it_could_take_from_elsewhere(private):
    told = login.parameters(private.source(tls=True)._engine.access)

    assert told["sslmode"] == "verify-full"
    assert told["hostaddr"] == "127.0.0.1"
    assert told["options"] == ""
    assert all(told[name] for name in ("connect_timeout", "tcp_user_timeout", "keepalives"))
