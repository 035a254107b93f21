"""Streams cut at many points, and servers that fall silent at any moment: nothing is half, nobody waits long."""

import gc
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
from tests.servers.proxy import REFUSE, SILENT, FaultProxy, Mode

pytestmark = [pytest.mark.campaign, pytest.mark.servers]
CUTS = 50
SILENCES = 50
AT_ONCE = 5
SILENCE_SECONDS = 6.0


def through(world, source, proxy, workspace, *, was=0):
    """One reading by way of a proxy."""
    settings = world.settings(workspace, **{source: proxy.port})
    plan = plan_over(source, source)
    return verdicts.read(lambda: join_plan(LOCAL, plan, settings=settings).dataset, world, was=was)


def bytes_of_a_reading(world, source, folder):
    """How many bytes a server sends for the whole plan."""
    with FaultProxy(world.server(source).port) as proxy:
        assert through(world, source, proxy, folder).verdict == "fresh"
        return proxy.to_client


def cut_points(chance, n, most):
    """Half of them anywhere, half near the beginning, where the parties shake hands."""
    return sorted(
        int(chance.uniform(1, most)) if i % 2 else int(most ** chance.uniform(0, 1)) for i in range(n)
    )


def cut(world, source, point, kept, *, was, with_reset=False):
    """One reading of which every connection is cut after so many bytes, beside the copy in ``kept``."""
    with FaultProxy(world.server(source).port) as proxy:
        proxy.mode = Mode(cut_after=point, cut_with_reset=with_reset)
        found = through(world, source, proxy, kept, was=was)
        proxy.mode = REFUSE  # the fast driver goes on trying for a while
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_a_stream_that_is_cut_anywhere_gives_no_half_table(
    large, source, chance, number, told, tmp_path, monkeypatch
):
    most = bytes_of_a_reading(large, source, tmp_path / "kept")
    was = large.state
    large.move_on(source)
    found = []
    for i, point in enumerate(cut_points(chance, number(CUTS), most)):
        monkeypatch.setattr(fastest, "FAST_ROWS", 0 if i % 4 < 2 else 10**12)
        folder = tmp_path / str(i)
        if i % 3:
            shutil.copytree(tmp_path / "kept", folder)
        found.append(cut(large, source, point, folder, was=was, with_reset=bool(i % 2)))
    told([one.verdict for one in found], [one.seconds for one in found], bytes_of_a_reading=most)

    assert failures(found) == []
    assert {one.verdict for one in found} >= {"copy", "sentence"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the mutant's own
def test_a_driver_that_takes_a_broken_stream_for_its_end_is_found_out(large, tmp_path, monkeypatch):
    """The mutant: the connection is lost in the middle, and what had come passes for the whole table."""
    monkeypatch.setattr(fastest, "FAST_ROWS", 10**12)
    most = bytes_of_a_reading(large, "mariadb", tmp_path / "kept")
    whole = pymysql.cursors.SSCursor.fetchmany

    def lenient(cursor, size=None):
        try:
            return whole(cursor, size)
        except pymysql.err.MySQLError:
            return []

    monkeypatch.setattr(pymysql.cursors.SSCursor, "fetchmany", lenient)
    found = cut(large, "mariadb", most // 2, tmp_path / "other", was=large.state)
    gc.collect()

    assert found.verdict == "half"


@pytest.mark.parametrize("source", SOURCES)
def test_a_server_that_falls_silent_is_given_up_in_time(large, source, chance, number, told, tmp_path):
    through_nobody(large, source, tmp_path)
    before = threading.active_count()
    begin = time.monotonic()
    bytes_of_a_reading(large, source, tmp_path / "usual")
    usual = time.monotonic() - begin
    delays = [chance.choice([0.0, chance.uniform(0, usual * AT_ONCE)]) for _ in range(number(SILENCES))]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [
            pool.submit(silent_after, large, source, delay, tmp_path / str(i))
            for i, delay in enumerate(delays)
        ]
        found = [job.result() for job in jobs]
    silent = [one for one, _ in found if one.verdict != "fresh"]
    seconds = [waited for one, waited in found if one.verdict != "fresh"]
    time.sleep(3)
    left = threading.active_count() - before
    told([one.verdict for one, _ in found], seconds, threads_left=left)

    assert failures(silent) == []
    assert np.percentile(seconds, 99, method="higher") <= SILENCE_SECONDS
    assert left <= 1


def through_nobody(world, source, folder):
    """Let what is imported and started once be there."""
    with FaultProxy(world.server(source).port) as proxy:
        through(world, source, proxy, folder / "first")


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
