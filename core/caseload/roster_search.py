"""Students found by a part of their id; case and accents do not count. The letters are laid out once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.caseload.roster_values import Flags, Texts

_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
"""Letters that are no letter with an accent, and are written without a stroke by many."""
APOSTROPHES = re.compile("['’ʼ`´‘]")
_BREAKS = re.compile(r"[\W_]+")
LONGEST_ID = 40
"""Bytes: longer ids are searched where they stand, which is slower and takes no more memory."""


def folded(text: str) -> str:
    """Return a text in small letters without accents.

    >>> folded("Søren ÁLVAREZ"), folded("Đặng"), folded("Weiß")
    ('soren alvarez', 'dang', 'weiss')
    """
    split = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(letter for letter in split if not unicodedata.combining(letter)).casefold()


def words_of(text: str) -> tuple[str, ...]:
    """Return the words to search for or to be found by; an apostrophe parts no word.

    >>> words_of("O'Brien-Smith, Zoë")
    ('obrien', 'smith', 'zoe')
    """
    return tuple(word for word in _BREAKS.split(folded(APOSTROPHES.sub("", text))) if word)


@dataclass(frozen=True, eq=False)
class IdSearch:
    """The ids of all students in small letters."""

    letters: NDArray[np.uint8] | None = field(repr=False)
    """Shape (longest id, n_students), 0 after an id's end: one place of all ids stands together."""
    texts: pa.Array | None = field(repr=False)
    """The ids where some are longer than LONGEST_ID."""

    @classmethod
    def of(cls, student_ids: Texts) -> IdSearch:
        """Return the search of these ids."""
        texts = _folded_ids(student_ids)
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        return cls(None, texts) if longest > LONGEST_ID else cls(_letters(texts, longest), None)

    @property
    def nbytes(self) -> int:
        """The bytes of memory that it holds."""
        return sum(held.nbytes for held in (self.letters, self.texts) if held is not None)

    def holding(self, text: str) -> Flags:
        """Return for each student whether the id holds a text, which is folded; none holds an empty one."""
        if self.letters is None:
            found: Flags = pc.match_substring(self.texts, text).to_numpy(zero_copy_only=False)
            return found if text else np.zeros_like(found)
        wanted, (longest, n) = text.encode(), self.letters.shape
        met = np.zeros(n, dtype=np.bool_)
        if not wanted:
            return met
        for start in range(longest - len(wanted) + 1):
            here = self.letters[start] == wanted[0]
            for place, letter in enumerate(wanted[1:], start + 1):
                here &= self.letters[place] == letter
            met |= here
        return met


def _folded_ids(student_ids: Texts) -> pa.Array:
    texts = pa.array(student_ids, pa.large_string())
    if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
        return pc.ascii_lower(texts)
    return pa.array([folded(text) for text in student_ids], pa.large_string())


def _letters(texts: pa.Array, longest: int) -> NDArray[np.uint8]:
    """Return the letters of texts, shape (longest, n_students)."""
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    begins, sizes = ends[:-1], np.diff(ends)
    letters = np.zeros((longest, len(texts)), dtype=np.uint8)
    for place in range(longest):
        there = np.flatnonzero(sizes > place)
        letters[place, there] = data[begins[there] + place]
    return letters
