"""What it would take to find each group as often: other cuts, and what they cost. Nothing is applied."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.modeling.fairness_counts import GroupCurve
from core.modeling.fairness_rates import FEWEST
from core.modeling.table import Flags, Integers

HALVINGS = 20
AS_IT_IS = "The list as it is"
LONGER = "A longer list for all"
LOWER = "Lower cuts for groups found less"
SAME_LENGTH = "A cut for each group, as long"
BY_GROUP = (LOWER, SAME_LENGTH)
"""The options that treat students differently by a protected attribute."""


@dataclass(frozen=True, eq=False)
class Mitigation:
    """Other cuts beside the one that is, with what each costs; for a person to weigh."""

    target: float
    """The share of students with the outcome whom the list finds now."""
    options: pd.DataFrame = field(repr=False)
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to set side by side."""
        return bool(self.why_empty)

    def frame(self) -> pd.DataFrame:
        """Return one row an option, the list as it is first.

        Columns: option, by_group (whether it treats the groups differently), listed, found, false_alarms,
        and how many more than now: more_listed, more_found, more_false_alarms; taken_off (students listed
        now who would not be), least and most (the recall of the groups found least and most).
        """
        return self.options.copy()


def mitigate(curve: GroupCurve, place: int, *, n_listed: int) -> Mitigation:
    """Return what it would take to find the groups of a grouping as often, from a list of ``n_listed``.

    Only groups that may be shown and have at least 10 students with the outcome get a cut of their own; for
    all others the cut stays. A longer list, and lower cuts, go on until the list finds every such group at
    least as often as it finds all students now. The cut for each group is the one with which all are found
    as often as the present length allows. Counts are of these students: others turn out differently.
    """
    people = _People.of(curve, place)
    if len(people.judged) < 2:
        why = f"It takes two groups of at least {FEWEST} students with the outcome to set cuts side by side."
        return Mitigation(float("nan"), pd.DataFrame(), why)
    now: Integers = np.full(len(people.ranks), n_listed, dtype=np.int64)
    positives = int(people.positive.sum())
    target = int((people.positive & (curve.rank <= n_listed)).sum()) / positives
    lower = np.maximum(now, people.cuts(target, n_listed))
    cuts = {
        AS_IT_IS: now,
        LONGER: np.full_like(now, lower.max()),
        LOWER: lower,
        SAME_LENGTH: people.cuts(_reach(people, n_listed), n_listed),
    }
    table = pd.DataFrame([people.outcome_of(title, cut, now) for title, cut in cuts.items()])
    for name in ("listed", "found", "false_alarms"):
        table[f"more_{name}"] = table[name] - table[name].iloc[0]
    return Mitigation(target, table)


@dataclass(frozen=True, eq=False)
class _People:
    """The students of one grouping with their places on the list."""

    rank: Integers
    codes: Integers
    positive: Flags
    negative: Flags
    ranks: tuple[Integers, ...]
    """The places of each group's students with the outcome, rising."""
    judged: Integers
    """The groups that get a cut of their own."""

    @classmethod
    def of(cls, curve: GroupCurve, place: int) -> _People:
        by, positive = curve.groupings[place], curve.label == 1
        ranks = tuple(np.sort(curve.rank[positive & (by.codes == code)]) for code in range(len(by.levels)))
        enough = np.array([len(one) >= FEWEST for one in ranks])
        judged: Integers = np.flatnonzero(enough & by.shown)
        return cls(curve.rank, by.codes, positive, curve.label == 0, ranks, judged)

    def cuts(self, share: float, n_listed: int) -> Integers:
        """Return for each group the last place listed so that this share of it is found."""
        found = np.full(len(self.ranks), n_listed, dtype=np.int64)
        for code in self.judged:
            wanted = int(np.ceil(share * len(self.ranks[code]) - 1e-9))
            found[code] = self.ranks[code][wanted - 1] if wanted else 0
        return found

    def listed(self, cuts: Integers) -> Flags:
        """Return who is listed with these cuts."""
        return np.asarray(self.rank <= cuts[self.codes])

    def outcome_of(self, title: str, cuts: Integers, now: Integers) -> dict[str, str | bool | int | float]:
        """Return what an option comes to, a row of ``Mitigation.frame``."""
        listed = self.listed(cuts)
        shares = [float((self.ranks[code] <= cuts[code]).mean()) for code in self.judged]
        return {
            "option": title,
            "by_group": title in BY_GROUP,
            "listed": int(listed.sum()),
            "found": int((listed & self.positive).sum()),
            "false_alarms": int((listed & self.negative).sum()),
            "taken_off": int((self.listed(now) & ~listed).sum()),
            "least": min(shares),
            "most": max(shares),
        }


def _reach(people: _People, n_listed: int) -> float:
    """Return the largest share of every group that a list of this length can find."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if int(people.listed(people.cuts(middle, n_listed)).sum()) <= n_listed:
            low = middle
        else:
            high = middle
    return low
