"""A session on a Spark Connect server that never hangs: own deadlines, no retries, one way to interrupt.

The client as it comes retries for ten minutes when its server is gone, also when the interpreter ends.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from core.connections import ReadLimits
from core.sources.spark import failures
from core.sources.watch import watched

Result = TypeVar("Result")
STOP_SECONDS = 1.0
INTERRUPT_SECONDS = 2.5
"""How long a server that is too busy to listen is told to stop; only the end of the process waits for it."""
CONFIGURATION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.ansi.enabled": "true",
    # It starts stages from threads of its own: one that starts while a question is ended runs to its end.
    "spark.sql.adaptive.enabled": "false",
    # A row with too few or too many cells is only seen where all cells are read.
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    # year=007 stays 007.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
PARTITIONS = 16
"""Into so many parts are rows divided on a cluster, whose cores nobody tells us."""
PARTITIONS_A_CORE = 2
"""In this computer: each part costs a task, which takes longer than the thousand rows in it."""
IN_ORDER = {
    "spark.sql.files.maxPartitionBytes": str(2**62),
    "spark.sql.files.openCostInBytes": "0",
    "spark.sql.files.minPartitionNum": "1",
}
"""One task reads a file from its beginning, and stops when it has enough."""


def configuration(*, cores: int | None) -> dict[str, str]:
    """Return what each session is set to; ``cores`` are those of a Spark in this computer."""
    parts = PARTITIONS if cores is None else PARTITIONS_A_CORE * cores
    return {**CONFIGURATION, "spark.sql.shuffle.partitions": str(parts)}


@dataclass(frozen=True, repr=False)
class Endpoint:
    """Where a Connect server answers."""

    address: str
    """Numeric, with the port."""
    token: str = ""
    tls: bool = False
    ca_file: str = ""
    host: str = ""
    """The name that the certificate must have."""
    touch: Callable[[], None] = lambda: None
    """Says that the server is in use."""


class Session:
    """One session; every question of Spark goes through ``run``."""

    def __init__(self, endpoint: Endpoint, *, name: str, limits: ReadLimits) -> None:
        """Make the two clients; connects to nothing yet."""
        self._endpoint, self._name, self._limits = endpoint, name, limits
        identity = str(uuid.uuid4())
        self.spark = _client_session(endpoint, identity, deadline=limits.seconds)
        self._asker = _client_session(endpoint, identity, deadline=limits.silent_seconds)
        self.tell: Callable[[], None] | None = None
        self.is_whole = True
        """Whether all that was asked came to its end: only then the next call may use the session."""
        self._closing = threading.Lock()
        self._interrupting: threading.Thread | None = None

    def ask(self) -> None:
        """Do nothing while the server lives; raises SourceUnavailable or LoginRefused."""
        import grpc
        from pyspark.errors import PySparkException

        try:
            self._asker.client.get_configs("spark.sql.session.timeZone")
        except (PySparkException, grpc.RpcError, ValueError) as error:
            raise failures.explained(error, self._name) from None
        self._endpoint.touch()

    def run(self, work: Callable[[], Result]) -> Result:
        """Return what the work gives, the server watched meanwhile; raises AppError."""
        import grpc
        from pyspark.errors import PySparkException

        was_whole, self.is_whole = self.is_whole, False
        try:
            result = watched(
                work,
                ask=self.ask,
                stop=self.interrupt,
                limits=self._limits,
                name=self._name,
                tell=self.tell,
            )
        except (PySparkException, grpc.RpcError) as error:
            raise failures.explained(error, self._name) from None
        self.is_whole = was_whole
        return result

    def tables(self, frame: Any) -> Iterator[Any]:
        """Return the rows of a frame as Arrow tables, one at a time, in the frame's order."""
        import pyarrow as pa

        client = self.spark.client
        plan = frame._plan  # noqa: SLF001  the frame's own ways out keep all rows and tell nothing meanwhile
        for part in client.to_table_as_iterator(plan.to_proto(client), plan.observations):
            if isinstance(part, pa.Table):
                yield part

    def configure(self, settings: dict[str, str]) -> None:
        """Set options of this session alone."""
        self.spark.conf._set_all(dict(settings), silent=False)  # noqa: SLF001  one question instead of ten

    @contextlib.contextmanager
    def configured(self, settings: dict[str, str]) -> Iterator[None]:
        """Set options for the length of the block, if it ends well; else nobody uses the session again."""
        self.configure(settings)
        yield
        for name in settings:
            self.spark.conf.unset(name)

    def interrupt(self) -> None:
        """End what the server does for this session, and every call that waits; never raises.

        Nobody waits longer than a second; a busy server is told for a little longer behind their back.
        """
        self._interrupting = threading.Thread(target=self._interrupt)
        self._interrupting.start()
        self._interrupting.join(STOP_SECONDS)
        self._close_channel(self.spark)

    def close(self) -> None:
        """Release the session; never raises and never waits for a dead server."""
        import grpc
        from pyspark.errors import PySparkException

        if self._interrupting is not None and self._interrupting.is_alive():
            self._close_channel(self.spark)
            return
        if not self._asker.client.is_closed:
            with contextlib.suppress(PySparkException, grpc.RpcError, ValueError):
                self._asker.client.release_session()
        self._close_channels()

    def _interrupt(self) -> None:
        import grpc
        from pyspark.errors import PySparkException

        with contextlib.suppress(PySparkException, grpc.RpcError, ValueError):
            self._asker.client.interrupt_all()
        self._close_channel(self._asker)

    def _close_channels(self) -> None:
        for session in (self.spark, self._asker):
            self._close_channel(session)

    def _close_channel(self, session: Any) -> None:
        with self._closing:
            if not session.client.is_closed:
                session.client.close()


def answers(endpoint: Endpoint, *, seconds: float) -> bool:
    """Whether the server answers within ``seconds``."""
    from core.errors import AppError

    session = Session(endpoint, name="spark", limits=ReadLimits(silent_seconds=seconds))
    try:
        session.ask()
    except AppError:
        return False
    finally:
        session.close()
    return True


def _client_session(endpoint: Endpoint, identity: str, *, deadline: float) -> Any:
    """Return a client that gives up at once or after ``deadline`` seconds."""
    session = connect().SparkSession(connection=_channels(endpoint, identity))
    client = session.client
    client.set_retry_policies([])
    client.disable_reattachable_execute()
    # At exit it would ask its server, alive or not; and it would be kept until then.
    atexit.unregister(client._on_exit)  # noqa: SLF001
    client._rpc_deadlines = _deadlines(deadline)  # noqa: SLF001  its constructor takes them, a session's does not
    return session


def _deadlines(seconds: float) -> Any:
    from pyspark.sql.connect.client.core import RpcDeadlines

    return RpcDeadlines(
        analyze_plan=seconds,
        config=seconds,
        interrupt=INTERRUPT_SECONDS,
        release_session=STOP_SECONDS,
        fetch_error_details=STOP_SECONDS,
    )


def _channels(endpoint: Endpoint, identity: str) -> Any:
    """Return the builder of channels to one numeric address, with the token and the certificate's name."""
    connect()
    from pyspark.sql.connect.client import ChannelBuilder

    class Channels(ChannelBuilder):
        """Channels to the address that was checked, and to no other."""

        @property
        def host(self) -> str:
            return endpoint.address.rpartition(":")[0]

        def toChannel(self) -> Any:  # noqa: N802  Spark's name
            credentials = _credentials(endpoint)
            if credentials is None:
                return self._insecure_channel(endpoint.address)
            if endpoint.tls and endpoint.host:
                self.setChannelOption("grpc.ssl_target_name_override", endpoint.host)
            return self._secure_channel(endpoint.address, credentials)

    channels = Channels(params={"session_id": identity, "user_id": "waymark"})
    channels.setChannelOption("grpc.enable_retries", 0)
    # A line of its own: one that waits after a failure makes no other wait.
    channels.setChannelOption("grpc.use_local_subchannel_pool", 1)
    if endpoint.token:
        channels.set(ChannelBuilder.PARAM_TOKEN, endpoint.token)
    return channels


def _credentials(endpoint: Endpoint) -> Any:
    """Return how the channel is secured; None where there is neither a token nor encryption."""
    import grpc

    if endpoint.tls:
        root = Path(endpoint.ca_file).read_bytes() if endpoint.ca_file else None
        base = grpc.ssl_channel_credentials(root_certificates=root)
    elif endpoint.token:
        base = grpc.local_channel_credentials()
    else:
        return None
    if not endpoint.token:
        return base
    return grpc.composite_channel_credentials(base, grpc.access_token_call_credentials(endpoint.token))


def connect() -> Any:
    """Return Spark's client library; its warning about pandas 3 does not concern us: we cross by Arrow."""
    with warnings.catch_warnings(), _named_main():
        warnings.simplefilter("ignore")
        import pyspark.testing.utils

        # Spark leaves its functions empty where it believes that it cannot test them: a warning is enough.
        pyspark.testing.utils.should_test_connect = True
        import pyspark.sql.connect.functions
        import pyspark.sql.connect.session
    return pyspark.sql.connect.session


@contextlib.contextmanager
def _named_main() -> Iterator[None]:
    """Give the main module a file while Spark's client is imported.

    In a child process it has none, and Spark then takes the program for a run of its own doctests: it
    imports its testing tools, and leaves the program when one of them complains.
    """
    main = sys.modules["__main__"]
    if hasattr(main, "__file__"):
        yield
        return
    main.__file__ = "waymark"
    try:
        yield
    finally:
        del main.__file__


def functions() -> Any:
    """Return the functions that make column expressions."""
    connect()
    import pyspark.sql.connect.functions

    return pyspark.sql.connect.functions
