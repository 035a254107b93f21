"""Streams cut at many points, servers that fall silent at any moment: nothing is half, nobody waits."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pymysql
import pytest

from core.caseload.access import LOCAL
from core.sources.sql import fastest
from core.workflow.joining import join_plan
from tests.faults import verdicts
from tests.faults.verdicts import failures
from tests.faults.world import SOURCES, plan_over
from tests.servers.proxy import PASS, REFUSE, SILENT, FaultProxy, Mode

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.servers,
    # A connection that the proxy has just accepted when it is told to refuse is dropped unclosed.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
CUTS = 50
SILENCES = 50
AT_ONCE = 5
SILENCE_SECONDS = 6.0


def through(world, source, proxy, workspace, *, was=0):
    """One reading by way of a proxy."""
    settings = world.settings(workspace, **{source: proxy.port})
    plan = plan_over(source, source)
    return verdicts.read(lambda: join_plan(LOCAL, plan, settings=settings).dataset, world, was=was)


def bytes_of_a_reading(world, source, proxy, folder):
    """How many bytes a server sends for the whole plan; its copy is in ``folder`` then."""
    before = proxy.to_client
    assert through(world, source, proxy, folder).verdict == "fresh"
    return proxy.to_client - before


def cut_points(chance, n, most):
    """Half of them anywhere, half near the beginning, where the parties shake hands."""
    return sorted(
        int(chance.uniform(1, most)) if i % 2 else int(most ** chance.uniform(0, 1)) for i in range(n)
    )


def cut(world, source, proxy, point, workspace, *, was, with_reset=False):
    """One reading of which every connection is cut after so many bytes, beside the copy in the workspace."""
    proxy.mode = Mode(cut_after=point, cut_with_reset=with_reset)
    found = through(world, source, proxy, workspace, was=was)
    proxy.mode = REFUSE  # the fast driver goes on trying for a while
    time.sleep(0.1)
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_a_stream_that_is_cut_anywhere_gives_no_half_table(
    large, source, chance, number, told, tmp_path, monkeypatch
):
    was, found = large.state, []
    with FaultProxy(large.server(source).port) as proxy:
        most = bytes_of_a_reading(large, source, proxy, tmp_path / "kept")
        large.move_on(source)
        for i, point in enumerate(cut_points(chance, number(CUTS), most)):
            monkeypatch.setattr(fastest, "FAST_ROWS", 0 if i % 4 < 2 else 10**12)
            folder = tmp_path / str(i)
            if i % 3:
                shutil.copytree(tmp_path / "kept", folder)
            found.append(cut(large, source, proxy, point, folder, was=was, with_reset=bool(i % 2)))
        proxy.mode = PASS
        again = through(large, source, proxy, tmp_path / "kept", was=was)
    told([one.verdict for one in found], [one.seconds for one in found], bytes_of_a_reading=most)

    assert failures(found) == []
    assert {one.verdict for one in found} >= {"copy", "sentence"}
    assert again.verdict == "fresh"


def test_a_driver_that_takes_a_broken_stream_for_its_end_is_found_out(large, tmp_path, monkeypatch):
    """The mutant: the connection is lost in the middle, and what had come passes for the whole table."""
    monkeypatch.setattr(fastest, "FAST_ROWS", 10**12)
    whole = pymysql.cursors.SSCursor.fetchmany

    def lenient(cursor, size=None):
        try:
            return whole(cursor, size)
        except pymysql.err.MySQLError:
            cursor._result.unbuffered_active = False  # else it is read on when it is dropped
            return []

    with FaultProxy(large.mariadb.port) as proxy:
        most = bytes_of_a_reading(large, "mariadb", proxy, tmp_path / "kept")
        monkeypatch.setattr(pymysql.cursors.SSCursor, "fetchmany", lenient)
        found = cut(large, "mariadb", proxy, most // 2, tmp_path / "other", was=large.state)

    assert found.verdict == "half"


@pytest.mark.parametrize("source", SOURCES)
def test_a_server_that_falls_silent_is_given_up_in_time(large, source, chance, number, told, tmp_path):
    before, usual = usual_seconds(large, source, tmp_path / "usual")
    delays = [chance.choice([0.0, chance.uniform(0, usual * AT_ONCE)]) for _ in range(number(SILENCES))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(silent_after, large, source, delay, tmp_path / str(i))
            for i, delay in enumerate(delays)
        ]
        found = [job.result() for job in jobs]
    silent = [(one, waited) for one, waited in found if one.verdict != "fresh"]
    seconds = [waited for _, waited in silent]
    left = threads_left(before)
    told([one.verdict for one, _ in found], seconds, threads_left=left)

    assert failures([one for one, _ in found]) == []
    assert np.percentile(seconds, 99, method="higher") <= SILENCE_SECONDS
    assert left <= 0


def threads_left(before):
    """How many threads more there are than before, once they had time to end."""
    deadline = time.monotonic() + 20
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.1)
    return threading.active_count() - before


def usual_seconds(world, source, folder):
    """How many threads there are when all is imported, and how long a reading takes when nothing is wrong."""
    with FaultProxy(world.server(source).port) as proxy:
        through(world, source, proxy, folder)
    before, begin = threading.active_count(), time.monotonic()
    with FaultProxy(world.server(source).port) as proxy:
        through(world, source, proxy, folder)
    return before, time.monotonic() - begin


def silent_after(world, source, delay, folder):
    """One reading of which the server falls silent; returns it, and how long it took from then on."""
    with FaultProxy(world.server(source).port) as proxy:
        if not delay:
            proxy.mode = SILENT
        timer = threading.Timer(delay, lambda: setattr(proxy, "mode", SILENT))
        timer.start()
        begin = time.monotonic()
        found = through(world, source, proxy, folder)
        waited = time.monotonic() - begin - delay
        timer.cancel()
        timer.join()
    return found, waited
