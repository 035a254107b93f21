"""The answers of a grouping's statements as one frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from core import frames
from core.sources.columns.coerce import as_strings
from core.sources.sql.columns import Field
from core.sources.sql.group_statements import PACKED, Groupable, type_of
from core.sources.sql.mysql.packed import unpacked


def frame_of(able: Groupable, parts: Sequence[Any]) -> pd.DataFrame:
    """Return one row a key: the sums, then the last values."""
    sums, *lasts = parts
    made: dict[str, Any] = {"key": key_of(sums.column("key"), able.key)}
    for name in [each for each in sums.column_names[1:] if not each.startswith(PACKED)]:
        column = sums.column(name)
        made[name] = _series(column.cast(pa.timestamp("us")) if name == "last_time" else column)
    return pd.DataFrame(made | (_unpacked(sums, able) if able.has_packed else _found(sums, lasts, able)))


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
        place = pd.Index(_comparable(last.column("key"))).get_indexer(keys)
        made[f"last_{i}"] = _placed(_value(last.column("value"), field), place)
        made[f"last_time_{i}"] = _placed(_series(last.column("time").cast(pa.timestamp("us"))), place)
    return made


def key_of(column: Any, field: Field) -> pd.Series:
    """Return keys as the text that a load gives: the whole number 7 is '7'."""
    if pa.types.is_decimal(column.type):
        return _series(column.cast(pa.string()))
    return as_strings(_value(column, field)).rename(None)


def _value(column: Any, field: Field) -> pd.Series:
    """Return values as a load gives them."""
    if field.is_time:
        return _series(column.cast(pa.timestamp("us")))
    return _series(column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column)


def _series(column: Any) -> pd.Series:
    return frames.from_arrow(pa.table({"x": column}))["x"].rename(None)


def _comparable(column: Any) -> pd.Series:
    return _series(column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column)


def _placed(values: pd.Series, place: Any) -> pd.Series:
    """Return values at these places, missing at -1."""
    return (
        values.take(place.clip(min=0)).reset_index(drop=True).where(place >= 0)
        if len(values)
        else (values.reindex(range(len(place))))
    )
