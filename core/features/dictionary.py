"""Feature names and values in plain words: what a mentor can say aloud.

Words are not guessed from a column's meaning: a sentence only states what is recorded, beside the
student in the middle, so it reads the same for any table that is uploaded.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.schema import Kind

NOT_RECORDED = "not recorded"
MOST_DECIMALS = 15
_POWERS = np.array([float(f"1e{k}") for k in range(MOST_DECIMALS + 1)])


def plain_label(label: str) -> str:
    """Return a label that starts with a capital and has spaces, not underscores.

    >>> plain_label("parental_level_of_education")
    'Parental level of education'
    """
    words = " ".join(label.replace("_", " ").split()) or label
    return words[:1].upper() + words[1:]


def in_sentence(label: str) -> str:
    """Return a plain label as it stands inside a sentence; abbreviations keep their capitals.

    >>> in_sentence("Study hours"), in_sentence("GPA last term")
    ('study hours', 'GPA last term')
    """
    first = label.split(" ", maxsplit=1)[0]
    return label if any(c.isupper() for c in first[1:]) else label[:1].lower() + label[1:]


def shown_numbers(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the numbers to the digits that are shown: three, and all those before the point.

    NaN stays NaN; below 1e-12 nothing is shown but 0. Applying it twice changes nothing.

    >>> shown_numbers(np.array([23.456, 1234.5, 0.01234])).tolist()
    [23.5, 1234.0, 0.0123]
    """
    size = np.abs(values)
    plain = (size > 1e-12) & (size < 1e15)
    digits = 2 - np.floor(np.log10(np.where(plain, size, 1.0)))
    power = _POWERS[np.clip(digits, 0, MOST_DECIMALS).astype(np.intp)]
    shown = np.rint(np.where(plain, values, 0.0) * power) / power + 0.0
    return np.where(plain | ~(size < 1e15), np.where(plain, shown, values), 0.0)


@lru_cache(maxsize=4096)
def number_text(value: float, unit: str | None) -> str:
    """Return a number with its unit; NaN is not recorded.

    >>> number_text(24.0, "hours a week"), number_text(61.25, "%"), number_text(43120.0, None)
    ('24 hours a week', '61.2 %', '43,120')
    """
    if math.isnan(value):
        return NOT_RECORDED
    shown = _shown(value)
    if abs(shown) >= 1e15 or 0 < abs(shown) < 1e-4:
        text = f"{shown:.3g}"
    else:
        text = f"{shown:,.0f}" if shown == int(shown) else f"{shown:,.15g}"
    return f"{text} {unit}" if unit else text


def _shown(value: float) -> float:
    """Return one number as ``shown_numbers`` does; without an array it is ten times sooner."""
    size = abs(value)
    if size >= 1e15:
        return value
    if size <= 1e-12:
        return 0.0
    power = float(_POWERS[min(max(2 - math.floor(math.log10(size)), 0), MOST_DECIMALS)])
    return round(value * power) / power + 0.0


def describe_value(value: float, *, kind: Kind, unit: str | None, levels: tuple[str, ...]) -> str:
    """Return a feature's value in words: a number with its unit, yes or no, or a category's name.

    ``value`` is the number, or the code of the category; NaN and codes without a level are missing.
    """
    if kind is Kind.CATEGORY:
        return levels[int(value)] if 0 <= value < len(levels) else NOT_RECORDED
    if kind is Kind.FLAG and value in (0.0, 1.0):
        return "yes" if value else "no"
    return number_text(value, unit)


def phrase(label: str, said: str, beside: str, *, kind: Kind) -> str:
    """Return one statement about a student; ``said`` and ``beside`` are values in words.

    ``beside`` is the student in the middle for numbers, the commonest value otherwise, or empty.

    >>> phrase("Paid work", "24 hours a week", "8", kind=Kind.NUMBER)
    'Paid work: 24 hours a week (the middle student: 8)'
    >>> phrase("Device at home", "none", "laptop", kind=Kind.CATEGORY)
    'Device at home: none (most often: laptop)'
    """
    if said == NOT_RECORDED:
        return f"We do not know this: {in_sentence(label)}"
    if not beside:
        return f"{label}: {said}"
    return f"{label}: {said} ({'the middle student' if kind is Kind.NUMBER else 'most often'}: {beside})"
