"""Which texts are the same category, written differently: capitals, accents, spaces, and slips of typing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher

MOST_DISTINCT = 500
"""Slips are looked for only among this many different texts."""
_LONGEST = 200
"""A column with a longer text is prose, not categories."""
_RARE = 0.02
_TIMES = 10
_CLOSE = 0.85
_ACCENTS = re.compile("[\u0300-\u036f]")
_JOINTS = re.compile(r"(?<=\w)[\s_-]+(?=\w)")


def folded(text: str) -> str:
    """Return the text without capitals, accents, and differences of space, hyphen and underscore.

    >>> folded("Évening  Campus") == folded("evening_campus")
    True
    >>> folded("A-") == folded("A")
    False
    """
    return _JOINTS.sub(" ", (text if text.isascii() else _without_accents(text)).casefold().strip())


def _without_accents(text: str) -> str:
    """Return the text without accents on Latin, Greek, Cyrillic letters; other scripts need their marks."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def variants(counts: Mapping[str, int]) -> dict[str, str]:
    """Return how each unusual text should be written, given how often each text occurs.

    Texts equal but for capitals, accents and spaces are written as the most frequent of them (on ties the
    first in the alphabet). A rare text (under 2 % of all) that is a slip of one at least ten times as
    frequent is written as that one.

    >>> variants({"own": 90, "Own": 4, "shared": 60, "shraed": 1})
    {'Own': 'own', 'shraed': 'shared'}
    """
    groups: dict[str, list[str]] = {}
    for text in sorted(counts, key=lambda one: (-counts[one], one)):
        groups.setdefault(folded(text), []).append(text)
    totals = {key: sum(counts[text] for text in texts) for key, texts in groups.items()}
    meant = slips(totals)
    return {
        text: groups[meant.get(key, key)][0]
        for key, texts in groups.items()
        for text in texts
        if text != groups[meant.get(key, key)][0]
    }


def slips(totals: Mapping[str, int]) -> dict[str, str]:
    """Return, for each rare folded text that looks like a slip, the frequent one that was meant.

    The most frequent candidate wins, then the first in the alphabet.
    """
    if len(totals) > MOST_DISTINCT or max(map(len, totals), default=0) > _LONGEST:
        return {}
    limit = max(1.0, _RARE * sum(totals.values()))
    by_frequency = sorted(totals, key=lambda one: (-totals[one], one))
    found = {}
    for text, n in totals.items():
        if n > limit:
            continue
        likely = (one for one in by_frequency if totals[one] >= _TIMES * n and is_slip(text, one))
        meant = next(likely, None)
        if meant is not None:
            found[text] = meant
    return found


def is_slip(typed: str, meant: str) -> bool:
    """Tell whether one text is probably the other with a slip of typing in a single word.

    Never where digits differ (``year 1``), and never where one word only has something in front
    (``unpaid``, ``atypical``), which is another meaning and not a slip.

    >>> is_slip("shraed", "shared"), is_slip("onw", "own"), is_slip("group a", "group b")
    (True, True, False)
    """
    if re.findall(r"\d+", typed) != re.findall(r"\d+", meant):
        return False
    if typed.replace(" ", "") == meant.replace(" ", ""):
        return True
    ours, theirs = typed.split(), meant.split()
    if len(ours) != len(theirs):
        return False
    differing = [(one, two) for one, two in zip(ours, theirs, strict=True) if one != two]
    return len(differing) == 1 and _is_slip_of_word(*differing[0])


def _is_slip_of_word(typed: str, meant: str) -> bool:
    if typed.endswith(meant) or meant.endswith(typed):
        return False
    if min(len(typed), len(meant)) >= 3 and _is_swap(typed, meant):
        return True
    shorter = min(len(typed), len(meant))
    if shorter < 5:
        return False
    if _is_one_edit(typed, meant):
        return True
    return shorter >= 10 and SequenceMatcher(None, typed, meant).ratio() >= _CLOSE


def _is_swap(one: str, two: str) -> bool:
    """Tell whether two neighbouring letters are exchanged, or one letter is doubled."""
    if len(one) == len(two):
        at = [i for i in range(len(one)) if one[i] != two[i]]
        return len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == two[at[1]] and one[at[1]] == two[at[0]]
    shorter, longer = sorted((one, two), key=len)
    return any(longer == shorter[:i] + shorter[i - 1 :] for i in range(1, len(shorter) + 1))


def _is_one_edit(one: str, two: str) -> bool:
    """Tell whether one letter was changed, left out or added."""
    shorter, longer = sorted((one, two), key=len)
    at = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    if len(one) == len(two):
        return one[at + 1 :] == two[at + 1 :]
    return len(longer) == len(shorter) + 1 and shorter[at:] == longer[at + 1 :]
