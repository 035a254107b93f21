"""Which columns go together: one measure for each pair, whatever kinds the two columns have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from core.eda.measures import (
    benjamini_hochberg,
    correlation_p,
    correlation_ratio,
    cramers_v,
    fisher_interval,
    joined_rare,
    pearson_pairs,
    spearman_pairs,
)
from core.eda.sampling import SAMPLE, sample, sample_note
from core.eda.values import NUMERIC_KINDS, Codes, Floats, codes_of, explorable, finite_of
from core.errors import InvalidChoice
from core.schema import Column, Kind, Schema

Method = Literal["pearson", "spearman", "cramers_v", "correlation_ratio"]
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
    """The 95 % interval: Fisher's z for Pearson's r of two number columns; NaN for the others."""
    high: float
    p: float
    q: float = float("nan")
    """``p`` after Benjamini and Hochberg over all rows of the result."""


@dataclass(frozen=True)
class Associations:
    """Every pair of columns; number pairs twice, by Pearson and by Spearman."""

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
        return "" if self.pairs else "At least two columns that do not identify students are needed."

    def frame(self) -> pd.DataFrame:
        """Return one row a pair and method: left, right, method, value, n, low, high, p, q."""
        return pd.DataFrame(self.pairs, columns=list(Association.__dataclass_fields__))

    def matrix(self, *, numbers: Literal["pearson", "spearman"] = "pearson") -> pd.DataFrame:
        """Return the symmetric table of values, with ``numbers`` for pairs of numbers; 1 on the diagonal."""
        if numbers not in ("pearson", "spearman"):
            raise InvalidChoice.of("numbers", numbers, ("pearson", "spearman"))
        place = {name: i for i, name in enumerate(self.columns)}
        values = np.eye(len(self.columns))
        for pair in self.pairs:
            if pair.method not in ("pearson", "spearman") or pair.method == numbers:
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
) -> Associations:
    """Return the association of every pair of the schema's columns, or of ``columns``.

    Numbers, flags and dates are related by Pearson's r and Spearman's rho (a flag as 0 and 1);
    categories, and a category with a flag, by bias-corrected Cramer's V; a category with a number
    by the correlation ratio. Infinite values count as missing here. Of more than ``limit`` rows a seeded
    sample is used, of more than 60 columns the first 60; ``notes`` says so.
    Raises ColumnNotFound and WrongKind.
    """
    wanted = explorable(frame, schema=schema, columns=columns)
    used, rows = wanted[:MAX_COLUMNS], sample(frame, schema=schema, seed=seed, limit=limit)
    numeric = [c for c in used if c.kind in NUMERIC_KINDS]
    coded = {c.name: joined_rare(codes_of(rows, column=c)) for c in used if _has_levels(c)}
    values = {c.name: finite_of(rows, column=c) for c in numeric}
    found = [*_number_pairs(numeric, values), *_mixed_pairs(used, coded, values)]
    place = {c.name: i for i, c in enumerate(used)}
    found.sort(key=lambda pair: (place[pair.left], place[pair.right], pair.method))
    notes = (sample_note(len(frame), n_used=len(rows)), _cut_note(len(wanted)))
    names = tuple(c.name for c in used)
    return Associations(_adjusted(found), names, len(frame), len(rows), tuple(n for n in notes if n))


def _has_levels(column: Column) -> bool:
    return column.kind in (Kind.CATEGORY, Kind.FLAG)


def _number_pairs(columns: list[Column], values: dict[str, Floats]) -> Iterable[Association]:
    """Return Pearson and Spearman for each pair of numeric columns."""
    if len(columns) < 2:
        return
    table = np.stack([values[c.name] for c in columns], axis=1)
    r, n = pearson_pairs(table)
    rho = spearman_pairs(table)
    r_p, rho_p = correlation_p(r, n=n), correlation_p(rho, n=n)
    low, high = fisher_interval(r, n=n)
    for (i, left), (j, right) in combinations(enumerate(columns), 2):
        both = left.kind is right.kind is Kind.NUMBER
        ends = (float(low[i, j]), float(high[i, j])) if both else (np.nan, np.nan)
        size = int(n[i, j])
        yield Association(left.name, right.name, "pearson", float(r[i, j]), size, *ends, float(r_p[i, j]))
        yield Association(
            left.name, right.name, "spearman", float(rho[i, j]), size, np.nan, np.nan, float(rho_p[i, j])
        )


def _mixed_pairs(
    columns: Sequence[Column], coded: dict[str, Codes], values: dict[str, Floats]
) -> Iterable[Association]:
    """Return the pairs in which at least one column is a category."""
    for left, right in combinations(columns, 2):
        if Kind.CATEGORY not in (left.kind, right.kind):
            continue
        method: Method = "cramers_v"
        if _has_levels(left) and _has_levels(right):
            found = cramers_v(coded[left.name], right=coded[right.name])
        else:
            method = "correlation_ratio"
            groups, number = (left, right) if left.kind is Kind.CATEGORY else (right, left)
            found = correlation_ratio(coded[groups.name], values=values[number.name])
        yield Association(left.name, right.name, method, found.value, found.n, np.nan, np.nan, found.p)


def _adjusted(pairs: list[Association]) -> tuple[Association, ...]:
    adjusted = benjamini_hochberg(np.array([pair.p for pair in pairs], dtype=np.float64))
    return tuple(replace(pair, q=float(q)) for pair, q in zip(pairs, adjusted, strict=True))


def _cut_note(n_columns: int) -> str:
    if n_columns <= MAX_COLUMNS:
        return ""
    return f"Only the first {MAX_COLUMNS} of {n_columns:,} columns are related; choose columns to see others."
