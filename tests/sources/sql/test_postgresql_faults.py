"""Whatever happens to a PostgreSQL server, the answer is one sentence in time, and the next call works."""

import contextlib
import socket
import struct
import threading

import psycopg
import pytest

from core.connections import ConnectionKind
from core.errors import LoginRefused, TableNotFound
from core.sources.sql import load
from core.sources.sql.postgresql import faults, login
from tests.servers.certificates import make_certificates
from tests.servers.postgres import started
from tests.servers.proxy import FaultProxy, Mode
from tests.sources.sql.conftest import (
    PATIENT,
    QUICK,
    SECRET,
    PgSchool,
    failure,
    private_postgresql,
    source_of,
)

POSTGRESQL = ConnectionKind.POSTGRESQL


@pytest.fixture(scope="module")
def private():
    """A server that tests of this file may harm."""
    with private_postgresql() as school:
        yield school


def test_an_account_that_may_write_is_warned_about(private):
    private.run("CREATE ROLE writer LOGIN PASSWORD 'x'", "GRANT INSERT ON events TO writer")
    private.run("GRANT CREATE ON SCHEMA public TO writer")

    assert private.source(user="writer", password="x").status().warnings == (
        "The account of 'school' may do more than read (CREATE TABLE, INSERT): use one that may only SELECT.",
    )


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


def test_a_stream_that_breaks_anywhere_never_gives_a_part_as_the_whole(private, way):
    for cut in (1, 40, 200, 600, 2_000, 9_000, 100_000, 900_000):
        with FaultProxy(private.server.port) as proxy:
            proxy.mode = Mode(cut_after=cut)
            error, seconds = failure(lambda port=proxy.port: private.source(port=port).load("events"))

        assert str(error) == "The connection to 'school' was lost.", cut
        assert seconds < PATIENT


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
