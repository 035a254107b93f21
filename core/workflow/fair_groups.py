"""Students in groups by each protected attribute and each pair, and which groups are too small to show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.groupings import FEW_VALUES, grouped
from core.eda.measures import cramers_v
from core.eda.values import Codes
from core.eda.withholding import MIN_GROUP, withheld, withheld_cells
from core.errors import WrongKind
from core.features.table import FeatureTable
from core.modeling.fairness_counts import Grouping
from core.schema import Column, Kind, Role, Schema

MOST_LEVELS = 12
"""Of a category with more values the most frequent are groups, and all others together are one."""
NOT_RECORDED, OTHERS = "not recorded", "all other values"
MOST_PROXIES = 3
WORTH_NAMING = 0.1
"""A feature that goes less than this with an attribute is not named."""
ONE_GROUP = "All students are in one group."
DATES = "Dates make no groups; a column such as age does."

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Attributes:
    """The protected columns of a table as groups of its students."""

    singles: tuple[Grouping, ...]
    """One a column that makes groups, in the schema's order."""
    pairs: tuple[Grouping, ...]
    bands: tuple[str, ...]
    """How numbers were cut into bands, one sentence a number."""
    left_out: tuple[tuple[str, str], ...]
    """Columns, and pairs, that make no groups, each with the reason."""

    @classmethod
    def of(cls, frame: pd.DataFrame, schema: Schema, *, known: Flags, with_pairs: bool = True) -> Attributes:
        """Return the groups of a cleaned table; ``known`` says of whom the outcome is known.

        A category's values are groups, a number's up to 6 values or its quartile bands, and whoever has none
        recorded. Groups under 10 students, or under 10 with a known outcome, are not shown, and with them
        the next smallest until no sum gives them away (``core.eda.withholding``).
        """
        singles, left_out, bands = [], [], []
        for column in _with_own_titles(schema):
            try:
                codes = _joined(grouped(frame, column=column))
            except WrongKind as error:
                left_out.append((column.title, DATES if column.kind is Kind.DATE else str(error)))
                continue
            if (codes.counts() > 0).sum() < 2:
                left_out.append((column.title, ONE_GROUP))
                continue
            hidden = withheld(codes.counts()) | withheld(_counted(codes.values, codes.levels, known))
            singles.append(Grouping((column.title,), codes.levels, codes.values, ~hidden))
            bands += _band_words(column, frame)
        two = combinations(singles, 2) if with_pairs else ()
        pairs = [_pair(one, other, known) for one, other in two]
        none = f"No group of both has {MIN_GROUP} students without telling on a smaller one."
        left_out += [(pair.title, none) for pair in pairs if not pair.shown.any()]
        shown = tuple(pair for pair in pairs if pair.shown.any())
        return cls(tuple(singles), shown, tuple(bands), tuple(left_out))

    @property
    def n_withheld(self) -> int:
        """Groups that are not shown, those of pairs included."""
        everybody = np.ones(len(self.singles[0].codes) if self.singles else 0, dtype=np.bool_)
        return sum(
            int((_counted(one.codes, one.levels, everybody) > 0)[~one.shown].sum())
            for one in (*self.singles, *self.pairs)
        )


@dataclass(frozen=True)
class Proxy:
    """A feature that tells something of a protected attribute."""

    label: str
    strength: float = field(compare=False)
    """Cramer's V from 0 (tells nothing) to 1; numbers are cut at their quartiles."""

    @classmethod
    def most(cls, one: Grouping, features: FeatureTable) -> tuple[Proxy, ...]:
        """Return the features that go most with an attribute, the strongest first; missing is left out."""
        missing = one.levels.index(NOT_RECORDED) if NOT_RECORDED in one.levels else -1
        attribute = Codes(np.where(one.codes == missing, -1, one.codes).astype(np.int64), one.levels)
        n_numbers = features.numbers.shape[1]
        found = []
        for place, column in enumerate(features.columns):
            if place < n_numbers:
                codes = _bands(features.numbers[:, place])
            else:
                codes = Codes(features.codes[:, place - n_numbers].astype(np.int64), column.levels)
            strength = cramers_v(attribute, right=codes).value
            if strength >= WORTH_NAMING:
                found.append(cls(column.label, strength))
        return tuple(sorted(found, key=lambda proxy: (-proxy.strength, proxy.label))[:MOST_PROXIES])


def _with_own_titles(schema: Schema) -> list[Column]:
    """Return the protected columns; two of the same title are told apart by their names."""
    columns = [schema.column(name) for name in schema.names(Role.PROTECTED)]
    taken = Counter(column.title for column in columns)
    return [c if taken[c.title] == 1 else replace(c, label=f"{c.title} ({c.name})") for c in columns]


def _joined(codes: Codes) -> Codes:
    """Return the codes with the rarest of many levels joined, and the missing as a level of its own."""
    values, levels = codes.values, codes.levels
    if len(levels) > MOST_LEVELS:
        kept = np.sort(np.argsort(-codes.counts(), kind="stable")[: MOST_LEVELS - 1])
        place = np.full(len(levels) + 1, len(kept), dtype=np.int64)
        place[kept], place[-1] = np.arange(len(kept)), -1
        values, levels = place[values], (*(levels[k] for k in kept), OTHERS)
    if (values < 0).any():
        values, levels = np.where(values < 0, len(levels), values), (*levels, NOT_RECORDED)
    return Codes(values.astype(np.int64), levels)


def _bands(values: NDArray[np.float64]) -> Codes:
    """Return numbers as codes of the bands between their quartiles."""
    known = ~np.isnan(values)
    cuts = np.unique(np.quantile(values[known], (0.25, 0.5, 0.75))) if known.any() else np.empty(0)
    codes = np.where(known, np.searchsorted(cuts, values, side="left"), -1)
    return Codes(codes.astype(np.int64), tuple(map(str, range(len(cuts) + 1))))


def _pair(one: Grouping, other: Grouping, known: Flags) -> Grouping:
    width = len(other.levels)
    codes = one.codes * width + other.codes
    levels = tuple(f"{left}, {right}" for left in one.levels for right in other.levels)
    shown = (one.shown[:, None] & other.shown[None, :]).ravel()
    for rows in [np.ones_like(known)] + ([] if known.all() else [known]):
        table = _counted(codes, levels, rows).reshape(-1, width)
        shown &= ~withheld_cells(table).cells.ravel()
    return Grouping((*one.attributes, *other.attributes), levels, codes, shown)


def _counted(codes: NDArray[np.integer], levels: tuple[str, ...], rows: Flags) -> Longs:
    return np.bincount(codes[rows], minlength=len(levels)).astype(np.int64)


def _band_words(column: Column, frame: pd.DataFrame) -> list[str]:
    """Say how a number's groups were made; nothing for one whose values are its groups."""
    if column.kind is not Kind.NUMBER or frame[column.name].nunique() <= FEW_VALUES:
        return []
    return [f"{column.title} is cut at its quartiles: each band holds about a quarter of the students."]
