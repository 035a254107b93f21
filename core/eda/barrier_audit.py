"""Whether the figures on barriers, taken together, give away a few students with a certain set of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from core.eda.barrier_rules import Applied
from core.eda.values import Integers
from core.eda.withholding import may_show_part, pinned, withheld

MOST = 3
"""Students with this many barriers or more are counted together."""
MOST_AUDITED = 6
"""More rules have too many combinations to audit, and too many for totals to pin one."""
NO, YES, UNKNOWN = 0, 1, 2

Pair = tuple[int, int]


def numbered(found: Sequence[Applied]) -> Integers:
    """Return each student's number of barriers, at most 3."""
    total: Integers = np.sum([one.met for one in found], axis=0, dtype=np.int64)
    return np.minimum(total, MOST)


@dataclass(frozen=True, eq=False)
class Patterns:
    """Every combination of no, yes and unknown over the rules, and how many students have it."""

    states: Integers
    """Of shape (combinations, rules)."""
    counts: Integers

    def cells(self, pair: Pair, *, states: Sequence[int]) -> list[NDArray[np.bool_]]:
        """Return which combinations belong to each cell of the table of two rules."""
        left, right = (self.states[:, i] for i in pair)
        return [(left == a) & (right == b) for a, b in product(states, repeat=2)]


def patterns_of(found: Sequence[Applied]) -> Patterns:
    """Return the combinations of up to 6 rules; none for more."""
    width = len(found)
    if width > MOST_AUDITED:
        return Patterns(np.zeros((0, width), dtype=np.int64), np.zeros(0, dtype=np.int64))
    states = np.array(list(product((NO, YES, UNKNOWN), repeat=width)), dtype=np.int64)
    code = np.zeros(len(found[0].met), dtype=np.int64)
    for one in found:
        code = 3 * code + np.where(one.known, one.met, UNKNOWN)
    return Patterns(states, np.bincount(code, minlength=len(states)).astype(np.int64))


def is_safe(left: Applied, right: Applied, *, min_group: int) -> bool:
    """Return whether no cell of the table of two rules, where both are known, has a few students."""
    known = left.known & right.known
    sizes = np.bincount(2 * left.met[known] + right.met[known], minlength=4)
    return not ((sizes > 0) & (sizes < min_group)).any()


def gives_away(
    patterns: Patterns, *, min_group: int, pairs: Sequence[Pair] = (), by_rule: bool = True
) -> bool:
    """Return whether a combination of a few students can be pinned to a range narrower than 5.

    Known are the total, the counts by number of barriers and (``by_rule``) by rule as far as they are shown,
    and the four cells of each of the ``pairs``. Protected are the combinations of all rules and of every two.
    """
    counts = patterns.counts
    if not len(counts):
        return False
    every = [
        cell
        for pair in combinations(range(patterns.states.shape[1]), 2)
        for cell in patterns.cells(pair, states=(NO, YES, UNKNOWN))
    ]
    protected = np.stack([*np.eye(len(counts), dtype=np.bool_), *every])
    sizes = protected @ counts
    few = protected[(sizes > 0) & (sizes < min_group)]
    sums = _by_number(patterns, min_group) + (_by_rule(patterns, min_group) if by_rule else [])
    sums += [cell for pair in pairs for cell in patterns.cells(pair, states=(NO, YES))]
    return len(few) > 0 and pinned(counts, sums=np.stack(sums), targets=few) is not None


def _by_number(patterns: Patterns, min_group: int) -> list[NDArray[np.bool_]]:
    """Return the total, and the numbers of barriers of which the count is shown."""
    counts, number = patterns.counts, np.minimum((patterns.states == YES).sum(axis=1), MOST)
    sizes = np.bincount(number, weights=counts, minlength=MOST + 1).astype(np.int64)
    hidden = withheld(sizes, minimum=min_group)
    return [np.ones(len(counts), dtype=np.bool_), *(number == k for k in np.flatnonzero(~hidden))]


def _by_rule(patterns: Patterns, min_group: int) -> list[NDArray[np.bool_]]:
    """Return the rules of which the count is shown."""
    counts, has = patterns.counts, (patterns.states == YES).T
    whole = int(counts.sum())
    return [one for one in has if may_show_part(int(one @ counts), n_whole=whole, minimum=min_group)]
