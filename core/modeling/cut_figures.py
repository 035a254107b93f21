"""The figures of a cut, each with a 95 % interval: of all students, and of each group that may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InvalidChoice
from core.modeling.cut_groups import CutGroups
from core.modeling.cut_sums import Sums
from core.modeling.fairness_rates import FEWEST, wilson
from core.modeling.policies import ThresholdPolicy
from core.modeling.table import Flags, Floats, Integers, Texts
from core.modeling.thresholds import Cut, ThresholdCurve

MEASURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "expected_found": (
            "Expected found",
            "Listed students to whom the outcome will happen, by the risks.",
        ),
        "expected_missed": ("Expected missed", "Students not listed to whom it will happen, by the risks."),
        "expected_false_alarms": (
            "Expected false alarms",
            "Listed students to whom it will not happen, by the risks.",
        ),
        "found": ("Found", "Listed students with the outcome, where it is known."),
        "missed": ("Missed", "Students with the outcome who are not listed, where it is known."),
        "false_alarms": ("False alarms", "Listed students without the outcome, where it is known."),
        "precision": ("Precision", "Of the listed students whose outcome is known, the share that has it."),
        "recall": ("Recall", "Of the students with the outcome, the share that is listed."),
    }
)
"""What is measured: a title, and what it means."""
SHARES = ("precision", "recall")
_PLACES = {name: place for place, name in enumerate(MEASURES)}
ABOUT = (
    "Expected figures are what the risks add up to; their intervals hold if the risks are right. The others "
    "count known outcomes, and their intervals (Wilson) are for other students like these at the same cut."
)
Values = Floats
"""Shape (measures, groups)."""


@dataclass(frozen=True, eq=False)
class CutFigures:
    """A cut in figures; the first entry of the arrays is of all students, then come the groups."""

    cut: Cut
    n: Floats
    listed: Floats
    """NaN in a group where it would tell few students apart, and so is all that follows from it."""
    value: Values
    """NaN where no outcome is known, and in a group where it would be of under 10 students."""
    low: Values
    high: Values
    base: Values
    """How many students a figure is of; NaN where ``listed`` is withheld."""
    titles: Texts
    """Of each group: what it is grouped by."""
    names: Texts
    shown: Flags = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is listed."""
        return self.cut.n_listed == 0

    @property
    def why_empty(self) -> str:
        """Why nobody is listed; empty if somebody is."""
        if not self.is_empty:
            return ""
        return "There are no students." if self.n[0] == 0 else "Nobody is listed at this cut."

    @property
    def n_withheld(self) -> int:
        """Groups with students that are not shown."""
        return int((~self.shown & (self.n[1:] > 0)).sum())

    def frame(self) -> pd.DataFrame:
        """Return of all students: measure, title, value, low, high, base, text."""
        titles = [title for title, _ in MEASURES.values()]
        columns = {"measure": list(MEASURES), "title": titles, "value": self.value[:, 0]}
        columns |= {"low": self.low[:, 0], "high": self.high[:, 0], "base": self.base[:, 0].astype(np.int64)}
        return pd.DataFrame(columns | {"text": [self.text(name) for name in MEASURES]})

    def text(self, measure: str, *, group: int = 0) -> str:
        """Return a figure with its interval in words; raises InvalidChoice for an unknown measure."""
        return self._texts(measure, slice(group, group + 1))[0]

    def _texts(self, measure: str, places: slice | Integers) -> list[str]:
        """Return a figure of some groups in words; place 0 is of all students."""
        row, is_share = _row(measure), measure in SHARES
        ends = (values[row, places].tolist() for values in (self.value, self.low, self.high))
        numbers = np.arange(len(self.n))[places].tolist()
        return [
            figure_text(value, low, high, is_share=is_share) if value == value else _why_none(number)
            for number, value, low, high in zip(numbers, *ends, strict=True)
        ]

    def by_group(self, measure: str = "recall") -> pd.DataFrame:
        """Return one row a group that may be shown: grouping, group, n, listed, value, low, high, base, text.

        ``listed`` and ``base`` are missing where they would tell few students apart.
        Raises InvalidChoice for an unknown measure.
        """
        row = _row(measure)
        groups = np.flatnonzero(self.shown)
        places = groups + 1
        columns: dict[str, Any] = {"grouping": self.titles[groups], "group": self.names[groups]}
        columns |= {
            "n": self.n[places].astype(np.int64),
            "listed": pd.Series(self.listed[places]).astype("Int64"),
        }
        columns |= {name: getattr(self, name)[row, places] for name in ("value", "low", "high")}
        columns["base"] = pd.Series(self.base[row, places]).astype("Int64")
        return pd.DataFrame(columns | {"text": self._texts(measure, places)})


def figures(
    curve: ThresholdCurve, policy: ThresholdPolicy, *, groups: Sequence[CutGroups] = ()
) -> CutFigures:
    """Return a cut in figures; lookups and formulas, whatever the number of students."""
    cut = curve.cut(policy)
    shown = _joined([one.shown for one in groups]).astype(np.bool_)
    listed, whole = Sums.of_all(curve, cut.n_listed), Sums.of_all(curve, curve.n_students)
    listed = listed.beside(*(one.listed(curve, cut.n_listed) for one in groups))
    whole = whole.beside(*(one.whole() for one in groups))
    value, low, high, base = _measured(listed, whole)
    hidden = _unknown(listed, whole)
    hidden[:, 1:] |= (base[:, 1:] < FEWEST) & ~_nobody(listed)[:, 1:]
    sizes = [int(size) for one in groups for size in np.diff(one.starts)]
    withheld = _withheld(listed, whole, shown, sizes=sizes)
    value, low, high = (np.where(hidden | withheld, np.nan, one) for one in (value, low, high))
    return CutFigures(
        cut=cut,
        n=whole.n,
        listed=np.where(withheld, np.nan, listed.n),
        value=value,
        low=low,
        high=high,
        base=np.where(withheld, np.nan, base),
        titles=_joined([one.titles for one in groups]),
        names=_joined([one.names for one in groups]),
        shown=shown,
    )


def figure_text(value: float, low: float, high: float, *, is_share: bool) -> str:
    """Return a figure with its interval in words.

    >>> figure_text(0.8, 0.49, 0.943, is_share=True), figure_text(12.4, 7, 18, is_share=False)
    ('80 % (49 to 94)', '12 (7 to 18)')
    """
    if is_share:
        shown, start, end = (round(100 * share) for share in (value, low, high))
        return f"{shown} % ({start} to {end})"
    return f"{round(value):,} ({round(low):,} to {round(high):,})"


def _why_none(group: int) -> str:
    """Return why there is no figure: of a group there are too few students."""
    return "too few" if group else "not known"


def _measured(listed: Sums, whole: Sums) -> tuple[Values, Values, Values, Values]:
    """Return value, low, high and base of each measure, in the order of ``MEASURES``."""
    rest = whole.without(listed)
    (low, high), (rest_low, rest_high) = listed.likely(), rest.likely()
    precision, precise_low, precise_high = wilson(listed.positives, listed.known)
    recall, recall_low, recall_high = wilson(listed.positives, whole.positives)
    known, positives = listed.known, whole.positives
    rows = (
        (listed.expected, low, high, listed.n),
        (rest.expected, rest_low, rest_high, rest.n),
        (listed.n - listed.expected, listed.n - high, listed.n - low, listed.n),
        (listed.positives, known * precise_low, known * precise_high, known),
        (rest.positives, positives * (1 - recall_high), positives * (1 - recall_low), positives),
        (known - listed.positives, known * (1 - precise_high), known * (1 - precise_low), known),
        (precision, precise_low, precise_high, known),
        (recall, recall_low, recall_high, positives),
    )
    value, lows, highs, base = (np.stack(column) for column in zip(*rows, strict=True))
    return value, lows, highs, base


def _unknown(listed: Sums, whole: Sums) -> Flags:
    """Return which figures cannot be said, because no outcome is known that they would count."""
    never = np.zeros(len(whole.n), dtype=np.bool_)
    of_listed = (listed.known == 0) & (listed.n > 0)
    shares = (listed.known == 0, whole.positives == 0)
    return np.stack([never, never, never, of_listed, whole.known == 0, of_listed, *shares])


def _nobody(listed: Sums) -> Flags:
    """Return which figures are 0 because nobody of the group is listed, which is no secret."""
    nobody = listed.n == 0
    of_listed = ("expected_found", "expected_false_alarms", "found", "false_alarms")
    return np.stack([nobody & (name in of_listed) for name in MEASURES])


def _withheld(listed: Sums, whole: Sums, shown: Flags, *, sizes: Sequence[int]) -> Flags:
    """Return of whom the number listed is not said, place 0 being all students; ``sizes`` of the groupings.

    A cut that moves by one student would tell that student's group wherever few are listed, or not listed.
    Only of an empty list, and of one of all, it is no secret how many of each group are on it.
    """
    rest = whole.without(listed)
    withheld = np.zeros(len(whole.n), dtype=np.bool_)
    if listed.n[0] == 0 or rest.n[0] == 0:
        return withheld
    start = 1
    for size in sizes:
        group = slice(start, start + size)
        withheld[group] = _few(listed.n[group], rest.n[group], shown[start - 1 : start - 1 + size])
        start += size
    return withheld


def _few(listed: Floats, rest: Floats, shown: Flags) -> Flags:
    """Return which groups of one grouping are withheld, so that the others do not give them away."""
    fewer = np.minimum(listed, rest)
    few: Flags = ((fewer < FEWEST) | ~shown) & (listed + rest > 0)
    is_told = few.sum() == 1 or min(listed[few].sum(), rest[few].sum()) < FEWEST
    if few.any() and is_told and not few.all():
        # What all add up to is known: a second one goes, that with the fewest.
        few[np.argmin(np.where(few | (listed + rest == 0), np.inf, fewer))] = True
    return few


def _row(measure: str) -> int:
    if measure not in _PLACES:
        raise InvalidChoice.of("measure", measure, list(_PLACES))
    return _PLACES[measure]


def _joined(parts: Sequence[Texts] | Sequence[Flags]) -> Texts:
    return np.concatenate([np.empty(0, dtype=object), *parts])
