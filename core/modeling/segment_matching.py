"""Which segment is which: across K by the students they share, across refits by where they stand.

A segment's number is its place by size and changes with K and with the students. Its identity does not: from
the recommended K it is carried to the next K, there to the next, and so on both ways; a stored set of
identities is where a refit starts from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.modeling.segment_identity import N_COLOURS, Centre, Identities, Identity, centre_of, key_of
from core.modeling.segment_names import Contrast, Name, text_of, told_apart, worded
from core.modeling.segment_scaling import CategoryScale, Scaling
from core.modeling.table import Floats

HALF = 0.5
"""Two segments of different K are one only if they share this fraction of the students of either."""
NEAR = 0.5
"""Two centres are one segment's only if they are nearer than this many standard deviations a column."""
ENOUGH_COLUMNS = 0.5
"""And if this fraction of the columns is in both."""

Counts = NDArray[np.int64]
Contrasts = Sequence[Sequence[Contrast]]


def shared_students(one: NDArray[np.int16], other: NDArray[np.int16], *, ks: tuple[int, int]) -> Counts:
    """Return how many students each segment of one K shares with each of another; labels count from 1.

    >>> shared_students(np.array([1, 1, 2], np.int16), np.array([2, 1, 1], np.int16), ks=(2, 2)).tolist()
    [[1, 1], [1, 0]]
    """
    codes = (one.astype(np.int32) - 1) * ks[1] + (other - 1)
    return np.bincount(codes, minlength=ks[0] * ks[1]).reshape(ks).astype(np.int64)


def identify(
    contrasts: Mapping[int, Contrasts],
    *,
    sizes: Mapping[int, Sequence[int]],
    shared: Mapping[tuple[int, int], Counts],
    start: int,
    scaling: Scaling,
    earlier: Identities | None = None,
) -> Identities:
    """Return who is who at every K; segments that nobody knows yet get new keys.

    ``contrasts`` and ``sizes`` are by K, one entry a segment; ``shared`` holds the students that segments of
    neighbouring K share, smaller K first. Names, keys and colours do not depend on the segments' numbers.
    A name is carried along while it is true.
    """
    ks = sorted(contrasts)
    if not ks:
        return Identities(0, (), earlier.n_keys if earlier else 0)
    first = start if start in ks else ks[0]
    known = earlier or Identities(0, (), 0)
    naming = _Naming(contrasts, sizes, scaling, known, n_keys=known.n_keys)
    found = {first: naming.first(first)}
    place = ks.index(first)
    for before, k in zip(ks[place:], ks[place + 1 :], strict=False):
        found[k] = naming.carried(found[before], shared[before, k], k)
    for before, k in zip(ks[place::-1], ks[:place][::-1], strict=False):
        found[k] = naming.carried(found[before], shared[k, before].T, k)
    return Identities(first, tuple(found[k] for k in ks), naming.n_keys)


@dataclass
class _Naming:
    """What is known of all segments while keys are given out."""

    contrasts: Mapping[int, Contrasts]
    sizes: Mapping[int, Sequence[int]]
    scaling: Scaling
    earlier: Identities
    n_keys: int
    taken: dict[str, int] = field(default_factory=dict)
    """The colour of each key in use."""

    def first(self, k: int) -> tuple[Identity, ...]:
        """Return the identities where the chain starts: those stored earlier, else by size."""
        nearest = self.earlier.nearest_k(k)
        stored = self.earlier.at(nearest) if nearest else ()
        return self._settled(k, self._by_centre(k, stored, range(k)))

    def carried(self, before: Sequence[Identity], shared: Counts, k: int) -> tuple[Identity, ...]:
        """Return the identities at the next K: those of the K before, then those stored for this K."""
        by_key = np.argsort([one.key for one in before], kind="stable")
        ranked = self._ranking(k)
        counts = shared[by_key][:, ranked]
        least = np.minimum.outer([before[i].size for i in by_key], [self.sizes[k][j] for j in ranked])
        pairs = _paired(-counts.astype(np.float64), (counts > 0) & (counts >= HALF * least))
        found: list[Identity | None] = [None] * k
        for i, j in pairs:
            found[ranked[j]] = before[by_key[i]]
        missing = [j for j in ranked if found[j] is None]
        if k in self.earlier.ks and missing:
            gone = {one.key for one in before} | set(self.taken)
            stored = [one for one in self.earlier.at(k) if one.key not in gone]
            for j, one in enumerate(self._by_centre(k, stored, missing)):
                found[j] = found[j] or one
        return self._settled(k, found)

    def _ranking(self, k: int) -> list[int]:
        """Return the segments by size, then by where they stand: an order that no numbering changes."""
        keys = [(-self.sizes[k][j], _rounded(self.contrasts[k][j]), j) for j in range(k)]
        return [j for *_, j in sorted(keys)]

    def _by_centre(
        self, k: int, stored: Sequence[Identity], segments: Sequence[int]
    ) -> list[Identity | None]:
        """Return the stored identity nearest to each of ``segments``, none where all are far."""
        found: list[Identity | None] = [None] * k
        ranked = [j for j in self._ranking(k) if j in set(segments)]
        if stored and ranked:
            ours = [centre_of(self.contrasts[k][j]) for j in ranked]
            apart = distances([one.centre for one in stored], ours, scaling=self.scaling)
            for i, j in _paired(apart, apart <= NEAR):
                found[ranked[j]] = stored[i]
        return found

    def _settled(self, k: int, found: Sequence[Identity | None]) -> tuple[Identity, ...]:
        """Return the identities of a K, with new keys and colours for whoever has none, and names."""
        keys = [one.key if one else "" for one in found]
        for j in self._ranking(k):
            if not keys[j]:
                keys[j] = key_of(self.n_keys)
                self.n_keys += 1
        colours = self._colours(k, keys, found)
        parts = worded(self.contrasts[k], kept=[one.parts if one else None for one in found])
        names = told_apart([text_of(name) for name in parts], marks=keys)
        return tuple(self._identity(k, j, keys[j], colours[j], parts[j], names[j]) for j in range(k))

    def _identity(self, k: int, j: int, key: str, colour: int, parts: Name, name: str) -> Identity:
        return Identity(key, colour, name, parts, centre_of(self.contrasts[k][j]), int(self.sizes[k][j]))

    def _colours(self, k: int, keys: Sequence[str], found: Sequence[Identity | None]) -> list[int]:
        """Return each segment's colour: its own, or the first that no other segment has.

        With more segments than colours over all K, the first that no segment of this K has.
        """
        here: dict[str, int] = {key: self.taken[key] for key in keys if key in self.taken}
        for j in self._ranking(k):
            key, one = keys[j], found[j]
            if key in here:
                continue
            wanted = one.colour if one else -1
            if wanted in {-1, *here.values(), *self.taken.values()}:
                wanted = self._free(here)
            here[key] = self.taken[key] = wanted
        return [here[key] for key in keys]

    def _free(self, here: Mapping[str, int]) -> int:
        unused = sorted(set(range(N_COLOURS)) - set(self.taken.values()))
        return (unused or sorted(set(range(len(here) + 1)) - set(here.values())))[0]


def distances(stored: Sequence[Centre], ours: Sequence[Centre], *, scaling: Scaling) -> Floats:
    """Return how far each stored centre is from each of ours: standard deviations a column, root mean square.

    Of columns that both know; infinite where those are fewer than half of ours. A category's levels count
    together as one column.
    """
    names = set(scaling.columns)
    known = {column for centre in stored for column, _, _ in centre} & names
    if len(known) < ENOUGH_COLUMNS * max(1, len(names)):
        return np.full((len(stored), len(ours)), np.inf)
    theirs, own = _placed(stored, scaling, known), _placed(ours, scaling, known)
    squared = ((theirs[:, None] - own[None]) ** 2).sum(axis=2)
    found: Floats = np.sqrt(squared / len(known))
    return found


def _placed(centres: Sequence[Centre], scaling: Scaling, known: set[str]) -> Floats:
    """Return the centres in scaled units, over the columns that are known."""
    rows = []
    for centre in centres:
        values = {(column, level): value for column, level, value in centre}
        row = [
            (values.get((scale.name, ""), scale.mean) - scale.mean) / scale.std
            for scale in scaling.numbers
            if scale.name in known
        ]
        for category in scaling.categories:
            if category.name in known:
                row += list(_shares(values, category) @ category.places[:-1].astype(np.float64))
        rows.append(row)
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), -1)


def _shares(values: Mapping[tuple[str, str], float], category: CategoryScale) -> Floats:
    """Return the share of each level; those of all students where the centre knows none."""
    levels = [(category.name, level) for level in (*category.levels, "other")]
    if not any(level in values for level in levels):
        return category.shares
    return np.array([values.get(level, 0.0) for level in levels])


def _paired(cost: Floats, allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the pairs of rows and columns of least total cost, only those that are allowed."""
    from scipy.optimize import linear_sum_assignment

    # A pair that is not allowed must not push another aside: it costs more than all others together.
    finite = np.where(allowed, cost, 0.0)
    dear = 1.0 + np.abs(finite).sum()
    rows, columns = linear_sum_assignment(np.where(allowed, cost, dear))
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if allowed[i, j]]


def _rounded(contrasts: Sequence[Contrast]) -> tuple[tuple[str, str, float], ...]:
    return tuple((column, level, round(value, 6)) for column, level, value in centre_of(contrasts))
