"""The look at a large table before it is loaded, beside the same look at a small one."""

import statistics
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from tests.bench import held, reads
from tests.bench.result import Comparison

N_EVENTS = 5_000_000
N_FEW = 1_000
RUNS = 5
MOST_SECONDS = 2.0
BAR_IS = f"the most that it may take; median of {RUNS} first looks"
FEW_IS = f"the same look at {N_FEW:,} rows; median of {RUNS} first looks"


def measure(folder: Path, n: int = N_EVENTS) -> Iterator[Comparison]:
    """Give seconds and memory of the look beside a small table's, and the seconds beside their bar."""
    many = held.written("events", n, folder / f"events-{n}.tsv")
    few = held.written("events", N_FEW, folder / f"events-{N_FEW}.tsv")
    name = f"preview_mysql_{n}"
    with held.in_mysql(many=many, few=few) as connection:
        looks = {table: [_look(connection, table, folder) for _ in range(RUNS)] for table in ("many", "few")}
    for what, unit, of in reads.UNITS:
        ours, other = (statistics.median(map(of, looks[table])) for table in ("many", "few"))
        yield Comparison(f"{name}_{what}", ours=ours, other=other, other_is=FEW_IS, unit=unit)
    seconds = statistics.median(map(attrgetter("seconds"), looks["many"]))
    yield Comparison(f"{name}_limit", ours=seconds, other=MOST_SECONDS, other_is=BAR_IS, unit="s")


def _look(connection, table, folder):
    return reads.read("look", {"connection": connection, "table": table}, folder=folder).laps["whole"]
