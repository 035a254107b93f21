"""Write dirty students and the recipe proposed for them: ``python -m tests.bench.recipe_rows N FOLDER``."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from core import frames
from core.cleaning.findings import find, propose
from core.dataset import Dataset, Provenance
from core.sources.base import DemoSpec
from core.sources.demo.dictionary import schema_of
from core.sources.demo.source import DemoSource

N_LOOKED_AT = 50_000
"""The recipe is proposed from so many rows, as a person would who has a million."""
SPEC = DemoSpec(dirt=True)


def main(n, folder):
    """Write the students of a dirty demo school as Parquet, and the recipe as JSON."""
    place = Path(folder)
    place.mkdir(parents=True)
    students = DemoSource(DemoSpec(students=int(n), dirt=True)).load("students").collect()
    some = dataset_of(students.head(N_LOOKED_AT))
    write(students, place / "students.parquet")
    (place / "recipe.json").write_text(propose(some, find(some)).to_json(), encoding="utf-8")


def write(table, place):
    """Write a table as Parquet, its gaps as nulls."""
    pa.parquet.write_table(pa.Table.from_pandas(table, preserve_index=False), place)


def held_by_pandas(place):
    """Return a table of Parquet as pandas."""
    return frames.from_arrow(pa.parquet.read_table(place))


def dataset_of(table, *more):
    """Return students of the demo school, and the columns that they have ``more``, as a dataset."""
    schema = schema_of("students", spec=SPEC)
    provenance = Provenance("demo school", "students", datetime.now(UTC), len(table), "", synthetic=True)
    return Dataset(frames.wrap(table), type(schema)((*schema, *more)), provenance)


if __name__ == "__main__":
    main(*sys.argv[1:])
