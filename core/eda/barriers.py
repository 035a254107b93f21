"""How many students carry several hardships at once, by rules that the caller states.

A table alone does not tell which end of a column is the hard one, so nothing is guessed here: a column
without a rule is not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.barrier_audit import MOST, numbered, patterns_of, totals_of
from core.eda.barrier_rules import BarrierRule, applied
from core.eda.group_rates import RateGroup, compare_rates
from core.eda.values import Floats
from core.eda.withholding import MIN_GROUP, may_show_part, withheld
from core.schema import Schema


@dataclass(frozen=True)
class BarrierCount:
    """The students with so many barriers, and how many of them have the outcome."""

    barriers: str
    """``0``, ``1``, ``2`` or ``3 or more``."""
    n: int
    share: float
    rate: float
    """Of those with a known outcome, in [0, 1]; NaN without an outcome or if withheld."""
    low: float
    """Wilson's 95 % interval of the rate."""
    high: float


@dataclass(frozen=True)
class Barriers:
    """Students by their number of barriers; small groups are left out."""

    counts: tuple[BarrierCount, ...]
    n_by_rule: tuple[tuple[str, int], ...]
    """Each rule's column, and how many students it applies to; -1 where that is withheld: all of them where
    together with the counts they would give away a few students with a certain set of barriers."""
    n_unknown: int
    """Students with a value missing in a rule's column and counted without that barrier; -1 where that is
    withheld: where so few are, or are not, or it would give away a few students as above."""
    n_withheld: int
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.counts

    def frame(self) -> pd.DataFrame:
        """Return one row a number of barriers: barriers, n, share, rate, low, high."""
        return pd.DataFrame(self.counts, columns=list(BarrierCount.__dataclass_fields__))


def count_barriers(
    frame: pd.DataFrame,
    *,
    rules: Sequence[BarrierRule],
    schema: Schema,
    outcome: Floats | None = None,
    min_group: int = MIN_GROUP,
) -> Barriers:
    """Return how many students carry 0, 1, 2 and 3 or more barriers, and their outcome where it is known.

    ``outcome`` has one 0, 1 or NaN a row. A missing value is no barrier, and is counted in ``n_unknown``.
    Raises ColumnNotFound, WrongKind, and InvalidChoice for a rule that does not fit its column and for rules
    with more than 128 combinations of being met, not met and not known.
    """
    if not rules or not len(frame):
        why = "No barrier is defined." if not rules else "There are no students."
        return Barriers((), (), 0, 0, why)
    found = [applied(frame, rule, column=schema.column(rule.column)) for rule in rules]
    total = numbered(found)
    sizes = np.bincount(total, minlength=MOST + 1).astype(np.int64)
    hidden = withheld(sizes, minimum=min_group)
    shown = [k for k in range(MOST + 1) if sizes[k] and not hidden[k]]
    rates = _rates(total, outcome, shown, min_group)
    counts = tuple(_count(k, int(sizes[k]), len(frame), rates.get(_name(k))) for k in shown)
    by_rule = _by_rule(rules, [int(one.met.sum()) for one in found], len(frame), min_group)
    totals = totals_of(patterns_of(found), min_group=min_group)
    if not totals.by_rule:
        by_rule = tuple((rule.column, -1) for rule in rules)
    n_unknown = int((~np.all([one.known for one in found], axis=0)).sum())
    if n_unknown and not (totals.unknown and may_show_part(n_unknown, n_whole=len(frame), minimum=min_group)):
        n_unknown = -1
    why = "" if counts else f"Groups of fewer than {min_group} students are not shown."
    return Barriers(counts, by_rule, n_unknown, int(hidden.sum()), why)


def _by_rule(
    rules: Sequence[BarrierRule], sizes: Sequence[int], n_rows: int, min_group: int
) -> tuple[tuple[str, int], ...]:
    return tuple(
        (rule.column, n if may_show_part(n, n_whole=n_rows, minimum=min_group) else -1)
        for rule, n in zip(rules, sizes, strict=True)
    )


def _rates(
    total: NDArray[np.int64], outcome: Floats | None, shown: list[int], min_group: int
) -> dict[str, RateGroup]:
    """Return the outcome's rate at each count that enough students with a known outcome have."""
    if outcome is None:
        return {}
    known = ~np.isnan(outcome)
    sizes = np.bincount(total[known], minlength=MOST + 1).astype(np.int64)
    hidden = withheld(sizes, minimum=min_group)
    kept = [k for k in shown if sizes[k] and not hidden[k]]
    levels = tuple(_name(k) for k in range(MOST + 1))
    found, _ = compare_rates(outcome[known] > 0, groups=total[known], levels=levels, shown=kept)
    return {group.group: group for group in found}


def _count(k: int, n: int, n_rows: int, rate: RateGroup | None) -> BarrierCount:
    ends = (np.nan, np.nan, np.nan) if rate is None else (rate.rate, rate.low, rate.high)
    return BarrierCount(_name(k), n, n / n_rows, *ends)


def _name(k: int) -> str:
    return f"{MOST} or more" if k == MOST else str(k)
