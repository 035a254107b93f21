"""A whole table of students from a server, beside the usual way into pandas."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench import held, reads
from tests.bench.result import Comparison

N_STUDENTS = 1_000_000
RUNS = 3
SQL_IS = "pandas.read_sql over PyMySQL"
FIND_IS = "pd.DataFrame(list(collection.find()))"
ASKED = {"table": "students", "sum_of": "prior_average"}


def measure_mysql(folder: Path, n: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give seconds and memory of our load from MariaDB, of its adapter's part and of the whole."""
    rows = held.written("students", n, folder / f"students-{n}.tsv")
    with held.in_mysql(students=rows) as connection:
        asked = ASKED | {"connection": connection}
        ours, others = reads.in_turns(("load", "read_sql"), asked, folder=folder, runs=RUNS)
    yield from reads.beside(f"load_mysql_{n}_adapter", ours, others, other_is=SQL_IS, lap="adapter")
    yield from reads.beside(f"load_mysql_{n}", ours, others, other_is=SQL_IS)


def measure_mongodb(folder: Path, n: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give seconds and memory of our load from MongoDB, of its adapter's part and of the whole."""
    rows = held.written("students", n, folder / f"students-{n}")
    with held.in_mongodb("students", rows) as connection:
        asked = ASKED | {"connection": connection}
        ours, others = reads.in_turns(("load", "find"), asked, folder=folder, runs=RUNS)
    yield from reads.beside(f"load_mongodb_{n}_adapter", ours, others, other_is=FIND_IS, lap="adapter")
    yield from reads.beside(f"load_mongodb_{n}", ours, others, other_is=FIND_IS)
