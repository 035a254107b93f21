"""Which columns go together: one measure for each pair, whatever kinds the two columns have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, Self

import numpy as np
import pandas as pd

from core.eda.effect_intervals import fisher_interval, moment_interval, spearman_interval
from core.eda.information import binned, bins_for, mutual_information
from core.eda.measures import (
    Measured,
    Scaled,
    benjamini_hochberg,
    correlation_p,
    correlation_ratio,
    cramers_v,
    joined_rare,
    pearson_pairs,
    spearman_pairs,
)
from core.eda.sampling import SAMPLE, sample, sample_note
from core.eda.values import NUMERIC_KINDS, Codes, Floats, Integers, codes_of, explorable, finite_of
from core.eda.withholding import MIN_GROUP, Flags
from core.errors import InvalidChoice
from core.schema import Column, Kind, Schema

Method = Literal["pearson", "spearman", "cramers_v", "correlation_ratio", "mutual_information"]
MAX_COLUMNS = 60


@dataclass(frozen=True)
class Association:
    """How closely two columns go together. It says nothing about what causes what."""

    left: str
    right: str
    method: Method
    value: float
    """In [-1, 1] for the two correlations, in [0, 1] for the others; NaN if a column does not vary."""
    n: int
    """Students with both values known."""
    low: float
    """The 95 % interval: by Fisher's z for Pearson's r of two number columns, by fourth moments where one is
    a flag or a date, by Bonett and Wright for Spearman's rho, by noncentrality for the others."""
    high: float
    p: float
    q: float = float("nan")
    """``p`` after Benjamini and Hochberg over all rows of the result."""


@dataclass(frozen=True)
class Associations:
    """Every pair of columns; number pairs twice, by Pearson and by Spearman; all once more if asked."""

    pairs: tuple[Association, ...]
    columns: tuple[str, ...]
    n_rows: int
    n_used: int
    notes: tuple[str, ...] = ()
    """What was left out or sampled, one sentence each."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no pair to show."""
        return not self.pairs

    @property
    def why_empty(self) -> str:
        """Why there is no pair; empty text otherwise."""
        if self.pairs:
            return ""
        return (
            "There are no two columns to relate, without those that identify students or make up the outcome."
        )

    def frame(self) -> pd.DataFrame:
        """Return one row a pair and method: left, right, method, value, n, low, high, p, q."""
        return pd.DataFrame(self.pairs, columns=list(Association.__dataclass_fields__))

    def matrix(self, *, numbers: Literal["pearson", "spearman"] = "pearson") -> pd.DataFrame:
        """Return the symmetric table of values, with ``numbers`` for pairs of numbers; 1 on the diagonal."""
        if numbers not in ("pearson", "spearman"):
            raise InvalidChoice.of("numbers", numbers, ("pearson", "spearman"))
        return self._square(lambda pair: pair.method in (numbers, "cramers_v", "correlation_ratio"))

    def information_matrix(self) -> pd.DataFrame:
        """Return the symmetric table of mutual information; NaN where it was not asked for."""
        return self._square(lambda pair: pair.method == "mutual_information")

    def _square(self, wanted: Callable[[Association], bool]) -> pd.DataFrame:
        place = {name: i for i, name in enumerate(self.columns)}
        values = np.full((len(place), len(place)), np.nan)
        np.fill_diagonal(values, 1.0)
        for pair in filter(wanted, self.pairs):
            i, j = place[pair.left], place[pair.right]
            values[i, j] = values[j, i] = pair.value
        return pd.DataFrame(values, index=list(self.columns), columns=list(self.columns))


def associate(
    frame: pd.DataFrame,
    *,
    schema: Schema,
    columns: Sequence[str] | None = None,
    seed: int = 0,
    limit: int = SAMPLE,
    information: bool = False,
    leave_out: Collection[frozenset[str]] = (),
) -> Associations:
    """Return the association of every pair of the schema's columns, or of ``columns``.

    Numbers, flags and dates are related by Pearson's r and Spearman's rho (a flag as 0 and 1);
    categories, and a category with a flag, by bias-corrected Cramer's V; a category with a number
    by the correlation ratio; with ``information`` every pair by mutual information as well, numbers cut
    into at most ten bins of equally many students. Infinite values count as missing here. Of more than
    ``limit`` rows a seeded sample is used, of more than 60 columns the first 60; ``notes`` says so.
    Pairs of names in ``leave_out`` have no row and no part in ``q``. A flag or category of which a value is
    that of 1 to 9 students would tell their other values: its pairs are NaN, as is a pair of which that
    is so among the students with both known. Raises ColumnNotFound and WrongKind.
    """
    wanted = explorable(frame, schema=schema, columns=columns)
    used, rows = wanted[:MAX_COLUMNS], sample(frame, schema=schema, seed=seed, limit=limit)
    numeric = [c for c in used if c.kind in NUMERIC_KINDS]
    coded = {c.name: _coded(rows, c) for c in used if _has_levels(c)}
    values = {c.name: finite_of(rows, column=c) for c in numeric}
    found = [*_number_pairs(numeric, values), *_mixed_pairs(used, coded, values)]
    known = {c.name: _known(c, coded, values) for c in used}
    if information:
        found += _shared_pairs(used, coded, values, known)
    telling = Telling.of(coded, known=known)
    found = [
        telling.withheld(pair) for pair in found if frozenset((pair.left, pair.right)) not in set(leave_out)
    ]
    place = {c.name: i for i, c in enumerate(used)}
    found.sort(key=lambda pair: (place[pair.left], place[pair.right], pair.method))
    notes = (sample_note(len(frame), n_used=len(rows)), _cut_note(len(wanted)), telling.note)
    names = tuple(c.name for c in used)
    return Associations(_adjusted(found), names, len(frame), len(rows), tuple(n for n in notes if n))


def _coded(rows: pd.DataFrame, column: Column) -> Codes:
    codes = codes_of(rows, column=column)
    return joined_rare(codes) if column.kind is Kind.CATEGORY else codes


def _has_levels(column: Column) -> bool:
    return column.kind in (Kind.CATEGORY, Kind.FLAG)


def _known(column: Column, coded: dict[str, Codes], values: dict[str, Floats]) -> Flags:
    if column.name in coded:
        return coded[column.name].values >= 0
    return ~np.isnan(values[column.name])


@dataclass(frozen=True)
class Telling:
    """Columns and pairs that would give away the values of a few students."""

    columns: frozenset[str]
    pairs: frozenset[frozenset[str]]

    @classmethod
    def of(cls, coded: Mapping[str, Codes], *, known: Mapping[str, Flags]) -> Self:
        """Return those in which a flag or a category has a value of 1 to 9 students."""
        columns = frozenset(name for name, codes in coded.items() if _has_few(codes.counts()))
        gaps = {name: np.flatnonzero(~flags) for name, flags in known.items()}
        pairs = set()
        for name, codes in coded.items():
            counts = codes.counts()
            smallest = int(counts[counts > 0].min(initial=0)) if counts.any() else 0
            for other in known:
                # So many gaps beside it cannot leave a few of any value.
                if other == name or name in columns or smallest - len(gaps[other]) >= MIN_GROUP:
                    continue
                if _has_few(counts - Codes(codes.values[gaps[other]], codes.levels).counts()):
                    pairs.add(frozenset((name, other)))
        return cls(columns, frozenset(pairs))

    def withheld(self, pair: Association) -> Association:
        """Return the pair, without its figures where they tell about a few."""
        if (
            not self.columns & {pair.left, pair.right}
            and frozenset((pair.left, pair.right)) not in self.pairs
        ):
            return pair
        return replace(pair, value=np.nan, low=np.nan, high=np.nan, p=np.nan)

    @property
    def note(self) -> str:
        """What was withheld, in a sentence; empty where nothing was."""
        parts = []
        if self.columns:
            n = len(self.columns)
            parts.append("1 column" if n == 1 else f"{n} columns")
        if self.pairs:
            n = len(self.pairs)
            parts.append("1 other pair" if n == 1 and self.columns else f"{n} other pairs")
            if not self.columns:
                parts = ["1 pair" if n == 1 else f"{n} pairs"]
        verb = "is" if parts in (["1 column"], ["1 pair"]) else "are"
        few = f"a value that fewer than {MIN_GROUP} students have would tell about them"
        return f"{' and '.join(parts)} {verb} not related: {few}." if parts else ""


def _has_few(counts: Integers) -> bool:
    return bool(((counts > 0) & (counts < MIN_GROUP)).any())


def _number_pairs(columns: list[Column], values: dict[str, Floats]) -> Iterable[Association]:
    """Return Pearson and Spearman for each pair of numeric columns."""
    if len(columns) < 2:
        return
    table = np.stack([values[c.name] for c in columns]).T
    r, n = pearson_pairs(table)
    rho = spearman_pairs(table)
    r_p, rho_p = correlation_p(r, n=n), correlation_p(rho, n=n)
    r_ends, rho_ends = fisher_interval(r, n=n), spearman_interval(rho, n=n)
    for (i, left), (j, right) in combinations(enumerate(columns), 2):
        normal = left.kind is right.kind is Kind.NUMBER
        low, high = _at(r_ends, i, j) if normal else _flag_ends(table[:, i], table[:, j])
        linear = Measured(float(r[i, j]), int(n[i, j]), float(r_p[i, j]), low, high)
        ranked = Measured(float(rho[i, j]), int(n[i, j]), float(rho_p[i, j]), *_at(rho_ends, i, j))
        yield _association(left, right, "pearson", linear)
        yield _association(left, right, "spearman", ranked)


def _at(ends: tuple[Floats, Floats], i: int, j: int) -> tuple[float, float]:
    return float(ends[0][i, j]), float(ends[1][i, j])


def _flag_ends(left: Floats, right: Floats) -> tuple[float, float]:
    both = ~np.isnan(left) & ~np.isnan(right)
    return moment_interval(left[both], right=right[both])


def _association(left: Column, right: Column, method: Method, found: Measured) -> Association:
    return Association(left.name, right.name, method, found.value, found.n, found.low, found.high, found.p)


def _mixed_pairs(
    columns: Sequence[Column], coded: dict[str, Codes], values: dict[str, Floats]
) -> Iterable[Association]:
    """Return the pairs in which at least one column is a category."""
    scaled = {name: Scaled.of(numbers) for name, numbers in values.items()}
    for left, right in combinations(columns, 2):
        if Kind.CATEGORY not in (left.kind, right.kind):
            continue
        method: Method = "cramers_v"
        if _has_levels(left) and _has_levels(right):
            found = cramers_v(coded[left.name], right=coded[right.name])
        else:
            method = "correlation_ratio"
            groups, number = (left, right) if left.kind is Kind.CATEGORY else (right, left)
            found = correlation_ratio(coded[groups.name], values=scaled[number.name])
        yield _association(left, right, method, found)


def _shared_pairs(
    columns: Sequence[Column], coded: dict[str, Codes], values: dict[str, Floats], known: dict[str, Flags]
) -> Iterable[Association]:
    """Return the mutual information of every pair; numbers are cut into at most ten bins."""
    cut: dict[tuple[str, int], Codes] = {}

    def codes(column: Column, other: Column) -> Codes:
        if column.name in coded:
            return coded[column.name]
        levels = len(coded[other.name].levels) if other.name in coded else None
        both = known[column.name] & known[other.name]
        n_bins = bins_for(int(np.count_nonzero(both)), levels=levels)
        key = column.name, n_bins
        if key not in cut:
            cut[key] = binned(values[column.name], n_bins=n_bins)
        return cut[key]

    for left, right in combinations(columns, 2):
        found = mutual_information(codes(left, right), right=codes(right, left))
        yield _association(left, right, "mutual_information", found)


def _adjusted(pairs: list[Association]) -> tuple[Association, ...]:
    adjusted = benjamini_hochberg(np.array([pair.p for pair in pairs], dtype=np.float64))
    return tuple(replace(pair, q=float(q)) for pair, q in zip(pairs, adjusted, strict=True))


def _cut_note(n_columns: int) -> str:
    if n_columns <= MAX_COLUMNS:
        return ""
    return f"Only the first {MAX_COLUMNS} of {n_columns:,} columns are related; choose columns to see others."
