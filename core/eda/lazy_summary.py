"""The summary of a table that Spark holds: the same figures, worked out where the rows are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from core import frames
from core.eda.summary import (
    SPARK_BINS,
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
_Counts = list[tuple[str, int]]
"""The levels of a column, and how often each is there."""
_NAME, _LEVEL, _N = "\x1fname", "\x1flevel", "\x1fn"
_POWERS = ("\x1fsecond", "\x1fthird")


def summarise_lazy(frame: nw.LazyFrame[Any], *, schema: Schema, min_group: int = MIN_GROUP) -> Summary:
    """Return what ``summarise`` returns for the same rows, without bringing the rows together.

    All columns are asked about together, a cell a row, so that a wide table is no longer question than a
    narrow one: the table is read four times, and once more for all category columns of one type. Medians
    and quartiles are exact. Raises ColumnNotFound and WrongKind where frame and schema do not fit.
    """
    frames.require(frame, [column.name for column in schema], where="the exploration")
    types = frame.collect_schema()
    numeric = [c for c in schema if not identifies(c) and c.kind in (Kind.NUMBER, Kind.FLAG, Kind.DATE)]
    for column in numeric:
        _require_kind(column, types[column.name])
    ready = frame.select(*(part for column in schema for part in _ready(column, types)))
    facts = frames.first_row(ready.select(*_counts(schema)))
    numbers = _numbers_of(ready, [c for c in numeric if c.kind is not Kind.FLAG], min_group)
    levels = _levels(ready, [c.name for c in schema if not identifies(c) and c.kind is Kind.CATEGORY])
    n_rows = int(facts["rows"])
    columns = tuple(
        _summary(column, _own(column.name, facts) | numbers.get(column.name, {}), levels, n_rows, min_group)
        for column in schema
    )
    return Summary(columns, n_rows, min_group)


def _own(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of one column by what they are."""
    return {key.split("\x1f")[1]: value for key, value in facts.items() if key.startswith(f"{name}\x1f")}


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


def _counts(schema: Schema) -> list[nw.Expr]:
    """Return how many rows there are, and how many cells of each column are known."""
    found = [nw.len().alias("rows")]
    for column in schema:
        name = column.name
        if identifies(column):
            found.append(nw.col(name).n_unique().alias(f"{name}\x1fdistinct"))
        elif column.kind is Kind.FLAG:
            found.append(_how_many(nw.col(name) > 0).alias(f"{name}\x1fyes"))
        found.append(nw.col(name).count().alias(f"{name}\x1fcount"))
    return found


def _numbers_of(frame: nw.LazyFrame[Any], columns: list[Column], min_group: int) -> dict[str, dict[str, Any]]:
    """Return range, mean, quartiles, central moments and bins of the columns with enough finite numbers.

    Columns without any finite number are not among them.
    """
    value = nw.col(_LEVEL)
    quarters = [value.quantile(share, interpolation="linear").alias(_quarter(share)) for share in QUARTERS]
    found = _by_column(
        frame.select(nw.col(f"{c.name}\x1f").alias(c.name) for c in columns),
        value.count().alias("finite"),
        value.n_unique().alias("distinct"),
        value.min().alias("low"),
        value.max().alias("high"),
        value.mean().alias("mean"),
        *quarters,
    )
    enough = {name: own for name, own in found.items() if is_enough(int(own["finite"]), min_group)}
    moments = _by_column(
        frame.select(
            (nw.col(f"{name}\x1f") - float(own["mean"])).alias(name) for name, own in enough.items()
        ),
        nw.col(_LEVEL, *_POWERS).sum(),
    )
    bins = _levels(frame.select(_bin(name, own) for name, own in enough.items()), list(enough))
    more = {
        name: moments[name] | {"bins": {int(float(place)): n for place, n in bins[name]}} for name in enough
    }
    return {name: own | more.get(name, {}) for name, own in found.items()}


def _quarter(share: float) -> str:
    """Return what a quartile is called in a query: to Spark, a dot in a name means something."""
    return f"q{share:.0%}"


def _by_column(frame: nw.LazyFrame[Any], *facts: nw.Expr) -> dict[str, dict[str, Any]]:
    """Return facts of the known cells of each column, in one job; without columns that have none."""
    names = frames.column_names(frame)
    if not names:
        return {}
    cells = frame.unpivot(on=names, variable_name=_NAME, value_name=_LEVEL)
    value = nw.col(_LEVEL)
    powers = {_POWERS[0]: value * value, _POWERS[1]: value * value * value}
    known = cells.filter(~value.is_null()).with_columns(**powers)
    table = frames.collect(known.group_by(_NAME).agg(*facts))
    rows = ({str(fact): value for fact, value in row.items()} for row in table.to_dict("records"))
    return {row.pop(_NAME): row for row in rows}


def _bin(name: str, own: Mapping[str, Any]) -> nw.Expr:
    """Return in which bin of the sparkline each number lies."""
    value, bin_ = nw.col(f"{name}\x1f"), nw.lit(0)
    for edge in inner_edges(float(own["low"]), float(own["high"])):
        bin_ = bin_ + nw.when(value >= float(edge)).then(nw.lit(1)).otherwise(nw.lit(0))
    return nw.when(~value.is_null()).then(bin_).alias(name)


def _summary(
    column: Column, own: Mapping[str, Any], levels: Mapping[str, _Counts], n_rows: int, min_group: int
) -> ColumnSummary:
    if identifies(column):
        count = int(own["count"] or 0)
        return counted(column, n_rows, count, distinct=_distinct(own, n_rows - count))
    if column.kind is Kind.FLAG:
        yes = int(own["yes"] or 0)
        counts = np.array([int(own["count"] or 0) - yes, yes], dtype=np.int64)
        return of_levels(column, n_rows, levels=FLAG_LEVELS, counts=counts, min_group=min_group)
    if column.kind is Kind.CATEGORY:
        found = sorted(levels[column.name])
        counts = np.array([n for _, n in found], dtype=np.int64)
        names = [level for level, _ in found]
        return of_levels(column, n_rows, levels=names, counts=counts, min_group=min_group)
    return _numbers(column, own, n_rows, min_group)


def _distinct(own: Mapping[str, Any], n_null: int) -> int:
    """Return the number of distinct values: the engines count missing as one."""
    return int(own["distinct"] or 0) - (1 if n_null else 0)


def _levels(frame: nw.LazyFrame[Any], names: Sequence[str]) -> dict[str, _Counts]:
    """Return how often each level of each column is there; one job for all columns of one type."""
    types, alike = frame.collect_schema(), defaultdict[Any, list[str]](list)
    for name in names:
        alike[types[name]].append(name)
    found: dict[str, _Counts] = {name: [] for name in names}
    for same in alike.values():
        cells = frame.unpivot(on=same, variable_name=_NAME, value_name=_LEVEL)
        known = cells.filter(~nw.col(_LEVEL).is_null())
        counts = frames.collect(known.group_by(_NAME, _LEVEL).agg(nw.len().alias(_N)))
        for name, level, n in counts.itertuples(index=False):
            found[name].append((str(level), int(n)))
    return found


def _numbers(column: Column, own: Mapping[str, Any], n_rows: int, min_group: int) -> ColumnSummary:
    count, n = int(own["count"] or 0), int(own.get("finite", 0))
    figures: dict[str, Any] = {"infinite": count - n, "distinct": int(own.get("distinct", 0))}
    if not is_enough(n, min_group):
        return replace(blank(column, n_rows, count), **figures, note=too_few(n, min_group))
    low, high = float(own["low"]), float(own["high"])
    if column.kind is Kind.DATE:
        figures |= day_figures(low, high)
    else:
        q25, median, q75 = (float(own[_quarter(share)]) for share in QUARTERS)
        sums = tuple(0.0 if low == high else float(own[name]) for name in (_LEVEL, *_POWERS))
        about = low if low == high else float(own["mean"])
        figures |= number_figures((n, low, high), quarters=(q25, median, q75), about=about, sums=sums)
    return replace(blank(column, n_rows, count), **figures, sparkline=_sparkline(own, n))


def _sparkline(own: Mapping[str, Any], n: int) -> tuple[int, ...]:
    if own["low"] == own["high"]:
        return (n,)
    return tuple(own["bins"].get(place, 0) for place in range(SPARK_BINS))
