"""Students found by how the words of their name begin, and sorted by name; case and accents do not count."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.caseload.roster_search import APOSTROPHES, folded, words_of
from core.caseload.roster_values import Coded, Flags, Places, Texts

Whole = NDArray[np.integer[Any]]
_LAST = chr(0x10FFFF)


@dataclass(frozen=True, eq=False)
class NameSearch:
    """For each different word of the names the students who have it."""

    words: tuple[str, ...] = field(repr=False)
    """Sorted."""
    first: Whole = field(repr=False)
    """Where the students of each word begin in ``rows``, and at last where they end."""
    rows: Places = field(repr=False)
    n: int

    @classmethod
    def of(cls, spoken: Sequence[tuple[str, int]], codes: Whole, students: Whole, n: int) -> NameSearch:
        """Return the search of ``n`` names.

        ``spoken`` holds words and the parts of names that they stand for, sorted; ``codes`` holds the parts
        of all names, and ``students`` whose each of them is.
        """
        part = np.array([code for _, code in spoken], dtype=np.int64)
        by_part = students[np.argsort(codes, kind="stable")].astype(np.uint32)
        counts = np.bincount(codes, minlength=int(part.max(initial=-1)) + 1).astype(np.int64)
        begins = np.concatenate([[0], np.cumsum(counts)])
        sizes = counts[part]
        ends = np.concatenate([[0], np.cumsum(sizes)])
        places = np.arange(ends[-1]) - np.repeat(ends[:-1] - begins[part], sizes)
        return cls(tuple(word for word, _ in spoken), ends, by_part[places], n)

    @property
    def nbytes(self) -> int:
        """The bytes of the arrays, and about those of the words."""
        return self.rows.nbytes + self.first.nbytes + sum(57 + len(word) for word in self.words)

    def beginning(self, words: Sequence[str]) -> Flags:
        """Return for each student whether each of these words begins a word of the name."""
        met = np.ones(self.n, dtype=np.bool_) if words else np.zeros(self.n, dtype=np.bool_)
        for word in words:
            here = np.zeros(self.n, dtype=np.bool_)
            here[self.rows[self.first[bisect_left(self.words, word)] : self.first[self._after(word)]]] = True
            met &= here
        return met

    def _after(self, word: str) -> int:
        return bisect_left(self.words, word + _LAST)


def prepare_names(names: Texts) -> tuple[NameSearch, Coded]:
    """Return the search of names and their order; a missing name is found by nothing and comes last."""
    parts = pc.utf8_split_whitespace(pa.array(names, pa.large_string(), from_pandas=True))
    students = pc.list_parent_indices(parts).to_numpy()
    coded = pc.list_flatten(parts).dictionary_encode()
    different = coded.dictionary.to_pylist()
    spoken = sorted((word, code) for code, part in enumerate(different) for word in _all_words(part))
    search = NameSearch.of(spoken, coded.indices.to_numpy(), students, len(names))
    plain = pa.array([folded(part) for part in different], pa.large_string())
    whole = pc.binary_join(_like(parts, plain.take(coded.indices)), pa.scalar(" ", pa.large_string()))
    return search, coded_texts(whole)


def coded_texts(texts: pa.Array) -> Coded:
    """Return texts as places in the order of their letters; null is missing.

    >>> coded_texts(pa.array(["b", None, "a", "b"])).places.tolist()
    [1, 2, 0, 1]
    """
    order = pc.sort_indices(texts).to_numpy()
    known = len(texts) - texts.null_count
    risen = texts.take(pa.array(order[:known]))
    is_new = pc.not_equal(risen[1:], risen[:-1]).to_numpy(zero_copy_only=False)
    found = np.concatenate([[0] * min(known, 1), np.cumsum(is_new)]).astype(np.int64)
    n_values = int(found[-1]) + 1 if known else 0
    places = np.full(len(texts), n_values, dtype=np.min_scalar_type(n_values))
    places[order[:known]] = found
    return Coded(places, range(n_values))


def _like(parts: pa.ListArray, values: pa.Array) -> pa.ListArray:
    """Return lists as long as ``parts``, missing where those are, of other values."""
    sizes = pc.fill_null(pc.list_value_length(parts), 0).to_numpy()
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    offsets = pa.array(
        ends, pa.int32(), mask=np.append(pc.is_null(parts).to_numpy(zero_copy_only=False), False)
    )
    return pa.ListArray.from_arrays(offsets, values)


def _all_words(part: str) -> set[str]:
    """Return the words of a part of a name, with and without what an apostrophe parts."""
    return {*words_of(part), *words_of(APOSTROPHES.sub(" ", part))}
