"""What is asked of a table: which rows, and which sums for each key; the same words for every engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd

Value = str | float | bool


class Test(StrEnum):
    """How a column is compared; a missing cell passes ``missing`` and ``is not`` only."""

    __test__ = False

    IS = "is"
    IS_NOT = "is not"
    """Also passed by a missing cell: nobody is lost for a gap."""
    AT_LEAST = "at least"
    AT_MOST = "at most"
    ABOVE = "above"
    BELOW = "below"
    ONE_OF = "one of"
    MISSING = "missing"
    PRESENT = "present"


@dataclass(frozen=True)
class Condition:
    """A condition on one column; several hold together.

    Text is compared exactly (case, accents, trailing spaces), numbers as numbers, days as ISO text.
    """

    column: str
    test: Test
    value: Value | None = None
    values: tuple[Value, ...] = ()
    """For ``one of``."""

    def __str__(self) -> str:
        if self.test in {Test.MISSING, Test.PRESENT}:
            return f"{self.column} is {self.test}"
        shown = ", ".join(map(str, self.values)) if self.test is Test.ONE_OF else str(self.value)
        return f"{self.column} {self.test} {shown}"


@dataclass(frozen=True)
class KeyRule:
    """How ids are made alike before they are compared.

    >>> KeyRule(case=True, spaces=True, zeros=True).describe()
    'upper and lower case alike, spaces ignored, leading zeros ignored'
    """

    case: bool = False
    """Upper and lower case are alike."""
    spaces: bool = True
    """Spaces around and inside are ignored."""
    zeros: bool = False
    """Leading zeros are ignored: 007 is 7."""

    def describe(self) -> str:
        """Return the rule in words."""
        words = (
            (self.case, "upper and lower case alike"),
            (self.spaces, "spaces ignored"),
            (self.zeros, "leading zeros ignored"),
        )
        return ", ".join(text for is_on, text in words if is_on) or "compared exactly"


class How(StrEnum):
    """How many rows of a student become one value."""

    COUNT = "count"
    """The rows; of a column: its cells that are not missing. 0 for a student without rows."""
    SUM = "sum"
    MEAN = "mean"
    LAST = "last"
    """The value at the latest time; of several at that time, the largest."""
    TREND = "trend"
    """The least-squares slope over whole days, as change a week; missing with fewer than two days."""
    DAYS_SINCE = "days since"
    """Whole days from the latest row to the as-of date."""


@dataclass(frozen=True)
class Measure:
    """One value a student out of many rows."""

    how: How
    of: str = ""
    """The column; empty for a count of rows and for days since."""
    name: str = ""
    """The name of the new column."""

    @property
    def title(self) -> str:
        """The name of the new column, made from the others when none was given."""
        return self.name or "_".join(part for part in (self.of, self.how.replace(" ", "_")) if part)


@dataclass(frozen=True)
class Grouping:
    """The sums that an engine gives for each raw key; what is merged and divided is done by us.

    So ids are made alike, and formulas are worked out, in one place for every engine.
    """

    key: str
    time: str = ""
    """The column that says when a row happened; empty where nothing needs it."""
    as_of: date | None = None
    """Rows after this day, and rows without a time, are left out and counted."""
    counts: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    """Number columns."""
    trends: tuple[str, ...] = ()
    """Number columns; need ``time``."""
    lasts: tuple[str, ...] = ()
    """Columns of any kind; need ``time``."""


@dataclass(frozen=True, eq=False)
class Groups:
    """What an engine found for each raw key (exact bytes; missing is a key too).

    ``frame`` has ``key`` (str, missing for rows without a key), ``n_rows`` (int64), with ``time`` also
    ``last_time`` (datetime64[us]); for the i-th of ``counts`` ``count_i``; for the i-th of ``sums``
    ``sum_n_i, sum_i``; for the i-th of ``trends``, over rows where value and time are there, with
    x = whole days from 2000-01-01 to the row's day and y the value: ``trend_n_i, trend_x_i, trend_xx_i,
    trend_y_i, trend_xy_i``; for the i-th of ``lasts`` ``last_i`` and ``last_time_i``. Sums of nothing are 0.
    """

    frame: pd.DataFrame
    n_after: int = 0
    """Rows left out because they came after the as-of date."""
    n_undated: int = 0
    """Rows left out because their time is missing while an as-of date was asked for."""
    notes: tuple[str, ...] = ()
    """What was changed or not readable, one sentence each with its count."""
    query: str = ""
    """What was asked of the engine, without values of rows."""
