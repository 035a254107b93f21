"""Waiting for a server ends when it works, when it fails, when it is silent, late or cancelled."""

import threading
import time

import pytest

from core.connections import ReadLimits
from core.errors import SourceUnavailable, TooLarge
from core.sources.watch import watched

QUICK = ReadLimits(seconds=30, silent_seconds=0.5)


class Server:
    """Counts what it is asked, and whether it was told to stop."""

    def __init__(self, ask=lambda: None):
        self.asked = 0
        self.stopped = 0
        self._ask = ask
        self.going = threading.Event()

    def ask(self):
        self.asked += 1
        self._ask()

    def stop(self):
        self.stopped += 1
        self.going.set()

    def watch(self, work, limits=QUICK, **options):
        return watched(work, ask=self.ask, stop=self.stop, limits=limits, name="school", **options)

    def hang(self):
        self.going.wait(20)


def test_what_the_work_gives_is_returned_and_nothing_is_stopped():
    server = Server()

    assert server.watch(lambda: 7) == 7
    assert server.stopped == 0


def test_what_the_work_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        Server().watch(lambda: 1 / 0)


def test_a_server_that_lives_may_take_its_time():
    server = Server()

    assert server.watch(lambda: time.sleep(1.4) or "done") == "done"
    assert server.asked >= 1


def test_a_server_that_stays_silent_is_dropped_with_a_sentence():
    server = Server(ask=lambda: time.sleep(10))
    started = time.monotonic()

    with pytest.raises(SourceUnavailable, match=r"^'school' stopped answering \d seconds ago\.$") as refused:
        server.watch(server.hang)

    assert time.monotonic() - started < 4
    assert server.stopped == 1
    assert refused.value.retry


def test_a_server_that_is_gone_is_dropped_with_its_own_sentence():
    def gone():
        raise SourceUnavailable("'school' refused the connection.")

    server = Server(ask=gone)
    with pytest.raises(SourceUnavailable, match="refused"):
        server.watch(server.hang)

    assert server.stopped == 1


def test_a_read_past_its_time_is_stopped():
    server = Server()

    with pytest.raises(TooLarge, match="took longer than its limit of 1 seconds"):
        server.watch(server.hang, ReadLimits(seconds=1))

    assert server.stopped == 1


def test_a_cancelled_job_stops_the_work_on_the_server():
    server = Server()

    def cancel():
        raise SystemExit(143)

    with pytest.raises(SystemExit):
        server.watch(server.hang, tell=cancel)

    assert server.stopped == 1
