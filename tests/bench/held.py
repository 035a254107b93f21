"""Real servers that hold the rows of the benchmarks, for the length of a block."""

import contextlib
import functools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset

from tests.bench import child
from tests.servers import mariadb, mongo
from tests.servers.mariadb import MariaDb

DATABASE = "bench"
WRITE_SECONDS = 600
PATIENCE_SECONDS = 900
"""LOAD DATA of ten million rows is one answer."""
MARIADB_OPTIONS = ("--innodb-buffer-pool-size=1G", "--innodb-log-file-size=256M")
"""A school's server has more memory than the 128 MB that MariaDB takes by itself."""
MONGO_OPTIONS = ("--wiredTigerEngineConfigString", "cache_size=1G")
AT_ONCE = 10_000


@functools.cache
def written(what: str, n: int, place: Path) -> Path:
    """Return the place of generated rows, written by another process at the first call."""
    command = [sys.executable, "-m", "tests.bench.rows", what, str(n), place]
    child.run(command, limit_seconds=WRITE_SECONDS)
    return place


@contextlib.contextmanager
def in_mysql(**tables: Path) -> Iterator[dict[str, Any]]:
    """Run a MariaDB with these tables; gives the connection of an account that may only read."""
    with (
        tempfile.TemporaryDirectory(prefix="waymark-bench-") as scratch,
        # Not the system's folder: another MariaDB that starts removes there what it takes for its own.
        mariadb.started(*MARIADB_OPTIONS, f"--tmpdir={scratch}") as server,
    ):
        server.execute(f"CREATE DATABASE {DATABASE} CHARSET utf8mb4")
        for table, place in tables.items():
            _load(server, table, place)
        yield server.account("read", database=DATABASE).settings(DATABASE)


@contextlib.contextmanager
def in_mongodb(collection: str, rows: Path) -> Iterator[dict[str, Any]]:
    """Run a MongoDB with the rows of a Parquet folder as documents; gives its connection."""
    with mongo.started(*MONGO_OPTIONS) as server, server.client() as client:
        for batch in pyarrow.dataset.dataset(rows).to_batches(batch_size=AT_ONCE):
            client[DATABASE][collection].insert_many(_documents(batch), ordered=False)
        yield server.settings(DATABASE)


def _load(server: MariaDb, table: str, place: Path) -> None:
    columns = place.with_suffix(".sql").read_text(encoding="utf-8")
    with server.connect(DATABASE, patience=PATIENCE_SECONDS) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE `{table}` ({columns})")
        cursor.execute("SET SESSION unique_checks = 0, foreign_key_checks = 0")
        cursor.execute(f"LOAD DATA INFILE '{place}' INTO TABLE `{table}` CHARACTER SET utf8mb4")
        cursor.execute(f"ANALYZE TABLE `{table}`")


def _documents(batch):
    """Return rows as documents: days as times, missing cells left out."""
    for number, field in enumerate(batch.schema):
        if field.type == "date32[day]":
            batch = batch.set_column(number, field.name, batch.column(number).cast("timestamp[ms]"))
    return [{name: cell for name, cell in row.items() if cell is not None} for row in batch.to_pylist()]
