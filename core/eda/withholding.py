"""Which groups are too small to show, and which others must go with them so that no sum gives them away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_GROUP = 10
"""Figures on fewer students than this are not shown on the exploration pages."""


def withheld(counts: NDArray[np.int64], *, minimum: int = MIN_GROUP) -> NDArray[np.bool_]:
    """Return for each group whether it must not be shown.

    Groups under ``minimum`` are hidden. Then the next smallest follow, until at least two groups
    and at least ``minimum`` students are hidden together: a total minus what is shown then tells
    nothing about a small group. Groups without any student are never hidden.

    >>> withheld(np.array([95, 40, 5])).tolist()
    [False, True, True]
    """
    hidden = np.zeros(len(counts), dtype=np.bool_)
    order = [int(i) for i in np.argsort(counts, kind="stable") if counts[i] > 0]
    n_hidden = sum(1 for i in order if counts[i] < minimum)
    if n_hidden:
        while n_hidden < len(order) and _tells_too_much(counts[order[:n_hidden]], minimum):
            n_hidden += 1
    hidden[order[:n_hidden]] = True
    return hidden


def _tells_too_much(hidden: NDArray[np.int64], minimum: int) -> bool:
    return len(hidden) < 2 or int(hidden.sum()) < minimum
