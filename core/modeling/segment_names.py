"""What a segment is called: its strongest contrasts with all students, in plain words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from core.schema import Kind

NAMED = 3
"""A name holds so many contrasts, and more only where two segments would have the same name."""
SLIGHT = 0.3
"""Contrasts weaker than this, in standard deviations, are not part of a name."""
BESIDE = 0.35
"""Nor are those weaker than this fraction of the segment's strongest one."""
GREAT = 1.2
RARE = 0.1
PLAINER = 0.6
"""More of one category is named before less of another if it is at least so many times as strong."""
KEPT = 0.5
"""A name from before stays while its contrasts are at least this fraction of what a name needs."""
USUAL = "close to the average"
_HOURS, _MINUTES = re.compile(r"\b(hours?|hrs?|h)\b"), re.compile(r"\b(minutes?|mins?)\b")
_GRADES = re.compile(r"\b(grades?|marks?|gpa|averages?|scores?)\b")
_POINTS = re.compile(r"\b(points? out of|percent)\b|%")
_CHANGES = re.compile(r"\b(change|trend|risk|difference)\b")


@dataclass(frozen=True)
class Contrast:
    """How a segment differs from all students in one column, or in one category of it."""

    column: str
    label: str
    kind: Kind
    level: str
    """The category; empty for numbers and flags."""
    segment: float
    """The segment's mean, or the fraction of it with the flag or in the category, of known values."""
    everyone: float
    """The same of all students."""
    strength: float
    """The difference in standard deviations of all students; above 0 where the segment has more."""
    words: str
    """Both figures in words, such as ``travel time 48 min (all: 25 min)``."""
    unit: str | None = None
    difference: str = ""
    """How much more or less that is, in the column's unit, such as ``23 min more``."""


@dataclass(frozen=True)
class Saying:
    """One part of a name, and how far it may be carried along: it is true while all its bounds hold."""

    column: str
    level: str
    more: bool
    """Whether the segment has more of it than all students."""
    words: str
    least: float = SLIGHT * KEPT
    """The contrast's least strength, whichever its sign."""
    low: float = -inf
    """The least value of the segment."""
    high: float = inf

    def is_true(self, contrasts: Sequence[Contrast]) -> bool:
        """Return whether it can be said of a segment with these contrasts."""
        return any(
            (contrast.column, contrast.level) == (self.column, self.level)
            and (contrast.strength > 0) == self.more
            and abs(contrast.strength) >= self.least
            and self.low <= contrast.segment <= self.high
            for contrast in contrasts
        )


Name = tuple[Saying, ...]
"""The parts of a name, strongest first; empty for a segment that is close to the average."""


def names_of(contrasts: Sequence[Sequence[Contrast]], *, sizes: Sequence[int]) -> tuple[str, ...]:
    """Return a different name for each segment from its contrasts, strongest first.

    Where two names would be equal, both say more; segments that differ in nothing are told apart by size.
    """
    marks = [f"{size:,} students" for size in sizes]
    return told_apart([text_of(name) for name in worded(contrasts)], marks=marks)


def worded(
    contrasts: Sequence[Sequence[Contrast]], *, kept: Sequence[Name | None] | None = None
) -> tuple[Name, ...]:
    """Return each segment's name in parts; where two would be equal, both say more as far as they can.

    ``kept`` holds the names that segments had before: those that are still true stay as they are.
    """
    before = [
        name if name is not None and _still_true(name, found) else None
        for name, found in zip(kept or [None] * len(contrasts), contrasts, strict=True)
    ]
    usable = [[saying(contrast) for contrast in _usable(found)] for found in contrasts]
    lengths = [min(NAMED, len(found)) for found in usable]
    while True:
        names = [
            tuple(found[:n]) if old is None else old
            for old, found, n in zip(before, usable, lengths, strict=True)
        ]
        counted = Counter(text_of(name) for name in names)
        longer = [
            min(n + 1, len(found)) if counted[text_of(name)] > 1 else n
            for name, n, found in zip(names, lengths, usable, strict=True)
        ]
        if longer == lengths:
            return tuple(names)
        lengths = longer


def text_of(name: Name) -> str:
    """Return a name as it is shown."""
    return ", ".join(part.words for part in name) or USUAL


def told_apart(names: Sequence[str], *, marks: Sequence[str]) -> tuple[str, ...]:
    """Return the names, equal ones with their marks, and with a count where those are equal too."""
    marked = [
        f"{name} ({mark})" if names.count(name) > 1 else name for name, mark in zip(names, marks, strict=True)
    ]
    return tuple(
        f"{name}, {marked[: i + 1].count(name)}" if marked.count(name) > 1 else name
        for i, name in enumerate(marked)
    )


def _still_true(name: Name, contrasts: Sequence[Contrast]) -> bool:
    if not name:
        return all(abs(contrast.strength) < SLIGHT / KEPT for contrast in contrasts)
    return all(part.is_true(contrasts) for part in name)


def _usable(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Return the contrasts worth naming, one a column."""
    strongest = abs(contrasts[0].strength) if contrasts else 0.0
    least = max(SLIGHT, BESIDE * strongest)
    seen: set[str] = set()
    kept = []
    for contrast in contrasts:
        if abs(contrast.strength) >= least and contrast.column not in seen:
            kept.append(_plainer(contrast, contrasts, least))
            seen.add(contrast.column)
    return kept


def _plainer(contrast: Contrast, contrasts: Sequence[Contrast], least: float) -> Contrast:
    """Return what there is more of in place of what there is less of, if that is nearly as strong.

    Not where hardly anybody has it: that says more than which other category they are in.
    """
    if contrast.strength > 0 or not contrast.level or contrast.segment <= RARE:
        return contrast
    enough = max(least, PLAINER * abs(contrast.strength))
    own = (one for one in contrasts if one.column == contrast.column and one.strength >= enough)
    return next(own, contrast)


def phrase(contrast: Contrast) -> str:
    """Return one contrast in words: ``long travel``, ``hardly any internet``, ``mostly device: own``."""
    return saying(contrast).words


def saying(contrast: Contrast) -> Saying:
    """Return one contrast as a part of a name.

    Hours are said as a number, minutes as long or short, grades in points or percent as good or low (on
    other scales the best grade may be the lowest number); all else as high or low, since a table does not
    tell what it means.
    """
    if contrast.kind is Kind.NUMBER:
        return _hours(contrast) or _degree(contrast)
    label = _inside(contrast.label)
    what = f"{label}: {contrast.level}" if contrast.level else label
    if contrast.strength > 0:
        if contrast.segment >= 0.5:
            return _part(contrast, f"mostly {what}", low=0.45)
        return _part(contrast, f"more often {what}")
    if contrast.segment <= RARE:
        hardly = "ever" if contrast.level else "any"
        return _part(contrast, f"hardly {hardly} {what}", high=0.15)
    return _part(contrast, f"less often {what}")


def _hours(contrast: Contrast) -> Saying | None:
    """Return ``about 20 h paid work``, or ``little paid work``; None for what is not counted in hours."""
    if not _HOURS.search(contrast.unit or ""):
        return None
    label = _inside(contrast.label)
    step = 5 if contrast.segment >= 7.5 else 1
    hours = step * round(contrast.segment / step)
    if contrast.strength < 0:
        return _part(contrast, f"little {label}" if contrast.strength > -GREAT else f"very little {label}")
    if hours < 1:
        return _part(contrast, f"more {label}")
    return _part(contrast, f"about {hours} h {label}", low=hours - step, high=hours + step)


def _degree(contrast: Contrast) -> Saying:
    label = _inside(contrast.label)
    more, less = "high", "low"
    if _MINUTES.search(contrast.unit or ""):
        more, less = "long", "short"
    elif _is_grade(contrast):
        more = "good"
    word = more if contrast.strength > 0 else less
    if abs(contrast.strength) >= GREAT:
        return _part(contrast, f"very {word} {label}", least=0.75 * GREAT)
    return _part(contrast, f"{word} {label}")


def _is_grade(contrast: Contrast) -> bool:
    label = contrast.label.lower()
    is_counted_up = bool(_POINTS.search(contrast.unit or ""))
    return is_counted_up and bool(_GRADES.search(label)) and not _CHANGES.search(label)


def _part(
    contrast: Contrast, words: str, *, least: float = SLIGHT * KEPT, low: float = -inf, high: float = inf
) -> Saying:
    return Saying(contrast.column, contrast.level, contrast.strength > 0, words, least, low, high)


def _inside(label: str) -> str:
    """Return the label as it stands inside a name; abbreviations stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
