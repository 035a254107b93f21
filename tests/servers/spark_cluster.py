"""A real standalone Spark cluster on loopback, a Connect server, and connections to Spark for tests."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from core.connections import Connection, ConnectionKind, ReadLimits, Secret
from core.sources.base import Connections, ConnectionSpec
from core.sources.spark import host, session
from core.sources.spark.connecting import plan_of
from core.sources.spark.java import ServerPlan, java_home, module_options, server_command, spark_home
from core.sources.spark.source import SparkSource
from tests.servers.process import free_port, running
from tests.setup import places

MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
SMALL = ("-XX:+UseSerialGC", "-Xshare:auto")
QUICK = "-XX:TieredStopAtLevel=1"
"""For every Java of the tests, whoever starts it: none lives long enough to pay for better machine code."""
PARTITIONS = 3
"""Two workers of one core each: with more parts a question is mostly made of tasks."""


@dataclass(frozen=True)
class SparkPlace:
    """A connection to Spark, the folder that it reads, and where its shared server is recorded."""

    connection: Connection
    run_folder: Path
    limits: ReadLimits = field(default_factory=ReadLimits)

    @property
    def folder(self) -> Path:
        """The folder whose sub-folders and files are the tables."""
        return Path(self.connection.folder)

    @property
    def connections(self) -> Connections:
        """What a source is opened with."""
        return Connections((self.connection,), limits=self.limits, run_folder=self.run_folder)

    def source(self, database: str = "") -> SparkSource:
        """Return the source of this connection."""
        return SparkSource(self.connection, ConnectionSpec(self.connection.name, database), self.connections)

    def server(self) -> host.Server | None:
        """Return the shared server that runs now, if any."""
        return host.running_server(self.run_folder, plan_of(self.connection, self.connections))


def use_java() -> None:
    """Let Spark find the Java that the tests installed, and start it quickly."""
    os.environ |= {
        "JAVA_HOME": str(places.java_home()),
        "JDK_JAVA_OPTIONS": QUICK,
        "PYSPARK_PYTHON": sys.executable,
    }


@contextlib.contextmanager
def place(master: str, *, name: str = "lms", **settings: str) -> Iterator[SparkPlace]:
    """Give a connection to a master with an empty folder; its server, if one was started, ends afterwards."""
    use_java()
    with tempfile.TemporaryDirectory(prefix="waymark-spark-") as text:
        folder = Path(text)
        (folder / "data").mkdir()
        connection = Connection(
            name=name,
            kind=ConnectionKind.SPARK,
            master=master,
            **{"folder": str(folder / "data")} | settings,
        )
        made = SparkPlace(connection, folder / "run")
        try:
            yield made
        finally:
            for record in made.run_folder.glob(f"spark-*/{host.RECORD}"):
                host.end(host.recorded(record.parent))


@contextlib.contextmanager
def cluster(*, n_workers: int = 2) -> Iterator[str]:
    """Run a master and workers with one core each for the length of the block; gives the master's address."""
    use_java()
    session.PARTITIONS = PARTITIONS
    with tempfile.TemporaryDirectory(prefix="waymark-cluster-") as text, contextlib.ExitStack() as stack:
        folder, port = Path(text), free_port()
        log = folder / "master.log"
        words = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]
        stack.enter_context(
            _daemon([MASTER, *words], log, is_ready=lambda: "I have been elected leader" in _text(log))
        )
        logs = [folder / f"worker{i}.log" for i in range(n_workers)]
        for i, worker_log in enumerate(logs):
            own = ["--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work{i}")]
            words = ["--host", "127.0.0.1", "--webui-port", "0", *own, f"spark://127.0.0.1:{port}"]
            # They start side by side: only with the last one all are waited for.
            awaited = logs if i == n_workers - 1 else []
            stack.enter_context(_daemon([WORKER, *words], worker_log, is_ready=partial(_registered, awaited)))
        yield f"spark://127.0.0.1:{port}"


def _registered(logs: list[Path]) -> bool:
    return all("Successfully registered with master" in _text(log) for log in logs)


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def connect_server(*, token: str = "") -> Iterator[str]:
    """Run a Connect server that nobody of ours manages, as a school's own would be; gives its address."""
    use_java()
    with tempfile.TemporaryDirectory(prefix="waymark-connect-") as text:
        folder, port = Path(text), free_port()
        *java, name = server_command(ServerPlan("local[1]"), scratch=folder)
        command = [*java, f"-Dspark.connect.grpc.binding.port={port}", name]
        env = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"}
        env |= {"SPARK_CONNECT_AUTHENTICATE_TOKEN": token} if token else {}
        with running(command, is_ready=lambda: host.listens(port), log=folder / "log", env=env, cwd=folder):
            yield f"sc://127.0.0.1:{port}"


def _daemon(
    words: list[str], log: Path, *, is_ready: Callable[[], bool]
) -> contextlib.AbstractContextManager[object]:
    """Run a part of a cluster; Spark's own script would start a second Java to find the words."""
    home = spark_home()
    java = [java_home() / "bin/java", *SMALL, "-Xmx256m", *module_options(), "-cp", home / "jars/*"]
    env = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    return running([*java, *words], is_ready=is_ready, log=log, env=env, cwd=log.parent)


def patient(made: SparkPlace) -> SparkPlace:
    """Return the place with time enough for two busy cores: what is tested there is not silence."""
    return replace(made, limits=ReadLimits(seconds=300.0, connect_seconds=30.0, silent_seconds=60.0))


@pytest.fixture(scope="session")
def spark_local() -> Iterator[SparkPlace]:
    """A connection to Spark in this computer; one server for all tests of this worker."""
    with place("local[2]") as made:
        yield patient(made)


@pytest.fixture(scope="session")
def spark_cluster() -> Iterator[SparkPlace]:
    """A connection to a standalone cluster: a master and two workers."""
    with cluster() as master, place(master) as made:
        yield patient(made)


@pytest.fixture(scope="session")
def spark_stated() -> Iterator[SparkPlace]:
    """A connection to a Connect server that wants a token."""
    with (
        connect_server(token="open sesame") as master,
        place(master, password=Secret("open sesame")) as made,
    ):
        yield patient(made)
