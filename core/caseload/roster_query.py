"""What is asked of the list: which students, in which order, which of them, and with which columns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Self

from core.errors import InvalidChoice

TITLES = MappingProxyType(
    {
        "rank": "Rank",
        "interval": "Rank could be",
        "student_id": "Student",
        "name": "Name",
        "need": "Need",
        "risk": "Risk",
        "reasons": "Why",
        "strengths": "Strengths",
        "days": "Days since contact",
        "trend": "Trend",
        "segment": "Segment",
        "mentor": "Mentor",
        "next_step": "Next step",
        "listed": "Listed",
        "status": "Since last time",
        "change": "What changed",
    }
)
"""The columns that the list can show, in the order in which they are shown, with their titles."""
USUAL = (
    "rank",
    "interval",
    "student_id",
    "name",
    "need",
    "risk",
    "reasons",
    "strengths",
    "days",
    "trend",
    "segment",
    "mentor",
    "next_step",
)
"""The columns that are shown until others are chosen."""
LARGEST_PAGE = 500
LONGEST_SEARCH = 100
MOST_SORTS, MOST_FILTERS, MOST_VALUES = 3, 20, 200


@dataclass(frozen=True)
class SortBy:
    """Sort by a column; missing values come last either way, and ties stand in the order of the ranks."""

    column: str
    falling: bool = False


@dataclass(frozen=True)
class OneOf:
    """Keep the students with one of these values; those without a value too, if ``or_missing``."""

    column: str
    values: tuple[str, ...]
    or_missing: bool = False

    def __post_init__(self) -> None:
        if not (self.values or self.or_missing) or len(self.values) > MOST_VALUES:
            raise InvalidChoice(
                f"The filter on '{self.column}' has {len(self.values)} values.",
                hint=f"It takes 1 to {MOST_VALUES}.",
            )


@dataclass(frozen=True)
class Between:
    """Keep the students with a number in this range, both ends included; None is an open end."""

    column: str
    low: float | None = None
    high: float | None = None
    or_missing: bool = False

    def __post_init__(self) -> None:
        ends = [end for end in (self.low, self.high) if end is not None]
        if any(not math.isfinite(end) for end in ends):
            raise InvalidChoice(
                f"The range of '{self.column}' has an end that is no number.", hint="Give one."
            )
        if len(ends) == 2 and ends[0] > ends[1]:
            raise InvalidChoice(
                f"The range of '{self.column}' is empty: {ends[0]:g} is above {ends[1]:g}.",
                hint="Give the lower end first.",
            )


Condition = OneOf | Between


@dataclass(frozen=True)
class Query:
    """One view of the list; students must meet every condition. Raises InvalidChoice for what cannot be."""

    start: int = 0
    size: int = 25
    sort: tuple[SortBy, ...] = ()
    """Nothing is by rank, the highest risk first."""
    where: tuple[Condition, ...] = ()
    search: str = ""
    """A part of an id, or how words of the name begin; case and accents do not count."""
    columns: tuple[str, ...] = USUAL

    def __post_init__(self) -> None:
        _whole("first student", self.start, 0, 10**9)
        _whole("number of students on a page", self.size, 1, LARGEST_PAGE)
        _few("columns to sort by", len(self.sort), MOST_SORTS)
        _few("filters", len(self.where), MOST_FILTERS)
        _once("sorted by", [one.column for one in self.sort])
        _once("shown", self.columns)
        _few("letters to search for", len(self.search), LONGEST_SEARCH)
        for name in self.columns:
            if name not in TITLES:
                raise InvalidChoice.of("column", name, tuple(TITLES))

    @property
    def narrows(self) -> bool:
        """Whether some students may be left out."""
        return bool(self.where or self.search.strip())

    def everyone(self) -> Self:
        """Return the query for the first page; two queries with the same one show the same students."""
        return replace(self, start=0, size=1, columns=())


def _whole(what: str, got: int, lowest: int, highest: int) -> None:
    if isinstance(got, bool) or not isinstance(got, int) or not lowest <= got <= highest:
        raise InvalidChoice(
            f"The {what} cannot be {got}.", hint=f"It is a whole number from {lowest} to {highest:,}."
        )


def _few(what: str, got: int, most: int) -> None:
    if got > most:
        raise InvalidChoice(f"There are {got} {what}.", hint=f"At most {most} are allowed.")


def _once(what: str, names: tuple[str, ...] | list[str]) -> None:
    twice = next((name for name in names if list(names).count(name) > 1), None)
    if twice is not None:
        raise InvalidChoice(f"The column '{twice}' is {what} twice.", hint="Name each column once.")
