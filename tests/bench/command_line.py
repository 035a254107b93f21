"""The command line's time and memory, beside a plain pandas and scikit-learn script on the same file."""

import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from tests.bench import apps, child
from tests.bench.child import Usage
from tests.bench.result import Comparison

RUNS = {100_000: 3, 1_000_000: 1}
LIMIT_SECONDS = 1_200
OUTCOME = 'not_retained == "yes"'
OTHER_IS = "a script: read_csv, one-hot, scaling, LogisticRegression, 5-fold cross_val_predict, to_csv"


def measure(n_students: int, folder: Path) -> Iterator[Comparison]:
    """Give two comparisons: seconds and peak MiB of one whole list; the least of several runs."""
    students = apps.students_file(folder, n_students)
    capacity = str(n_students // 10)
    ours = [sys.executable, "-m", "core", "at-risk", "--file", students, "--outcome", OUTCOME]
    ours += ["--capacity", capacity, "--out", folder / "ours.csv"]
    other = [sys.executable, "-m", "tests.bench.naive_list", students, folder / "naive.csv"]
    ours_used: list[Usage] = []
    other_used: list[Usage] = []
    for _ in range(RUNS[n_students]):
        ours_used.append(child.run(ours, limit_seconds=LIMIT_SECONDS))
        other_used.append(child.run(other, limit_seconds=LIMIT_SECONDS))
    for what, unit, of in (("seconds", "s", _seconds), ("memory", "MiB", _mib)):
        yield Comparison(
            name=f"command_line_{n_students}_{what}",
            ours=min(map(of, ours_used)),
            other=min(map(of, other_used)),
            other_is=f"{OTHER_IS}; least of {RUNS[n_students]}",
            unit=unit,
        )


_seconds = attrgetter("seconds")
_mib = attrgetter("mib")
