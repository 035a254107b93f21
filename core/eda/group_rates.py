"""An outcome compared between groups: rates with intervals, and differences and ratios to the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.eda.effect_intervals import NORMAL_975
from core.eda.group_tests import GroupTest, named, newcombe, rate_test, wilson
from core.eda.measures import benjamini_hochberg
from core.eda.values import Floats, Integers


@dataclass(frozen=True)
class RateGroup:
    """How many of a group have the outcome, and how that differs from all other students together."""

    group: str
    n: int
    rate: float
    """In [0, 1]."""
    low: float
    """Wilson's 95 % interval of the rate."""
    high: float
    difference: float
    """The group's rate minus the rate of all others, in [-1, 1]."""
    difference_low: float
    """Newcombe's 95 % interval of the difference."""
    difference_high: float
    risk_ratio: float
    """The group's rate over the rate of all others; NaN if theirs is zero."""
    risk_ratio_low: float
    risk_ratio_high: float
    odds_ratio: float
    """NaN if a cell below the line is empty. Where any of the four cells (with and without the outcome, here
    and among the others) is empty, half a student is added to each for the intervals of both ratios."""
    odds_ratio_low: float
    odds_ratio_high: float
    p: float
    """Of the difference: chi-squared, or Fisher's exact test where few are expected."""
    q: float
    """``p`` after Benjamini and Hochberg over the groups shown."""
    test: str
    """The test that ``p`` is of."""
    why: str
    """Why it was chosen."""


def compare_rates(
    outcome: NDArray[np.bool_], *, groups: Integers, levels: tuple[str, ...], shown: list[int]
) -> tuple[tuple[RateGroup, ...], GroupTest | None]:
    """Return the groups ``shown`` and the test between them (against the rest if it is one only).

    Every code in ``groups`` is a position in ``levels``; empty without two groups.
    """
    if not shown or len(np.unique(groups)) < 2:
        return (), None
    sizes = np.bincount(groups, minlength=len(levels)).astype(np.float64)
    events: Floats = np.bincount(groups, weights=outcome, minlength=len(levels)).astype(np.float64)
    pairs = {g: _against_rest(events, sizes, g) for g in shown}
    tests = [rate_test(ours, sizes=size) for ours, size in pairs.values()]
    q = benjamini_hochberg(np.array([np.nan if test is None else test.p for test in tests]))
    found = tuple(_group(levels[g], *pairs[g], test=tests[i], q=float(q[i])) for i, g in enumerate(shown))
    if len(shown) == 1:
        return found, tests[0]
    return found, rate_test(events[shown], sizes=sizes[shown])


def _against_rest(events: Floats, sizes: Floats, group: int) -> tuple[Floats, Floats]:
    """Return events and sizes of the group and of all others."""
    ours, size = events[group], sizes[group]
    return np.array([ours, events.sum() - ours]), np.array([size, sizes.sum() - size])


def _group(name: str, events: Floats, sizes: Floats, *, test: GroupTest | None, q: float) -> RateGroup:
    rate = events / sizes
    low, high = wilson(events, sizes=sizes)
    ends = newcombe(events, sizes=sizes)
    ratio, odds = risk_ratio(events, sizes=sizes), odds_ratio(events, sizes=sizes)
    difference = float(rate[0] - rate[1])
    return RateGroup(
        name,
        int(sizes[0]),
        float(rate[0]),
        float(low[0]),
        float(high[0]),
        difference,
        *ends,
        *ratio,
        *odds,
        float("nan") if test is None else test.p,
        q,
        *named(test),
    )


def risk_ratio(events: Floats, *, sizes: Floats) -> tuple[float, float, float]:
    """Return the first rate over the second, with Katz' log interval."""
    ratio = float(events[0] / sizes[0] / (events[1] / sizes[1])) if events[1] else float("nan")
    filled = events.all() and (sizes - events).all()
    padded, total = (events, sizes) if filled else (events + 0.5, sizes + 1)
    middle = np.log(padded[0] / total[0] / (padded[1] / total[1]))
    half = NORMAL_975 * np.sqrt(float((1 / padded - 1 / total).sum()))
    return ratio, float(np.exp(middle - half)), float(np.exp(middle + half))


def odds_ratio(events: Floats, *, sizes: Floats) -> tuple[float, float, float]:
    """Return the first odds over the second, with Woolf's log interval."""
    cells = np.concatenate([events, sizes - events])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(cells[0] * cells[3] / (cells[1] * cells[2]))
    padded = cells if cells.all() else cells + 0.5
    middle = np.log(padded[0] * padded[3] / (padded[1] * padded[2]))
    half = NORMAL_975 * np.sqrt(float((1 / padded).sum()))
    return (
        ratio if np.isfinite(ratio) else float("nan"),
        float(np.exp(middle - half)),
        float(np.exp(middle + half)),
    )
