"""Several comparisons on one page: each p-value corrected for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.eda.groups import GroupComparison
from core.eda.measures import benjamini_hochberg
from core.eda.values import Floats


def corrected_together(comparisons: Sequence[GroupComparison]) -> tuple[GroupComparison, ...]:
    """Return the comparisons in order, every ``q`` adjusted over all of their p-values together.

    Benjamini and Hochberg (1995), over each group's p-value; two groups that are all students are each
    other's mirror and count as one. The tests between the groups are a family of their own.
    """
    counted = [_counted(comparison) for comparison in comparisons]
    adjusted = _split(benjamini_hochberg(np.concatenate([np.empty(0), *counted])), counted)
    between = benjamini_hochberg(np.array([_between(comparison) for comparison in comparisons]))
    return tuple(
        _with(comparison, q, float(overall))
        for comparison, q, overall in zip(comparisons, adjusted, between, strict=True)
    )


def _counted(comparison: GroupComparison) -> Floats:
    """Return the p-values of a comparison that say something of their own."""
    p = np.array([group.p for group in comparison.groups], dtype=np.float64)
    mirrored = len(p) == 2 and sum(group.n for group in comparison.groups) == comparison.n
    return p[:1] if mirrored else p


def _split(adjusted: Floats, counted: Sequence[Floats]) -> list[Floats]:
    ends = np.cumsum([len(p) for p in counted])
    return np.split(adjusted, ends[:-1]) if len(ends) else []


def _between(comparison: GroupComparison) -> float:
    return float("nan") if comparison.test is None else comparison.test.p


def _with(comparison: GroupComparison, q: Floats, overall: float) -> GroupComparison:
    spread = np.broadcast_to(q, len(comparison.groups)) if len(q) == 1 else q
    groups: list[Any] = list(comparison.groups)
    groups = [replace(group, q=float(one)) for group, one in zip(groups, spread, strict=True)]
    test = comparison.test and replace(comparison.test, q=overall)
    return replace(comparison, groups=tuple(groups), test=test)
