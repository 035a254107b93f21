"""Medians and quantiles that come out the same on both engines, to the last bit.

Each engine interpolates in its own way, so only the two values around a quantile are asked of it. Infinite
numbers and not-a-number count as missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from core.cleaning.means import finite
from core.frames import Frame, first_row

_ON_A_VALUE = 1e-9


@dataclass(frozen=True)
class Quantile:
    """Where a quantile lies: between two values of the column, and how far from the lower one (0 to 1)."""

    below: float
    above: float
    share: float

    @property
    def value(self) -> float:
        """The quantile with linear interpolation (type 7 of Hyndman and Fan, 1996)."""
        between = self.below * (1.0 - self.share) + self.above * self.share
        return min(max(between, self.below), self.above) + 0.0


def medians(frame: Frame, columns: Sequence[str]) -> dict[str, float | None]:
    """Return the median of each column's finite numbers, None where there is none; two Spark jobs."""
    found = quantiles(frame, columns, (0.5,))
    return {name: places[0].value if places else None for name, places in found.items()}


def quantiles(frame: Frame, columns: Sequence[str], at: Sequence[float]) -> dict[str, tuple[Quantile, ...]]:
    """Return the quantiles of each column's finite numbers, none where there is none; two Spark jobs."""
    if isinstance(frame, nw.LazyFrame):
        return _asked_twice(frame, columns, at) if columns else {}
    table: pd.DataFrame = frame.to_native()
    return {name: _of_values(table[name].to_numpy(np.float64, na_value=np.nan), at) for name in columns}


def _of_values(values: np.ndarray, at: Sequence[float]) -> tuple[Quantile, ...]:
    known = values[np.isfinite(values)]
    if not len(known):
        return ()
    ranks = [_rank(len(known), place) for place in at]
    ordered = np.partition(known, sorted({rank for low, high, _ in ranks for rank in (low, high)}))
    return tuple(Quantile(float(ordered[low]), float(ordered[high]), share) for low, high, share in ranks)


def _rank(n: int, place: float) -> tuple[int, int, float]:
    """Return between which two of ``n`` ordered values the quantile lies, and how far from the lower one."""
    position = (n - 1) * place
    low = math.floor(position)
    if _ON_A_VALUE < position - low < 1 - _ON_A_VALUE:
        return low, low + 1, position - low
    return round(position), round(position), 0.0


def _asked_twice(
    frame: nw.LazyFrame[Any], columns: Sequence[str], at: Sequence[float]
) -> dict[str, tuple[Quantile, ...]]:
    """Ask first about where each quantile lies, then for the two values around that."""
    asked = [(c, q, name, place) for c, name in enumerate(columns) for q, place in enumerate(at)]
    about = first_row(
        frame.select(
            *(finite(name).quantile(place, "linear").alias(f"q_{c}_{q}") for c, q, name, place in asked),
            *(finite(name).count().alias(f"n_{c}") for c, name in enumerate(columns)),
        )
    )
    known = [one for one in asked if about[f"n_{one[0]}"]]
    sides = []
    for c, q, name, _ in known:
        number, near = finite(name), about[f"q_{c}_{q}"]
        sides.append(nw.when(number <= near).then(number).max().alias(f"below_{c}_{q}"))
        sides.append(nw.when(number >= near).then(number).min().alias(f"above_{c}_{q}"))
    found = first_row(frame.select(*sides)) if sides else {}
    result: dict[str, list[Quantile]] = {name: [] for name in columns}
    for c, q, name, place in known:
        low, high, share = _rank(int(about[f"n_{c}"]), place)
        below, above = found[f"below_{c}_{q}"], found[f"above_{c}_{q}"]
        if low == high:
            near = about[f"q_{c}_{q}"]
            below = above = below if near - below <= above - near else above
        result[name].append(Quantile(below, above, share))
    return {name: tuple(places) for name, places in result.items()}
