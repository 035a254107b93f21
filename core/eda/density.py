"""Smooth curves of how numbers are spread: beside a histogram, or as a violin for each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.eda.groupings import grouped
from core.eda.values import Codes, Floats, finite_of, require_explorable
from core.eda.withholding import MIN_GROUP, withheld_beside
from core.errors import WrongKind
from core.schema import Column, Kind

STEPS = 200
"""A curve has so many points, from the lowest to the highest value."""
EXACT_UP_TO = 5_000
"""Of more values, the curve is drawn from their counts in 1,024 equal bins."""
_FINE = 1_024


@dataclass(frozen=True, eq=False)
class Curve:
    """The density of one group's values: its area is 1."""

    group: str
    """The group's name; empty for all students."""
    n: int
    bandwidth: float
    """The standard deviation of the smoothing, in the column's unit."""
    x: Floats
    y: Floats


@dataclass(frozen=True, eq=False)
class Density:
    """The curves of one number column; groups that are too small have none."""

    column: str
    label: str
    unit: str | None
    curves: tuple[Curve, ...]
    n: int
    n_withheld: int
    n_flat: int
    """Groups in which all values are equal, so that there is no curve."""
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.curves

    def frame(self) -> pd.DataFrame:
        """Return one row a point of a curve: group, x, y."""
        parts = [pd.DataFrame({"group": c.group, "x": c.x, "y": c.y}) for c in self.curves]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["group", "x", "y"])


def density(
    frame: pd.DataFrame, *, column: Column, group: Column | None = None, min_group: int = MIN_GROUP
) -> Density:
    """Return the curve of a number column for all students, or for each group (the sides of a violin).

    Gaussian smoothing by Scott's rule. A numeric ``group`` is cut at its quartiles. Groups under
    ``min_group`` values are withheld, and with a single one the next smallest; values without a group
    count as one. Raises WrongKind.
    """
    require_explorable(column)
    if column.kind is not Kind.NUMBER:
        raise WrongKind(
            f"'{column.name}' has values of kind '{column.kind}', which have no curve.",
            hint="Choose a column of numbers.",
        )
    values = finite_of(frame, column=column)
    groups = _groups(frame, group)
    known = ~np.isnan(values)
    used = known & (groups.values >= 0)
    counts = np.bincount(groups.values[used], minlength=len(groups.levels)).astype(np.int64)
    hidden = withheld_beside(counts, unknown=int(known.sum() - used.sum()), minimum=min_group)
    parts = {
        name: values[used & (groups.values == i)]
        for i, name in enumerate(groups.levels)
        if counts[i] and not hidden[i]
    }
    curves = tuple(curve_of(part, group=name) for name, part in parts.items() if np.ptp(part / 2) > 0)
    n, n_flat = int(counts.sum()), len(parts) - len(curves)
    why = "" if curves else _why(n, n_flat, min_group)
    return Density(column.name, column.title, column.unit, curves, n, int(hidden.sum()), n_flat, why)


def _groups(frame: pd.DataFrame, group: Column | None) -> Codes:
    if group is None:
        return Codes(np.zeros(len(frame), dtype=np.int64), ("",))
    require_explorable(group)
    return grouped(frame, column=group)


def curve_of(values: Floats, *, group: str = "") -> Curve:
    """Return the curve of finite values that are not all equal."""
    from scipy.stats import gaussian_kde

    # Halves: the distance between two large numbers can be too large for one.
    low, reach = float(values.min()) / 2, float(np.ptp(values / 2))
    scaled = (values / 2 - low) / reach
    factor = len(values) ** -0.2
    if len(values) <= EXACT_UP_TO:
        smooth = gaussian_kde(scaled, bw_method=factor)
    else:
        counts, edges = np.histogram(scaled, bins=_FINE, range=(0.0, 1.0))
        filled = counts > 0
        middle = (edges[:-1] + edges[1:]) / 2
        smooth = gaussian_kde(middle[filled], weights=counts[filled], bw_method=factor)
    steps = np.linspace(0, 1, STEPS)
    width = float(np.sqrt(smooth.covariance[0, 0]))
    return Curve(group, len(values), 2 * width * reach, 2 * (low + reach * steps), smooth(steps) / reach / 2)


def _why(n: int, n_flat: int, min_group: int) -> str:
    if not n:
        return "No value is known."
    if n_flat:
        return "All values are equal."
    return f"Too few students: groups of fewer than {min_group} are not shown."
