"""Which exact sets of barriers students carry, as far as telling it gives nobody away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.eda.barrier_audit import YES, Audit, Pair, few_of


@dataclass(frozen=True)
class BarrierSet:
    """A set of barriers, and how many students carry these and no other."""

    columns: tuple[str, ...]
    """The columns of the rules, in their order; empty for no barrier."""
    n: int


def exact_sets(
    audit: Audit, *, pairs: Sequence[Pair], columns: Sequence[str]
) -> tuple[tuple[BarrierSet, ...], int]:
    """Return the sets that may be told beside the ``pairs``, the largest first, and how many others are.

    A value that is not known counts as no barrier, as in ``count_barriers``: such a set adds to the one
    without it. Sets of few students are never told; of the others, the smallest are left out until the rest
    together with all that is shown pins no small group to a range narrower than 5.
    """
    met = audit.patterns.states == YES
    keys, places = np.unique(met, axis=0, return_inverse=True)
    sizes = np.bincount(places.ravel(), weights=audit.patterns.counts, minlength=len(keys)).astype(np.int64)
    order = sorted(np.flatnonzero(sizes >= max(1, audit.min_group)), key=lambda i: (-sizes[i], *(~keys[i])))
    sums = np.array([places.ravel() == i for i in order], dtype=np.bool_).reshape(
        len(order), len(places.ravel())
    )
    few = few_of(audit.patterns, min_group=audit.min_group)
    low, high = 0, len(order)
    while low < high:
        # What more sets give away, fewer may not: the most that give nothing away are found by halving.
        middle = high if not low else (low + high + 1) // 2
        if audit.gives_away(few, pairs=pairs, sets=list(sums[:middle])):
            high = middle - 1
        else:
            low = middle
    names = np.array(columns, dtype=object)
    told = tuple(BarrierSet(tuple(names[keys[i]]), int(sizes[i])) for i in order[:low])
    return told, int((sizes > 0).sum()) - len(told)
