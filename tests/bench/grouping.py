"""Events summed to students on the engine that holds them, beside loading them into pandas."""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from tests.bench import held, reads
from tests.bench.result import Comparison

N_EVENTS = 10_000_000
N_DOCUMENTS = 2_000_000
"""MongoDB takes a minute and more to be given ten million documents one by one."""
AS_OF = "2026-06-21"
"""The last day of the events, so that no row is left out."""
MOST_MIB = 2_048.0
BAR_IS = "the most that our process may hold, imports and all"
MEASURED = "six measures a student"
SQL_IS = f"pandas.read_sql in chunks over a server-side cursor, groupby, {MEASURED}"
FIND_IS = f"pd.DataFrame(list(collection.find())), groupby, {MEASURED}"
PARQUET_IS = f"pandas.read_parquet of the folder, groupby, {MEASURED}"


def measure_mysql(folder: Path, n: int = N_EVENTS) -> Iterator[Comparison]:
    """Give seconds, added memory and the whole peak of our process, MariaDB working out the sums."""
    rows = held.written("events", n, folder / f"events-{n}.tsv")
    with held.in_mysql(events=rows) as connection:
        yield from _measured(f"group_mysql_{n}", connection, "events", "group_sql", SQL_IS, folder)


def measure_mongodb(folder: Path, n: int = N_DOCUMENTS) -> Iterator[Comparison]:
    """Give seconds, added memory and the whole peak of our process, MongoDB working out the sums."""
    rows = held.written("events", n, folder / f"events-{n}")
    with held.in_mongodb("events", rows) as connection:
        yield from _measured(f"group_mongodb_{n}", connection, "events", "group_find", FIND_IS, folder)


def measure_spark(folder: Path, n: int = N_EVENTS) -> Iterator[Comparison]:
    """Give seconds, added memory and the whole peak of our process, a local Spark working out the sums."""
    rows = held.written("events", n, folder / f"events-{n}")
    connection = {"kind": "spark", "master": "local[2]", "folder": str(folder)}
    yield from _measured(f"group_spark_{n}", connection, rows.name, "group_parquet", PARQUET_IS, folder)


def _measured(
    name: str, connection: Mapping[str, Any], table: str, way: str, other_is: str, folder: Path
) -> Iterator[Comparison]:
    asked = {"connection": connection, "table": table, "as_of": AS_OF}
    ours, others = reads.in_turns(("group", way), asked, folder=folder, runs=1)
    yield from reads.beside(name, ours, others, other_is=other_is)
    peak = reads.least(ours, "process", attrgetter("mib"))
    yield Comparison(f"{name}_peak", ours=peak, other=MOST_MIB, other_is=BAR_IS, unit="MiB")
