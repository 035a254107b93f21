"""How the values of one column are spread: a histogram with its box, or the counts of its categories."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.eda.values import (
    Codes,
    Floats,
    Integers,
    codes_of,
    finite_of,
    numbers_of,
    quartiles,
    require_explorable,
)
from core.eda.withholding import MIN_GROUP, Flags, withheld, withheld_beside, withheld_cells
from core.errors import ColumnNotFound
from core.schema import Column, Kind

FEWEST_BINS = 10
MOST_BINS = 60
WHISKER = 1.5
"""A whisker ends at the last value within this many quartile distances of the box (Tukey)."""


@dataclass(frozen=True)
class Box:
    """The five numbers of a box plot, and the range."""

    group: str
    """The group's name; empty for all students."""
    n: int
    low_whisker: float
    q25: float
    median: float
    q75: float
    high_whisker: float
    min: float
    max: float
    n_beyond: int
    """Values outside the whiskers."""


@dataclass(frozen=True)
class Bar:
    """The number of students in one bin, or in one category, of one group."""

    group: str
    label: str
    """The bin's range or the category, in words."""
    low: float
    """The bin's lower edge; NaN for a category. For dates in days since 1970."""
    high: float
    n: int
    share: float
    """Of the group's students whose value is known, in [0, 1]; of all where those without are few."""


@dataclass(frozen=True)
class Distribution:
    """The bars of one column, the boxes of a numeric one, and what was left out."""

    column: str
    label: str
    unit: str | None
    kind: Kind
    bars: tuple[Bar, ...]
    boxes: tuple[Box, ...]
    n: int
    missing: int
    infinite: int = 0
    n_withheld: int = 0
    """Groups, or categories, that are too small to show."""
    why_empty: str = ""
    n_joined: int = 0
    """Bins that were joined with their neighbours, so that no bar of a histogram is of few students."""
    is_rounded: bool = False
    """Whether counts are to the nearest ten: exact ones would tell the few whose value is not known."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.bars

    @property
    def is_histogram(self) -> bool:
        """Whether the bars stand side by side on a number line."""
        return self.kind in (Kind.NUMBER, Kind.DATE)

    def frame(self) -> pd.DataFrame:
        """Return one row a bar, in drawing order; edges of dates as days.

        Beside the fields of a bar: height, which is ``n``, spread evenly over bins that were joined.
        """
        table = pd.DataFrame(self.bars, columns=list(Bar.__dataclass_fields__))
        widths = table["high"] / 2 - table["low"] / 2
        table["height"] = table["n"] * (widths.min() / widths if self.is_histogram else 1.0)
        if self.kind is Kind.DATE:
            for edge in ("low", "high"):
                table[edge] = pd.to_datetime(table[edge], unit="D")
        return table

    def box_frame(self) -> pd.DataFrame:
        """Return one row a box; none for categories."""
        return pd.DataFrame(self.boxes, columns=list(Box.__dataclass_fields__))


def distribution(
    frame: pd.DataFrame, *, column: Column, group: Column | None = None, min_group: int = MIN_GROUP
) -> Distribution:
    """Return the distribution of one column, for all students or for each group.

    Histograms have 10 to 60 bins of equal width by Freedman and Diaconis' rule over all groups
    together; whole numbers get bins of a whole width, one value a bin where there are few.
    Groups and categories of fewer than ``min_group`` students are withheld, and with a single one
    the next smallest; bins of fewer are joined with the next. Of all students, where the value of some but
    fewer than ``min_group`` is not known, counts are to the nearest ten. Raises ColumnNotFound and WrongKind.
    """
    for wanted in (column,) if group is None else (column, group):
        _require(frame, wanted)
    groups = _all_students(len(frame)) if group is None else codes_of(frame, column=group)
    count = _histogram if column.kind in (Kind.NUMBER, Kind.DATE) else _categories
    found = count(frame, column, groups, min_group)
    has_few = 0 < found.missing + found.infinite < min_group
    return _rounded(found) if group is None and has_few else found


def _rounded(found: Distribution) -> Distribution:
    """Return the bars to the nearest ten, and each as a share of all students."""
    whole = found.n + found.missing + found.infinite
    bars = (replace(bar, n=round(bar.n, -1), share=round(bar.n, -1) / whole) for bar in found.bars)
    return replace(found, bars=tuple(bars), is_rounded=bool(found.bars))


def _require(frame: pd.DataFrame, column: Column) -> None:
    names = [str(name) for name in frame.columns]
    if column.name not in names:
        raise ColumnNotFound.of(column.name, names, where="the distribution")
    require_explorable(column)


def _all_students(n: int) -> Codes:
    return Codes(np.zeros(n, dtype=np.int64), ("",))


def _histogram(frame: pd.DataFrame, column: Column, groups: Codes, min_group: int) -> Distribution:
    values = finite_of(frame, column=column)
    infinite = int(np.isinf(numbers_of(frame, column=column)).sum())
    known = ~np.isnan(values)
    used = known & (groups.values >= 0)
    counts = np.bincount(groups.values[used], minlength=len(groups.levels)).astype(np.int64)
    hidden = withheld_beside(counts, unknown=int(known.sum() - used.sum()), minimum=min_group)
    shown = [g for g in range(len(counts)) if counts[g] and not hidden[g]]
    parts = {groups.levels[g]: np.sort(values[used & (groups.values == g)]) for g in shown}
    fine = bin_edges(np.sort(np.concatenate(list(parts.values())))) if parts else np.zeros(1)
    counts_of = np.array([_counts(part, fine) for part in parts.values()], dtype=np.int64)
    edges, counts_of = _joined(fine, counts_of.reshape(len(parts), len(fine) - 1), min_group)
    bars = tuple(bar for name, row in zip(parts, counts_of, strict=True) for bar in _bars(name, row, edges))
    boxes = tuple(_box(name, part) for name, part in parts.items())
    n, missing = int(counts.sum()), len(frame) - int(counts.sum()) - infinite
    why = _why(n, int(hidden.sum()), min_group) if not bars else ""
    return Distribution(
        column.name, column.title, column.unit, column.kind, bars, boxes, n, missing, infinite,
        int(hidden.sum()), why, len(fine) - len(edges),
    )  # fmt: skip


def bin_edges(ordered: Floats) -> Floats:
    """Return the edges of the bins for sorted finite values; there is at least one value."""
    low, high = float(ordered[0]), float(ordered[-1])
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    width = _width(ordered)
    if np.all(ordered == np.round(ordered)) and high - low < 2**52:
        return _whole_edges(low, high, width)
    spread = (high / 2 - low / 2) / (width / 2) if width > 0 else float(MOST_BINS)
    n_bins = int(np.clip(np.ceil(spread), FEWEST_BINS, MOST_BINS))
    inner = 2 * np.linspace(low / 2, high / 2, n_bins + 1)[1:-1]
    return np.concatenate([[low], inner, [high]])


def _whole_edges(low: float, high: float, width: float) -> Floats:
    """Return edges halfway between whole numbers, so that every bin holds equally many of them."""
    n_values = high - low + 1
    whole = min(max(1.0, round(width)), max(1.0, n_values // FEWEST_BINS))
    whole = max(whole, np.ceil(n_values / MOST_BINS))
    n_bins = int(np.ceil(n_values / whole))
    edges: Floats = low - 0.5 + whole * np.arange(n_bins + 1)
    return edges


def _width(ordered: Floats) -> float:
    """Return the width of a bin by Freedman and Diaconis; zero if half of the values are equal."""
    q25, _, q75 = quartiles(ordered)
    return float(2 * (q75 - q25) / np.cbrt(len(ordered)))


def _counts(ordered: Floats, edges: Floats) -> Integers:
    """Count the values in each bin; a bin holds its lower edge, the last one both of its edges."""
    places = np.searchsorted(ordered, edges[1:-1], side="left")
    return np.diff(places, prepend=0, append=len(ordered)).astype(np.int64)


def _joined(edges: Floats, counts: Integers, min_group: int) -> tuple[Floats, Integers]:
    """Return the edges, and the counts of each group, of bins that hold nobody or no few of any group.

    From the lowest on, a bin with few takes the next ones in; what is left at the end joins the last bin.
    """
    starts, held = [0], np.zeros(len(counts), dtype=np.int64)
    for i, column in enumerate(counts.T):
        held = held + column
        if not _has_few(held, min_group):
            starts.append(i + 1)
            held = np.zeros_like(held)
    if starts[-1] < counts.shape[1]:
        while len(starts) > 1 and _has_few(counts[:, starts[-1] :].sum(axis=1), min_group):
            starts.pop()
        starts.append(counts.shape[1])
    return edges[starts], np.add.reduceat(counts, starts[:-1], axis=1) if counts.size else counts


def _has_few(counts: Integers, min_group: int) -> bool:
    return bool(((counts > 0) & (counts < min_group)).any())


def _bars(group: str, counts: Integers, edges: Floats) -> tuple[Bar, ...]:
    total = int(counts.sum())
    return tuple(
        Bar(group, f"{low:g} to {high:g}", float(low), float(high), int(n), int(n) / total)
        for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
    )


def _box(group: str, ordered: Floats) -> Box:
    q25, median, q75 = quartiles(ordered)
    reach = WHISKER * (q75 - q25)
    first = int(np.searchsorted(ordered, q25 - reach, side="left"))
    last = int(np.searchsorted(ordered, q75 + reach, side="right"))
    low, high = float(ordered[first]), float(ordered[last - 1])
    n_beyond = first + len(ordered) - last
    return Box(
        group, len(ordered), low, q25, median, q75, high, float(ordered[0]), float(ordered[-1]), n_beyond
    )


def _categories(frame: pd.DataFrame, column: Column, groups: Codes, min_group: int) -> Distribution:
    codes = codes_of(frame, column=column)
    table = _crossed(codes, groups)
    unknown = _crossed(codes, Codes(np.where(groups.values < 0, 0, -1), ("",)))[0]
    group_hidden, level_hidden = _hidden(table, unknown, min_group)
    levels = list(range(len(codes.levels)))
    if column.kind is not Kind.FLAG:
        levels = [int(i) for i in np.argsort(-table.sum(axis=0), kind="stable")]
    bars = tuple(
        Bar(groups.levels[g], codes.levels[i], np.nan, np.nan, int(table[g, i]), table[g, i] / table[g].sum())
        for g in range(len(groups.levels))
        for i in levels
        if table[g].sum() and not group_hidden[g] and not level_hidden[g, i]
    )
    n = int(table.sum())
    n_withheld = int(group_hidden.sum() + level_hidden[~group_hidden].sum())
    why = _why(n, n_withheld, min_group) if not bars else ""
    return Distribution(
        column.name, column.title, column.unit, column.kind, bars, (), n, len(frame) - n, 0, n_withheld, why
    )


def _hidden(table: Integers, unknown: Integers, min_group: int) -> tuple[Flags, Flags]:
    """Return which groups, and which levels of each group, are withheld.

    ``unknown`` counts the students of whom no group is known, by level: they are what is left of the whole.
    """
    if len(table) == 1:
        rows, cells = (
            withheld(table.sum(axis=1), minimum=min_group),
            withheld(table[0], minimum=min_group)[None],
        )
    else:
        hidden = withheld_cells(table, minimum=min_group)
        rows, cells = hidden.rows, hidden.cells
    if ((unknown > 0) & (unknown < min_group)).any():
        rows = rows | withheld_beside(table.sum(axis=1), unknown=1, minimum=min_group)
    return rows, (cells | rows[:, None]) & (table > 0)


def _crossed(codes: Codes, groups: Codes) -> Integers:
    """Return the number of students by group (rows) and level (columns)."""
    known = (codes.values >= 0) & (groups.values >= 0)
    width = len(codes.levels)
    cells = groups.values[known] * width + codes.values[known]
    flat = np.bincount(cells, minlength=len(groups.levels) * width)
    return flat.reshape(len(groups.levels), width).astype(np.int64)


def _why(n: int, n_withheld: int, min_group: int) -> str:
    if n_withheld:
        return f"Too few students: groups of fewer than {min_group} are not shown."
    return "No value is known." if n == 0 else ""
