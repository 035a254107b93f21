"""The summary of a table: one line of figures a column, without a single student's row."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from core.eda.values import Floats, codes_of, identifies, numbers_of, quartiles, table_columns
from core.eda.withholding import MIN_GROUP, withheld
from core.schema import Column, Kind, Role, Schema

SPARK_BINS = 16
TOP = 5
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class LevelCount:
    """A category and the number of students in it."""

    level: str
    n: int


@dataclass(frozen=True)
class ColumnSummary:
    """One column in figures; None where a figure has no meaning or is withheld.

    Figures are of the finite values; ``std``, ``variance`` divide by n - 1, ``skew`` is the
    bias-adjusted one (as pandas), quartiles interpolate linearly. A flag counts as 0 and 1.
    """

    column: str
    label: str
    kind: Kind
    role: Role
    unit: str | None
    count: int
    """Values that are not missing."""
    missing: int
    infinite: int = 0
    distinct: int = 0
    mean: float | None = None
    median: float | None = None
    std: float | None = None
    variance: float | None = None
    q25: float | None = None
    q75: float | None = None
    min: float | None = None
    max: float | None = None
    skew: float | None = None
    earliest: datetime | None = None
    """The first day, for dates."""
    latest: datetime | None = None
    top: tuple[LevelCount, ...] = ()
    """The most frequent categories, largest first; none that is withheld."""
    sparkline: tuple[int, ...] = ()
    """Counts of 16 equal bins from lowest to highest, or of the categories in ``top`` order."""
    note: str = ""


@dataclass(frozen=True)
class Summary:
    """The columns of a table in figures, in the schema's order."""

    columns: tuple[ColumnSummary, ...]
    n_rows: int
    min_group: int = MIN_GROUP

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.columns or self.n_rows == 0

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty text otherwise."""
        if not self.columns:
            return "The table has no columns."
        return "There are no students to summarise." if self.n_rows == 0 else ""

    def frame(self) -> pd.DataFrame:
        """Return one row a column; ``top`` as text such as ``bus (120), walk (80)``."""
        names = list(ColumnSummary.__dataclass_fields__)
        rows = [asdict(column) | {"top": _top_text(column)} for column in self.columns]
        return pd.DataFrame(rows, columns=names)


def summarise(frame: pd.DataFrame, *, schema: Schema, min_group: int = MIN_GROUP) -> Summary:
    """Return the figures of every column of the schema.

    Columns that identify students (ids, names, free text) get their counts only. A category with
    fewer than ``min_group`` students is never named, and figures on fewer values are withheld;
    where one category only would be hidden, the next smallest is hidden with it.
    Raises ColumnNotFound and WrongKind where frame and schema do not fit.
    """
    columns = table_columns(frame, schema=schema)
    return Summary(tuple(_summarise(frame, column, min_group) for column in columns), len(frame), min_group)


def _summarise(frame: pd.DataFrame, column: Column, min_group: int) -> ColumnSummary:
    if identifies(column):
        return _counts_only(frame, column)
    if column.kind in (Kind.CATEGORY, Kind.FLAG):
        return _categories(frame, column, min_group)
    return _numbers(frame, column, min_group)


def _blank(column: Column, n_rows: int, count: int) -> ColumnSummary:
    """Return the summary without any figure."""
    return ColumnSummary(
        column.name, column.title, column.kind, column.role, column.unit, count, n_rows - count
    )


def _counts_only(frame: pd.DataFrame, column: Column) -> ColumnSummary:
    series = frame[column.name]
    count = int(series.notna().sum())
    note = "Values are not shown: they can identify a student."
    return replace(_blank(column, len(frame), count), distinct=int(series.nunique()), note=note)


def _categories(frame: pd.DataFrame, column: Column, min_group: int) -> ColumnSummary:
    codes = codes_of(frame, column=column)
    counts = codes.counts()
    hidden = withheld(counts, minimum=min_group)
    shown = [i for i in np.argsort(-counts, kind="stable") if counts[i] and not hidden[i]]
    figures: dict[str, Any] = {
        "distinct": int((counts > 0).sum()),
        "top": tuple(LevelCount(codes.levels[i], int(counts[i])) for i in shown[:TOP]),
        "sparkline": tuple(int(counts[i]) for i in shown[:SPARK_BINS]),
    }
    if hidden.any():
        figures["note"] = f"{int(hidden.sum())} small categories are not shown."
    if column.kind is Kind.FLAG and shown:
        figures |= _figures(np.repeat([0.0, 1.0], counts)) | {"sparkline": tuple(counts.tolist())}
    return replace(_blank(column, len(frame), int(counts.sum())), **figures)


def _numbers(frame: pd.DataFrame, column: Column, min_group: int) -> ColumnSummary:
    values = numbers_of(frame, column=column)
    known = values[~np.isnan(values)]
    ordered = np.sort(known[np.isfinite(known)])
    figures: dict[str, Any] = {
        "infinite": len(known) - len(ordered),
        "distinct": int((ordered[1:] > ordered[:-1]).sum()) + min(1, len(ordered)),
    }
    if len(ordered) >= max(1, min_group):
        figures |= _dates(ordered) if column.kind is Kind.DATE else _figures(ordered)
        figures["sparkline"] = _sparkline(ordered)
    elif len(ordered):
        figures["note"] = f"Figures on fewer than {min_group} students are not shown."
    return replace(_blank(column, len(frame), len(known)), **figures)


def _dates(ordered: Floats) -> dict[str, Any]:
    """Return the first and the last day; the other figures of a date mean little."""
    first, last = (_EPOCH + timedelta(days=float(day)) for day in (ordered[0], ordered[-1]))
    return {"earliest": first, "latest": last}


def _figures(ordered: Floats) -> dict[str, float | None]:
    """Return the statistics of sorted finite values; there is at least one."""
    lowest, highest = float(ordered[0]), float(ordered[-1])
    q25, median, q75 = quartiles(ordered)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = lowest if lowest == highest else ordered.mean()
        variance = np.var(ordered, ddof=1, mean=mean) if len(ordered) > 1 else np.nan
        skew = np.nan if lowest == highest else _skew(ordered, mean)
    found = {
        "mean": mean,
        "median": median,
        "std": np.sqrt(variance),
        "variance": variance,
        "q25": q25,
        "q75": q75,
        "min": lowest,
        "max": highest,
        "skew": skew,
    }
    return {name: float(value) if np.isfinite(value) else None for name, value in found.items()}


def _skew(ordered: Floats, mean: float) -> float:
    """Return the adjusted Fisher-Pearson skewness; it needs three values."""
    n = len(ordered)
    centred = ordered - mean
    squares = centred * centred
    second, third = squares.mean(), (squares * centred).mean()
    if n < 3 or second <= 0:
        return float("nan")
    return float((n * (n - 1)) ** 0.5 / (n - 2) * third / second**1.5)


def _sparkline(ordered: Floats) -> tuple[int, ...]:
    if ordered[0] == ordered[-1]:
        return (len(ordered),)
    edges = 2 * np.linspace(ordered[0] / 2, ordered[-1] / 2, SPARK_BINS + 1)
    places = np.searchsorted(ordered, edges[1:-1], side="left")
    return tuple(np.diff(places, prepend=0, append=len(ordered)).tolist())


def _top_text(column: ColumnSummary) -> str:
    return ", ".join(f"{entry.level} ({entry.n:,})" for entry in column.top)
