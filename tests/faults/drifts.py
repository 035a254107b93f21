"""Forty ways in which two tables may change between two readings, and what must be named after each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from core.sources.base import ConnectionSpec
from core.sources.plan import Part, SourcePlan
from core.sources.selection import Condition, How, Measure, Test

N = 120
STUDENTS, VISITS = "students", "visits"
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Drift:
    """One change of what a source holds."""

    name: str
    change: Callable[[Tables], Tables]
    names: tuple[str, ...] = ()
    """What the sentence must name; nothing where no number may change."""
    renamed_to: str = ""
    """The column that the first named one became, to be offered."""
    stays_number: bool = False
    """Whether numbers became other numbers: MongoDB declares no difference, the new ones are as good."""


def tables() -> Tables:
    """Return what the sources hold at first."""
    students = pd.DataFrame(
        {
            "student_id": [f"{i:04d}" for i in range(N)],
            "score": [i / 8 + 0.125 for i in range(N)],
            "hours": [i % 30 for i in range(N)],
            "born": [date(2005 + i % 5, 1 + i % 12, 3) for i in range(N)],
            "lunch": ["free", "paid", "free"] * (N // 3),
            "spare": ["s"] * N,
        }
    )
    visits = pd.DataFrame(
        {
            "student": [f"{i % N:04d}" for i in range(3 * N)],
            "day": [date(2026, 1, 1 + i % 28) for i in range(3 * N)],
            "minutes": [float(i % 45) + 0.5 for i in range(3 * N)],
            "word": ["talk", "call", "talk"] * N,
        }
    )
    return {STUDENTS: students, VISITS: visits}


def plan_over(source: ConnectionSpec) -> SourcePlan:
    """Return the plan: four columns of the students, and the sum and last of their talks' minutes."""
    return SourcePlan(
        Part(source, STUDENTS, key="student_id", columns=("score", "hours", "born", "lunch")),
        (
            Part(
                source,
                VISITS,
                key="student",
                rows=(Condition("word", Test.IS, "talk"),),
                time="day",
                measures=(
                    Measure(How.SUM, "minutes", "minutes"),
                    Measure(How.LAST, "minutes", "latest"),
                    Measure(How.COUNT, "", "talks"),
                ),
            ),
        ),
        as_of=date(2026, 6, 1),
    )


def truth(held: Tables) -> pd.DataFrame:
    """Return score, hours and the measures as pandas works them out, without any of our code."""
    talks = held[VISITS][held[VISITS]["word"] == "talk"]
    of_students = talks.groupby("student")["minutes"]
    latest = talks.sort_values(["day", "minutes"]).groupby("student")["minutes"].last()
    students = held[STUDENTS].set_index("student_id")
    return pd.DataFrame(
        {
            "score": students["score"],
            "hours": students["hours"].astype("float64"),
            "minutes": of_students.sum().reindex(students.index),
            "latest": latest.reindex(students.index),
            "talks": of_students.size().reindex(students.index).fillna(0).astype("float64"),
        }
    )


def _without(table: str, column: str) -> Drift:
    return Drift(
        f"'{column}' of '{table}' dropped",
        lambda held: held | {table: held[table].drop(columns=column)},
        (table, column),
    )


def _renamed(table: str, column: str) -> Drift:
    new = f"{column}_new"
    return Drift(
        f"'{column}' of '{table}' renamed",
        lambda held: held | {table: held[table].rename(columns={column: new})},
        (table, column),
        renamed_to=new,
    )


def _retyped(table: str, column: str, what: str) -> Drift:
    as_what: dict[str, Callable[[object], object]] = {
        "text": str,
        "whole": lambda value: int(str(value).split(".", maxsplit=1)[0]),
        "part": lambda value: float(value) + 0.25,  # type: ignore[arg-type]
        "code": lambda value: len(str(value)),
        "list": lambda value: [value, value],
    }
    return Drift(
        f"'{column}' of '{table}' as {what}",
        lambda held: held | {table: held[table].assign(**{column: held[table][column].map(as_what[what])})},
        (table, column),
        stays_number=what == "part" or (what == "whole" and column in {"score", "minutes"}),
    )


def _swapped(table: str, one: str, other: str) -> Drift:
    return Drift(
        f"'{one}' and '{other}' of '{table}' swap names",
        lambda held: held | {table: held[table].rename(columns={one: other, other: one})},
        (table, one, other),
    )


def _gone(table: str) -> Drift:
    return Drift(f"'{table}' dropped", lambda held: {k: v for k, v in held.items() if k != table}, (table,))


def _moved(table: str) -> Drift:
    return Drift(
        f"'{table}' renamed",
        lambda held: {f"{k}_new" if k == table else k: v for k, v in held.items()},
        (table,),
    )


def _reordered(table: str) -> Drift:
    return Drift(
        f"columns of '{table}' the other way round",
        lambda held: held | {table: held[table][list(held[table])[::-1]]},
    )


def _added(table: str) -> Drift:
    def change(held: Tables) -> Tables:
        new = held[table].copy()
        new.insert(1, "new", range(len(new)))
        return held | {table: new}

    return Drift(f"a column of '{table}' added", change)


def _unused() -> Drift:
    return Drift(
        "a column that nobody uses dropped",
        lambda held: held | {STUDENTS: held[STUDENTS].drop(columns="spare")},
    )


USED = (
    *((STUDENTS, column) for column in ("student_id", "score", "hours", "born", "lunch")),
    *((VISITS, column) for column in ("student", "day", "minutes", "word")),
)
RETYPED = (
    (STUDENTS, "score", "text"), (STUDENTS, "score", "whole"), (STUDENTS, "hours", "text"),
    (STUDENTS, "hours", "part"), (STUDENTS, "born", "text"), (STUDENTS, "lunch", "code"),
    (STUDENTS, "student_id", "whole"), (STUDENTS, "score", "list"), (VISITS, "minutes", "text"),
    (VISITS, "minutes", "whole"), (VISITS, "minutes", "list"), (VISITS, "day", "text"),
    (VISITS, "word", "code"), (VISITS, "student", "whole"),
)  # fmt: skip
DRIFTS = (
    *(_without(*used) for used in USED),
    *(_renamed(*used) for used in USED),
    *(_retyped(*how) for how in RETYPED),
    _swapped(STUDENTS, "score", "lunch"),
    *(_gone(table) for table in (STUDENTS, VISITS)),
    _moved(VISITS),
    *(_reordered(table) for table in (STUDENTS, VISITS)),
    _added(VISITS),
    _unused(),
)
