"""One value a student out of many rows: which sums are asked for, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import PlanError, quoted
from core.sources.join.grouping import Ints, count_each, last_each, latest_each, take
from core.sources.join.keys import normalised
from core.sources.plan import Part
from core.sources.selection import Grouping, Groups, How, KeyRule, Measure

DAYS_A_WEEK = 7
NEED_TIME = {How.LAST, How.TREND, How.DAYS_SINCE}
OF_ANYTHING = {How.COUNT, How.DAYS_SINCE}


def grouping_for(part: Part, as_of: date | None) -> Grouping:
    """Return the sums that a part's measures need, each column once.

    Raises PlanError for measures that cannot be worked out: no key, no column, no time, no as-of date,
    or two of one name.
    """
    _check(part, as_of)
    return Grouping(
        key=part.key,
        time=part.time,
        as_of=as_of if part.time else None,
        counts=_columns(part, How.COUNT),
        sums=_columns(part, How.SUM, How.MEAN),
        trends=_columns(part, How.TREND),
        lasts=_columns(part, How.LAST),
    )


def measured(groups: Groups, part: Part, *, as_of: date | None) -> pd.DataFrame:
    """Return one row a normalised key, sorted by it: the key under its own name, then the measures.

    Keys that the rule makes alike are merged by their sums, so the values are those of all their rows
    together. Rows without a key are left out. Sum, mean, last, trend and days since are missing where
    there is nothing to work them out from.
    """
    grouping = grouping_for(part, as_of)
    merged = merge_alike(groups.frame, part.rule, n_lasts=len(grouping.lasts))
    students = _Students(merged, grouping, as_of)
    columns = {measure.title: students.value(measure) for measure in part.measures}
    return pd.DataFrame({part.key: merged["key"], **columns})


def rows_without_key(groups: Groups, rule: KeyRule) -> int:
    """Return how many of the grouped rows have no key, or one of which nothing is left."""
    return int(groups.frame["n_rows"][normalised(groups.frame["key"], rule).isna()].sum())


def merge_alike(frame: pd.DataFrame, rule: KeyRule, *, n_lasts: int) -> pd.DataFrame:
    """Return the frame of Groups with one row a normalised key, sorted by key, and none without a key.

    Sums add up exactly as if the rows had been grouped by the normalised key; the last value is the one
    at the later time, of two at the same time the larger.
    """
    alike = normalised(frame["key"], rule)
    frame = frame[alike.notna().to_numpy()]
    codes, keys = pd.factorize(alike[alike.notna()], sort=True)
    codes, n = codes.astype(np.int64, copy=False), len(keys)
    found: dict[str, Any] = {"key": pd.Series(keys, dtype="str").array}
    picked = {name for i in range(n_lasts) for name in (f"last_{i}", f"last_time_{i}")}
    for name in frame.columns:
        if name == "last_time":
            found[name] = latest_each(codes, _micros(frame[name]), n).view("datetime64[us]")
        elif name != "key" and name not in picked:
            found[name] = count_each(codes, n, frame[name].to_numpy())
    for i in range(n_lasts):
        row = last_each(codes, _micros(frame[f"last_time_{i}"]), frame[f"last_{i}"], n)
        found[f"last_{i}"] = take(frame[f"last_{i}"], row)
        found[f"last_time_{i}"] = take(frame[f"last_time_{i}"], row)
    return pd.DataFrame(found, copy=False)


def slope_a_week(
    n: npt.NDArray[Any],
    x: npt.NDArray[Any],
    xx: npt.NDArray[Any],
    y: npt.NDArray[Any],
    xy: npt.NDArray[Any],
) -> npt.NDArray[np.float64]:
    """Return the least-squares slope of y over days x, from their sums, as change in 7 days.

    b = (sum xy - sum x sum y / n) / (sum xx - (sum x)^2 / n): the normal equations of a straight line
    (Draper and Smith, Applied Regression Analysis, 3rd edition 1998, section 1.2). Days are counted from
    the mean day, rounded down, first: exact in whole numbers, it leaves small sums, and a sum of squares
    of 0 says exactly that there is only one day. Missing with fewer than two different days.
    """
    n, x, xx = (values.astype(np.int64) for values in (n, x, xx))
    day = x // np.maximum(n, 1)
    x_left, xx_left = x - n * day, xx - 2 * day * x + n * day * day
    xy_left = xy - day * y
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (xy_left - x_left * (y / n)) / (xx_left - x_left * (x_left / n))
    return np.where(xx_left > 0, DAYS_A_WEEK * slope, np.nan)


def _check(part: Part, as_of: date | None) -> None:
    if not part.key:
        raise PlanError(
            f"The measures of '{part.table}' need the column that says which student a row is about.",
            hint="Choose the key of this table.",
        )
    for measure in part.measures:
        if measure.how not in OF_ANYTHING and not measure.of:
            raise _cannot(part, measure, "no column is named", "Choose the column to work on.")
        if measure.how in NEED_TIME and not part.time:
            raise _cannot(part, measure, "the plan names no time", "Choose the column that says when.")
        if measure.how is How.DAYS_SINCE and as_of is None:
            raise _cannot(part, measure, "the plan has no as-of date", "Set the day to count from.")
    titles = [part.key, *(measure.title for measure in part.measures)]
    twice = sorted({title for title in titles if titles.count(title) > 1})
    if twice:
        raise PlanError(
            f"Several columns of '{part.table}' would be called {quoted(twice)}.",
            hint="Give each measure a name of its own, other than the key's.",
        )


def _cannot(part: Part, measure: Measure, why: str, hint: str) -> PlanError:
    return PlanError(
        f"The measure '{measure.title}' of '{part.table}' cannot be worked out: {why}.", hint=hint
    )


def _columns(part: Part, *hows: How) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.of for m in part.measures if m.how in hows and m.of))


@dataclass(frozen=True, eq=False)
class _Students:
    """The sums of each student, and how each measure is made of them."""

    sums: pd.DataFrame
    grouping: Grouping
    as_of: date | None

    def value(self, measure: Measure) -> Any:
        """Return one column, a row a student."""
        made: dict[How, Callable[[str], Any]] = {
            How.COUNT: self._count,
            How.SUM: self._sum,
            How.MEAN: self._mean,
            How.LAST: self._last,
            How.TREND: self._trend,
            How.DAYS_SINCE: self._days_since,
        }
        return made[measure.how](measure.of)

    def _count(self, of: str) -> Any:
        name = f"count_{self.grouping.counts.index(of)}" if of else "n_rows"
        return self.sums[name].astype("float64")

    def _sum(self, of: str) -> Any:
        i = self.grouping.sums.index(of)
        return self.sums[f"sum_{i}"].astype("float64").where(self.sums[f"sum_n_{i}"] > 0)

    def _mean(self, of: str) -> Any:
        return self._sum(of) / self.sums[f"sum_n_{self.grouping.sums.index(of)}"]

    def _last(self, of: str) -> Any:
        return self.sums[f"last_{self.grouping.lasts.index(of)}"]

    def _trend(self, of: str) -> Any:
        i = self.grouping.trends.index(of)
        return slope_a_week(
            *(self.sums[f"trend_{name}_{i}"].to_numpy() for name in ("n", "x", "xx", "y", "xy"))
        )

    def _days_since(self, of: str) -> Any:
        day = pd.Timestamp(np.datetime64(self.as_of, "us"))
        return (day - self.sums["last_time"].dt.normalize()).dt.days.astype("float64")


def _micros(times: pd.Series) -> Ints:
    values: Ints = times.to_numpy(dtype="datetime64[us]").view(np.int64)
    return values
