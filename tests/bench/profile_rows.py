"""Write students with 30 columns to profile: ``python -m tests.bench.profile_rows N TABLE.parquet``.

Dirty students of the demo school whose gaps are gaps and whose numbers are numbers, all other dirt left in.
"""

import sys
from pathlib import Path

from core.cleaning.dates import ParseDates
from core.cleaning.findings import find, propose
from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.cleaning.recipe import Recipe
from core.cleaning.text import PlaceholdersToMissing
from core.schema import Column, Kind, Role
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource
from tests.bench.recipe_rows import N_LOOKED_AT, dataset_of, held_by_pandas, write

N_COLUMNS = 30
READS = (PlaceholdersToMissing, ParseNumbers, ParseDates, ParseFlags)
ADDED = (
    Column("unpaid_hours", Kind.NUMBER, Role.FEATURE, "Care and study", unit="hours a week"),
    Column("weekly_hours", Kind.NUMBER, Role.FEATURE, "Care, study and paid work", unit="hours a week"),
)
"""The students table of the demo school has 28 columns."""


def main(n, place):
    """Write ``n`` rows."""
    loaded = DemoSource(DemoSpec(students=int(n), dirt=True)).load("students").collect()
    some = dataset_of(loaded.head(N_LOOKED_AT))
    reads = Recipe(tuple(step for step in propose(some, find(some)).steps if isinstance(step, READS)))
    dataset = dataset_of(loaded.head(int(n)))
    table = reads.fit(dataset).apply(dataset).collect()
    unpaid = table["care_hours"] + table["study_hours"]
    write(table.assign(unpaid_hours=unpaid, weekly_hours=unpaid + table["work_hours"]), Path(place))


def dataset_at(place):
    """Return the written table as a dataset."""
    return dataset_of(held_by_pandas(place), *ADDED)


if __name__ == "__main__":
    main(*sys.argv[1:])
