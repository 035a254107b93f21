"""One Spark for all jobs: found by the next process, needs its token, ends when nobody needs it."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.sources.spark import host, session
from core.sources.spark.session import Endpoint
from core.sources.spark.supervisor import is_alive
from tests.servers import spark_cluster

ROOT = Path(__file__).resolve().parents[3]
OTHER_PROGRAM = """
import sys
from pathlib import Path
from core.connections import Connection, ConnectionKind
from core.sources.base import Connections, ConnectionSpec
from core.sources.spark import host
from core.sources.spark.connecting import plan_of
from core.sources.spark.source import SparkSource

folder, run = sys.argv[1:]
connection = Connection(name="lms", kind=ConnectionKind.SPARK, master="local[2]", folder=folder)
connections = Connections((connection,), run_folder=Path(run))
SparkSource(connection, ConnectionSpec("lms"), connections).load("t.csv", limit=1)
server = host.running_server(connections.run_folder, plan_of(connection, connections))
print(server.pid, server.supervisor)
"""


def other_program(folder, run):
    """Let a program of its own read a table; return the process numbers of its Spark and the supervisor."""
    (folder / "t.csv").write_text("id\n1\n")
    command = [sys.executable, "-c", OTHER_PROGRAM, str(folder), str(run)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tuple(map(int, done.stdout.split()))


def gone(*pids, seconds=20):
    """Whether the processes end in time."""
    deadline = time.monotonic() + seconds
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(map(is_alive, pids))


def read(place):
    (place.folder / "t.csv").write_text("id\n1\n")
    place.source().load("t.csv", limit=1)
    return place.server()


def test_spark_is_shared_by_processes_and_outlives_the_one_that_ended(spark_local):
    mine = read(spark_local)

    assert other_program(spark_local.folder, spark_local.run_folder) == (mine.pid, mine.supervisor)
    assert read(spark_local).pid == mine.pid


def test_spark_says_how_it_is_reached_to_its_owner_only(spark_local):
    server = read(spark_local)
    files = [server.folder, server.folder / host.RECORD, server.folder / host.LOG]

    assert [stat.S_IMODE(place.stat().st_mode) for place in files] == [0o700, 0o600, 0o600]
    command = Path(f"/proc/{server.pid}/cmdline").read_bytes().decode()
    assert server.token not in command
    assert len(server.token) > 30
    assert server.token not in repr(server)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_spark_answers_nobody_without_its_token(spark_local, token):
    server = read(spark_local)
    address = f"127.0.0.1:{server.port}"

    assert session.answers(Endpoint(address, token=server.token), seconds=10)
    assert not session.answers(Endpoint(address, token=token), seconds=10)


def test_spark_listens_on_this_computer_only(spark_local):
    server = read(spark_local)
    listening = Path(f"/proc/{server.pid}/net/tcp").read_text().splitlines()[1:]
    inodes = {str(place.readlink()) for place in Path(f"/proc/{server.pid}/fd").iterdir()}
    ours = [line.split() for line in listening if f"socket:[{line.split()[9]}]" in inodes]

    assert {words[1].split(":")[0] for words in ours if words[3] == "0A"} <= {"0100007F"}


def test_spark_ends_when_the_last_program_that_used_it_is_gone(tmp_path):
    (tmp_path / "data").mkdir()
    pids = other_program(tmp_path / "data", tmp_path / "run")

    assert gone(*pids)
    assert not list((tmp_path / "run").glob(f"*/{host.RECORD}"))


def test_spark_ends_when_it_is_idle_and_when_its_folder_vanishes(monkeypatch):
    monkeypatch.setattr(host, "IDLE_SECONDS", 2.0)
    with spark_cluster.place("local[1]") as place:
        first = read(place)
        assert gone(first.pid, first.supervisor)
        assert place.server() is None

        monkeypatch.setattr(host, "IDLE_SECONDS", 500.0)
        second = read(place)
        shutil.rmtree(second.folder)
        assert gone(second.pid, second.supervisor)


def test_spark_dies_with_its_supervisor_and_is_started_anew(spark_local):
    server = read(spark_local)
    os.kill(server.supervisor, signal.SIGKILL)

    assert gone(server.pid)
    assert read(spark_local).pid != server.pid


def test_a_record_that_leads_nowhere_is_replaced(spark_local):
    server = read(spark_local)
    place = server.folder / host.RECORD
    place.write_text("{broken")

    assert host.recorded(server.folder) is None
    assert gone(server.pid, server.supervisor)
    assert read(spark_local).pid != server.pid
