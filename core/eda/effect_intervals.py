"""The 95 % intervals of association measures, each by a formula: nothing is drawn at random."""

from __future__ import annotations

import numpy as np

from core.eda.values import Floats, Integers

NORMAL_975 = 1.959963984540054
LOW, HIGH = 0.975, 0.025
"""How likely a smaller statistic is at the lower and at the upper end of the interval."""


def fisher_interval(r: Floats, *, n: Integers) -> tuple[Floats, Floats]:
    """Return the 95 % interval of Pearson's r by Fisher's z; NaN under four students."""
    return _on_z_scale(r, 1 / np.sqrt(np.where(n > 3, n - 3.0, np.nan)))


def spearman_interval(rho: Floats, *, n: Integers) -> tuple[Floats, Floats]:
    """Return the 95 % interval of Spearman's rho by the variance of Bonett and Wright (2000) on z."""
    return _on_z_scale(rho, np.sqrt((1 + rho * rho / 2) / np.where(n > 3, n - 3.0, np.nan)))


def moment_interval(left: Floats, *, right: Floats) -> tuple[float, float]:
    """Return the 95 % interval of Pearson's r from fourth moments, which holds for flags and dates too.

    Both hold the finite values of the same students. The large-sample variance of r without assuming a
    normal distribution (Isserlis, 1916), carried to Fisher's z.
    """
    n = len(left)
    spreads = (float(left.std()), float(right.std())) if n > 3 else (0.0, 0.0)
    if not min(spreads) > 0:
        return float("nan"), float("nan")
    x, y = (left - left.mean()) / spreads[0], (right - right.mean()) / spreads[1]
    r = float(np.clip((x * y).mean(), -1, 1))
    error = float(np.sqrt(((x * y - r / 2 * (x * x + y * y)) ** 2).mean() / (n - 3)))
    room = max(1 - r * r, 1e-12)
    low, high = _on_z_scale(np.array([r]), np.array([error / room]))
    return float(low[0]), float(high[0])


def _on_z_scale(r: Floats, error: Floats) -> tuple[Floats, Floats]:
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.arctanh(r)
        low: Floats = np.tanh(z - NORMAL_975 * error)
        high: Floats = np.tanh(z + NORMAL_975 * error)
    return low, high


def chi_squared_ends(statistic: float, *, freedom: int) -> tuple[float, float]:
    """Return the 95 % interval of the excess of a chi-squared statistic over its degrees of freedom.

    The noncentrality at which the statistic is at the 97.5th and at the 2.5th percentile (Smithson, 2003).
    """
    from scipy.special import chndtr, chndtrinc

    ends = (
        float(chndtrinc(statistic, freedom, p)) if chndtr(statistic, freedom, 0.0) > p else 0.0
        for p in (LOW, HIGH)
    )
    low, high = ends
    return low, high


def f_ends(statistic: float, *, between: int, within: int) -> tuple[float, float]:
    """Return the 95 % interval of the noncentrality of an F statistic (Steiger, 2004)."""
    from scipy.optimize import brentq
    from scipy.special import ncfdtr

    middle = between * statistic
    reach = 10 * (4 * middle + 2 * between + 2 * middle**2 / within) ** 0.5 + 50

    def gap(excess: float, p: float) -> float:
        below = float(ncfdtr(between, within, excess, statistic))
        # Far out in its tails the distribution is not a number but as good as 0 or 1.
        tail = 0.0 if excess > middle else 1.0
        return (tail if np.isnan(below) else below) - p

    least, most = max(0.0, middle - between - reach), middle + reach
    ends = (
        float(brentq(gap, least, most, args=(p,), xtol=1e-9 * most)) if gap(0, p) > 0 else 0.0
        for p in (LOW, HIGH)
    )
    low, high = ends
    return low, high
