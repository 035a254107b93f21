"""A whole table of students from a server, beside the usual way into pandas."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench import held, reads
from tests.bench.result import Comparison

N_STUDENTS = 1_000_000
RUNS = 5
SQL_IS = "pandas.read_sql over PyMySQL"
FIND_IS = "pd.DataFrame(list(collection.find()))"
DRIVER_IS = "connectorx by itself, in two halves, into Arrow"
ASKED = {"table": "students", "sum_of": "prior_average", "key": "number"}


def measure_mysql(folder: Path, n: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give seconds and memory of our load from MariaDB, of its adapter's part and of the whole.

    The last lines are what the driver takes that our adapter reads by: it can take no less.
    """
    rows = held.written("students", n, folder / f"students-{n}.tsv")
    with held.in_mysql(students=rows) as connection:
        asked = ASKED | {"connection": connection}
        ways = ("load", "read_sql", "driver")
        ours, others, drivers = reads.in_turns(ways, asked, folder=folder, runs=RUNS)
    yield from reads.beside(f"load_mysql_{n}_adapter", ours, others, other_is=SQL_IS, lap="adapter")
    yield from reads.beside(f"load_mysql_{n}", ours, others, other_is=SQL_IS)
    yield from reads.beside(
        f"load_mysql_{n}_adapter_driver", ours, drivers, other_is=DRIVER_IS, lap="adapter"
    )


def measure_mongodb(folder: Path, n: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give seconds and memory of our load from MongoDB, of its adapter's part and of the whole."""
    rows = held.written("students", n, folder / f"students-{n}")
    with held.in_mongodb("students", rows) as connection:
        asked = ASKED | {"connection": connection}
        ours, others = reads.in_turns(("load", "find"), asked, folder=folder, runs=RUNS)
    yield from reads.beside(f"load_mongodb_{n}_adapter", ours, others, other_is=FIND_IS, lap="adapter")
    yield from reads.beside(f"load_mongodb_{n}", ours, others, other_is=FIND_IS)
