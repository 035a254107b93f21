"""Columns that hold the same thing at one time after another: what a line beside a student is drawn of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.caseload.roster_values import Floats, Rows

LEAST_POINTS = 3
"""Fewer make no trend."""
_TIME = re.compile(
    r"(?P<stem>.*?(?:^|[\W_])(?:week|wk|term|month|semester|sem|period|quarter|year)[\W_]*)(?P<number>[0-9]{1,3})"
    r"(?P<rest>(?:[\W_].*)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class WideTrend:
    """Numbers that stand in columns of their own for each week, month or term."""

    title: str
    names: tuple[str, ...]
    """Of the columns, in the order of time."""
    values: NDArray[np.float64] = field(repr=False)
    """All numbers of the students; NaN is missing."""
    places: tuple[int, ...] = field(repr=False)
    """The columns of ``values``, in the order of time."""

    def of(self, rows: Rows) -> list[list[float | None]]:
        """Return each student's numbers, the earliest first; None is missing."""
        told: list[list[Any]] = self.values[rows][:, list(self.places)].tolist()
        return [[None if value != value else value for value in one] for one in told]


def wide_trend(names: Sequence[str], values: Floats) -> WideTrend | None:
    """Return the longest series among columns, or None where there is none of at least three times.

    A column belongs to a series by a word of time and a number in its name; the first of equally long ones.

    >>> wide_trend(["logins_week_10", "logins_week_2", "logins_week_1", "age"], np.zeros((0, 4))).names
    ('logins_week_1', 'logins_week_2', 'logins_week_10')
    """
    series: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for place, name in enumerate(names):
        found = _TIME.fullmatch(name)
        if found:
            key = (found["stem"].lower(), found["rest"].lower())
            series.setdefault(key, []).append((int(found["number"]), place))
    longest = max(series.values(), key=len, default=[])
    if len({number for number, _ in longest}) < max(LEAST_POINTS, len(longest)):
        return None
    places = tuple(place for _, place in sorted(longest))
    return WideTrend(_title(names[places[0]]), tuple(names[place] for place in places), values, places)


def _title(name: str) -> str:
    """Return what a series is called.

    >>> _title("logins_week_1"), _title("week 3 score")
    ('Logins by week', 'Score by week')
    """
    words = [word for word in re.split(r"[\W_0-9]+", name) if word]
    times = [word for word in words if _TIME.fullmatch(f"{word}1")]
    rest = " ".join(word for word in words if word not in times) or "values"
    return f"{rest.capitalize()} by {times[-1].lower()}" if times else rest.capitalize()
