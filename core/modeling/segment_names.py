"""What a segment is called: its strongest contrasts with all students, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.schema import Kind

NAMED = 3
"""A name holds so many contrasts, and more only where two segments would have the same name."""
SLIGHT = 0.3
"""Contrasts weaker than this, in standard deviations, are not part of a name."""
BESIDE = 0.35
"""Nor are those weaker than this fraction of the segment's strongest one."""
GREAT = 1.2
USUAL = "close to the average"


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


def names_of(contrasts: Sequence[Sequence[Contrast]], *, sizes: Sequence[int]) -> tuple[str, ...]:
    """Return a different name for each segment from its contrasts, strongest first.

    Where two names would be equal, both say more; segments that differ in nothing are told apart by size.
    """
    usable = [_usable(found) for found in contrasts]
    lengths = [min(NAMED, len(found)) for found in usable]
    while True:
        names = [_joined(found[:n]) for found, n in zip(usable, lengths, strict=True)]
        twice = {name for name, n in Counter(names).items() if n > 1}
        longer = [
            min(n + 1, len(found)) if name in twice else n
            for name, n, found in zip(names, lengths, usable, strict=True)
        ]
        if longer == lengths:
            return _told_apart(names, sizes)
        lengths = longer


def _usable(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Return the contrasts worth naming, one a column."""
    strongest = abs(contrasts[0].strength) if contrasts else 0.0
    least = max(SLIGHT, BESIDE * strongest)
    seen: set[str] = set()
    kept = []
    for contrast in contrasts:
        if abs(contrast.strength) >= least and contrast.column not in seen:
            kept.append(contrast)
            seen.add(contrast.column)
    return kept


def _joined(contrasts: Sequence[Contrast]) -> str:
    return ", ".join(phrase(contrast) for contrast in contrasts) or USUAL


def _told_apart(names: list[str], sizes: Sequence[int]) -> tuple[str, ...]:
    """Return the names, equal ones with the segments' sizes, and with a count where those are equal too."""
    sized = [
        f"{name} ({size:,} students)" if names.count(name) > 1 else name
        for name, size in zip(names, sizes, strict=True)
    ]
    return tuple(
        f"{name}, {sized[: i + 1].count(name)}" if sized.count(name) > 1 else name
        for i, name in enumerate(sized)
    )


def phrase(contrast: Contrast) -> str:
    """Return one contrast in words: ``high travel time``, ``no internet``, ``mostly way to school: bus``."""
    label = _inside(contrast.label)
    more = contrast.strength > 0
    if contrast.kind is Kind.NUMBER:
        very = "very " if abs(contrast.strength) >= GREAT else ""
        return f"{very}{'high' if more else 'low'} {label}"
    what = f"{label}: {contrast.level}" if contrast.level else label
    if more:
        return f"mostly {what}" if contrast.segment >= 0.5 else f"more often {what}"
    if contrast.segment <= 0.1:
        return f"hardly any {what}" if not contrast.level else f"hardly ever {what}"
    return f"less often {what}"


def _inside(label: str) -> str:
    """Return the label as it stands inside a name; abbreviations stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
