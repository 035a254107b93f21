"""What the figures of an attribute come to, in plain words: a gap, no gap seen, or too few to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from core.errors import quoted

GAP, NO_GAP, TOO_FEW = "gap", "no gap seen", "too few to tell"
DECISIVE = ("recall", "false_alarms")
"""Of these a gap must have been possible to see before "no gap seen" is said."""
MOST_NAMED = 3
CERTAIN = 0.001
Row = Any
"""A row of ``Fairness.frame``, its columns as attributes."""
_NOUN = {"recall": "the students found", "false_alarms": "false alarms"}
_MORE = {"recall": "found", "false_alarms": "falsely alarmed", "listed": "listed"}
_OF = {
    "recall": "Of the students with the outcome",
    "false_alarms": "Of the students without the outcome",
    "listed": "Of all students",
}


@dataclass(frozen=True)
class Verdict:
    """What can be said of one attribute, or of two together, at one cut."""

    grouping: str
    status: str
    """``gap``, ``no gap seen`` or ``too few to tell``."""
    words: str


def verdict_of(grouping: str, rows: Sequence[Row]) -> Verdict:
    """Return the verdict on one grouping from its rows.

    A gap where any comparison has an adjusted p under 0.05; else too few to tell where, for any group, a
    gap of 20 points in recall or false alarms could have stayed unseen; else no gap seen.
    """
    if not rows:
        words = (
            "Every group is withheld: groups of fewer than 10 students, and those that would tell on them."
        )
        return Verdict(grouping, TOO_FEW, words)
    seen = [row for row in rows if row.status == GAP and not isnan(row.p)]
    if seen:
        return Verdict(grouping, GAP, _gap(seen, rows))
    asked = [row for row in rows if row.measure in DECISIVE]
    unclear = [row for row in asked if row.status == TOO_FEW]
    if unclear:
        return Verdict(grouping, TOO_FEW, _too_few(unclear, rows))
    largest = max(row.smallest for row in asked if row.measure == "recall")
    words = (
        f"In every group a gap of {_points(largest)} points in the students found would have shown 4 times "
        "out of 5; a smaller one may be there."
    )
    return Verdict(grouping, NO_GAP, words)


def share_text(value: float, low: float, high: float) -> str:
    """Return a share with its interval in whole percent, or that there are too few students.

    >>> share_text(-0.001, -0.02, 0.377), share_text(float("nan"), 0.0, 1.0)
    ('0 % (-2 to 38)', 'too few')
    """
    if isnan(value):
        return "too few"
    shown, start, end = (round(share * 100) for share in (value, low, high))
    return f"{shown} % ({start} to {end})"


def _gap(seen: Sequence[Row], rows: Sequence[Row]) -> str:
    """Say the clearest gap, those in errors before one in who is listed; the others are counted."""
    row = min(seen, key=lambda one: (one.measure == "listed", one.adjusted, -abs(one.gap), str(one.group)))
    words = f"{_sentence(row, rows)} ({_certainty(row)})."
    if len(seen) == 1:
        return words
    return (
        f"{words} {'One more gap is' if len(seen) == 2 else f'{len(seen) - 1} more gaps are'} in the table."
    )


def _sentence(row: Row, rows: Iterable[Row]) -> str:
    group, ours, theirs = f"'{row.group}'", _percent(row.value), _percent(row.value - row.gap)
    if row.measure == "calibration":
        return f"The risks of {group} are {_off(row.value)}, those of the others {_off(row.value - row.gap)}"
    if row.measure == "precision":
        return f"Of the listed students {ours} of {group} have the outcome, and {theirs} of the others"
    words = f"{_OF[row.measure]} {ours} of {group} are {_MORE[row.measure]}, and {theirs} of the others"
    if row.measure != "listed":
        return words
    had = next(one for one in rows if one.group == row.group and one.measure == "outcome")
    if isnan(had.gap):
        return words
    return f"{words}; {_percent(had.value)} and {_percent(had.value - had.gap)} have the outcome"


def _certainty(row: Row) -> str:
    p = f"under {CERTAIN}" if row.adjusted < CERTAIN else f"{row.adjusted:.3f}"
    ends = f"{row.gap_low * 100:+.1f} to {row.gap_high * 100:+.1f}"
    return f"{row.gap * 100:+.1f} points, 95 % interval {ends}, adjusted p {p}"


def _too_few(unclear: Sequence[Row], rows: Iterable[Row]) -> str:
    """Say for which groups nothing can be said, and what would have been seen in them."""
    groups = list(dict.fromkeys(row.group for row in unclear))
    total = len({row.group for row in rows})
    many = f"{len(groups)} of {total} groups" if len(groups) < total else f"any of the {total} groups"
    words = [f"Too few students to tell for {many}: {_named(groups)}.", *_reach(unclear)]
    return " ".join([*words, *(["No gap was seen in the others."] if len(groups) < total else [])])


def _reach(unclear: Sequence[Row]) -> list[str]:
    """Say of the first decisive measure that is unclear why, and how large a gap would have shown."""
    measure = next(name for name in DECISIVE if any(row.measure == name for row in unclear))
    rows = [row for row in unclear if row.measure == measure]
    bare = [row.group for row in rows if isnan(row.gap)]
    sizes = sorted(row.smallest for row in rows if not isnan(row.smallest))
    kind = "with" if measure == "recall" else "without"
    words = [f"Under 10 students {kind} the outcome: {_named(bare)}."] if bare else []
    if sizes:
        span = " to ".join(dict.fromkeys(_points(size) for size in (sizes[0], sizes[-1])))
        words.append(f"The smallest gap in {_NOUN[measure]} that would have shown: {span} points.")
    elif len(bare) < len(rows):
        words.append(f"Not even the largest gap in {_NOUN[measure]} would have shown.")
    return words


def _named(groups: Sequence[str]) -> str:
    return quoted(groups[:MOST_NAMED]) + (" and others" if len(groups) > MOST_NAMED else "")


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _points(gap: float) -> str:
    return f"{gap * 100:.0f}"


def _off(residual: float) -> str:
    points = f"{abs(residual) * 100:.1f}"
    if points == "0.0":
        return "right on average"
    return f"{points} points too {'high' if residual > 0 else 'low'} on average"
