"""A read from a server in a process of its own: what it took, and that two ways found the same."""

import itertools
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.bench import child
from tests.bench.child import Usage
from tests.bench.result import Comparison, NotMeasured

LIMIT_SECONDS = 900
CLOSE = 1e-6
"""The usual formula of a slope loses digits where ours does not."""
READ_CHILD = (sys.executable, "-m", "tests.bench.read_child")
_NUMBERS = itertools.count(1)
UNITS: Sequence[tuple[str, str, Callable[[Usage], float]]] = (
    ("seconds", "s", attrgetter("seconds")),
    ("memory", "MiB", attrgetter("mib")),
)


@dataclass(frozen=True)
class Read:
    """What one read took until each of its laps, and what it found."""

    laps: Mapping[str, Usage]
    """``whole``; ``adapter`` where the adapter's part ends earlier; ``process``: its peak with imports."""
    n_rows: int
    sums: Mapping[str, float]


def clocked(module: str, *, python: str | Path = sys.executable) -> Sequence[str | Path]:
    """Return the program that works in the way of a module of this folder."""
    return python, "-m", "tests.bench.clocked", module


def read(
    way: str, asked: Mapping[str, Any], *, folder: Path, program: Sequence[str | Path] = READ_CHILD
) -> Read:
    """Read in one of the ways of a program; raises NotMeasured when it fails or takes too long."""
    number = next(_NUMBERS)
    request, answer = folder / f"request-{number}.json", folder / f"answer-{number}.json"
    request.write_text(json.dumps({"way": way, "folder": str(folder), **asked}), encoding="utf-8")
    child.run([*program, request, answer], limit_seconds=LIMIT_SECONDS)
    found = json.loads(answer.read_text(encoding="utf-8"))
    laps = {name: Usage(**used) for name, used in found["laps"].items()}
    return Read(laps, found["n_rows"], found["sums"])


def in_turns(
    ways: Sequence[str],
    asked: Mapping[str, Any],
    *,
    folder: Path,
    runs: int,
    programs: Mapping[str, Sequence[str | Path]] = MappingProxyType({}),
) -> list[list[Read]]:
    """Return the reads of each way, made in turns; raises NotMeasured where they did not find the same.

    A way of which ``programs`` says nothing is one of ``read_child``.
    """
    reads: list[list[Read]] = [[] for _ in ways]
    for _ in range(runs):
        for way, of_way in zip(ways, reads, strict=True):
            of_way.append(read(way, asked, folder=folder, program=programs.get(way, READ_CHILD)))
    first, *others = itertools.chain.from_iterable(reads)
    for other in others:
        check_same(first, other)
    return reads


def least(reads: Sequence[Read], lap: str, of: Callable[[Usage], float]) -> float:
    """Return the least that the reads took until a lap."""
    return min(of(each.laps[lap]) for each in reads)


def beside(
    name: str, ours: Sequence[Read], others: Sequence[Read], *, other_is: str, lap: str = "whole"
) -> Iterator[Comparison]:
    """Give seconds and memory until a lap of ours beside the whole of the others; the least of each."""
    runs = f"least of {len(ours)}" if len(ours) > 1 else "one run"
    for what, unit, of in UNITS:
        yield Comparison(
            name=f"{name}_{what}",
            ours=least(ours, lap, of),
            other=least(others, "whole", of),
            other_is=f"{other_is}; {runs}",
            unit=unit,
        )


def check_same(one: Read, other: Read) -> None:
    """Do nothing where two reads found the same; raises NotMeasured."""
    if one.n_rows != other.n_rows:
        raise NotMeasured(f"The ways found {one.n_rows:,} and {other.n_rows:,} rows.")
    for name, value in one.sums.items():
        if not math.isclose(value, other.sums[name], rel_tol=CLOSE):
            raise NotMeasured(f"The ways found {value!r} and {other.sums[name]!r} as the sum of '{name}'.")
