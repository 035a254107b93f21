"""A number compared between groups: means with intervals, differences to the rest, effect sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.eda.group_effects import (
    cliffs_deltas,
    differences,
    means,
    moments_of,
    others_of,
    standardised,
)
from core.eda.group_tests import GroupTest, named, number_test
from core.eda.measures import benjamini_hochberg
from core.eda.values import Floats, Integers


@dataclass(frozen=True)
class NumberGroup:
    """One group's values, and how they differ from those of all other students together."""

    group: str
    n: int
    mean: float
    low: float
    """The 95 % interval of the mean, by Student's t."""
    high: float
    median: float
    std: float
    difference: float
    """The group's mean minus the mean of all others."""
    difference_low: float
    """The 95 % interval of the difference, by Welch's t."""
    difference_high: float
    cohens_d: float
    """The difference in pooled standard deviations."""
    hedges_g: float
    """Cohen's d after Hedges' correction for small groups."""
    hedges_g_low: float
    """The 95 % interval of Hedges' g."""
    hedges_g_high: float
    cliffs_delta: float
    """How much more often a value here is above one of the others than below, in [-1, 1]."""
    cliffs_delta_low: float
    """The 95 % interval of Cliff's delta."""
    cliffs_delta_high: float
    p: float
    """Of the test against all others; NaN where all values are equal."""
    q: float
    """``p`` after Benjamini and Hochberg over the groups shown."""
    test: str
    """The test that ``p`` is of."""
    why: str
    """Why it was chosen."""


def compare_numbers(
    values: Floats, *, groups: Integers, levels: tuple[str, ...], shown: list[int]
) -> tuple[tuple[NumberGroup, ...], GroupTest | None]:
    """Return the groups ``shown`` and the test between them (against the rest if it is one only).

    Values are finite and every code in ``groups`` is a position in ``levels``; empty without two groups.
    """
    if not shown or len(np.unique(groups)) < 2:
        return (), None
    inside = moments_of(values, groups=groups, n_groups=len(levels))
    outside = others_of(inside, wanted=shown)
    mean, apart, size = means(inside), differences(inside, outside), standardised(inside, outside)
    deltas = cliffs_deltas(values, groups=groups, shown=shown)
    tests = {g: number_test([values[groups == g], values[groups != g]]) for g in shown}
    q = benjamini_hochberg(np.array([_p(test) for test in tests.values()]))
    with np.errstate(over="ignore"):  # medians of numbers near the largest there is
        found = tuple(
            NumberGroup(
                levels[g], int(inside.n[g]), float(inside.mean[g]), float(mean.low[g]), float(mean.high[g]),
                float(np.median(values[groups == g])), float(np.sqrt(inside.variance[g])),
                float(apart.value[g]), float(apart.low[g]), float(apart.high[g]),
                float(size.d[g]), float(size.g[g]), float(size.low[g]), float(size.high[g]),
                deltas[g].value, deltas[g].low, deltas[g].high, _p(test), float(q[i]), *named(test),
            )
            for i, (g, test) in enumerate(tests.items())
        )  # fmt: skip
    if len(shown) == 1:
        return found, tests[shown[0]]
    return found, number_test([values[groups == g] for g in shown])


def _p(test: GroupTest | None) -> float:
    return float("nan") if test is None else test.p
