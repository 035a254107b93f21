"""MariaDB and PostgreSQL, harmed alike: the answer is one sentence in time, and the next call works."""

import threading
import time

import pytest

from core.connections import ConnectionKind, ReadLimits
from core.errors import AppError, HostRefused, SourceUnavailable, TooLarge
from core.sources.selection import Grouping
from tests.servers.process import free_port
from tests.servers.proxy import FaultProxy, Mode
from tests.sources.sql.conftest import (
    N_ROWS,
    PATIENT,
    QUICK,
    SECRET,
    failure,
    private_mariadb,
    private_postgresql,
    source_of,
)

SILENT = 6.0
"""Seconds after which a silent server has been told."""


@pytest.fixture(scope="module", params=[private_mariadb, private_postgresql], ids=["mariadb", "postgresql"])
def private(request):
    """A server that tests of this file may harm."""
    with request.param() as school:
        yield school


def test_a_good_account_is_told_as_good_and_the_owners_is_warned_about(private):
    reader = private.source(user="reader", password=SECRET)
    good, owner = reader.status(), private.source().status()

    assert (good.reachable, good.message, good.n_tables) == (True, "'school' answers: 1 table.", 1)
    assert good.warnings == ()
    assert f"may do more than read ({private.owner_may})" in owner.warnings[0]
    assert reader.load("events", limit=3).provenance.n_rows == 3


def test_each_reason_of_a_failed_login_is_told_apart(private):
    closed = free_port()
    cases = {
        "wrong password": private.source(user="reader", password="no"),
        "no user": private.source(user="nobody", password=SECRET),
        "unknown database": private.source(database="none"),
        "no grant": private.source(user="reader", password=SECRET, database=private.shut),
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
        "no grant": f"The account of 'school' may not read the database '{private.shut}'.",
        "refused": f"'school' refused the connection at 127.0.0.1:{closed}.",
        "tls": "No encrypted connection to 'school' could be made: the server offers none, or its "
        "certificate is not trusted.",
    }


SMUGGLED = [
    "127.0.0.1/x?local_infile=1",
    "127.0.0.1/x",
    "127.0.0.1:3306",
    "127.0.0.1,10.0.0.1",
    "/tmp",
    "root@127.0.0.1",
    "2130706433",
    "169.254.169.254",
    "db.example",
]


@pytest.mark.parametrize("kind", [ConnectionKind.MYSQL, ConnectionKind.POSTGRESQL])
@pytest.mark.parametrize("host", SMUGGLED)
def test_a_host_that_is_not_on_the_list_is_refused(host, kind):
    source = source_of(1, kind=kind, host=host)

    assert not source.status().reachable
    assert isinstance(failure(source.databases)[0], HostRefused)


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
        assert seconds < (SILENT if harm == "stop" else PATIENT)
        assert source.load("events").provenance.n_rows == N_ROWS


def test_limits_of_rows_bytes_and_seconds_are_kept(private, way):
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
    assert any(words in str(error) for words in ("limit of 0 seconds", "by a time limit")), error
    assert seconds < PATIENT


class Cancelled(Exception):
    """What a cancelled job raises in the main thread."""


def test_a_cancelled_load_ends_on_the_server_too(private, way):
    source = private.source(limits=QUICK)

    def cancel(share, words):
        if "rows read" in words:
            raise Cancelled

    private.run(private.slow)
    begin = time.monotonic()
    with pytest.raises(Cancelled):
        source.load("slow", progress=cancel)
    assert time.monotonic() - begin < PATIENT
    deadline = time.monotonic() + PATIENT
    while private.is_slow() and time.monotonic() < deadline:
        time.sleep(0.1)
    is_slow = private.is_slow()
    private.run("DROP VIEW slow")

    assert not is_slow
