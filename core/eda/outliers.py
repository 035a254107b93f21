"""How many values of each numeric column lie far out, by two rules, and which rows those are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.eda.values import Floats, identifies, numbers_of, quartiles, table_columns
from core.eda.withholding import MIN_GROUP
from core.schema import Column, Kind, Role, Schema

FENCE = 1.5
"""Tukey's fences stand this many quartile distances outside the quartiles."""
FAR = 3.5
"""A robust z-score beyond this is far out (Iglewicz and Hoaglin)."""
MAD_TO_STD = 0.6744897501960817
"""The median absolute deviation of a normal distribution with standard deviation 1."""


FEW = f"Counts of fewer than {MIN_GROUP} students are not shown."


@dataclass(frozen=True)
class ColumnOutliers:
    """The outliers of one column; bounds are NaN and counts 0 where a rule does not apply."""

    column: str
    label: str
    unit: str | None
    n: int
    """Finite values."""
    infinite: int
    """Infinite values: outliers by both rules, not counted in ``n``."""
    iqr_low: float
    iqr_high: float
    n_iqr: int
    robust_low: float
    robust_high: float
    n_robust: int
    note: str = ""


@dataclass(frozen=True)
class Outliers:
    """Outliers by column, and how many students have at least one."""

    columns: tuple[ColumnOutliers, ...]
    n_rows: int
    n_students_iqr: int
    n_students_robust: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.columns or self.n_rows == 0

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty text otherwise."""
        if not self.columns:
            return "No column holds numbers."
        return "There are no students." if self.n_rows == 0 else ""

    def frame(self) -> pd.DataFrame:
        """Return one row a number column, in the schema's order.

        A count of 1 to 9 is missing, so is ``n`` where as few have no value, and so is the count of a rule
        that does not apply; ``note`` says so.
        """
        frame = pd.DataFrame(self.columns, columns=list(ColumnOutliers.__dataclass_fields__))
        missing = self.n_rows - frame["n"] - frame["infinite"]
        hidden = {
            "n": is_few(missing),
            **{name: is_few(frame[name]) for name in ("n_iqr", "n_robust", "infinite")},
        }
        anywhere = pd.DataFrame(hidden).any(axis=1)
        frame["note"] = frame["note"].where(
            ~anywhere, frame["note"].str.cat([FEW] * len(frame), sep=" ").str.strip()
        )
        shown = {name: frame[name].astype("float64").mask(few) for name, few in hidden.items()}
        applies = {"n_iqr": frame["iqr_low"].notna(), "n_robust": frame["robust_low"].notna()}
        shown |= {name: shown[name].where(does) for name, does in applies.items()}
        return frame.assign(**shown)

    @property
    def counts(self) -> tuple[int | None, int | None]:
        """Students with an outlier by quartiles, and by robust z-score; None for 1 to 9."""
        both = (self.n_students_iqr, self.n_students_robust)
        first, second = (None if 0 < n < MIN_GROUP else n for n in both)
        return first, second


def find_outliers(frame: pd.DataFrame, *, schema: Schema, min_group: int = MIN_GROUP) -> Outliers:
    """Return the outliers of every number column by quartiles (1.5 IQR) and by robust z-score (3.5).

    A rule does not apply to a column with fewer than ``min_group`` values, nor where more than half of the
    values are equal (its measure of spread is zero); ``note`` says so.
    """
    columns = [c for c in table_columns(frame, schema=schema) if _counts(c)]
    by_iqr = np.zeros(len(frame), dtype=np.bool_)
    by_robust = np.zeros(len(frame), dtype=np.bool_)
    found = []
    for column in columns:
        values = numbers_of(frame, column=column)
        result = _column(values, column, min_group)
        found.append(result)
        infinite = np.isinf(values)
        by_iqr |= infinite | (values < result.iqr_low) | (values > result.iqr_high)
        by_robust |= infinite | (values < result.robust_low) | (values > result.robust_high)
    return Outliers(tuple(found), len(frame), int(by_iqr.sum()), int(by_robust.sum()))


def is_few(counts: pd.Series) -> pd.Series:
    """Return which counts are of so few students that they are not shown."""
    return (counts > 0) & (counts < MIN_GROUP)


def far_out(frame: pd.DataFrame, *, column: Column, min_group: int = MIN_GROUP) -> pd.DataFrame:
    """Return the rows of a number column that lie far out by either rule: row, value, beyond, by_robust.

    ``row`` is the place in the frame. ``beyond`` is how far outside the fences the value is, in the
    column's unit, below or above; where only the robust z-score calls it far, how far outside its bounds. It
    is infinite for an infinite value. For those who may see students: Explore shows counts only.
    """
    values = numbers_of(frame, column=column)
    bounds = _column(values, column, min_group)
    fences = _outside(values, bounds.iqr_low, bounds.iqr_high)
    robust = _outside(values, bounds.robust_low, bounds.robust_high)
    beyond = np.where(np.isinf(values), np.inf, np.where(fences > 0, fences, robust))
    rows = np.flatnonzero(beyond > 0)
    by_robust = (robust > 0) | np.isinf(values)
    return pd.DataFrame(
        {"row": rows, "value": values[rows], "beyond": beyond[rows], "by_robust": by_robust[rows]}
    )


def _outside(values: Floats, low: float, high: float) -> Floats:
    """Return how far outside two bounds each value is; 0 within, where missing, and where there are none."""
    with np.errstate(invalid="ignore", over="ignore"):
        distance: Floats = np.maximum(low - values, values - high)
    return np.where(distance > 0, distance, 0.0)


def _counts(column: Column) -> bool:
    return column.kind is Kind.NUMBER and column.role is not Role.IGNORED and not identifies(column)


def _column(values: Floats, column: Column, min_group: int) -> ColumnOutliers:
    known = values[~np.isnan(values)]
    ordered = np.sort(known[np.isfinite(known)])
    enough = len(ordered) >= max(1, min_group)
    iqr = _fences(ordered) if enough else (np.nan, np.nan)
    robust = _robust_bounds(ordered) if enough else (np.nan, np.nan)
    counts = {"n": len(ordered), "infinite": len(known) - len(ordered)}
    return ColumnOutliers(
        column.name,
        column.title,
        column.unit,
        **counts,
        iqr_low=iqr[0],
        iqr_high=iqr[1],
        n_iqr=_beyond(ordered, *iqr),
        robust_low=robust[0],
        robust_high=robust[1],
        n_robust=_beyond(ordered, *robust),
        note=_note(iqr, robust) if enough else f"Not applicable: fewer than {min_group} values.",
    )


def _fences(ordered: Floats) -> tuple[float, float]:
    q25, _, q75 = quartiles(ordered)
    if q25 == q75:
        return float("nan"), float("nan")
    return q25 - FENCE * (q75 - q25), q75 + FENCE * (q75 - q25)


def _robust_bounds(ordered: Floats) -> tuple[float, float]:
    middle = float(np.median(ordered))
    with np.errstate(over="ignore"):
        deviation = float(np.median(np.abs(ordered - middle)))
    if deviation == 0:
        return float("nan"), float("nan")
    reach = FAR * deviation / MAD_TO_STD
    return middle - reach, middle + reach


def _beyond(ordered: Floats, low: float, high: float) -> int:
    if np.isnan(low):
        return 0
    below = int(np.searchsorted(ordered, low, side="left"))
    above = len(ordered) - int(np.searchsorted(ordered, high, side="right"))
    return below + above


def _note(iqr: tuple[float, float], robust: tuple[float, float]) -> str:
    rules = [name for name, bounds in (("quartiles", iqr), ("robust z-score", robust)) if np.isnan(bounds[0])]
    if not rules:
        return ""
    return f"Not applicable by {' and '.join(rules)}: at least half of the values are equal."
