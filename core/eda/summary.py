"""The summary of a table: one line of figures a column, without a single student's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from core.eda.values import Floats, Integers, codes_of, identifies, numbers_of, table_columns
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
        """Return one row a column; ``top`` as text such as ``bus (120), walk (80)``.

        A column with gaps, or known values, of 1 to ``min_group`` - 1 students has no counts: the note says
        so, the most frequent are in percent and the bars in hundredths of the highest.
        """
        names = list(ColumnSummary.__dataclass_fields__)
        rows = [asdict(column) | _told(column, self.min_group) for column in self.columns]
        counts = dict.fromkeys(("count", "missing", "distinct"), "Int64")
        return pd.DataFrame(rows, columns=names).astype(counts)


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
        series = frame[column.name]
        return counted(column, len(frame), int(series.notna().sum()), distinct=int(series.nunique()))
    if column.kind in (Kind.CATEGORY, Kind.FLAG):
        codes = codes_of(frame, column=column)
        return of_levels(column, len(frame), levels=codes.levels, counts=codes.counts(), min_group=min_group)
    return _numbers(frame, column, min_group)


def blank(column: Column, n_rows: int, count: int) -> ColumnSummary:
    """Return the summary without any figure."""
    return ColumnSummary(
        column.name, column.title, column.kind, column.role, column.unit, count, n_rows - count
    )


def counted(column: Column, n_rows: int, count: int, *, distinct: int) -> ColumnSummary:
    """Return the summary of a column that identifies students: its counts only."""
    note = "Values are not shown: they can identify a student."
    return replace(blank(column, n_rows, count), distinct=distinct, note=note)


def of_levels(
    column: Column, n_rows: int, *, levels: Sequence[str], counts: Integers, min_group: int
) -> ColumnSummary:
    """Return the summary of a category or flag column from the count of each level, levels in order."""
    hidden = withheld(counts, minimum=min_group)
    shown = [i for i in np.argsort(-counts, kind="stable") if counts[i] and not hidden[i]]
    figures: dict[str, Any] = {
        "distinct": int((counts > 0).sum()),
        "top": tuple(LevelCount(levels[i], int(counts[i])) for i in shown[:TOP]),
        "sparkline": tuple(int(counts[i]) for i in shown[:SPARK_BINS]),
    }
    if hidden.any():
        figures["note"] = f"{int(hidden.sum())} small categories are not shown."
    if column.kind is Kind.FLAG and shown:
        figures |= flag_figures(int(counts[0]), int(counts[1])) | {"sparkline": tuple(counts.tolist())}
    return replace(blank(column, n_rows, int(counts.sum())), **figures)


def _numbers(frame: pd.DataFrame, column: Column, min_group: int) -> ColumnSummary:
    values = numbers_of(frame, column=column)
    levels, counts = _runs(np.sort(values[~np.isnan(values)]) + 0.0)
    return of_values(column, len(frame), values=levels, counts=counts, min_group=min_group)


def _runs(ordered: Floats) -> tuple[Floats, Integers]:
    """Return the different values among sorted ones, and how often each is there."""
    starts = np.flatnonzero(np.r_[True, ordered[1:] > ordered[:-1]][: len(ordered)])
    return ordered[starts], np.diff(starts, append=len(ordered)).astype(np.int64)


def of_values(
    column: Column, n_rows: int, *, values: Floats, counts: Integers, min_group: int
) -> ColumnSummary:
    """Return the summary of a number or date column from its different values, in order, and their counts.

    Each count is at least one; infinite values may be among them.
    """
    finite = np.isfinite(values)
    known, values, counts = int(counts.sum()), values[finite], counts[finite]
    n = int(counts.sum())
    figures: dict[str, Any] = {"infinite": known - n, "distinct": len(values)}
    if is_enough(n, min_group):
        figures |= (
            day_figures(values[0], values[-1]) if column.kind is Kind.DATE else _figures(values, counts)
        )
        figures["sparkline"] = _sparkline(values, counts)
    else:
        figures["note"] = too_few(n, min_group)
    return replace(blank(column, n_rows, known), **figures)


def is_enough(n: int, min_group: int) -> bool:
    """Return whether figures on so many values may be shown."""
    return n >= max(1, min_group)


def too_few(n: int, min_group: int) -> str:
    """Return why there are no figures; empty text where there is no value at all."""
    return f"Figures on fewer than {min_group} students are not shown." if n else ""


def day_figures(first: float, last: float) -> dict[str, Any]:
    """Return the first and the last day; the other figures of a date mean little."""
    return {"earliest": _EPOCH + timedelta(days=float(first)), "latest": _EPOCH + timedelta(days=float(last))}


def _figures(values: Floats, counts: Integers) -> dict[str, float | None]:
    """Return the statistics of different finite values in order and their counts; there is at least one."""
    lowest, highest = float(values[0]), float(values[-1])
    n = int(counts.sum())
    with np.errstate(over="ignore", invalid="ignore"):
        mean = lowest if lowest == highest else float((values * counts).sum() / n)
        centred = values - mean
        squares = centred * centred
        sums = tuple(float((part * counts).sum()) for part in (centred, squares, squares * centred))
    return number_figures(
        (n, lowest, highest), quarters=quarters(values, counts=counts), about=mean, sums=sums
    )


def quarters(values: Floats, *, counts: Integers) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper one (linear) of different values and their counts.

    >>> quarters(np.array([1.0, 2.0, 9.0]), counts=np.array([2, 1, 1]))
    (1.0, 1.5, 3.75)
    """
    ends = counts.cumsum()
    found = []
    for share in (0.25, 0.5, 0.75):
        place = (int(ends[-1]) - 1) * share
        around = np.searchsorted(ends, (np.floor(place), np.ceil(place)), side="right")
        with np.errstate(over="ignore", invalid="ignore"):
            found.append(float(np.quantile(values[around], place % 1)))
    return found[0], found[1], found[2]


def number_figures(
    extent: tuple[int, float, float],
    *,
    quarters: tuple[float, float, float],
    about: float,
    sums: tuple[float, ...],
) -> dict[str, float | None]:
    """Return the figures of so many values from lowest to highest; None where one is not finite.

    ``sums`` are those of the deviations from ``about``, of their squares and of their cubes: what rounding
    left between ``about`` and the mean is taken out.
    """
    n, lowest, highest = extent
    rest = sums[0] / n
    second = sums[1] - n * rest * rest
    third = sums[2] - 3 * rest * sums[1] + 2 * n * rest * rest * rest
    variance = second / (n - 1) if n > 1 else float("nan")
    found = {
        "mean": about + rest,
        "median": quarters[1],
        "std": variance**0.5,
        "variance": variance,
        "q25": quarters[0],
        "q75": quarters[2],
        "min": lowest,
        "max": highest,
        "skew": float("nan") if lowest == highest else _skew(n, second / n, third / n),
    }
    return {name: float(value) if np.isfinite(value) else None for name, value in found.items()}


def _skew(n: int, second: float, third: float) -> float:
    """Return the adjusted Fisher-Pearson skewness from central moments; it needs three values."""
    if n < 3 or not 0 < second < np.inf:
        return float("nan")
    return float((n * (n - 1)) ** 0.5 / (n - 2) * third / second**1.5)


def flag_figures(n_no: int, n_yes: int) -> dict[str, float | None]:
    """Return the figures of a flag as 0 and 1; there is at least one value."""
    n = n_no + n_yes
    mean = n_yes / n
    places = [(n - 1) * share - (n_no - 1) for share in (0.25, 0.5, 0.75)]
    low, middle, high = (float(np.clip(place, 0, 1)) for place in places)
    second = n_no * mean**2 + n_yes * (1 - mean) ** 2
    third = n_yes * (1 - mean) ** 3 - n_no * mean**3
    extent = (n, 0.0 if n_no else 1.0, 1.0 if n_yes else 0.0)
    return number_figures(extent, quarters=(low, middle, high), about=mean, sums=(0.0, second, third))


def _sparkline(values: Floats, counts: Integers) -> tuple[int, ...]:
    n = int(counts.sum())
    if values[0] == values[-1]:
        return (n,)
    places = np.searchsorted(values, inner_edges(values[0], values[-1]), side="left")
    below = np.append(0, counts.cumsum())[places]
    return tuple(np.diff(below, prepend=0, append=n).tolist())


def inner_edges(low: float, high: float) -> Floats:
    """Return the 15 edges between the 16 bins of a sparkline; a bin holds its lower edge."""
    edges: Floats = 2 * np.linspace(low / 2, high / 2, SPARK_BINS + 1)
    return edges[1:-1]


def _told(column: ColumnSummary, min_group: int) -> dict[str, Any]:
    """Return what a row of the table says in place of the column's own fields."""
    few = []
    if column.missing:
        few = [w for w, n in (("gaps", column.missing), ("known", column.count)) if 0 < n < min_group]
    if not few:
        return {"top": _top_text(column)}
    notes = (column.note, *(f"Fewer than {min_group} {words}: not counted." for words in few))
    return {
        **dict.fromkeys(("count", "missing", "distinct")),
        "top": ", ".join(f"{entry.level} ({entry.n / column.count:.0%})" for entry in column.top),
        "sparkline": tuple(round(100 * n / max(column.sparkline)) for n in column.sparkline),
        "note": " ".join(filter(None, notes)),
    }


def _top_text(column: ColumnSummary) -> str:
    return ", ".join(f"{entry.level} ({entry.n:,})" for entry in column.top)
