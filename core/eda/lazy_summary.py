"""The summary of a table that Spark holds: the same figures, worked out where the rows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from core import frames
from core.eda.summary import (
    ColumnSummary,
    Summary,
    blank,
    counted,
    day_figures,
    inner_edges,
    is_enough,
    number_figures,
    of_levels,
    too_few,
)
from core.eda.values import FLAG_LEVELS, identifies
from core.eda.withholding import MIN_GROUP
from core.errors import WrongKind
from core.schema import Column, Kind, Schema

QUARTERS = (0.25, 0.5, 0.75)


def summarise_lazy(frame: nw.LazyFrame[Any], *, schema: Schema, min_group: int = MIN_GROUP) -> Summary:
    """Return what ``summarise`` returns for the same rows, without bringing the rows together.

    The table is read twice, and once more for each category column. Medians and quartiles are exact.
    Raises ColumnNotFound and WrongKind where frame and schema do not fit.
    """
    frames.require(frame, [column.name for column in schema], where="the exploration")
    types = frame.collect_schema()
    numeric = [c for c in schema if not identifies(c) and c.kind in (Kind.NUMBER, Kind.FLAG, Kind.DATE)]
    for column in numeric:
        _require_kind(column, types[column.name])
    ready = frame.select(*(part for column in schema for part in _ready(column, types)))
    facts = frames.first_row(ready.select(*_first_facts(schema)))
    n_rows = int(facts["rows"])
    spread = [c for c in numeric if c.kind is not Kind.FLAG and _enough(c, facts, min_group)]
    facts |= frames.first_row(ready.select(nw.len().alias("rows"), *_second_facts(spread, facts)))
    columns = tuple(_summary(ready, column, facts, n_rows, min_group) for column in schema)
    return Summary(columns, n_rows, min_group)


def _require_kind(column: Column, dtype: nw.dtypes.DType) -> None:
    fits = dtype.is_temporal() if column.kind is Kind.DATE else dtype.is_numeric() or dtype == nw.Boolean
    if not fits:
        raise WrongKind(
            f"'{column.name}' should hold values of kind '{column.kind}' but holds {dtype}.",
            hint="Change the column's kind, or parse it in the cleaning recipe.",
        )


def _number(column: Column, types: Mapping[str, nw.dtypes.DType]) -> nw.Expr:
    """Return the column as Float64, missing where it is not a number; dates as days since 1970."""
    value = nw.col(column.name)
    if column.kind is Kind.DATE:
        return _days(value, has_time=types[column.name] == nw.Datetime)
    value = value.cast(nw.Float64)
    return nw.when(~value.is_nan()).then(value)


def _ready(column: Column, types: Mapping[str, nw.dtypes.DType]) -> list[nw.Expr]:
    """Return the column as it is counted: numbers twice, whole and without infinite ones."""
    name = column.name
    if identifies(column) or column.kind is Kind.CATEGORY:
        return [nw.col(name)]
    value = _number(column, types)
    if column.kind is Kind.FLAG:
        return [value.alias(name)]
    # Adding zero makes negative zero an ordinary one, which counts as the same value everywhere.
    return [value.alias(name), nw.when(value.is_finite()).then(value + 0.0).alias(f"{name}\x1f")]


def _days(moment: nw.Expr, *, has_time: bool) -> nw.Expr:
    """Return the days since 1970-01-01, by the arithmetic of the Gregorian calendar from March on."""
    month = moment.dt.month().cast(nw.Float64)
    early = nw.when(month <= 2).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    year = moment.dt.year().cast(nw.Float64) - early
    since_march = month - 3 + 12 * early
    leaps = (year / 4).floor() - (year / 100).floor() + (year / 400).floor()
    before = ((153 * since_march + 2) / 5).floor()
    days = 365 * year + leaps + before + moment.dt.day().cast(nw.Float64) - 719_469
    if not has_time:
        return days
    clock = moment.dt.hour() * 3600 + moment.dt.minute() * 60 + moment.dt.second()
    return days + clock.cast(nw.Float64) / 86_400


def _how_many(condition: nw.Expr) -> nw.Expr:
    """Return how many rows meet the condition: Spark does not add up true and false."""
    return nw.when(condition).then(nw.lit(1)).count()


def _first_facts(schema: Schema) -> list[nw.Expr]:
    """Return the counts of every column, and range, mean and quartiles of numbers."""
    found = [nw.len().alias("rows")]
    for column in schema:
        name = column.name
        if identifies(column):
            found.append(nw.col(name).count().alias(f"{name}\x1fcount"))
            found.append(nw.col(name).n_unique().alias(f"{name}\x1fdistinct"))
        elif column.kind is Kind.FLAG:
            found.append(nw.col(name).count().alias(f"{name}\x1fcount"))
            found.append(_how_many(nw.col(name) > 0).alias(f"{name}\x1fyes"))
        elif column.kind is not Kind.CATEGORY:
            found += _range_facts(name)
    return found


def _range_facts(name: str) -> list[nw.Expr]:
    finite = nw.col(f"{name}\x1f")
    quarters = [
        finite.quantile(share, interpolation="linear").alias(f"{name}\x1fq{share}") for share in QUARTERS
    ]
    return [
        nw.col(name).count().alias(f"{name}\x1fcount"),
        finite.count().alias(f"{name}\x1ffinite"),
        finite.n_unique().alias(f"{name}\x1fdistinct"),
        finite.min().alias(f"{name}\x1flow"),
        finite.max().alias(f"{name}\x1fhigh"),
        finite.mean().alias(f"{name}\x1fmean"),
        *quarters,
    ]


def _enough(column: Column, facts: Mapping[str, Any], min_group: int) -> bool:
    return is_enough(int(facts[f"{column.name}\x1ffinite"] or 0), min_group)


def _second_facts(columns: list[Column], facts: Mapping[str, Any]) -> list[nw.Expr]:
    """Return what needs the mean and the range: the central moments, and how many lie under each edge."""
    found = []
    for column in columns:
        name, value = column.name, nw.col(f"{column.name}\x1f")
        centred = value - float(facts[f"{name}\x1fmean"])
        found.append(centred.sum().alias(f"{name}\x1ffirst"))
        found.append((centred * centred).sum().alias(f"{name}\x1fsecond"))
        found.append((centred * centred * centred).sum().alias(f"{name}\x1fthird"))
        edges = inner_edges(float(facts[f"{name}\x1flow"]), float(facts[f"{name}\x1fhigh"]))
        found += [_how_many(value < float(edge)).alias(f"{name}\x1fbin{i}") for i, edge in enumerate(edges)]
    return found


def _summary(
    frame: nw.LazyFrame[Any], column: Column, facts: Mapping[str, Any], n_rows: int, min_group: int
) -> ColumnSummary:
    own = {
        key.split("\x1f")[1]: value for key, value in facts.items() if key.startswith(f"{column.name}\x1f")
    }
    if identifies(column):
        count = int(own["count"] or 0)
        return counted(column, n_rows, count, distinct=_distinct(own, n_rows - count))
    if column.kind is Kind.FLAG:
        yes = int(own["yes"] or 0)
        counts = np.array([int(own["count"] or 0) - yes, yes], dtype=np.int64)
        return of_levels(column, n_rows, levels=FLAG_LEVELS, counts=counts, min_group=min_group)
    if column.kind is Kind.CATEGORY:
        return _categories(frame, column, n_rows, min_group)
    return _numbers(column, own, n_rows, min_group)


def _distinct(own: Mapping[str, Any], n_null: int) -> int:
    """Return the number of distinct values: the engines count missing as one."""
    return int(own["distinct"] or 0) - (1 if n_null else 0)


def _categories(frame: nw.LazyFrame[Any], column: Column, n_rows: int, min_group: int) -> ColumnSummary:
    value = nw.col(column.name)
    found = frames.collect(frame.filter(~value.is_null()).group_by(column.name).agg(nw.len().alias("\x1fn")))
    pairs = sorted((str(level), int(n)) for level, n in found.itertuples(index=False))
    levels, counts = [level for level, _ in pairs], np.array([n for _, n in pairs], dtype=np.int64)
    return of_levels(column, n_rows, levels=levels, counts=counts, min_group=min_group)


def _numbers(column: Column, own: Mapping[str, Any], n_rows: int, min_group: int) -> ColumnSummary:
    count, n = int(own["count"] or 0), int(own["finite"] or 0)
    figures: dict[str, Any] = {"infinite": count - n, "distinct": _distinct(own, n_rows - n)}
    if not is_enough(n, min_group):
        return replace(blank(column, n_rows, count), **figures, note=too_few(n, min_group))
    low, high = float(own["low"]), float(own["high"])
    if column.kind is Kind.DATE:
        figures |= day_figures(low, high)
    else:
        q25, median, q75 = (float(own[f"q{share}"]) for share in QUARTERS)
        sums = tuple(0.0 if low == high else float(own[name]) for name in ("first", "second", "third"))
        about = low if low == high else float(own["mean"])
        figures |= number_figures((n, low, high), quarters=(q25, median, q75), about=about, sums=sums)
    return replace(blank(column, n_rows, count), **figures, sparkline=_sparkline(own, n))


def _sparkline(own: Mapping[str, Any], n: int) -> tuple[int, ...]:
    if own["low"] == own["high"]:
        return (n,)
    below = [int(own[f"bin{i}"]) for i in range(sum(key.startswith("bin") for key in own))]
    return tuple(np.diff(below, prepend=0, append=n).tolist())
