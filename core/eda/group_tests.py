"""The test that says whether groups differ, and why it is the right one; and intervals of rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.eda.effect_intervals import NORMAL_975
from core.eda.values import Floats

LARGE = 30
"""From this size on, the mean of a group is close enough to normal for the t test."""
FEWEST_EXPECTED = 5.0
"""The chi-squared test needs at least this many expected students in each cell (Cochran)."""
UNEQUAL = 1.5
"""A standard deviation so many times as large as the other is mentioned."""
DRAWS = 9_999


@dataclass(frozen=True)
class GroupTest:
    """The test of no difference between the groups: its name, why it was chosen, and its p-value."""

    name: str
    why: str
    statistic: float
    p: float
    q: float = float("nan")
    """``p`` after correction for the other comparisons on the page; NaN before that."""


def named(test: GroupTest | None) -> tuple[str, str]:
    """Return the test's name and why it was chosen; ``none`` and the reason where nothing varies."""
    return ("none", "Nothing varies, so there is nothing to test.") if test is None else (test.name, test.why)


def number_test(groups: Sequence[Floats]) -> GroupTest | None:
    """Return the test for at least two groups of values; None if all values are equal."""
    from scipy import stats

    lowest = min(float(group.min()) for group in groups)
    if lowest == max(float(group.max()) for group in groups):
        return None
    if len(groups) > 2:
        found = stats.kruskal(*groups)
        return GroupTest(
            "Kruskal-Wallis",
            "More than two groups: ranks are compared, which needs no assumption on the shape.",
            float(found.statistic),
            float(found.pvalue),
        )
    return _two_groups(*groups)


def _two_groups(left: Floats, right: Floats) -> GroupTest:
    from scipy import stats

    spreads = np.array([_spread(left), _spread(right)])
    if min(len(left), len(right)) >= LARGE and spreads.any() and np.isfinite(spreads).all():
        found = stats.ttest_ind_from_stats(
            left.mean(), spreads[0], len(left), right.mean(), spreads[1], len(right), equal_var=False
        )
        return GroupTest("Welch's t", _why_welch(spreads), float(found.statistic), float(found.pvalue))
    ranked = stats.mannwhitneyu(left, right)
    why = f"A group has fewer than {LARGE} students or does not vary: ranks are compared instead of means."
    return GroupTest("Mann-Whitney U", why, float(ranked.statistic), float(ranked.pvalue))


def _spread(values: Floats) -> float:
    """Return the standard deviation; zero for one value or equal ones, not finite where it overflows."""
    if len(values) < 2 or values.min() == values.max():
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        return float(values.std(ddof=1))


def _why_welch(spreads: Floats) -> str:
    large = f"Two groups of at least {LARGE} students: means are compared, without assuming equal spread"
    low, high = spreads.min(), spreads.max()
    if high < UNEQUAL * low:
        return f"{large}."
    if low == 0:
        return f"{large}: one of them does not vary."
    return f"{large}: one spreads {high / low:.1f} times as wide as the other."


def rate_test(events: Floats, *, sizes: Floats, seed: int = 0) -> GroupTest | None:
    """Return the test for at least two groups; None if all students, or none, have the outcome."""
    from scipy import stats

    table = np.stack([events, sizes - events])
    if not table.sum(axis=1).all():
        return None
    expected = table.sum(axis=1, keepdims=True) * sizes / sizes.sum()
    if expected.min() >= FEWEST_EXPECTED:
        found = stats.chi2_contingency(table, correction=False)
        why = "At least five students are expected in every cell of the table."
        return GroupTest("chi-squared", why, float(found.statistic), float(found.pvalue))
    why = "Fewer than five students are expected in a cell, too few for chi-squared."
    if len(sizes) == 2:
        exact = stats.fisher_exact(table)
        return GroupTest("Fisher's exact", why, float(exact.statistic), float(exact.pvalue))
    method = stats.MonteCarloMethod(n_resamples=DRAWS, rng=np.random.default_rng(seed))
    drawn = stats.chi2_contingency(table, correction=False, method=method)
    return GroupTest(
        f"chi-squared by {DRAWS:,} random tables", why, float(drawn.statistic), float(drawn.pvalue)
    )


def wilson(events: Floats, *, sizes: Floats) -> tuple[Floats, Floats]:
    """Return Wilson's 95 % interval of each rate, in [0, 1]."""
    rate, square = events / sizes, NORMAL_975**2
    middle = rate + square / (2 * sizes)
    half = NORMAL_975 * np.sqrt(rate * (1 - rate) / sizes + square / (4 * sizes**2))
    scale = 1 + square / sizes
    low = np.where(events == 0, 0.0, (middle - half) / scale)
    high = np.where(events == sizes, 1.0, (middle + half) / scale)
    return low, high


def newcombe(events: Floats, *, sizes: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the first rate minus the second, by Newcombe's hybrid score method."""
    rate = events / sizes
    low, high = wilson(events, sizes=sizes)
    difference = float(rate[0] - rate[1])
    below = float(np.hypot(rate[0] - low[0], high[1] - rate[1]))
    above = float(np.hypot(high[0] - rate[0], rate[1] - low[1]))
    return difference - below, difference + above
