"""Which barriers come together more often than chance would have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.barrier_audit import Audit, Pair, few_of, is_safe, patterns_of, totals_of
from core.eda.barrier_rules import Applied, BarrierRule, applied
from core.eda.barrier_sets import BarrierSet, exact_sets
from core.eda.effect_intervals import moment_interval
from core.eda.group_tests import named, rate_test
from core.eda.group_words import CAUTION, lowered, number_text
from core.eda.measures import benjamini_hochberg
from core.eda.withholding import MIN_GROUP
from core.schema import Schema

FOUND_BELOW = 0.05


@dataclass(frozen=True)
class BarrierPair:
    """Two barriers, over the students for whom both are known."""

    left: str
    """The column of the rule."""
    right: str
    n: int
    both: int
    """Students with both barriers."""
    expected: float
    """How many would have both if the two had nothing to do with each other."""
    ratio: float
    """``both`` over ``expected``; NaN where none are expected."""
    phi: float
    """The correlation of the two barriers, in [-1, 1]; NaN where one does not vary."""
    low: float
    """The 95 % interval of phi, by fourth moments."""
    high: float
    p: float
    q: float
    """``p`` after Benjamini and Hochberg over the pairs shown."""
    test: str
    why: str
    """Why this test was chosen."""

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the two come together more often than chance, after correction."""
        return self.q < FOUND_BELOW and self.ratio > 1


@dataclass(frozen=True)
class BarrierPairs:
    """Every two barriers whose four groups (both, either, none) are each large enough, strongest first."""

    pairs: tuple[BarrierPair, ...]
    n_withheld: int
    """Pairs that are not shown."""
    sentences: tuple[str, ...] = ()
    """One a pair, in the same order."""
    why_empty: str = ""
    sets: tuple[BarrierSet, ...] = ()
    """How many students carry exactly these barriers, the most first; sets of few are left out, and others
    that would give them away."""
    n_sets_withheld: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.pairs

    def frame(self) -> pd.DataFrame:
        """Return one row a pair: left, right, n, both, expected, ratio, phi, low, high, p, q, test, why."""
        return pd.DataFrame(self.pairs, columns=list(BarrierPair.__dataclass_fields__))

    def set_frame(self) -> pd.DataFrame:
        """Return one row a set: columns, n."""
        return pd.DataFrame(
            {"columns": [one.columns for one in self.sets], "n": [one.n for one in self.sets]}
        )


def pair_barriers(
    frame: pd.DataFrame,
    *,
    rules: Sequence[BarrierRule],
    schema: Schema,
    min_group: int = MIN_GROUP,
) -> BarrierPairs:
    """Return for every two barriers whether they come together beyond chance.

    A pair is withheld where 1 to ``min_group`` - 1 students have both barriers, the first only, the second
    only or none; and where with the other pairs and the counts of ``count_barriers`` it would give away so
    few students with some combination. Raises ColumnNotFound, WrongKind, and InvalidChoice as
    ``count_barriers`` does.
    """
    if len(rules) < 2 or not len(frame):
        why = "At least two barriers are needed." if len(frame) else "There are no students."
        return BarrierPairs((), 0, why_empty=why)
    found = [applied(frame, rule, column=schema.column(rule.column)) for rule in rules]
    places = list(combinations(range(len(rules)), 2))
    safe = [pair for pair in places if is_safe(*(found[i] for i in pair), min_group=min_group)]
    patterns = patterns_of(found)
    audit = Audit(patterns, min_group, totals_of(patterns, min_group=min_group))
    shown = _together_safe(safe, audit)
    sets, n_hidden = exact_sets(audit, pairs=shown, columns=[rule.column for rule in rules])
    pairs = [_pair((rules[i], rules[j]), found[i], found[j]) for i, j in shown]
    q = benjamini_hochberg(np.array([pair.p for pair in pairs], dtype=np.float64))
    corrected = [replace(pair, q=float(one)) for pair, one in zip(pairs, q, strict=True)]
    corrected.sort(key=lambda pair: (-np.nan_to_num(pair.phi, nan=-2.0), pair.left, pair.right))
    why = "" if pairs else f"Groups of fewer than {min_group} students are not shown."
    words = tuple(_sentence(pair, schema) for pair in corrected)
    return BarrierPairs(tuple(corrected), len(places) - len(shown), words, why, sets, n_hidden)


def _together_safe(pairs: list[Pair], audit: Audit) -> list[Pair]:
    """Return the pairs, without those that together with the earlier ones give a few students away."""
    few = audit.suspects(few_of(audit.patterns, min_group=audit.min_group), pairs=pairs)
    if not audit.gives_away(few, pairs=pairs):
        return pairs
    kept: list[Pair] = []
    weak = few[:0]
    for pair in pairs:
        # What one pair gives away, the next is likely to give away too: that is looked at first.
        if audit.gives_away(weak, pairs=[*kept, pair]):
            continue
        found = audit.pinned(few, pairs=[*kept, pair])
        if found is None:
            kept.append(pair)
        else:
            weak = np.vstack([few[found : found + 1], weak])
    return kept


def _pair(rules: tuple[BarrierRule, BarrierRule], left: Applied, right: Applied) -> BarrierPair:
    known = left.known & right.known
    one, two = left.met[known], right.met[known]
    n, both = len(one), int((one & two).sum())
    expected = int(one.sum()) * int(two.sum()) / n if n else 0.0
    sizes = np.array([one.sum(), n - one.sum()], dtype=np.float64)
    events = np.array([both, (two & ~one).sum()], dtype=np.float64)
    test = rate_test(events, sizes=sizes) if sizes.all() else None
    low, high = moment_interval(one.astype(np.float64), right=two.astype(np.float64))
    return BarrierPair(
        rules[0].column, rules[1].column, n, both, expected,
        both / expected if expected else float("nan"), _phi(one, two), low, high,
        float("nan") if test is None else test.p, float("nan"), *named(test),
    )  # fmt: skip


def _phi(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    spreads = float(one.std() * two.std()) if len(one) else 0.0
    return float(((one & two).mean() - one.mean() * two.mean()) / spreads) if spreads > 0 else float("nan")


def _sentence(pair: BarrierPair, schema: Schema) -> str:
    """Return how often two barriers come together, beside what chance would give."""
    left, right = (lowered(schema.column(name).title) for name in (pair.left, pair.right))
    seen = (
        f"{pair.both:,} students have both barriers, {left} and {right}; "
        f"{number_text(pair.expected)} would if the two had nothing to do with each other"
    )
    if not pair.q < FOUND_BELOW:
        return f"{seen}, which may be chance. {CAUTION}"
    way = "more" if pair.ratio > 1 else "less"
    ends = f"phi {pair.phi:.2f}, 95 % interval {pair.low:.2f} to {pair.high:.2f}"
    return f"{seen}: {way} often than chance ({ends}). {CAUTION}"
