"""Servers killed at random moments of a load: a sentence or the whole old copy, then fresh rows."""

import statistics
import threading
import time

import numpy as np
import pytest

from core.caseload.access import LOCAL
from core.sources.base import ConnectionSpec
from core.sources.sql import fastest
from core.workflow import connecting
from core.workflow.joining import join_plan
from tests.faults import verdicts
from tests.faults.verdicts import CLEAN, failures
from tests.faults.world import NAMES, SOURCES, SparkSchool, is_whole, plan_of, plan_over, states
from tests.servers import spark_cluster

pytestmark = pytest.mark.campaign
RECOVERY_SECONDS = 10.0
KILLS = 20
IDLE_KILLS = 200
WRITES = 20


def reading(school, settings, plan, *, was):
    return verdicts.read(lambda: join_plan(LOCAL, plan, settings=settings).dataset, school, was=was)


def usual_seconds(school, settings, plan):
    """How long a reading takes when nothing is wrong."""
    readings = [reading(school, settings, plan, was=0) for _ in range(4)]
    assert failures(readings) == []
    return statistics.median(one.seconds for one in readings[1:])


def killed(school, settings, plan, *, kill, move_on, restart, delay, with_copy):
    """One load with a kill after so many seconds; returns it, and the reading after the restart."""
    was = school.state
    if with_copy:
        assert reading(school, settings, plan, was=was).verdict == "fresh"
    move_on()
    timer = threading.Timer(delay, kill)
    timer.start()
    down = reading(school, settings, plan, was=was)
    timer.join()
    restart()
    return down, reading(school, settings, plan, was=was)


def check(found, told):
    """Write down and hold what came of the kills."""
    downs, after = zip(*found, strict=True)
    recovery = [one.seconds for one in after]
    told(
        [one.verdict for one in downs],
        [one.seconds for one in downs],
        recovered=sum(one.verdict == "fresh" for one in after),
        recovery_p50=round(float(np.median(recovery)), 2),
        recovery_most=round(max(recovery), 2),
    )
    assert failures(downs) == []
    assert [one.words for one in after if one.verdict != "fresh"] == []
    assert max(recovery) <= RECOVERY_SECONDS


@pytest.mark.servers
@pytest.mark.parametrize("source", SOURCES)
def test_a_server_killed_at_any_moment_gives_no_half_table(
    large, source, chance, number, told, tmp_path, monkeypatch
):
    plan = plan_over(source, source)
    usual = usual_seconds(large, large.settings(tmp_path / "usual"), plan)
    process = large.server(source).process
    found = []
    for i in range(number(KILLS)):
        monkeypatch.setattr(fastest, "FAST_ROWS", 0 if i % 4 < 2 else 10**12)
        found.append(
            killed(
                large,
                large.settings(tmp_path / str(i)),
                plan,
                kill=process.kill,
                move_on=lambda: large.move_on(source),
                restart=process.restart,
                delay=chance.uniform(0, usual),
                with_copy=i % 2 == 0,
            )
        )

    check(found, told)


@pytest.mark.spark
def test_a_spark_killed_at_any_moment_gives_no_half_table(chance, number, told, tmp_path):
    with spark_cluster.place("local[2]") as place:
        school = SparkSchool(place, n_students=60_000)
        school.move_on()
        spec = ConnectionSpec(place.connection.name, "files")
        plan = plan_of(spec, spec)
        usual = usual_seconds(school, school.settings(tmp_path / "usual"), plan)
        found = [
            killed(
                school,
                school.settings(tmp_path / "usual" if i % 2 == 0 else tmp_path / str(i)),
                plan,
                kill=school.kill,
                move_on=school.move_on,
                restart=lambda: None,
                delay=chance.uniform(0, usual),
                with_copy=i % 2 == 0,
            )
            for i in range(number(KILLS))
        ]

        check(found, told)


@pytest.mark.servers
def test_idle_connections_that_are_killed_are_seen_by_nobody(large, number, told, tmp_path):
    settings = large.settings(tmp_path / "ws")
    source = ConnectionSpec(NAMES["mariadb"])
    verdict, seconds, n_idle = [], [], 0
    for _ in range(number(IDLE_KILLS)):
        begin = time.monotonic()
        look = connecting.look_at(LOCAL, source, "students", settings=settings)
        seconds.append(time.monotonic() - begin)
        verdict.append("fresh" if len(look.rows) == connecting.LOOK_ROWS else "half")
        n_idle += kill_idle(large.mariadb)
    told(verdict, seconds, idle_connections_found=n_idle)

    assert set(verdict) == {"fresh"}


def kill_idle(server):
    """Kill what connections the reader has open; returns how many."""
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'reader'")
        numbers = [number for (number,) in cursor.fetchall()]
        for number in numbers:
            cursor.execute(f"KILL SOFT CONNECTION {number}")
    return len(numbers)


@pytest.mark.servers
def test_connections_that_are_killed_in_the_middle_give_no_half_table(large, chance, number, told, tmp_path):
    plan = plan_over("mariadb", "mariadb")
    settings = large.settings(tmp_path / "ws")
    usual = usual_seconds(large, settings, plan)
    readings = []
    for i in range(number(KILLS)):
        timer = threading.Timer(chance.uniform(0, usual), kill_idle, (large.mariadb,))
        timer.start()
        readings.append(reading(large, large.settings(tmp_path / str(i)), plan, was=0))
        timer.join()
    told([one.verdict for one in readings], [one.seconds for one in readings])

    assert failures(readings) == []


@pytest.fixture
def in_ranges(large, monkeypatch):
    """Let a table be read by several statements, while somebody writes all its rows anew without a pause."""
    monkeypatch.setattr(fastest, "SPLIT_ROWS", 5_000)
    monkeypatch.setattr(fastest, "RANGE_ROWS", 2_500)
    end = threading.Event()

    def write():
        with large.mariadb.connect() as connection, connection.cursor() as cursor:
            while not end.wait(0.3):
                large.state += 1
                cursor.execute(f"UPDATE faults.students SET edition = {large.state}")

    thread = threading.Thread(target=write)
    thread.start()
    yield large
    end.set()
    thread.join()


def written_while_read(school, folder, n):
    """Whether rows of one table are of several states, in so many readings."""
    plan = plan_over("mariadb", "mariadb")
    frames = [
        join_plan(LOCAL, plan, settings=school.settings(folder / str(i))).dataset.collect() for i in range(n)
    ]
    return ["fresh" if is_whole(one, school) and states(one)[0] else "half" for one in frames]


@pytest.mark.servers
def test_a_table_that_is_written_while_it_is_read_is_of_one_state(in_ranges, number, told, tmp_path):
    verdict = written_while_read(in_ranges, tmp_path, number(WRITES))
    told(verdict)

    assert set(verdict) <= CLEAN
