"""A hint: phrases in the name of a column that tell what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Hint:
    """Phrases that all mean one thing."""

    what: str
    """What a column of this name holds, for the reason: ``gender``, ``work hours``."""
    phrases: str
    """Separated by commas; ``*`` at the end of a word matches any ending."""
    unless: str = ""
    """Phrases in the same name that make it mean something else."""
    whole: bool = False
    """The phrase has to be the whole name."""

    def fits(self, words: tuple[str, ...]) -> bool:
        """Tell whether a name, given as its words, means this."""
        if self.unless and has_any(words, self.unless):
            return False
        return "".join(words) in _glued(self.phrases) if self.whole else has_any(words, self.phrases)


@lru_cache(maxsize=4096)
def first_hint(words: tuple[str, ...], hints: tuple[Hint, ...]) -> Hint | None:
    """Return the first hint that fits a name, or None."""
    return next((hint for hint in hints if hint.fits(words)), None)


def has_any(words: tuple[str, ...], phrases: str) -> bool:
    """Tell whether any of the phrases, separated by commas, stands in a name, its words side by side.

    A ``*`` at the end of a word matches any ending. A name that is a phrase without its blanks matches too.

    >>> has_any(("age", "at", "enrollment"), "sex, age"), has_any(("percentage",), "age")
    (True, False)
    >>> has_any(("nacionality",), "nacional*"), has_any(("placeofbirth",), "place of birth")
    (True, True)
    """
    return bool(_pattern(phrases).search(f" {' '.join(words)} ")) or "".join(words) in _glued(phrases)


@lru_cache(maxsize=256)
def _pattern(phrases: str) -> re.Pattern[str]:
    either = "|".join(re.escape(phrase).replace(r"\*", r"\S*") for phrase in _split(phrases))
    return re.compile(f" (?:{either}) ")


@lru_cache(maxsize=256)
def _glued(phrases: str) -> frozenset[str]:
    return frozenset(phrase.replace(" ", "") for phrase in _split(phrases))


def _split(phrases: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in phrases.split(",") if phrase.strip()]
