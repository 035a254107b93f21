"""The recipe proposed for a million dirty students, beside the same steps by hand on other engines."""

import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import child, environments, reads
from tests.bench.result import Comparison

N_STUDENTS = 1_000_000
RUNS = 2
WRITE_SECONDS = 600
PACKAGES = ("polars==2.1.0", "duckdb==2.0.0", "narwhals==2.28.0", "pyarrow==25.0.1")
"""narwhals and pyarrow for the look at what was found."""
OTHERS = {
    "polars": f"the same steps in {PACKAGES[0]}, one lazy plan, on all cores",
    "duckdb": f"the same steps in {PACKAGES[1]}, one statement, on all cores",
}
BY_HAND = "the same steps written by hand in plain pandas"


def measure(folder: Path, n: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give seconds and added memory of the recipe, fitted and applied, beside plain pandas."""
    yield from _beside("pandas", f"recipe_{n}", BY_HAND, folder, n)


def measure_beside(other: str, folder: Path, n: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give the same beside ``polars`` or ``duckdb``; raises NotMeasured where it cannot be installed."""
    python = environments.python_with("engines", PACKAGES)
    yield from _beside(other, f"recipe_{n}_{other}", OTHERS[other], folder, n, python)


def _beside(
    other: str, name: str, other_is: str, folder: Path, n: int, python: str | Path = sys.executable
) -> Iterator[Comparison]:
    ways = ("recipe_ours", f"recipe_{other}")
    programs = {ways[0]: reads.clocked(ways[0]), ways[1]: reads.clocked(ways[1], python=python)}
    ours, others = reads.in_turns(ways, _asked(folder, n), folder=folder, runs=RUNS, programs=programs)
    yield from reads.beside(name, ours, others, other_is=other_is)


@functools.cache
def _asked(folder: Path, n: int) -> dict[str, Any]:
    """Return where the students and their recipe lie, written by another process at the first call."""
    place = folder / f"recipe-{n}"
    command = [sys.executable, "-m", "tests.bench.recipe_rows", str(n), place]
    child.run(command, limit_seconds=WRITE_SECONDS)
    return {"students": str(place / "students.parquet"), "recipe": str(place / "recipe.json")}
