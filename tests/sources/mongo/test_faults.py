"""A server that refuses, is silent, dies or stops mid-read: one sentence in time, never half a table."""

import contextlib
import os
import signal
import threading
import time

import pytest

from core.errors import AppError, HostRefused, LoginRefused, SourceUnavailable, TooLarge
from core.sources.selection import Grouping
from tests.servers import mongo as servers
from tests.servers.hostile import silent
from tests.servers.process import free_port
from tests.servers.proxy import SILENT, FaultProxy, Mode
from tests.sources.mongo.conftest import source_at

IN_TIME = 6.0
"""What nobody waits longer for than, under the limits that a source has by itself."""
PATIENCE = 30.0
"""For what takes as long as it takes on a busy machine, and is not about silence."""
QUICK = {"connect_seconds": 1.5, "silent_seconds": 1.5}
ROWS = 30_000


@pytest.fixture(scope="module")
def own():
    """A server that asks for a login and may be harmed, with a database of some megabytes."""
    with servers.started(auth=True, password="a secret: p@ss/w%rd") as server:
        fill(server)
        yield server


def fill(server):
    with server.client() as client:
        client["school"]["students"].insert_many(
            [{"_id": i, "name": f"student {i}", "text": "x" * 500} for i in range(ROWS)]
        )


@pytest.fixture
def timed():
    """How long a call took until it raised an AppError, and the error."""

    def run(call):
        begun = time.monotonic()
        with pytest.raises(AppError) as caught:
            call()
        assert time.monotonic() - begun < IN_TIME
        return caught.value

    return run


def test_a_refused_connection_is_told_with_the_address(mongo, timed):
    port = free_port()
    source = source_at(mongo, "school", port=port)
    error = timed(source.tables)

    assert isinstance(error, SourceUnavailable)
    assert str(error) == f"'surveys' refused the connection at 127.0.0.1:{port}."
    assert error.retry
    assert source.status().message == str(error)


def test_a_listener_that_never_speaks_is_given_up_in_time(mongo, timed):
    with silent() as listener:
        error = timed(lambda: source_at(mongo, "school", port=listener.port).load("students"))

        assert str(error) == f"'surveys' does not answer at 127.0.0.1:{listener.port}."
        assert not source_at(mongo, "school", port=listener.port, limits=QUICK).status().reachable


def test_what_is_no_mongodb_is_told(mongo, timed):
    with silent(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 8) as listener:
        error = timed(source_at(mongo, "school", port=listener.port, limits=QUICK).tables)

        assert isinstance(error, SourceUnavailable)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "example.org", "a@b", "2130706433", "h/?tls=false", "::"]
)
def test_hosts_that_are_not_allowed_are_never_connected_to(mongo, host):
    source = source_at(mongo, "school", host=host)

    with pytest.raises(HostRefused):
        source.tables()
    assert not source.status().reachable


def test_wrong_logins_and_missing_grants_are_told_apart_and_no_text_holds_a_password(own, timed):
    account = own.account("none", database="school")
    wrong = timed(source_at(own, "school", password="not: this").tables)
    no_grant = timed(source_at(account, "school").tables)
    unknown = timed(source_at(own, "scool").tables)

    assert isinstance(wrong, LoginRefused)
    assert str(wrong) == "'surveys' does not know this user with this password."
    assert str(no_grant) == "The account of 'surveys' may not read this."
    assert str(unknown) == "There is no database 'scool', or nothing in it that may be read."
    assert unknown.hint == "Did you mean 'school'? Valid: 'school'."
    for error in (wrong, no_grant, unknown):
        shown = f"{error!r} {error} {error.hint} {error.__cause__!r}"
        assert "p@ss" not in shown
        assert "not: this" not in shown
        assert account.password not in shown


def test_the_status_tells_whether_the_account_may_write(own, source_of):
    reader = source_at(own.account("read", database="school"), "school").status()
    writer = source_at(own.account("write", database="school"), "school").status()
    open_to_all = source_of([{"_id": 1}]).status()

    assert (reader.reachable, reader.message, reader.warnings) == (
        True,
        "'school' can be read: 1 collection.",
        (),
    )
    assert writer.warnings == ("The account may also change 'school': one with the role 'read' is enough.",)
    assert open_to_all.warnings[0].startswith("The server asks for no login")


def test_a_reader_without_other_rights_can_describe_load_and_group(own):
    source = source_at(own.account("read", database="school"), "school")

    assert source.databases() == ("school",)
    assert source.describe("students").n_rows == ROWS
    assert source.load("students", columns=["name"]).provenance.n_rows == ROWS
    assert source.group("students", Grouping("text")).frame["n_rows"].tolist() == [ROWS]


def test_limits_of_rows_bytes_and_seconds_are_kept(own):
    with pytest.raises(TooLarge, match=r"'students' has more than the limit of 1,000 rows\."):
        source_at(own, "school", limits={"rows": 1_000}).load("students")
    with pytest.raises(TooLarge, match=r"'students' has more than the limit of 0\.0 GiB\."):
        source_at(own, "school", limits={"bytes": 100_000}).load("students")
    with between(own) as proxy:
        proxy.mode = Mode(rate=2_000_000)
        source = source_at(own, "school", port=proxy.port, limits={"seconds": 1.0})
        with pytest.raises(TooLarge, match="took longer than its limit of 1 seconds"):
            source.load("students")


@contextlib.contextmanager
def between(server):
    """A proxy before a server, that ends when nobody connects to it any more: the driver's threads do."""
    before = threading.active_count()
    with FaultProxy(server.port) as proxy:
        yield proxy
        proxy.mode = Mode()
        _wait_for_threads(before + 1)


def cut(own, n_bytes, **how):
    """Return how many rows came through a stream that is cut after so many bytes; None for an error."""
    with between(own) as proxy:
        source = source_at(own, "school", port=proxy.port, limits=QUICK)
        proxy.mode = Mode(cut_after=n_bytes, **how)
        begun = time.monotonic()
        try:
            rows = source.arrow("students").table.num_rows
        except SourceUnavailable:
            rows = None
        assert time.monotonic() - begun < PATIENCE
        proxy.mode = Mode()
        assert soon(lambda: source.describe("students")).n_rows == ROWS
    return rows


def soon(call):
    """What a call gives once the fault is lifted; a busy machine may need several."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return call()
        except SourceUnavailable:
            time.sleep(0.2)
    return call()


@pytest.mark.parametrize("n_bytes", [0, 100, 400, 5_000, 200_000, 600_000, 3_000_000, 12_000_000, 16_500_000])
def test_a_cut_stream_never_gives_half_a_table(own, n_bytes):
    assert cut(own, n_bytes) in {None, ROWS}


@pytest.mark.campaign
@pytest.mark.parametrize("with_reset", [True, False])
@pytest.mark.parametrize("n_bytes", range(0, 17_000_000, 340_001))
def test_a_stream_cut_anywhere_never_gives_half_a_table(own, n_bytes, with_reset):
    assert cut(own, n_bytes, cut_with_reset=with_reset) in {None, ROWS}


def test_a_server_that_falls_silent_mid_read_is_given_up_and_its_thread_ends(own, timed):
    before = threading.active_count()
    with between(own) as proxy:
        source = source_at(own, "school", port=proxy.port)
        proxy.mode = Mode(rate=4_000_000)
        threading.Timer(1.0, lambda: setattr(proxy, "mode", SILENT)).start()
        begun = time.monotonic()
        with pytest.raises(SourceUnavailable, match="'surveys' stopped answering"):
            source.load("students")
        assert time.monotonic() - begun < 1.0 + IN_TIME
        _wait_for_threads(before + 1)
        proxy.mode = Mode()

        assert soon(lambda: source.load("students", limit=5)).provenance.n_rows == 5


def _wait_for_threads(most):
    deadline = time.monotonic() + PATIENCE
    while threading.active_count() > most and time.monotonic() < deadline:
        time.sleep(0.1)
    assert threading.active_count() <= most, threading.enumerate()


def test_a_cancelled_load_ends_at_once_on_both_sides(own):
    class Cancelled(Exception):
        pass

    cancelled = []

    def cancel(fraction, words):
        if "rows read" in words and proxy.to_client > 2_000_000:
            cancelled.append(time.monotonic())
            raise Cancelled

    with between(own) as proxy:
        proxy.mode = Mode(rate=4_000_000)
        with pytest.raises(Cancelled):
            source_at(own, "school", port=proxy.port).load("students", progress=cancel)
        assert time.monotonic() - cancelled[0] < 2
    assert not _ours(own)


def _ours(own):
    """What the server still does, or keeps, for a source."""
    with own.client() as client:
        found = client.admin.aggregate([{"$currentOp": {"idleCursors": True}}])
        return [each for each in found if "waymark" in str(each) and "$currentOp" not in str(each)]


def test_a_killed_server_is_told_and_read_again_after_its_restart(own):
    source = source_at(own, "school")
    with between(own) as proxy:
        proxy.mode = Mode(rate=3_000_000)
        threading.Timer(1.0, own.process.kill).start()
        with pytest.raises(SourceUnavailable, match="'surveys'"):
            source_at(own, "school", port=proxy.port).load("students")
    with pytest.raises(SourceUnavailable, match="refused"):
        source.load("students")
    own.process.restart()

    assert soon(lambda: source.load("students", limit=5)).provenance.n_rows == 5


def test_a_stopped_server_is_told_in_time_and_read_again_when_it_goes_on(own):
    source = source_at(own, "school")
    os.kill(own.process.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        status = source.status()
        with pytest.raises(SourceUnavailable):
            source_at(own, "school", limits=QUICK).load("students")
        assert time.monotonic() - begun < 2 * IN_TIME
        assert not status.reachable
    finally:
        os.kill(own.process.pid, signal.SIGCONT)

    assert soon(lambda: source.load("students", limit=5)).provenance.n_rows == 5
