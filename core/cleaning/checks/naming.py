"""What a column's name and label say, word by word: without capitals, accents and joints."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from core.schema import Column

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_OWNER = re.compile(r"(?<=\w)['’]s(?![^\W_])")


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters, without accents.

    >>> words_of("CreditsEarned"), words_of("guardian's_age"), words_of("Género")
    (('credits', 'earned'), ('guardian', 'age'), ('genero',))
    """
    letters = unicodedata.normalize("NFKD", _OWNER.sub("", name))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return tuple(part.casefold() for part in _PARTS.findall(plain))


def wordings(column: Column) -> tuple[tuple[str, ...], ...]:
    """Return the words of the column's name and, where it says something else, of its label."""
    return tuple(dict.fromkeys((words_of(column.name), words_of(column.title))))


def said(column: Column, phrases: Iterable[str], *, unless: Iterable[str] = ()) -> str | None:
    """Return the first of the phrases that stands in the name or label, whole words only.

    A wording that has one of ``unless`` says nothing.
    """
    texts = [f" {' '.join(words)} " for words in wordings(column)]
    open_texts = [text for text in texts if not any(f" {phrase} " in text for phrase in unless)]
    return next((phrase for phrase in phrases if any(f" {phrase} " in text for text in open_texts)), None)
