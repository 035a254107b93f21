"""Every K from 2 to 12 with its quality: beside ten full runs and a silhouette at each K, or a limit."""

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import child
from tests.bench.result import Comparison

BESIDE = {
    20_000: "KMeans(n_init=10) and a full silhouette at each K",
    100_000: "KMeans(n_init=10) and a silhouette of 10,000 at each K",
}
LARGEST = 1_000_000
SIZES = (*BESIDE, LARGEST)
LIMITS = {"preview": 3.0, "settled": 10.0, "stability": 10.0}
"""Seconds that the issue allows at 1,000,000 students."""
RUNS = 3
LIMIT_SECONDS = 1_800
_NUMBERS = itertools.count(1)


def measure(n: int, folder: Path) -> Iterator[Comparison]:
    """Give wall and processor seconds of all K, and the inertia of the K that comes out worst."""
    name = f"segments_{n}"
    ours = [_run("ours", n, folder) for _ in range(RUNS)]
    if n == LARGEST:
        yield from _within_limits(name, ours)
        other = _run("best_of_ten", n, folder)
    else:
        other = _run("naive", n, folder)
        for unit, ending in (("seconds", "seconds"), ("cpu", "processor")):
            least = min(answer["laps"]["settled"][unit] for answer in ours)
            yield Comparison(f"{name}_{ending}", least, other["laps"]["settled"][unit], BESIDE[n], "s")
    yield worst_inertia(name, ours[0]["inertia"], other["inertia"])


def _within_limits(name: str, ours: list[dict[str, Any]]) -> Iterator[Comparison]:
    for lap, limit in LIMITS.items():
        for unit, ending in (("seconds", ""), ("cpu", "_processor")):
            least = min(answer["laps"][lap][unit] for answer in ours)
            yield Comparison(f"{name}_{lap}{ending}", least, limit, f"the limit of {limit:g} s", "s")


def worst_inertia(name: str, ours: list[float], other: list[float]) -> Comparison:
    """Return the inertia at the K where ours is worst, beside the best of ten runs there."""
    worst = max(range(len(ours)), key=lambda i: ours[i] / other[i])
    other_is = f"the best of ten full runs, at K = {worst + 2}, where ours is worst"
    return Comparison(f"{name}_inertia", ours[worst], other[worst], other_is, "")


def _run(way: str, n: int, folder: Path) -> dict[str, Any]:
    answer = folder / f"segments-{next(_NUMBERS)}.json"
    command = [sys.executable, "-m", "tests.bench.segments_child", way, str(n), answer]
    child.run(command, limit_seconds=LIMIT_SECONDS)
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found
