"""What is missing: by column, by student, together, and whether it depends on what is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.measures import (
    benjamini_hochberg,
    correlation_p,
    cramers_v,
    joined_rare,
    pearson_pairs,
)
from core.eda.sampling import SAMPLE, sample, sample_note
from core.eda.values import (
    FLAG_LEVELS,
    NUMERIC_KINDS,
    Codes,
    Integers,
    codes_of,
    explorable,
    finite_of,
    table_columns,
)
from core.eda.withholding import MIN_GROUP
from core.schema import Column, Kind, Schema

Flags = NDArray[np.bool_]

TOP_PATTERNS = 10
MAX_TESTED = 30
"""Dependence is tested for the columns with the most missing values, at most so many."""
MAX_PARTNERS = 60
MAX_PAIRED = 60
"""Pairs are looked for among the columns with the most missing values, at most so many."""
FOUND_BELOW = 0.05


@dataclass(frozen=True)
class ColumnGap:
    """The missing values of one column."""

    column: str
    label: str
    missing: int
    share: float
    """Of all students, in [0, 1]."""


@dataclass(frozen=True)
class RowGap:
    """How many students lack exactly this many values."""

    n_missing: int
    n: int


@dataclass(frozen=True)
class GapPair:
    """Two columns that lack values; ``r`` is the correlation of their being missing."""

    left: str
    right: str
    n_both: int
    share_of_either: float
    """Of the students who lack one of them, how many lack both, in [0, 1]."""
    r: float


@dataclass(frozen=True)
class Pattern:
    """A set of columns that are missing together, and nothing else is."""

    columns: tuple[str, ...]
    n: int


@dataclass(frozen=True)
class Dependence:
    """Whether a column is missing more often at some values of another."""

    column: str
    other: str
    method: str
    """``pearson`` (r of being missing with a number, signed) or ``cramers_v`` (with a category)."""
    value: float
    n: int
    p: float
    q: float
    """``p`` after Benjamini and Hochberg over all pairs tested."""

    @property
    def is_found(self) -> bool:
        """Whether the adjusted p-value is under 0.05."""
        return self.q < FOUND_BELOW


@dataclass(frozen=True)
class Missingness:
    """Everything known about the gaps of a table; no student is named."""

    columns: tuple[ColumnGap, ...]
    rows: tuple[RowGap, ...]
    pairs: tuple[GapPair, ...]
    patterns: tuple[Pattern, ...]
    """The most frequent ones with at least ``min_group`` students, the complete rows included."""
    dependences: tuple[Dependence, ...]
    """Strongest evidence first."""
    n_rows: int
    n_complete: int
    """Students without any gap: those that would be left after dropping rows with gaps."""
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is missing, or there is nothing to look at."""
        return not any(column.missing for column in self.columns)

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty text otherwise."""
        if self.n_rows == 0:
            return "There are no students."
        return "No value is missing." if self.is_empty else ""

    def frame(self) -> pd.DataFrame:
        """Return one row a column, most missing first: column, label, missing, share."""
        table = pd.DataFrame(self.columns, columns=list(ColumnGap.__dataclass_fields__))
        return table.sort_values("missing", ascending=False, kind="stable", ignore_index=True)

    def dependence_frame(self) -> pd.DataFrame:
        """Return one row a tested pair: column, other, method, value, n, p, q."""
        return pd.DataFrame(self.dependences, columns=list(Dependence.__dataclass_fields__))

    def sentence(self) -> str:
        """Return what to see, in words."""
        if self.is_empty:
            return self.why_empty
        lost = self.n_rows - self.n_complete
        text = f"{lost:,} of {self.n_rows:,} students lack at least one value."
        found = next((d for d in self.dependences if d.is_found), None)
        if found is None:
            return f"{text} No sign that gaps depend on the other columns."
        where = f"'{found.column}' is missing more often at some values of '{found.other}'"
        return f"{text} Gaps are not at random: {where}."


def missing_pattern(
    frame: pd.DataFrame, *, schema: Schema, min_group: int = MIN_GROUP, seed: int = 0, limit: int = SAMPLE
) -> Missingness:
    """Return the gaps of the schema's columns; every column counts, ids and ignored ones too.

    Dependence is tested on a seeded sample of at most ``limit`` students, for the 30 columns with the most
    gaps against the first 60 that may be explored; infinite values are not gaps.
    """
    columns = table_columns(frame, schema=schema)
    gaps = np.empty((len(frame), len(columns)), dtype=np.bool_, order="F")
    for j, column in enumerate(columns):
        gaps[:, j] = frame[column.name].isna().to_numpy()
    counts = gaps.sum(axis=0)
    per_row = gaps.sum(axis=1)
    rows = sample(frame, schema=schema, seed=seed, limit=limit)
    share = counts / max(1, len(frame))
    note = sample_note(len(frame), n_used=len(rows))
    return Missingness(
        tuple(ColumnGap(c.name, c.title, int(counts[j]), float(share[j])) for j, c in enumerate(columns)),
        tuple(RowGap(k, int(n)) for k, n in enumerate(np.bincount(per_row)) if n),
        _pairs(columns, gaps, counts),
        _patterns(columns, gaps, min_group),
        _dependences(rows, schema, _most_missing(columns, counts)),
        len(frame),
        int((per_row == 0).sum()),
        (f"Dependence: {note}",) if note else (),
    )


def _pairs(columns: tuple[Column, ...], gaps: Flags, counts: Integers) -> tuple[GapPair, ...]:
    """Return the pairs of columns missing together, most frequent first."""
    order = [int(i) for i in np.argsort(-counts, kind="stable")[:MAX_PAIRED] if counts[i]]
    single = gaps[:, order].astype(np.float32)
    both = np.rint(single.T @ single).astype(np.int64)
    found = []
    for (i, a), (j, b) in combinations(enumerate(order), 2):
        left, right = min(a, b), max(a, b)
        n = int(both[i, j])
        if n:
            share = n / (int(counts[a]) + int(counts[b]) - n)
            r = _phi(int(counts[a]), int(counts[b]), n, len(gaps))
            found.append(GapPair(columns[left].name, columns[right].name, n, share, r))
    return tuple(sorted(found, key=lambda pair: (-pair.n_both, pair.left, pair.right)))


def _phi(a: int, b: int, both: int, n: int) -> float:
    """Return the correlation of two yes/no columns from their counts."""
    spread = a * (n - a) * b * (n - b)
    return (n * both - a * b) / spread**0.5 if spread else float("nan")


def _patterns(columns: tuple[Column, ...], gaps: Flags, min_group: int) -> tuple[Pattern, ...]:
    """Return the most frequent sets of gaps; small ones are left out."""
    if not gaps.size:
        return ()
    codes, _ = pd.factorize(_row_keys(np.packbits(gaps, axis=1)))
    counts = np.bincount(codes)
    firsts = np.full(len(counts), len(codes))
    np.minimum.at(firsts, codes, np.arange(len(codes)))
    names = [c.name for c in columns]
    found = [
        Pattern(tuple(names[j] for j in np.flatnonzero(gaps[first])), int(n))
        for first, n in zip(firsts, counts, strict=True)
        if n >= min_group
    ]
    return tuple(sorted(found, key=lambda pattern: (-pattern.n, pattern.columns))[:TOP_PATTERNS])


def _row_keys(packed: NDArray[np.uint8]) -> NDArray[Any]:
    """Return one value a row, equal for equal rows: a number for up to eight bytes, else the bytes."""
    if packed.shape[1] > 8:
        return np.array([row.tobytes() for row in packed], dtype=object)
    padded = np.zeros((len(packed), 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    keys: NDArray[np.uint64] = padded.view(np.uint64).ravel()
    return keys


def _most_missing(columns: tuple[Column, ...], counts: Integers) -> list[Column]:
    order = np.argsort(-counts, kind="stable")[:MAX_TESTED]
    return [columns[i] for i in sorted(order) if counts[i]]


def _dependences(rows: pd.DataFrame, schema: Schema, gappy: list[Column]) -> tuple[Dependence, ...]:
    """Return whether the gaps of each column depend on each other column, strongest evidence first."""
    partners = explorable(rows, schema=schema)[:MAX_PARTNERS]
    gaps = {c.name: rows[c.name].isna().to_numpy() for c in gappy}
    found = [*_with_numbers(rows, gaps, partners), *_with_categories(rows, gaps, partners)]
    adjusted = benjamini_hochberg(np.array([d.p for d in found], dtype=np.float64))
    tested = [replace(d, q=float(q)) for d, q in zip(found, adjusted, strict=True) if not np.isnan(d.p)]
    return tuple(sorted(tested, key=lambda d: (d.q, -abs(d.value), d.column, d.other)))


def _with_numbers(
    rows: pd.DataFrame, gaps: dict[str, Flags], partners: tuple[Column, ...]
) -> Iterable[Dependence]:
    numeric = [c for c in partners if c.kind in NUMERIC_KINDS]
    if not gaps or not numeric:
        return
    left = [flags.astype(np.float64) for flags in gaps.values()]
    right = [finite_of(rows, column=c) for c in numeric]
    r, n = pearson_pairs(np.stack([*left, *right], axis=1))
    p = correlation_p(r, n=n)
    for i, name in enumerate(gaps):
        for j, column in enumerate(numeric, start=len(gaps)):
            if column.name != name:
                yield Dependence(
                    name, column.name, "pearson", float(r[i, j]), int(n[i, j]), float(p[i, j]), np.nan
                )


def _with_categories(
    rows: pd.DataFrame, gaps: dict[str, Flags], partners: tuple[Column, ...]
) -> Iterable[Dependence]:
    for column in (c for c in partners if c.kind is Kind.CATEGORY):
        levels = joined_rare(codes_of(rows, column=column)) if gaps else None
        for name, flags in gaps.items():
            if levels is not None and name != column.name:
                found = cramers_v(Codes(flags.astype(np.int64), FLAG_LEVELS), right=levels)
                yield Dependence(name, column.name, "cramers_v", found.value, found.n, found.p, np.nan)
