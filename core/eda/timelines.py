"""How a score or a rate moves over weeks, months, years or terms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.eda.group_effects import means, moments_of
from core.eda.group_tests import wilson
from core.eda.values import (
    Codes,
    Floats,
    Integers,
    category_codes,
    codes_of,
    finite_of,
    require_explorable,
)
from core.eda.withholding import MIN_GROUP, withheld_beside
from core.errors import InvalidChoice, WrongKind
from core.schema import Column, Kind, Schema

Every = Literal["week", "month", "year"]
_UNITS = {"week": "W", "month": "M", "year": "Y"}
_SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "winter": 4}
_ACADEMIC = {"autumn": 1, "fall": 1, "winter": 2, "spring": 3, "summer": 4}
"""Of an academic year, which begins in autumn."""
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_TWO_YEARS = re.compile("(?<![0-9])((?:19|20)[0-9]{2})[-/]((?:19|20)?[0-9]{2})(?![0-9])")
MOST_PERIODS = 520
"""Ten years of weeks."""


@dataclass(frozen=True)
class Period:
    """The students of one period."""

    period: str
    """The Monday of the week (``2026-09-14``), the month (``2026-09``), the year, or the term as written."""
    n: int
    value: float
    """The mean of a number; the rate of a flag's yes, in [0, 1]."""
    low: float
    """The 95 % interval: Student's t for a mean, Wilson's for a rate; NaN for one value."""
    high: float


@dataclass(frozen=True)
class Timeline:
    """A value by period, in the order of time; periods with too few students are left out."""

    value: str
    time: str
    measure: Literal["mean", "rate"]
    periods: tuple[Period, ...]
    n: int
    n_left_out: int
    """Students with value or time unknown."""
    n_withheld: int
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.periods

    def frame(self) -> pd.DataFrame:
        """Return one row a period: period, n, value, low, high."""
        return pd.DataFrame(self.periods, columns=list(Period.__dataclass_fields__))


def timeline(
    frame: pd.DataFrame,
    *,
    value: str,
    time: str,
    schema: Schema,
    every: Every = "week",
    min_group: int = MIN_GROUP,
) -> Timeline:
    """Return the mean of a number, or the rate of a flag, in each period of ``time``.

    A date column is cut into weeks (from Monday), months or years by ``every``; each value of a category or
    number column is a term of its own (``T2`` before ``T10``). Periods under ``min_group`` students are
    withheld, and with a single one the next smallest. Raises ColumnNotFound, WrongKind, InvalidChoice.
    """
    wanted, when = schema.column(value), schema.column(time)
    if value == time:
        raise InvalidChoice(f"'{value}' cannot be drawn over itself.", hint="Choose another column of time.")
    values, measure = _values(frame, wanted)
    terms = _terms(frame, when, every)
    known = ~np.isnan(values)
    used = known & (terms.values >= 0)
    codes = terms.values[used]
    counts = np.bincount(codes, minlength=len(terms.levels)).astype(np.int64)
    hidden = withheld_beside(counts, unknown=int(known.sum() - used.sum()), minimum=min_group)
    shown = np.flatnonzero((counts > 0) & ~hidden)
    too_many = int((counts > 0).sum()) > MOST_PERIODS
    periods = () if too_many else _periods(values[used], codes, terms.levels, shown, measure)
    n, why = int(counts.sum()), ""
    if not periods:
        why = _why(n, too_many=too_many, min_group=min_group)
    return Timeline(value, time, measure, periods, n, len(frame) - n, int(hidden.sum()), why)


def _values(frame: pd.DataFrame, column: Column) -> tuple[Floats, Literal["mean", "rate"]]:
    require_explorable(column)
    if column.kind is Kind.NUMBER:
        return finite_of(frame, column=column), "mean"
    if column.kind is not Kind.FLAG:
        raise WrongKind(
            f"'{column.name}' has values of kind '{column.kind}', which have no mean or rate.",
            hint="Choose a number or a yes/no column.",
        )
    codes = codes_of(frame, column=column).values
    return np.where(codes < 0, np.nan, codes.astype(np.float64)), "rate"


def _terms(frame: pd.DataFrame, column: Column, every: Every) -> Codes:
    """Return each row's period, the levels in the order of time."""
    require_explorable(column)
    if every not in _UNITS:
        raise InvalidChoice.of("every", every, tuple(_UNITS))
    if column.kind is Kind.DATE:
        return _of_dates(finite_of(frame, column=column), every)
    if column.kind is Kind.NUMBER:
        codes, terms = _coded(finite_of(frame, column=column))
        return Codes(codes, tuple(f"{term:.15g}" for term in terms))
    if column.kind is not Kind.CATEGORY:
        raise WrongKind(
            f"'{column.name}' has values of kind '{column.kind}', not times.",
            hint="Choose a date, or a column of terms.",
        )
    return _in_order(category_codes(frame[column.name]))


def _in_order(codes: Codes) -> Codes:
    """Return the codes with levels in natural order: ``T2`` before ``T10``."""
    order = sorted(range(len(codes.levels)), key=lambda i: natural(codes.levels[i]))
    place = np.full(len(order) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    return Codes(place[codes.values], tuple(codes.levels[i] for i in order))


def natural(level: str) -> tuple[tuple[int, int, str], ...]:
    """Return what to sort by: first a year, wherever it stands; numbers as numbers, seasons as in the year.

    An academic year (``2025/26``, ``2025-26``, ``2025/2026``) begins with its autumn.

    >>> sorted(["T10", "T2", "T1b"], key=natural)
    ['T1b', 'T2', 'T10']
    >>> sorted(["autumn 2025", "spring 2026", "spring 2025"], key=natural)
    ['spring 2025', 'autumn 2025', 'spring 2026']
    >>> sorted(["spring 2025/26", "autumn 2025/26"], key=natural)
    ['autumn 2025/26', 'spring 2025/26']
    """
    year = _YEAR.search(level)
    parts = re.findall("[0-9]+|[^0-9]+", level)
    seasons = _ACADEMIC if _is_academic(level) else _SEASONS
    return ((0, int(year[0]) if year else 0, ""), *(_part(part, seasons) for part in parts))


def _is_academic(level: str) -> bool:
    years = _TWO_YEARS.search(level)
    return years is not None and (int(years[1]) + 1) % 100 == int(years[2]) % 100


def _part(part: str, seasons: dict[str, int]) -> tuple[int, int, str]:
    if part.isdecimal():
        # As text, by length first: Python reads no number of more than 4,300 digits.
        digits = part.lstrip("0")
        return (0, len(digits), digits)
    return (1, seasons.get(part.strip(" -_/.").lower(), 0), part)


def _of_dates(days: Floats, every: Every) -> Codes:
    """Return the period of each day since 1970, named by its first day."""
    known = ~np.isnan(days)
    dates = np.floor(np.where(known, days, 0)).astype(np.int64).astype("datetime64[D]")
    # numpy counts weeks from 1970-01-01, a Thursday: three days later they start on Mondays.
    shifted = dates + 3 if every == "week" else dates
    numbers = shifted.astype(f"datetime64[{_UNITS[every]}]").astype(np.int64).astype(np.float64)
    codes, periods = _coded(np.where(known, numbers, np.nan))
    starts = periods.astype(np.int64).astype(f"datetime64[{_UNITS[every]}]")
    if every == "week":
        starts = starts.astype("datetime64[D]") - 3
    return Codes(codes, tuple(str(start) for start in starts))


def _coded(values: Floats) -> tuple[Integers, Floats]:
    """Return each value's place among the distinct ones, -1 where missing, and the distinct ones."""
    known = ~np.isnan(values)
    distinct = np.unique(values[known])
    return np.where(known, np.searchsorted(distinct, values), -1).astype(np.int64), distinct


def _periods(
    values: Floats, codes: Integers, levels: tuple[str, ...], shown: Integers, measure: str
) -> tuple[Period, ...]:
    inside = moments_of(values, groups=codes, n_groups=len(levels))
    n, ends = inside.n[shown], means(inside)
    low, high = ends.low[shown], ends.high[shown]
    if measure == "rate":
        low, high = wilson(np.round(inside.mean[shown] * n), sizes=n)
    found = zip(shown, n, inside.mean[shown], low, high, strict=True)
    return tuple(Period(levels[i], int(k), float(m), float(a), float(b)) for i, k, m, a, b in found)


def _why(n: int, *, too_many: bool, min_group: int) -> str:
    if not n:
        return "No student has both values known."
    if too_many:
        return f"There are more than {MOST_PERIODS} periods: choose longer ones, or a column of terms."
    return f"Too few students: groups of fewer than {min_group} are not shown."
