"""What is missing: by column, by student, together, and whether it depends on what is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.gap_matrix import FEWEST_IN_BAND, GapMatrix, gap_matrix
from core.eda.gap_sets import Cell, row_keys, without_rest_of_few
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
from core.eda.withholding import MIN_GROUP, may_show_part
from core.schema import Column, Kind, Schema

Flags = NDArray[np.bool_]

TOP_PATTERNS = 10
MAX_TESTED = 30
"""Dependence is tested for the columns with the most missing values, at most so many."""
MAX_PARTNERS = 60
MAX_PAIRED = 60
"""Pairs are looked for among the columns with the most missing values, at most so many."""
FOUND_BELOW = 0.05
PAIR_COLUMNS = ("column_a", "column_b", "n_a", "n_b", "n_both", "share_of_either", "r", "is_withheld")


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
    """Two columns that lack values; ``r`` is the correlation of their being missing (phi)."""

    left: str
    right: str
    n_both: int
    share_of_either: float
    """Of the students who lack one of them, how many lack both, in [0, 1]."""
    r: float
    """From -1 to 1: above 0 they are missing together more often than by chance. NaN where all lack one."""


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
    """Every two columns that may be told of, most missing together first."""
    withheld_pairs: tuple[tuple[str, str], ...]
    """Pairs of which few students lack both, only one, or none."""
    patterns: tuple[Pattern, ...]
    """The most frequent ones with at least ``min_group`` students, the complete rows included.

    A set is left out, too, where what is told of all students, of a column or of a pair, less the sets shown
    in it, would be of few students.
    """
    dependences: tuple[Dependence, ...]
    """Strongest evidence first."""
    n_rows: int
    n_complete: int
    """Students without any gap: those that would be left after dropping rows with gaps."""
    n_patterns_withheld: int = 0
    """Sets of gaps that are not shown for being of few students, or for telling of few."""
    n_few: int = 0
    """Columns that fewer than ``min_group`` students lack, or have: what goes with their gaps is not told."""
    notes: tuple[str, ...] = ()
    is_total_told: bool = True
    """Whether ``n_complete`` may be told: it, its rest, and what it leaves of other figures are not few."""
    min_group: int = MIN_GROUP
    matrix: GapMatrix = field(default_factory=GapMatrix)

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
        """Return one row a column, most missing first: column, label, missing, share.

        The last two are missing, and come last, for the gaps of fewer than ``min_group`` students or of all
        but so few.
        """
        table = pd.DataFrame(self.columns, columns=list(ColumnGap.__dataclass_fields__))
        whole = {"n_whole": self.n_rows, "minimum": self.min_group}
        told = np.array([may_show_part(one.missing, **whole) for one in self.columns], dtype=np.bool_)
        table = table.assign(missing=table["missing"].astype("Int64").where(told))
        table = table.assign(share=table["share"].where(told))
        return table.sort_values("missing", ascending=False, kind="stable", ignore_index=True)

    def dependence_frame(self) -> pd.DataFrame:
        """Return one row a tested pair: column, other, method, value, n, p, q."""
        return pd.DataFrame(self.dependences, columns=list(Dependence.__dataclass_fields__))

    def pair_frame(self, *, most: int = MAX_PAIRED) -> pd.DataFrame:
        """Return the map of the ``most`` columns with the most gaps, both ways round, in their order.

        Columns: column_a, column_b, n_a, n_b, n_both, share_of_either, r, is_withheld. A column beside itself
        has its own gaps and no figures; a withheld pair has no figures at all.
        """
        told = {name for pair in self.pairs for name in (pair.left, pair.right)}
        told |= {name for pair in self.withheld_pairs for name in pair}
        sizes = {gap.column: gap.missing for gap in self.columns if gap.column in told}
        names = sorted(sizes, key=lambda name: -sizes[name])[:most]
        rows = [_beside(pair.left, pair.right, sizes, pair) for pair in self.pairs]
        rows += [_beside(left, right, sizes, None) for left, right in self.withheld_pairs]
        rows += [{**row, "column_a": row["column_b"], "column_b": row["column_a"],
                  "n_a": row["n_b"], "n_b": row["n_a"]} for row in rows]  # fmt: skip
        rows += [_beside(name, name, sizes, None) | {"is_withheld": False} for name in names]
        place = {name: i for i, name in enumerate(c.column for c in self.columns if c.column in names)}
        rows = [row for row in rows if row["column_a"] in place and row["column_b"] in place]
        rows.sort(key=lambda row: (place[row["column_a"]], place[row["column_b"]]))
        return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))

    def sentence(self) -> str:
        """Return what to see, in words."""
        if self.is_empty:
            return self.why_empty
        lost = self.n_rows - self.n_complete
        text = f"{lost:,} of {self.n_rows:,} students lack at least one value."
        if not self.is_total_told:
            text = (
                f"How many students lack a value is not told: it would tell of fewer than {self.min_group}."
            )
        found = next((d for d in self.dependences if d.is_found), None)
        if found is None and self.n_few and not self.dependences:
            return f"{text} Gaps of few, or of all but few, are not related to other columns."
        if found is None:
            return f"{text} No sign that gaps depend on the other columns."
        where = f"'{found.column}' is missing more often at some values of '{found.other}'"
        return f"{text} Gaps are not at random: {where}."


def _beside(left: str, right: str, sizes: dict[str, int], pair: GapPair | None) -> dict[str, Any]:
    """Return one square of the map of pairs."""
    figures = (pair.n_both, pair.share_of_either, pair.r) if pair else (None, None, None)
    row = (left, right, sizes[left], sizes[right], *figures, pair is None)
    return dict(zip(PAIR_COLUMNS, row, strict=True))


def missing_pattern(
    frame: pd.DataFrame, *, schema: Schema, min_group: int = MIN_GROUP, seed: int = 0, limit: int = SAMPLE
) -> Missingness:
    """Return the gaps of the schema's columns; every column counts, ids and ignored ones too.

    Dependence is tested on a seeded sample of at most ``limit`` students, for the 30 columns with the most
    gaps against the first 60 that may be explored; infinite values are not gaps. Gaps of fewer than
    ``min_group`` students, or of all but so few, are related to no other column, nor paired with other gaps.
    """
    columns = table_columns(frame, schema=schema)
    gaps = np.empty((len(frame), len(columns)), dtype=np.bool_, order="F")
    for j, column in enumerate(columns):
        gaps[:, j] = frame[column.name].isna().to_numpy()
    counts, per_row = gaps.sum(axis=0), gaps.sum(axis=1)
    rows = sample(frame, schema=schema, seed=seed, limit=limit)
    share = counts / max(1, len(frame))
    able = np.array([may_show_part(int(n), n_whole=len(frame), minimum=min_group) for n in counts], np.bool_)
    note = sample_note(len(frame), n_used=len(rows))
    pairs, hidden_pairs = _pairs(columns, gaps, counts, min_group)
    n_complete = int((per_row == 0).sum())
    # Of how many students there are gaps would tell how few the one column is missing of that is not told.
    is_alone = int(((counts > 0) & (counts < min_group)).sum()) == 1
    cells = [
        *_cells_of_columns(counts, able, len(frame)),
        *_cells_of_pairs(columns, counts, pairs, len(frame)),
    ]
    patterns, n_hidden = _patterns(columns, gaps, cells, min_group, with_complete=not is_alone)
    is_told = may_show_part(n_complete, n_whole=len(frame), minimum=min_group) and (
        not n_complete or any(not one.columns for one in patterns)
    )
    return Missingness(
        tuple(ColumnGap(c.name, c.title, int(counts[j]), float(share[j])) for j, c in enumerate(columns)),
        tuple(RowGap(k, int(n)) for k, n in enumerate(np.bincount(per_row)) if n),
        pairs,
        hidden_pairs,
        patterns[:TOP_PATTERNS],
        _dependences(rows, schema, _most_missing(columns, np.where(able, counts, 0)), min_group),
        len(frame),
        n_complete,
        n_hidden,
        int((~able).sum()),
        (f"Dependence: {note}",) if note else (),
        is_told,
        min_group,
        _matrix(columns, gaps, able, is_told=is_told),
    )


def _matrix(columns: tuple[Column, ...], gaps: Flags, able: Flags, *, is_told: bool) -> GapMatrix:
    """Return the picture of the gaps; of those who lack something, where it is told how many they are."""
    lacking = gaps.any(axis=1)
    if not is_told or lacking.sum() < 2 * FEWEST_IN_BAND:
        return gap_matrix(columns, gaps=gaps, able=able)
    return replace(gap_matrix(columns, gaps=gaps[lacking], able=able), is_of_all=False)


def _pairs(
    columns: tuple[Column, ...], gaps: Flags, counts: Integers, min_group: int
) -> tuple[tuple[GapPair, ...], tuple[tuple[str, str], ...]]:
    """Return the pairs of columns with gaps, most missing together first, and those that are withheld.

    The gaps of each column are shown elsewhere: with how many lack both, the other three cells follow.
    """
    n, whole = len(gaps), {"n_whole": len(gaps), "minimum": min_group}
    order = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
    order = [i for i in order if may_show_part(int(counts[i]), **whole)][:MAX_PAIRED]
    single = gaps[:, order].astype(np.float32)
    together = np.rint(single.T @ single).astype(np.int64)
    found, hidden = [], []
    for (i, a), (j, b) in combinations(enumerate(order), 2):
        left, right = sorted((a, b))
        names = columns[left].name, columns[right].name
        both, n_a, n_b = int(together[i, j]), int(counts[a]), int(counts[b])
        if any(0 < cell < min_group for cell in (both, n_a - both, n_b - both, n - n_a - n_b + both)):
            hidden.append(names)
        else:
            found.append(GapPair(*names, both, both / (n_a + n_b - both), _phi(n_a, n_b, both, n)))
    return tuple(sorted(found, key=lambda pair: (-pair.n_both, pair.left, pair.right))), tuple(hidden)


def _phi(a: int, b: int, both: int, n: int) -> float:
    """Return the correlation of two yes/no columns from their counts."""
    spread = a * (n - a) * b * (n - b)
    return (n * both - a * b) / spread**0.5 if spread else float("nan")


def _cells_of_columns(counts: Integers, able: Flags, n: int) -> Iterable[Cell]:
    """Return the students whose number is told: all, and those who lack each column, and who have it."""
    yield n, ()
    for j in np.flatnonzero(able):
        yield int(counts[j]), ((int(j), True),)
        yield n - int(counts[j]), ((int(j), False),)


def _cells_of_pairs(
    columns: tuple[Column, ...], counts: Integers, pairs: Iterable[GapPair], n: int
) -> Iterable[Cell]:
    """Return the students whose number follows from a shown pair: who lack both, one, or none of them."""
    places = {column.name: j for j, column in enumerate(columns)}
    for pair in pairs:
        a, b, both = places[pair.left], places[pair.right], pair.n_both
        n_a, n_b = int(counts[a]), int(counts[b])
        yield both, ((a, True), (b, True))
        yield n_a - both, ((a, True), (b, False))
        yield n_b - both, ((a, False), (b, True))
        yield n - n_a - n_b + both, ((a, False), (b, False))


def _patterns(
    columns: tuple[Column, ...], gaps: Flags, cells: Iterable[Cell], min_group: int, *, with_complete: bool
) -> tuple[tuple[Pattern, ...], int]:
    """Return the sets of gaps that may be shown, most frequent first, and how many others there are."""
    if not gaps.size:
        return (), 0
    codes, _ = pd.factorize(row_keys(np.packbits(gaps, axis=1)))
    counts = np.bincount(codes)
    firsts = np.full(len(counts), len(codes))
    np.minimum.at(firsts, codes, np.arange(len(codes)))
    large = np.flatnonzero(counts >= min_group)
    names = np.array([c.name for c in columns], dtype=object)
    found = [(Pattern(tuple(names[gaps[i]]), int(counts[codes[i]])), i) for i in firsts[large]]
    found = [one for one in found if with_complete or one[0].columns]
    # The complete rows are the last to be hidden: how many they are is said beside.
    found.sort(key=lambda one: (bool(one[0].columns), -one[0].n, one[0].columns))
    sizes = np.array([one.n for one, _ in found], dtype=np.int64)
    stays = without_rest_of_few(sizes, gaps[[i for _, i in found]], cells, min_group)
    shown = [one for (one, _), is_shown in zip(found, stays, strict=True) if is_shown]
    shown.sort(key=lambda one: (-one.n, one.columns))
    return tuple(shown), len(counts) - len(shown)


def _most_missing(columns: tuple[Column, ...], counts: Integers) -> list[Column]:
    order = np.argsort(-counts, kind="stable")[:MAX_TESTED]
    return [columns[i] for i in sorted(order) if counts[i]]


def _dependences(
    rows: pd.DataFrame, schema: Schema, gappy: list[Column], min_group: int
) -> tuple[Dependence, ...]:
    """Return whether the gaps of each column depend on each other column, strongest evidence first."""
    partners = explorable(rows, schema=schema)[:MAX_PARTNERS]
    gaps = {c.name: rows[c.name].isna().to_numpy() for c in gappy}
    found = [*_with_numbers(rows, gaps, partners), *_with_categories(rows, gaps, partners)]
    found = [d for d in found if _is_of_many(gaps[d.column], rows[d.other].notna().to_numpy(), min_group)]
    adjusted = benjamini_hochberg(np.array([d.p for d in found], dtype=np.float64))
    tested = [replace(d, q=float(q)) for d, q in zip(found, adjusted, strict=True) if not np.isnan(d.p)]
    return tuple(sorted(tested, key=lambda d: (d.q, -abs(d.value), d.column, d.other)))


def _is_of_many(gaps: Flags, known: Flags, min_group: int) -> bool:
    """Return whether enough students with the gap, and without it, are known in the other column."""
    return may_show_part(int((gaps & known).sum()), n_whole=int(known.sum()), minimum=min_group)


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
