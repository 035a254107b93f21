"""Whether the figures on barriers, taken together, give away a few students with a certain set of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from core.eda.barrier_rules import Applied
from core.eda.values import Integers
from core.eda.withholding import Flags, may_show_part, pinned, suspects, withheld
from core.errors import InvalidChoice

MOST = 3
"""Students with this many barriers or more are counted together."""
MOST_AUDITED = 128
"""More combinations are too many to audit: seven rules of which every value is known, or four with gaps."""
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

    def cells(self, pair: Pair, *, states: Sequence[int]) -> list[Flags]:
        """Return which combinations belong to each cell of the table of two rules."""
        left, right = (self.states[:, i] for i in pair)
        return [(left == a) & (right == b) for a, b in product(states, repeat=2)]


def patterns_of(found: Sequence[Applied]) -> Patterns:
    """Return the combinations of the states that each rule has; raises InvalidChoice for too many rules.

    A rule that all students meet, or none, multiplies nothing; one with values that are not known has three
    states.
    """
    states = [np.where(one.known, one.met, UNKNOWN) for one in found]
    seen = [np.unique(one) for one in states]
    if (n := math.prod(len(one) for one in seen)) > MOST_AUDITED:
        raise InvalidChoice(
            f"These barriers have {n:,} combinations; at most {MOST_AUDITED} can be counted together.",
            hint="Choose fewer barriers: up to seven, or four where values are not known.",
        )
    code = np.zeros(len(states[0]), dtype=np.int64)
    for one, values in zip(states, seen, strict=True):
        code = len(values) * code + np.searchsorted(values, one)
    every = np.array(list(product(*seen)), dtype=np.int64)
    return Patterns(every, np.bincount(code, minlength=len(every)).astype(np.int64))


def is_safe(left: Applied, right: Applied, *, min_group: int) -> bool:
    """Return whether no cell of the table of two rules, where both are known, has a few students."""
    known = left.known & right.known
    sizes = np.bincount(2 * left.met[known] + right.met[known], minlength=4)
    return not ((sizes > 0) & (sizes < min_group)).any()


@dataclass(frozen=True)
class Totals:
    """Which totals may be shown beside the counts by number of barriers."""

    by_rule: bool = True
    """How many students each rule applies to."""
    unknown: bool = True
    """How many students have a value missing."""


def totals_of(patterns: Patterns, *, min_group: int) -> Totals:
    """Return as many of the totals as give nobody away; the counts by rule are kept before the other."""
    choices = (Totals(), Totals(unknown=False), Totals(by_rule=False))
    few = few_of(patterns, min_group=min_group)
    safe = (one for one in choices if not Audit(patterns, min_group, one).gives_away(few))
    return next(safe, Totals(by_rule=False, unknown=False))


def few_of(patterns: Patterns, *, min_group: int) -> Flags:
    """Return the combinations of all rules, and of every two, that a few students have: one a row."""
    every = [
        cell
        for pair in combinations(range(patterns.states.shape[1]), 2)
        for cell in patterns.cells(pair, states=(NO, YES, UNKNOWN))
    ]
    protected = np.unique(np.stack([*np.eye(len(patterns.counts), dtype=np.bool_), *every]), axis=0)
    sizes = protected @ patterns.counts
    return protected[(sizes > 0) & (sizes < min_group)]


@dataclass(frozen=True, eq=False)
class Audit:
    """What follows from the figures that are shown.

    Known are which states a rule has, the number of students, and of those with so many barriers, the
    ``totals`` as far as they are shown, and the four cells of each table of two rules.
    """

    patterns: Patterns
    min_group: int
    totals: Totals

    def gives_away(self, few: Flags, *, pairs: Sequence[Pair] = (), sets: Sequence[Flags] = ()) -> bool:
        """Return whether one of the combinations ``few`` can be pinned to a range narrower than 5.

        Of ``sets`` (combinations that together make one) the students are known too.
        """
        return self.pinned(few, pairs=pairs, sets=sets) is not None

    def pinned(self, few: Flags, *, pairs: Sequence[Pair] = (), sets: Sequence[Flags] = ()) -> int | None:
        """Return the place of the first of them."""
        if not len(few):
            return None
        return pinned(self.patterns.counts, sums=self._sums(pairs, sets), targets=few)

    def suspects(self, few: Flags, *, pairs: Sequence[Pair]) -> Flags:
        """Return those of the combinations that may be pinned; the others are not, nor by fewer pairs."""
        if not len(few):
            return few
        return few[suspects(self.patterns.counts, sums=self._sums(pairs), targets=few)]

    def _sums(self, pairs: Sequence[Pair], sets: Sequence[Flags] = ()) -> Flags:
        sums = [*_by_number(self.patterns, self.min_group), *sets]
        sums += _by_rule(self.patterns, self.min_group) if self.totals.by_rule else []
        sums += _unknown(self.patterns, self.min_group) if self.totals.unknown else []
        sums += [cell for pair in pairs for cell in self.patterns.cells(pair, states=(NO, YES))]
        return np.unique(np.stack(sums), axis=0)


def _by_number(patterns: Patterns, min_group: int) -> list[Flags]:
    """Return the total, and the numbers of barriers of which the count is shown."""
    counts, number = patterns.counts, np.minimum((patterns.states == YES).sum(axis=1), MOST)
    sizes = np.bincount(number, weights=counts, minlength=MOST + 1).astype(np.int64)
    hidden = withheld(sizes, minimum=min_group)
    return [np.ones(len(counts), dtype=np.bool_), *(number == k for k in np.flatnonzero(~hidden))]


def _by_rule(patterns: Patterns, min_group: int) -> list[Flags]:
    """Return the rules of which the count is shown."""
    counts, has = patterns.counts, (patterns.states == YES).T
    whole = int(counts.sum())
    return [one for one in has if may_show_part(int(one @ counts), n_whole=whole, minimum=min_group)]


def _unknown(patterns: Patterns, min_group: int) -> list[Flags]:
    """Return the students with a value missing, where their number is shown."""
    gap = (patterns.states == UNKNOWN).any(axis=1)
    n, whole = int(gap @ patterns.counts), int(patterns.counts.sum())
    return [gap] if may_show_part(n, n_whole=whole, minimum=min_group) else []
