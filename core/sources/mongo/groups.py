"""From the rows that the server gives for each key to the sums that every engine gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from core.sources.columns.coerce import as_strings
from core.sources.mongo.fields import Field
from core.sources.selection import Grouping, Groups
from core.sources.typed import plain_frame

TREND = ("n", "x", "xx", "y", "xy")


def result_fields(grouping: Grouping) -> tuple[Field, ...]:
    """Return where each column of the result stands in the server's rows."""
    return tuple(Field(name, path) for name, path in _places(grouping))


def groups_of(table: Any, grouping: Grouping, *, query: str) -> Groups:
    """Return the server's rows as groups; rows of keys that are the same text are added up."""
    keys = _keys(table.column("key"))
    frame = plain_frame(table.drop_columns(["key"]))
    frame.insert(0, "key", keys)
    frame = _typed(frame)
    if frame["key"].duplicated().any():
        frame = _merged(frame, grouping)
    n_after, n_undated = int(frame["n_after"].sum()), int(frame["n_undated"].sum())
    notes = tuple(_notes(frame, grouping))
    spare = [name for name in frame.columns if name.endswith("_there") or name in {"n_after", "n_undated"}]
    kept = frame[frame["n_rows"] > 0].drop(columns=spare).reset_index(drop=True)
    return Groups(kept, n_after, n_undated, notes, query)


def _places(grouping: Grouping) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    yield "key", (b"_id",)
    yield "n_rows", (b"n",)
    yield "n_after", (b"a",)
    yield "n_undated", (b"u",)
    if grouping.time:
        yield "last_time", (b"t",)
    for i in range(len(grouping.counts)):
        yield f"count_{i}", (b"c%d" % i,)
    for i in range(len(grouping.sums)):
        yield f"sum_n_{i}", (b"s%dn" % i,)
        yield f"sum_{i}", (b"s%dy" % i,)
        yield f"sum_there_{i}_there", (b"s%dp" % i,)
    for i in range(len(grouping.trends)):
        for part in TREND:
            yield f"trend_{part}_{i}", (f"r{i}{part}".encode(),)
        yield f"trend_there_{i}_there", (b"r%dp" % i,)
        yield f"trend_number_{i}_there", (b"r%dm" % i,)
    for i in range(len(grouping.lasts)):
        yield f"last_{i}", (b"l%d" % i, b"v")
        yield f"last_time_{i}", (b"l%d" % i, b"t")


def _keys(column: Any) -> pd.Series:
    """Return keys as the text that a load would give them."""
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8()).cast(pa.float64())
    return as_strings(plain_frame(pa.table({"key": column}))["key"])


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return counts as whole numbers, sums as numbers, times as times; values keep their kind."""
    columns = {}
    for name, series in frame.items():
        if str(name).startswith("last_time"):
            columns[name] = series.astype("datetime64[us]")
        elif str(name).startswith("last_") or name == "key":
            columns[name] = series
        else:
            numbers = pd.to_numeric(series).fillna(0)
            is_sum = str(name).startswith(("sum_", "trend_y", "trend_xy")) and "_n_" not in str(name)
            columns[name] = numbers.astype(np.float64 if is_sum and "there" not in str(name) else np.int64)
    return pd.DataFrame(columns, index=frame.index)


def _merged(frame: pd.DataFrame, grouping: Grouping) -> pd.DataFrame:
    """Return one row for each key: the server tells 7 from '7', and null from NaN; a table does not."""
    added = [name for name in frame.columns if name != "key" and not str(name).startswith("last_")]
    grouped = frame.groupby("key", sort=False, dropna=False)
    merged = grouped[added].sum()
    if grouping.time:
        merged["last_time"] = grouped["last_time"].max()
    for i in range(len(grouping.lasts)):
        names = ["key", f"last_{i}", f"last_time_{i}"]
        ordered = frame[names].sort_values([names[2], names[1]], na_position="first", kind="stable")
        last = ordered.groupby("key", sort=False, dropna=False).tail(1).set_index("key")
        merged[names[1:]] = last.reindex(merged.index)[names[1:]]
    return merged.reset_index()[list(frame.columns)]


def _notes(frame: pd.DataFrame, grouping: Grouping) -> Iterator[str]:
    """Yield how many values of a number column were no numbers."""
    left_out: dict[str, int] = {}
    for i, name in enumerate(grouping.sums):
        left_out[name] = int(frame[f"sum_there_{i}_there"].sum() - frame[f"sum_n_{i}"].sum())
    for i, name in enumerate(grouping.trends):
        left_out[name] = int((frame[f"trend_there_{i}_there"] - frame[f"trend_number_{i}_there"]).sum())
    for name, n in left_out.items():
        if n:
            values = "1 value" if n == 1 else f"{n:,} values"
            yield f"Column '{name}': {values} read as no number and left out of sums."
