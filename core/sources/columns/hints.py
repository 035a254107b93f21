"""A hint: phrases in the name of a column that tell what it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from core.sources.columns.words import has_phrase


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
        if any(has_phrase(words, phrase) for phrase in _split(self.unless)):
            return False
        if self.whole:
            return any("".join(words) == phrase.replace(" ", "") for phrase in _split(self.phrases))
        return any(has_phrase(words, phrase) for phrase in _split(self.phrases))


@lru_cache(maxsize=256)
def _split(phrases: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in phrases.split(",") if phrase.strip())


@lru_cache(maxsize=4096)
def first_hint(words: tuple[str, ...], hints: tuple[Hint, ...]) -> Hint | None:
    """Return the first hint that fits a name, or None."""
    return next((hint for hint in hints if hint.fits(words)), None)


@lru_cache(maxsize=8192)
def has_any(words: tuple[str, ...], phrases: str) -> bool:
    """Tell whether any of the phrases, separated by commas, stands in a name."""
    return any(has_phrase(words, phrase) for phrase in _split(phrases))
