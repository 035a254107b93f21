"""The answers of a grouping's statements as one frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core import frames
from core.sources.base import MOST_EXACT
from core.sources.columns.coerce import as_strings
from core.sources.sql.columns import Field
from core.sources.sql.group_statements import PACKED, WHOLE, Groupable, type_of
from core.sources.sql.mysql.packed import unpacked


def frame_of(able: Groupable, parts: Sequence[Any]) -> pd.DataFrame:
    """Return one row a key: the sums, then the last values."""
    sums, *lasts = parts
    made: dict[str, Any] = {"key": key_of(sums.column("key"), able.key)}
    for name in [each for each in sums.column_names[1:] if not each.startswith(PACKED)]:
        column = sums.column(name)
        made[name] = _series(column.cast(pa.timestamp("us")) if name == "last_time" else column)
    made |= _unpacked(sums, able) if able.has_packed else _found(sums, lasts, able)
    return one_a_key(pd.DataFrame(made), able.lasts)


def _unpacked(sums: Any, able: Groupable) -> dict[str, Any]:
    """Return the last values that came with the sums."""
    made = {}
    for i, field in enumerate(able.lasts):
        values, times = unpacked(sums.column(f"{PACKED}{i}"), type_of(field))
        made[f"last_{i}"] = _value(values, field)
        made[f"last_time_{i}"] = _series(times.cast(pa.timestamp("us")))
    return made


def _found(sums: Any, lasts: Sequence[Any], able: Groupable) -> dict[str, Any]:
    """Return the last values of each key of the sums; they have statements of their own."""
    made = {}
    keys = pd.Index(_comparable(sums.column("key")))
    for i, (last, field) in enumerate(zip(lasts, able.lasts, strict=True)):
        values = _value(last.column("value"), field)
        times = _series(last.column("time").cast(pa.timestamp("us")))
        of = _comparable(last.column("key"))
        row = _latest(of, times, values, field)
        place = pd.Index(of.iloc[row]).get_indexer(keys)
        made[f"last_{i}"] = _placed(values.iloc[row], place)
        made[f"last_time_{i}"] = _placed(times.iloc[row], place)
    return made


def one_a_key(frame: pd.DataFrame, lasts: Sequence[Field]) -> pd.DataFrame:
    """Return the frame with one row a text of a key: bytes that are no text may read alike.

    Their sums are added, and the last value is the one at the later time, of several the largest.
    """
    if not frame["key"].duplicated().any():
        return frame
    groups = frame.groupby("key", dropna=False, sort=False)
    picked = {name: i for i in range(len(lasts)) for name in (f"last_{i}", f"last_time_{i}")}
    made: dict[str, Any] = {"key": frame["key"].drop_duplicates().reset_index(drop=True)}
    for name in frame.columns[1:]:
        if name in picked:
            i = picked[name]
            row = _latest(frame["key"], frame[f"last_time_{i}"], frame[f"last_{i}"], lasts[i])
            place = pd.Index(frame["key"].iloc[row]).get_indexer(pd.Index(made["key"]))
            made[name] = _placed(frame[name].iloc[row], place)
        else:
            how = "max" if name == "last_time" else "sum"
            made[name] = groups[name].agg(how).reset_index(drop=True)
    return pd.DataFrame(made)


def _latest(keys: pd.Series, times: pd.Series, values: pd.Series, field: Field) -> Any:
    """Return the number of one row a key, with a value where one has: the latest, of several the largest."""
    if keys.is_unique:
        return np.arange(len(keys))
    is_long = field.form in WHOLE and pd.api.types.is_string_dtype(values.dtype)
    size = values.astype("object").map(int, na_action="ignore") if is_long else values
    rows = pd.DataFrame({"key": keys, "has": values.notna(), "time": times, "size": size})
    ordered = rows.reset_index(drop=True).sort_values(["has", "time", "size"], na_position="first")
    return np.sort(ordered.drop_duplicates("key", keep="last").index.to_numpy())


def key_of(column: Any, field: Field) -> pd.Series:
    """Return keys as the text that a load gives: the whole number 7 is '7'."""
    if pa.types.is_decimal(column.type):
        return _series(column.cast(pa.string()))
    return as_strings(_value(column, field)).rename(None)


def _value(column: Any, field: Field) -> pd.Series:
    """Return values as a load gives them: whole numbers beyond 2**53 as text, digit for digit."""
    if field.is_time:
        return _series(column.cast(pa.timestamp("us")))
    if pa.types.is_decimal(column.type):
        return _series(column.cast(pa.string() if _is_long(column) else pa.float64()))
    return _series(column)


def _is_long(column: Any) -> bool:
    """Tell whether a whole number of the column has more digits than a double holds."""
    ends = pc.min_max(column)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is not None and max(abs(low), abs(high)) > MOST_EXACT


def _series(column: Any) -> pd.Series:
    return frames.from_arrow(pa.table({"x": column}))["x"].rename(None)


def _comparable(column: Any) -> pd.Series:
    """Return keys in a form that tells all of them apart: a double would not."""
    return _series(column if pa.types.is_floating(column.type) else column.cast(pa.string()))


def _placed(values: pd.Series, place: Any) -> pd.Series:
    """Return values at these places, missing at -1."""
    return (
        values.take(place.clip(min=0)).reset_index(drop=True).where(place >= 0)
        if len(values)
        else (values.reindex(range(len(place))))
    )
