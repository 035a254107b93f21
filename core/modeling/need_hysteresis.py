"""A list that does not flap: who was on it stays until somebody else is ahead by more than a margin.

A student who was on the last saved list counts as if the risk were higher by the margin. So two students
change places only if the newcomer's risk is above the other's by more than the margin, and the list is as
long as the policy says. If all risks waver by up to half the margin around values that stay, then whoever
comes in has a higher such value than whoever goes out: no two students ever change places twice.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from core.errors import InvalidChoice
from core.modeling.policies import ThresholdPolicy
from core.modeling.table import Flags, Floats, Integers, Texts
from core.modeling.thresholds import ThresholdCurve

DIGITS = 9
"""Risks have 6 decimals; a sum with the margin is rounded so that its last digits decide nothing."""
KEPT, WAITS = "kept", "waits"


@dataclass(frozen=True, eq=False)
class SteadyList:
    """Who is listed when those of the last list have a margin; made by ``SteadyCurve.listed``."""

    listed: Flags = field(repr=False)
    n_listed: int
    kept: Integers
    """Rows of students who are listed by the margin only, in the order of the list."""
    waiting: Integers
    """Rows of students whose place would do and who wait, in the order of the list."""
    margin: float

    @property
    def words(self) -> str:
        """What the margin did, in one sentence."""
        if not len(self.kept):
            return f"The margin of {_points(self.margin)} keeps nobody: the list is that of the risks alone."
        kept, waiting = len(self.kept), len(self.waiting)
        return (
            f"{_students(kept)} {'is' if kept == 1 else 'are'} kept within the margin of "
            f"{_points(self.margin)}, and {_students(waiting)} {'waits' if waiting == 1 else 'wait'}."
        )

    def why(self, row: int) -> str:
        """Return why a student is (or is not) listed against the place alone; empty for all others."""
        if row in self.kept:
            return "kept: was on the list and is still within the margin"
        if row in self.waiting:
            return "waits: ahead of a student on the list, but not by the margin"
        return ""

    def status(self) -> Texts:
        """Return for each row ``kept``, ``waits`` or an empty text."""
        found = np.full(len(self.listed), "", dtype=object)
        found[self.kept], found[self.waiting] = KEPT, WAITS
        return found


@dataclass(frozen=True, eq=False)
class SteadyCurve:
    """A list and who was on the one before; made by ``steady``."""

    curve: ThresholdCurve = field(repr=False)
    margin: float
    _before: Integers = field(repr=False)
    """The places (from 0) on the list of those who were on the last one, rising."""
    _others: Integers = field(repr=False)
    _raised: Floats = field(repr=False)
    """The risks of the former times -1, raised by the margin."""
    _plain: Floats = field(repr=False)
    """The risks of the others times -1."""

    def n_kept(self, n_listed: int) -> int:
        """Return how many of a list of this length were on the last one; by halving."""
        return n_listed - self._n_new(n_listed)

    def listed(self, policy: ThresholdPolicy) -> SteadyList:
        """Return who is listed; as many as without a margin."""
        n = self.curve.n_listed(policy)
        new = self._n_new(n)
        places = np.concatenate([self._before[: n - new], self._others[:new]])
        listed = np.zeros(self.curve.n_students, dtype=np.bool_)
        listed[self.curve.order[places]] = True
        first = self.curve.order[:n]
        kept = self.curve.order[np.sort(places[places >= n])]
        return SteadyList(listed, n, kept, first[~listed[first]], self.margin)

    def _n_new(self, n_listed: int) -> int:
        """Return how many of the others are among the first; ties go to those of the last list."""
        most = min(n_listed, len(self._others))
        # The k-th of the others stands behind k others and all of the last list who are not below.
        return bisect_right(range(most), n_listed - 1, key=lambda k: k + self._ahead(k))

    def _ahead(self, k: int) -> int:
        return int(np.searchsorted(self._raised, self._plain[k], side="right"))


def steady(curve: ThresholdCurve, *, before: ArrayLike, margin: float) -> SteadyCurve:
    """Return the list with a margin for those on the last one; ``before`` holds a truth value a row.

    Raises InvalidChoice for a margin outside 0 to 1.
    """
    if not 0 <= margin <= 1:
        raise InvalidChoice(
            f"The margin cannot be {margin}.", hint="It is a difference of risks: 0 to 1, such as 0.02."
        )
    was = np.asarray(before, dtype=np.bool_)[curve.order]
    former, others = np.flatnonzero(was), np.flatnonzero(~was)
    raised = np.round(curve.negated[former] - margin, DIGITS)
    return SteadyCurve(curve, margin, former, others, raised, np.round(curve.negated[others], DIGITS))


def _points(margin: float) -> str:
    return f"{100 * margin:g} points of risk"


def _students(n: int) -> str:
    return f"{n:,} student" if n == 1 else f"{n:,} students"
