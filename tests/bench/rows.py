"""Rows for the benchmarks of servers: ``python -m tests.bench.rows students|events N PLACE``.

A place that ends in ``.tsv`` becomes a file for LOAD DATA, with the columns of its table in a ``.sql`` file
beside it; any other place becomes a folder of Parquet.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource

N_COLUMNS = 24
EVENTS_EACH = 10
"""How many events a student has, on average; each has one at least."""
FIRST_DAY = np.datetime64("2026-02-02")
N_DAYS = 140
SEED = 7
N_FILES = 8
SQL_TYPES = {"int32": "INT", "double": "DOUBLE", "date32[day]": "DATE", "string": "VARCHAR(64)"}


def main(what, n, place):
    """Write ``n`` rows of students or events."""
    table = {"students": students, "events": events}[what](int(n))
    if place.endswith(".tsv"):
        write_text(table, Path(place))
    else:
        write_parquet(table, Path(place))


def students(n):
    """Return clean students of the demo school: a running number, and the first columns of its table."""
    frame = DemoSource(DemoSpec(students=n, dirt=False)).load("students").collect()
    named = {
        name: _narrow(pa.array(frame[name], from_pandas=True)) for name in frame.columns[: N_COLUMNS - 1]
    }
    return pa.table({"number": _numbers(n), **named})


def events(n):
    """Return visits to a learning platform in the order of their days."""
    random = np.random.default_rng(SEED)
    n_students = n // EVENTS_EACH
    students = np.concatenate([np.arange(n_students), random.integers(0, n_students, n - n_students)])
    random.shuffle(students)
    days = np.sort(random.integers(0, N_DAYS, n))
    number = pc.utf8_lpad(pa.array(students + 1).cast(pa.string()), width=7, padding="0")
    return pa.table(
        {
            "event": _numbers(n),
            "student_id": pc.binary_join_element_wise("S", number, ""),
            "day": pa.array(FIRST_DAY + days).cast(pa.date32()),
            "minutes": pa.array(random.integers(1, 240, n, dtype=np.int32)),
            "logins": pa.array(random.integers(1, 9, n, dtype=np.int32)),
        }
    )


def write_text(table, place):
    """Write a table as LOAD DATA takes it, and the columns that it needs, the first one the key."""
    columns = [f"`{each.name}` {SQL_TYPES[str(each.type)]}" for each in table.schema]
    key = f"PRIMARY KEY (`{table.column_names[0]}`)"
    place.with_suffix(".sql").write_text(", ".join([*columns, key]), encoding="utf-8")
    as_text = {name: pc.fill_null(table[name].cast(pa.string()), r"\N") for name in table.column_names}
    options = pa.csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    pa.csv.write_csv(pa.table(as_text), place, options)


def write_parquet(table, folder):
    """Write a table as a folder of several files."""
    folder.mkdir(parents=True)
    size = -(-table.num_rows // N_FILES)
    for number in range(N_FILES):
        part = table.slice(number * size, size)
        pa.parquet.write_table(part, folder / f"part-{number}.parquet")


def _numbers(n):
    return pa.array(np.arange(1, n + 1, dtype=np.int32))


def _narrow(column):
    """Return a column in the type that a school's database would give it."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.date32())
    if pa.types.is_floating(column.type):
        whole = pc.all(pc.equal(column, pc.floor(column))).as_py()
        return column.cast(pa.int32()) if whole else column
    return column.cast(pa.string())


if __name__ == "__main__":
    main(*sys.argv[1:])
