"""Means that come out the same on both engines, to the last bit, in whatever order the rows are.

Added one by one, the sum of decimals depends on the order, which Spark does not keep.
Infinite numbers and not-a-number count as missing: one of them would be the only thing learned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from core.frames import Frame, first_row

_EXACT_BITS = 52
"""Whole numbers up to this many bits are added without an error, in any order."""
_LARGEST_SHIFT = 1000


def finite(name: str) -> nw.Expr:
    """Return the column as Float64, infinite numbers and not-a-number as missing."""
    number = nw.col(name).cast(nw.Float64)
    return nw.when(number.is_finite()).then(number).alias(name)


@dataclass(frozen=True)
class Grid:
    """Cuts numbers into two whole numbers each, small enough for all of them to be added exactly.

    The way of Demmel and Nguyen, "Fast Reproducible Floating-Point Summation" (2013), with two fixed bins.
    """

    shift: int
    bits: int

    def high(self, name: str) -> nw.Expr:
        """Return the number of whole units in each value."""
        return self._in_units(name).floor()

    def low(self, name: str) -> nw.Expr:
        """Return what ``high`` leaves, in units that are smaller by ``bits``."""
        return ((self._in_units(name) - self.high(name)) * 2.0**self.bits).floor()

    def mean(self, high: float, low: float, n: int) -> float | None:
        """Return the mean of ``n`` numbers from the sums of their parts; None for no number."""
        if not n:
            return None
        units = Fraction(int(high)) + Fraction(int(low), 2**self.bits)
        return float(units / Fraction(2) ** self.shift / n) + 0.0

    def _in_units(self, name: str) -> nw.Expr:
        return finite(name) * 2.0**self.shift


def grids(frame: Frame, columns: Sequence[str]) -> dict[str, Grid]:
    """Return for each column the grid on which its numbers can be added; a Spark job."""
    largest = [finite(name).abs().max().alias(f"largest_{at}") for at, name in enumerate(columns)]
    counts = [finite(name).count().alias(f"n_{at}") for at, name in enumerate(columns)]
    found = first_row(frame.select(*largest, *counts)) if columns else {}
    return {name: _grid(found[f"largest_{at}"], int(found[f"n_{at}"])) for at, name in enumerate(columns)}


def _grid(largest: float | None, n: int) -> Grid:
    bits = _EXACT_BITS - n.bit_length()
    exponent = math.frexp(largest)[1] if n and largest else 0
    return Grid(min(bits - exponent, _LARGEST_SHIFT), bits)


def means(frame: Frame, columns: Sequence[str]) -> dict[str, float | None]:
    """Return the mean of each column's finite numbers, None where there is none; two Spark jobs."""
    if isinstance(frame, nw.DataFrame):
        table: pd.DataFrame = frame.to_native()
        return {name: _mean(table[name].to_numpy(np.float64, na_value=np.nan)) for name in columns}
    found = grids(frame, columns)
    parts = [
        part.alias(f"{what}_{at}")
        for at, (name, grid) in enumerate(found.items())
        for what, part in (
            ("high", grid.high(name).sum()),
            ("low", grid.low(name).sum()),
            ("n", finite(name).count()),
        )
    ]
    sums = first_row(frame.select(*parts)) if parts else {}
    return {
        name: grid.mean(sums[f"high_{at}"] or 0, sums[f"low_{at}"] or 0, int(sums[f"n_{at}"]))
        for at, (name, grid) in enumerate(found.items())
    }


def _mean(values: np.ndarray) -> float | None:
    """Return the mean of the finite numbers, cut on the same grid."""
    known = values[np.isfinite(values)]
    grid = _grid(float(np.abs(known).max()) if len(known) else None, len(known))
    units = known * 2.0**grid.shift
    high = np.floor(units)
    return grid.mean(float(high.sum()), float(np.floor((units - high) * 2.0**grid.bits).sum()), len(known))
