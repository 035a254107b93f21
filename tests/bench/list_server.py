"""Server time of the list: its next page, a filter, a sort and a search, beside pandas doing the same.

``python -m tests.bench.list_server [N ...]`` prints the table for these numbers of students.
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.caseload.roster import MOST_KEPT, Roster
from core.caseload.roster_kept import Kept
from core.caseload.roster_making import make_roster
from core.caseload.roster_page import page_of
from core.caseload.roster_query import Between, OneOf, Query, SortBy
from core.caseload.roster_values import level_column, number_column
from tests.bench.clocked import held
from tests.bench.result import Comparison, NotMeasured
from tests.bench.table import heading, line

SIZES = (3_000, 100_000, 1_000_000)
RUNS = 9
PAGE = 25
SEED = 7
DEVICES = ("none", "own", "phone only", "shared")
COLUMNS = ("rank", "student_id", "name", "risk")
MIB = 2**20
PANDAS_IS = "pandas on the same students, sorted by risk once"


@dataclass(frozen=True)
class Move:
    """One thing that a viewer does, in both ways; each takes the number of the run, so that all differ."""

    name: str
    query: Callable[[int], Query]
    pandas: Callable[[pd.DataFrame, int], pd.DataFrame]
    is_cold: bool = False
    """Whether nothing is kept of earlier runs."""


MOVES = (
    Move("page", lambda run: Query(start=PAGE * run), lambda table, run: table.iloc[PAGE * run :]),
    Move(
        "filter",
        lambda run: Query(where=(Between("hours", low=10.0 + run), OneOf("device", ("own", "shared")))),
        lambda table, run: table[(table["hours"] >= 10 + run) & table["device"].isin(["own", "shared"])],
    ),
    Move(
        "sort",
        lambda run: Query(sort=(SortBy("hours", falling=bool(run % 2)),)),
        lambda table, run: table.sort_values(["hours", "rank"], ascending=[run % 2 == 0, True]),
        is_cold=True,
    ),
    Move(
        "sort_all_differ",
        lambda run: Query(sort=(SortBy("average", falling=bool(run % 2)),)),
        lambda table, run: table.sort_values(["average", "rank"], ascending=[run % 2 == 0, True]),
        is_cold=True,
    ),
    Move(
        "sort_again",
        lambda run: Query(sort=(SortBy("average"),), start=PAGE * run),
        lambda table, run: table.sort_values(["average", "rank"]).iloc[PAGE * run :],
    ),
    Move(
        "search_id",
        lambda run: Query(search=f"0{run}"),
        lambda table, run: table[table["student_id"].str.contains(f"0{run}", regex=False)],
    ),
    Move(
        "search_name",
        lambda run: Query(search=f"Family1{run}"),
        lambda table, run: table[table["name"].str.contains(rf"\bfamily1{run}", case=False)],
    ),
    Move(
        "all_at_once",
        lambda run: Query(
            search="given1", where=(Between("hours", low=5.0 + run),), sort=(SortBy("average", falling=True),)
        ),
        lambda table, run: table[
            (table["hours"] >= 5 + run) & table["name"].str.contains(r"\bgiven1", case=False)
        ].sort_values(["average", "rank"], ascending=[False, True]),
    ),
)


def measure(n_students: int) -> Iterator[Comparison]:
    """Give each move's median in milliseconds beside pandas', and the memory in MiB beside the table's."""
    students = table_of(n_students)
    before = held("VmRSS")
    started = time.perf_counter()
    roster = roster_of(students)
    seconds, grown = time.perf_counter() - started, held("VmRSS") - before
    ordered = students.sort_values("rank", ignore_index=True)
    for move in MOVES:
        yield beside(move, roster, ordered)
    used = students.memory_usage(deep=True).sum() / MIB
    name = f"list_server_{n_students}"
    yield Comparison(
        f"{name}_memory", roster.nbytes / MIB, used, "pandas' table; ours beside the table", "MiB"
    )
    yield Comparison(f"{name}_grown", max(grown, 0.1), used, "the same; ours as the system tells it", "MiB")
    yield Comparison(f"{name}_made", seconds, 2.0, "nothing: seconds until the list is ready", "s")


def beside(move: Move, roster: Roster, ordered: pd.DataFrame) -> Comparison:
    """Return one move in both ways, in turns; raises NotMeasured where they find other students."""
    ours, theirs = [], []
    for run in range(RUNS):
        asked = replace(move.query(run), columns=COLUMNS, size=PAGE)
        mine = replace(roster, kept=Kept(MOST_KEPT)) if move.is_cold else roster
        taken, page = clocked(lambda asked=asked, mine=mine: page_of(mine, asked))
        ours.append(taken)
        taken, found = clocked(lambda run=run: move.pandas(ordered, run))
        theirs.append(taken)
        if tuple(found["student_id"].head(PAGE)) != page.student_ids:
            raise NotMeasured(f"'{move.name}' shows other students than pandas.")
    name = f"list_server_{len(ordered)}_{move.name}"
    middle = statistics.median
    return Comparison(name, middle(ours), middle(theirs), f"{PANDAS_IS}; median of {RUNS}", "ms")


def clocked(work):
    """Return the milliseconds that work took, and what it returned."""
    gc.collect()
    started = time.perf_counter()
    found = work()
    return (time.perf_counter() - started) * 1_000, found


def table_of(n: int) -> pd.DataFrame:
    """Return made-up students in no order, with the rank of each."""
    drawn = np.random.default_rng(SEED)
    given, family = (drawn.integers(0, most, n).astype(str).astype(object) for most in (400, 5_000))
    risk = np.round(drawn.random(n), 4)
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(-risk, kind="stable")] = np.arange(1, n + 1)
    hours = np.where(drawn.random(n) < 0.05, np.nan, np.rint(drawn.random(n) * 60))
    return pd.DataFrame(
        {
            "student_id": [f"S{number:07d}" for number in range(n)],
            "name": "Given" + given + " Family" + family,
            "rank": rank,
            "risk": risk,
            "hours": hours,
            "average": drawn.normal(70, 12, n),
            "device": np.array(DEVICES, dtype=object)[drawn.integers(0, len(DEVICES), n)],
        }
    )


def roster_of(students: pd.DataFrame) -> Roster:
    """Return the list of these students."""
    codes = pd.Categorical(students["device"], categories=DEVICES).codes
    return make_roster(
        student_ids=students["student_id"].to_numpy(dtype=object),
        order=np.argsort(students["rank"].to_numpy()),
        risk=students["risk"].to_numpy(),
        names=students["name"].to_numpy(dtype=object),
        columns=[
            number_column("hours", "Paid work", students["hours"].to_numpy()),
            number_column("average", "Average", students["average"].to_numpy()),
            level_column("device", "Device", codes, DEVICES),
        ],
    )


def main(sizes: Sequence[str]) -> None:
    """Print the table."""
    print(heading())
    for n_students in map(int, sizes or SIZES):
        for comparison in measure(n_students):
            print(line(comparison), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
