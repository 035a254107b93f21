"""What our pages compute of a table as soon as they are opened, beside ydata-profiling's reports."""

import functools
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from tests.bench import child, environments, reads
from tests.bench.profile_rows import N_COLUMNS
from tests.bench.reads import Read
from tests.bench.result import Comparison

N_STUDENTS = 100_000
RUNS = 2
WRITE_SECONDS = 300
PACKAGES = ("ydata-profiling==4.18.4", "setuptools<81", "pandas<3", "pyarrow==25.0.1")
"""pyarrow reads the table; a library that it needs still imports what setuptools 81 left out."""
SIZES = {"full": False, "minimal": True}
"""Its report -> whether it is asked to be minimal."""


def measure(size: str, folder: Path, n: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give seconds and added memory of our profile and of our findings beside its full or minimal report.

    Raises NotMeasured where it cannot be installed.
    """
    name = f"profile_{n}_{size}"
    page = f"{PACKAGES[0]}, {size} report, to its HTML"
    ours, findings, reports = _read(size, folder, n)
    yield from reads.beside(name, ours, reports, other_is=page)
    yield _beside_description(f"{name}_description_seconds", ours, reports, size)
    yield from reads.beside(f"{name}_findings", findings, reports, other_is=page)


def _read(size: str, folder: Path, n: int) -> list[list[Read]]:
    """Return the reads of our profile, our findings and its report: the same gaps and means."""
    python = environments.python_with("ydata", PACKAGES)
    asked = {"table": str(_table(folder, n)), "minimal": SIZES[size]}
    ways = ("profile_ours", "profile_ydata")
    programs = {ways[0]: reads.clocked(ways[0]), ways[1]: reads.clocked(ways[1], python=python)}
    ours, reports = reads.in_turns(ways, asked, folder=folder, runs=RUNS, programs=programs)
    checks = "profile_findings"
    programs = {checks: reads.clocked(checks)}
    [findings] = reads.in_turns((checks,), asked, folder=folder, runs=RUNS, programs=programs)
    reads.check_same(findings[0], reports[0])
    return [ours, findings, reports]


def _beside_description(name: str, ours: list[Read], reports: list[Read], size: str) -> Comparison:
    """Return our seconds beside those until all of its figures are there, nothing drawn yet."""
    seconds = attrgetter("seconds")
    return Comparison(
        name=name,
        ours=reads.least(ours, "whole", seconds),
        other=reads.least(reports, "description", seconds),
        other_is=f"{PACKAGES[0]}, {size} description, nothing drawn; least of {RUNS}",
        unit="s",
    )


@functools.cache
def _table(folder: Path, n: int) -> Path:
    """Return the table to profile, written by another process at the first call."""
    place = folder / f"profile-{n}-{N_COLUMNS}.parquet"
    command = [sys.executable, "-m", "tests.bench.profile_rows", str(n), place]
    child.run(command, limit_seconds=WRITE_SECONDS)
    return place
