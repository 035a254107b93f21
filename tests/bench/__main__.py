"""``make bench``: measure, print a table, write ``bench/latest.json``; ``make bench ONLY=name`` runs one.

Nothing is asserted. Exit status 0; 1 when a benchmark came to no number; 2 for a name that does not exist.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import Error as PlaywrightError
from pymongo.errors import PyMongoError
from pymysql.err import MySQLError

from tests.bench import (
    command_line,
    first_list,
    grouping,
    list_server,
    loading,
    moves,
    narrowing,
    preview,
    profile,
    quality,
    recipe,
    segments,
    threshold_server,
    training,
)
from tests.bench.result import Comparison, NotMeasured
from tests.bench.table import heading, line, note
from tests.servers.process import NotStarted
from tests.setup.places import ROOT

LATEST = ROOT / "bench" / "latest.json"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
KINDS = ("threshold_move", "k_move", "list_move")
NARROWING = f"explore_filter_{narrowing.N_STUDENTS}"
FROM_SERVERS: Mapping[str, Callable[[Path], Iterator[Comparison]]] = MappingProxyType(
    {
        f"load_mysql_{loading.N_STUDENTS}": loading.measure_mysql,
        f"load_mongodb_{loading.N_STUDENTS}": loading.measure_mongodb,
        f"group_mysql_{grouping.N_EVENTS}": grouping.measure_mysql,
        f"group_spark_{grouping.N_EVENTS}": grouping.measure_spark,
        f"group_mongodb_{grouping.N_DOCUMENTS}": grouping.measure_mongodb,
        f"preview_mysql_{preview.N_EVENTS}": preview.measure,
    }
)
IN_PARTS: Mapping[str, Mapping[str, Callable[[Path], Iterator[Comparison]]]] = MappingProxyType(
    {
        f"recipe_{recipe.N_STUDENTS}": {
            "": recipe.measure,
            **{f"_{other}": partial(recipe.measure_beside, other) for other in recipe.OTHERS},
        },
        f"profile_{profile.N_STUDENTS}": {
            f"_{size}": partial(profile.measure, size) for size in profile.SIZES
        },
    }
)
"""Each part may come to no number without keeping the others from theirs."""
SEGMENTS: Mapping[str, Callable[[Path], Iterator[Comparison]]] = MappingProxyType(
    {f"segments_{n}": partial(segments.measure, n) for n in segments.SIZES}
)
WITHOUT_SCREEN: Mapping[str, Callable[[], Iterator[Comparison]]] = MappingProxyType(
    {
        f"{name}_{n}": partial(measure, n)
        for name, measure in (
            ("threshold_server", threshold_server.measure),
            ("list_server", list_server.measure),
        )
        for n in list_server.SIZES
    }
)
"""What the server alone takes for a move."""
MODELS: Mapping[str, Callable[[Path], Iterator[Comparison]]] = MappingProxyType(
    {**training.MEASURES, "quality": quality.measure}
)
"""What training takes, and how good the models are on real tables."""
FAILURES = (NotMeasured, NotStarted, PlaywrightError, MySQLError, PyMongoError)
"""What may keep one benchmark from its number, and not the others."""
NAMES = (
    "first_list",
    *(f"{kind}_{n}" for n in moves.PLANS for kind in KINDS),
    NARROWING,
    *(f"command_line_{n}" for n in command_line.RUNS),
    *FROM_SERVERS,
    *IN_PARTS,
    *SEGMENTS,
    *WITHOUT_SCREEN,
    *MODELS,
)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that are asked for, all without a name; return the exit status."""
    unknown = [asked for asked in arguments if not chosen([asked])]
    if unknown:
        print(f"There is no benchmark '{unknown[0]}'. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    _quiet_surroundings()
    found: list[Comparison] = []
    failed = 0
    print(heading())
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
        for what, measure in plan(chosen(arguments), Path(folder)):
            started = time.perf_counter()
            try:
                for comparison in measure():
                    found.append(comparison)
                    print(line(comparison), flush=True)
            except FAILURES as error:
                failed += 1
                print(f"{what} came to no number: {error}", file=sys.stderr, flush=True)
            note(f"{what} took {time.perf_counter() - started:.0f} s")
            write(found)
    return 1 if failed else 0


def chosen(arguments: Sequence[str]) -> list[str]:
    """Return the benchmarks of these names; a beginning stands for all that begin so, nothing for all."""
    exact = [name for name in NAMES if name in arguments]
    begun = [name for name in NAMES if any(name.startswith(asked) for asked in arguments)]
    return (exact or begun) if arguments else list(NAMES)


def plan(names: Sequence[str], folder: Path) -> Iterator[tuple[str, Callable[[], Iterator[Comparison]]]]:
    """Give each piece of work with its name; the sliders of one size share an app."""
    if "first_list" in names:
        yield "first_list", first_list.measure
    for n in moves.PLANS:
        kinds = [kind for kind in KINDS if f"{kind}_{n}" in names]
        if kinds:
            yield " and ".join(f"{kind}_{n}" for kind in kinds), partial(moves.measure, n, kinds, folder)
    if NARROWING in names:
        yield NARROWING, narrowing.measure
    for n in command_line.RUNS:
        if f"command_line_{n}" in names:
            yield f"command_line_{n}", partial(command_line.measure, n, folder)
    yield from ((name, measure) for name, measure in WITHOUT_SCREEN.items() if name in names)
    others = {**FROM_SERVERS, **SEGMENTS, **MODELS}
    yield from ((name, partial(measure, folder)) for name, measure in others.items() if name in names)
    for name, parts in IN_PARTS.items():
        for part, measure in parts.items() if name in names else ():
            yield f"{name}{part}", partial(measure, folder)


def write(found: Sequence[Comparison]) -> None:
    """Keep what was measured so far; an interrupted run leaves what it has."""
    LATEST.parent.mkdir(exist_ok=True)
    text = json.dumps([comparison.as_dict() for comparison in found], indent=2)
    LATEST.write_text(text + "\n", encoding="utf-8")


def _quiet_surroundings() -> None:
    """Keep linear algebra to one thread, leave a developer's settings out, and end cleanly on SIGTERM."""
    for name in THREADS:
        os.environ[name] = "1"
    for name in [
        name for name in os.environ if name.startswith("WAYMARK_") or name == "PYTHONDONTWRITEBYTECODE"
    ]:
        del os.environ[name]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
