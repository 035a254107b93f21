"""The sums of each key, worked out in pandas: what other engines do on their server must give the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.schema import Kind, Schema
from core.sources.columns.coerce import as_strings
from core.sources.join.conditions import as_numbers
from core.sources.selection import Condition, Grouping, Groups

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FIRST_DAY = np.datetime64("2000-01-01", "D")
"""Day 0 of a trend."""
NEVER = np.iinfo(np.int64).min
"""How numpy holds a missing time."""


def columns_of(grouping: Grouping, rows: Sequence[Condition] = ()) -> tuple[str, ...]:
    """Return the columns that a grouping and its conditions read, each once."""
    named = (grouping.key, grouping.time, *grouping.counts, *grouping.sums, *grouping.trends, *grouping.lasts)
    return tuple(dict.fromkeys(name for name in (*named, *(row.column for row in rows)) if name))


def group_frame(frame: pd.DataFrame, schema: Schema, grouping: Grouping) -> Groups:
    """Return the sums of each raw key, in the order in which the keys come up.

    Raises ColumnNotFound, InvalidChoice where ``time`` is needed and not named, and WrongKind for a
    time, sum or trend of a column that holds something else.
    """
    check_grouping(schema, grouping)
    frame = frame[list(columns_of(grouping))]
    frame, n_after, n_undated = _up_to_day(frame, grouping)
    codes, keys = _keys(frame[grouping.key])
    found: dict[str, Any] = {"key": keys, "n_rows": count_each(codes, len(keys))}
    if grouping.time:
        times = _times(frame[grouping.time])
        found["last_time"] = latest_each(codes, times, len(keys)).view("datetime64[us]")
    for i, name in enumerate(grouping.counts):
        found[f"count_{i}"] = count_each(codes[frame[name].notna().to_numpy()], len(keys))
    for i, name in enumerate(grouping.sums):
        found |= _sum(codes, as_numbers(frame[name]).to_numpy(), i, len(keys))
    for i, name in enumerate(grouping.trends):
        found |= _trend(codes, times, as_numbers(frame[name]).to_numpy(), i, len(keys))
    for i, name in enumerate(grouping.lasts):
        row = last_each(codes, times, frame[name], len(keys))
        found[f"last_{i}"] = take(frame[name], row)
        found[f"last_time_{i}"] = np.where(row >= 0, times[row] if len(times) else NEVER, NEVER).view(
            "datetime64[us]"
        )
    notes = tuple(
        note for name in dict.fromkeys((*grouping.sums, *grouping.trends)) for note in _unread(frame[name])
    )
    return Groups(pd.DataFrame(found, copy=False), n_after, n_undated, notes)


def check_grouping(schema: Schema, grouping: Grouping) -> None:
    """Do nothing if the columns are there and of the right kinds; raises as group_frame does."""
    for name in columns_of(grouping):
        if name not in schema:
            raise ColumnNotFound.of(name, schema.names(), where="the measures")
    if (grouping.trends or grouping.lasts) and not grouping.time:
        raise InvalidChoice(
            "A last value or a trend needs the column that says when a row happened.",
            hint=f"Choose the time column; dates: {', '.join(schema.of_kind(Kind.DATE)) or 'none'}.",
        )
    if grouping.time and schema.column(grouping.time).kind is not Kind.DATE:
        raise WrongKind(
            f"The column '{grouping.time}' holds no dates.", hint="Choose a date column as the time."
        )
    for name in (*grouping.sums, *grouping.trends):
        if schema.column(name).kind not in {Kind.NUMBER, Kind.FLAG}:
            raise WrongKind(
                f"The column '{name}' holds no numbers.", hint="Sum, mean and trend need a number column."
            )


def count_each(codes: Ints, n: int, weights: npt.NDArray[Any] | None = None) -> Any:
    """Return how many times each of ``n`` groups occurs in ``codes``, or the sum of its weights."""
    if weights is None:
        return np.bincount(codes, minlength=n).astype(np.int64)
    if not np.issubdtype(weights.dtype, np.integer):
        return np.bincount(codes, weights=weights.astype(np.float64), minlength=n).astype(np.float64)
    total = np.zeros(n, dtype=np.int64)
    np.add.at(total, codes, weights)
    return total


def latest_each(codes: Ints, times: Ints, n: int) -> Ints:
    """Return the latest time of each group in microseconds; NEVER where it has none."""
    latest = np.full(n, NEVER, dtype=np.int64)
    np.maximum.at(latest, codes, times)
    return latest


def last_each(codes: Ints, times: Ints, values: pd.Series, n: int) -> Ints:
    """Return the row with each group's last value: at its latest time, of several the largest; -1 without.

    Rows without a value or a time do not count.
    """
    rows = np.flatnonzero(values.notna().to_numpy() & (times != NEVER))
    latest = latest_each(codes[rows], times[rows], n)
    rows = rows[times[rows] == latest[codes[rows]]]
    chosen = np.full(n, -1, dtype=np.int64)
    chosen[codes[rows]] = rows
    tied = rows[count_each(codes[rows], n)[codes[rows]] > 1]
    if len(tied):
        ascending = tied[values.iloc[tied].argsort().to_numpy()]
        chosen[codes[ascending]] = ascending  # of several writes to one place the last one stays
    return chosen


def take(values: pd.Series, rows: Ints) -> Any:
    """Return the values at these rows, missing where the row is -1."""
    return pd.api.extensions.take(values.array, rows, allow_fill=True)


def _up_to_day(frame: pd.DataFrame, grouping: Grouping) -> tuple[pd.DataFrame, int, int]:
    """Return the rows up to the as-of date, and how many were after it or without a time."""
    if grouping.as_of is None or not grouping.time:
        return frame, 0, 0
    times = frame[grouping.time]
    is_undated = times.isna().to_numpy()
    is_after = (times >= _day_after(grouping.as_of)).to_numpy()
    n_after, n_undated = int(is_after.sum()), int(is_undated.sum())
    return (frame[~(is_after | is_undated)] if n_after or n_undated else frame), n_after, n_undated


def _day_after(day: date) -> pd.Timestamp:
    return pd.Timestamp(np.datetime64(day, "D") + np.timedelta64(1, "D"))


def _keys(series: pd.Series) -> tuple[Ints, Any]:
    """Return the group of each row, and the keys as text; rows without a key are the last group."""
    codes, keys = pd.factorize(series)
    texts = as_strings(pd.Series(keys)).astype("str")
    is_missing = codes < 0
    if is_missing.any():
        codes = np.where(is_missing, len(texts), codes)
        texts = pd.concat([texts, pd.Series([None], dtype="str")], ignore_index=True)
    return codes.astype(np.int64, copy=False), texts.array


def _times(series: pd.Series) -> Ints:
    """Return times in microseconds since 1970, NEVER where missing."""
    times: Ints = series.to_numpy(dtype="datetime64[us]").view(np.int64)
    return times


def _sum(codes: Ints, values: Floats, i: int, n: int) -> dict[str, Any]:
    there = ~np.isnan(values)
    return {
        f"sum_n_{i}": count_each(codes[there], n),
        f"sum_{i}": count_each(codes[there], n, values[there]),
    }


def _trend(codes: Ints, times: Ints, values: Floats, i: int, n: int) -> dict[str, Any]:
    there = ~np.isnan(values) & (times != NEVER)
    codes, y = codes[there], values[there]
    days = times[there].view("datetime64[us]").astype("datetime64[D]")
    x = (days - FIRST_DAY).astype(np.int64)
    return {
        f"trend_n_{i}": count_each(codes, n),
        f"trend_x_{i}": count_each(codes, n, x),
        f"trend_xx_{i}": count_each(codes, n, x * x),
        f"trend_y_{i}": count_each(codes, n, y),
        f"trend_xy_{i}": count_each(codes, n, x * y),
    }


def _unread(series: pd.Series) -> tuple[str, ...]:
    """Return a note on the cells of a number column that are text and read as no number."""
    n_unread = int((as_numbers(series).isna() & series.notna()).sum())
    if not n_unread:
        return ()
    values = "1 value" if n_unread == 1 else f"{n_unread:,} values"
    return (f"Column '{series.name}': {values} read as no number and left out of sums.",)
