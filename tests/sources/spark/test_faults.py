"""Spark killed, stopped, silent, wrong or missing: one sentence in time, and the next call works."""

import os
import shutil
import signal
import socket
import threading
import time
from dataclasses import replace

import psutil
import pytest

from core.connections import Connection, ConnectionKind, ReadLimits, Secret
from core.errors import AppError, HostRefused, InvalidChoice, LoginRefused, SourceUnavailable, TooLarge
from core.jobs import JobRunner, JobState
from core.sources.base import Connections, ConnectionSpec
from core.sources.selection import Grouping
from core.sources.spark import host, java
from core.sources.spark.source import SparkSource
from tests.servers import spark_cluster
from tests.servers.process import free_port
from tests.sources.spark import targets

NOTICE_SECONDS = 0.5
"""How long a cancelled job may go on before it gets its SIGTERM."""
ROWS, PARTS = 200_000, 10
"""In files of which each is read by one task: the first rows come long before the last."""


class Cancelled(BaseException):
    """What a cancelled job gets in its main thread."""


@pytest.fixture(scope="module")
def own():
    """A local Spark of this module, which its tests may kill, with a table that takes a while to read."""
    with spark_cluster.place("local[2]", name="own") as place:
        line = ",".join(f"text{i}" for i in range(12))
        header = "id," + ",".join(f"c{i}" for i in range(12)) + "\n"
        (place.folder / "long").mkdir()
        for part in range(PARTS):
            content = "".join(f"{part}-{i},{line}\n" for i in range(ROWS // PARTS))
            (place.folder / "long" / f"{part:02d}.csv").write_text(header + content)
        (place.folder / "short.csv").write_text("id,x\n007,1\n008,2\n")
        yield place


def works(place):
    return place.source().load("short.csv").collect()["id"].tolist() == ["007", "008"]


def at_rows(act):
    """Return a progress call that acts once, as soon as rows have come."""
    done = []

    def progress(fraction, words):
        if not done and "rows read" in words and not words.startswith("0 rows"):
            done.append(time.monotonic())
            act()

    return progress, done


@pytest.mark.parametrize("point", ["while rows come", "between calls", "while sums are made"])
def test_spark_killed_is_one_sentence_and_the_next_call_starts_a_new_one(own, point):
    assert works(own)
    pid = own.server().pid

    if point == "between calls":
        os.kill(pid, signal.SIGKILL)
    else:
        began = time.monotonic()
        with pytest.raises(SourceUnavailable) as failed:
            kill_during(own, pid, point)
        assert time.monotonic() - began < 30
        assert str(failed.value) == "Spark of 'own' stopped while it was working."
        assert failed.value.retry

    assert works(own)
    assert own.server().pid != pid


def kill_during(place, pid, point):
    """Kill Spark while it works for us."""
    if point == "while rows come":
        place.source().load("long", progress=at_rows(lambda: os.kill(pid, signal.SIGKILL))[0])
    else:
        threading.Timer(0.4, os.kill, (pid, signal.SIGKILL)).start()
        place.source().group("long", Grouping("id", counts=("c1",)))


def test_spark_stopped_is_one_sentence_in_time_and_works_when_it_goes_on(own):
    assert works(own)
    pid = own.server().pid
    progress, done = at_rows(lambda: os.kill(pid, signal.SIGSTOP))
    try:
        with pytest.raises(SourceUnavailable, match=r"'own'") as failed:
            own.source().load("long", progress=progress)
        took = time.monotonic() - done[0]
        began = time.monotonic()
        status = own.source().status()
        status_took = time.monotonic() - began
    finally:
        os.kill(pid, signal.SIGCONT)

    assert "answer" in str(failed.value)
    assert took < 8
    assert (status.reachable, status_took < 7) == (False, True)
    assert works(own)
    assert own.server().pid == pid


def test_spark_ends_a_cancelled_read_within_two_seconds(own):
    assert works(own)

    def cancel():
        raise Cancelled

    progress, done = at_rows(cancel)
    with pytest.raises(Cancelled):
        own.source().load("long", progress=progress)
    took = time.monotonic() - done[0]
    time.sleep(1.5)
    server = psutil.Process(own.server().pid)
    server.cpu_percent()
    time.sleep(1.0)

    assert took < 2.5
    assert server.cpu_percent() < 60, "it still works for nobody"
    assert works(own)


@pytest.fixture
def longer(own):
    """A table of nine million rows: that of the module, named forty-five times over."""
    folder = own.folder / "longer"
    folder.mkdir()
    for file in sorted((own.folder / "long").iterdir()):
        for i in range(45):
            (folder / f"{file.stem}-{i:02d}.csv").hardlink_to(file)
    yield own
    shutil.rmtree(folder)


@pytest.mark.parametrize("moment", [0.0, 0.15, 0.3, 0.6, 1.2])
def test_spark_ends_the_sums_of_a_cancelled_job_at_whatever_moment(longer, moment):
    assert works(longer)
    server = psutil.Process(longer.server().pid)
    job = JobRunner().start(targets.group_for_long, longer, name="sums")
    deadline = time.monotonic() + 60
    while "Asking Spark" not in job.progress.words and not job.is_finished and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(moment)
    assert job.state is JobState.RUNNING

    job.cancel()
    assert job.wait(2)
    time.sleep(NOTICE_SECONDS)

    assert job.state is JobState.CANCELLED
    assert idle(server, seconds=6), "it still works for nobody"


def idle(process, *, seconds):
    """Whether a process comes to rest before so many seconds have passed."""
    deadline = time.monotonic() + seconds
    process.cpu_percent()
    while time.monotonic() < deadline:
        time.sleep(1.0)
        if process.cpu_percent() < 30:
            return True
    return False


def test_spark_past_the_time_limit_is_stopped(own):
    assert works(own)
    hurried = replace(own, limits=ReadLimits(seconds=1.0))
    with pytest.raises(TooLarge, match="longer than its limit of 1 seconds"):
        hurried.source().group("long", Grouping("id", lasts=("c1", "c2"), time="c3"))


@pytest.fixture
def far(tmp_path):
    """Make sources with other masters; their folder holds one table."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("id\n1\n")

    def made(master, **settings):
        connection = Connection(
            name="far", kind=ConnectionKind.SPARK, master=master, folder=str(tmp_path / "data"), **settings
        )
        connections = Connections((connection,), run_folder=tmp_path / "run")
        return SparkSource(connection, ConnectionSpec("far"), connections)

    return made


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_spark_that_refuses_is_told_at_once(far, scheme):
    port = free_port()
    source = far(f"{scheme}://127.0.0.1:{port}")
    began = time.monotonic()

    with pytest.raises(SourceUnavailable, match=rf"^'far' refused the connection at 127\.0\.0\.1:{port}\.$"):
        source.load("a.csv")
    assert not source.status().reachable
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_spark_that_takes_connections_and_never_speaks_is_told_in_time(far, scheme):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(16)
        source = far(f"{scheme}://127.0.0.1:{mute.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(SourceUnavailable, match="'far'"):
            source.load("a.csv")
        took = time.monotonic() - began

    assert took < 6.5


@pytest.mark.parametrize(
    ("master", "error"),
    [
        ("spark://169.254.169.254:7077", HostRefused),
        ("sc://example.org", HostRefused),
        ("sc://user@127.0.0.1:15002", InvalidChoice),
        ("sc://127.0.0.1:15002/;token=x;use_ssl=false", InvalidChoice),
        ("sc://127.0.0.1:99999", InvalidChoice),
        ("local[2],spark://a:1", InvalidChoice),
        ("yarn", InvalidChoice),
        ("k8s://https://127.0.0.1", InvalidChoice),
        ("", InvalidChoice),
        ("spark://0x7f.1:7077", HostRefused),
    ],
)
def test_spark_masters_that_are_none_or_not_allowed_are_refused(far, master, error):
    with pytest.raises(error):
        far(master).load("a.csv")
    assert not far(master).status().reachable


def test_spark_without_java_says_what_to_install(far, monkeypatch):
    monkeypatch.setattr(java, "HOMES", ())
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    java.java_home.cache_clear()
    try:
        with pytest.raises(SourceUnavailable, match=r"^Spark needs Java 17 to 21") as failed:
            far("local[1]").load("a.csv")
        assert "openjdk-17" in failed.value.hint
        assert not far("local[1]").status().reachable
    finally:
        java.java_home.cache_clear()


def test_spark_takes_no_other_token_and_never_shows_it(spark_stated):
    wrong = replace(spark_stated, connection=replace(spark_stated.connection, password=Secret("hunter2")))
    (spark_stated.folder / "t.csv").write_text("id\n1\n")

    with pytest.raises(LoginRefused, match=r"^'lms' does not accept the token\.$") as failed:
        wrong.source().load("t.csv")
    assert not wrong.source().status().reachable
    assert (
        "hunter2" not in f"{failed.value!r} {failed.value.hint} {failed.value.__cause__} {wrong.connection!r}"
    )
    with pytest.raises(LoginRefused):
        replace(spark_stated, connection=replace(spark_stated.connection, password=Secret())).source().load(
            "t.csv"
        )


def test_spark_gets_a_token_over_an_encrypted_line_only(far, monkeypatch):
    monkeypatch.setattr("core.sources.spark.connecting.OWN", frozenset())
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(1)
        source = far(f"sc://127.0.0.1:{mute.getsockname()[1]}", password=Secret("open sesame"))
        with pytest.raises(InvalidChoice, match="unencrypted"):
            source.load("a.csv")


def test_spark_that_dies_at_its_start_says_so(far, monkeypatch):
    monkeypatch.setattr(java, "CONNECT", "no.such.Class")
    with pytest.raises(AppError, match="ended at once when it was started") as failed:
        far("local[1]").load("a.csv")
    assert "no.such.Class" in failed.value.hint
    assert host.START_SECONDS > 60
