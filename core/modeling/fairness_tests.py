"""Tests of the gaps between a group and all other students, corrected for their number."""

from __future__ import annotations

import numpy as np

from core.modeling.fairness_rates import Residuals, Shares
from core.modeling.table import Floats

FEWEST_EXPECTED = 20.0
"""With fewer students expected in a cell the exact test is taken: its far tail is what correction needs."""


def share_p(ours: Shares, rest: Shares) -> Floats:
    """Return the two-sided p-value of no gap for each share; NaN where there are too few students.

    The hypergeometric tail, doubled (Fisher's exact test), where under 20 students are expected in a
    cell; chi-squared with Yates' correction, which follows that test, where there are more.
    """
    from scipy.special import ndtr
    from scipy.stats import hypergeom

    known = ~np.isnan(ours.is_enough * rest.is_enough)
    hits, base = ours.hits[known], ours.base[known]
    all_hits, total = hits + rest.hits[known], base + rest.base[known]
    expected = base * all_hits / total
    spare = (expected, base - expected, all_hits - expected, total - base - all_hits + expected)
    few = np.min(spare, axis=0) < FEWEST_EXPECTED
    p = np.ones(len(hits))
    drawn = hypergeom(total[few], all_hits[few], base[few])
    p[few] = 2 * np.minimum(drawn.cdf(hits[few]), drawn.sf(hits[few] - 1))
    many = ~few
    spread = expected * (1 - all_hits / total) * (1 - base / total) * total / (total - 1)
    off = np.maximum(np.abs(hits - expected)[many] - 0.5, 0)
    p[many] = 2 * ndtr(-off / np.sqrt(spread[many]))
    found = np.full(known.shape, np.nan)
    found[known] = np.minimum(p, 1.0)
    return found


def residual_p(ours: Residuals, rest: Residuals) -> Floats:
    """Return the two-sided p-value of equal calibration by Welch's t test; NaN for too few students."""
    from scipy.special import stdtr

    error = np.hypot(ours.error, rest.error)
    gap = np.abs(ours.mean - rest.mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(error > 0, gap / error, np.where(gap > 0, np.inf, 0.0))
    return np.where(np.isnan(gap), np.nan, 2 * stdtr(ours.freedom(rest), -size))


def holm(p: Floats) -> Floats:
    """Return the p-values adjusted so that one false flag among all is as rare as each was; NaN stays.

    Holm (1979). It needs no assumption on how the tests hang together, and here they do: the rest of one
    group is made of the others.

    >>> holm(np.array([0.01, 0.04, float("nan"), 0.03])).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    adjusted = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    scaled = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(scaled))
    return adjusted
