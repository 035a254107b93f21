"""What a scatter plot and a pair plot draw: points of small tables, counts in squares of large ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.distributions import Distribution, distribution
from core.eda.sampling import sample
from core.eda.values import Floats, finite_of, require_explorable
from core.eda.withholding import MIN_GROUP, Flags, withheld
from core.errors import InvalidChoice, WrongKind
from core.schema import Column, Kind, Schema

MOST_POINTS = 5_000
"""Up to so many students, each is a point."""
SAMPLED_POINTS = 2_000
"""Of more students, so many are drawn; the squares count all of them."""
BINS = 40
TABLE_BINS = 8
"""The table behind the points of a small table has so many squares each way."""
MOST_PAIRED = 5


@dataclass(frozen=True)
class Square:
    """How many students lie in one square of the plot; lower edges belong to it. Dates in days since 1970."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    n: int


@dataclass(frozen=True, eq=False)
class Points:
    """Two columns against each other. The points bear no id and no order of the table."""

    x: str
    y: str
    points: pd.DataFrame
    """Columns ``x`` and ``y``, sorted; dates in days since 1970."""
    squares: tuple[Square, ...]
    """Of a 40 x 40 grid over all students, where there are too many to draw each; else none."""
    n: int
    """Students with both values known and finite."""
    n_left_out: int
    n_withheld: int
    """Squares that are not shown, nor any of their students."""
    note: str = ""
    why_empty: str = ""
    table: tuple[Square, ...] = ()
    """What stands in a table: ``squares``, or those of an 8 x 8 grid where each student is a point.

    Squares with few students are withheld with others."""
    n_not_in_table: int = 0
    """Students with both values who are in no square of ``table``."""
    why_table_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self.points.empty and not self.squares

    def frame(self) -> pd.DataFrame:
        """Return one row a square: x_low, x_high, y_low, y_high, n."""
        return pd.DataFrame(self.squares, columns=list(Square.__dataclass_fields__))

    def table_frame(self) -> pd.DataFrame:
        """Return one row a square of ``table``: x_low, x_high, y_low, y_high, n."""
        return pd.DataFrame(self.table, columns=list(Square.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class PairPlot:
    """The distribution of each of up to five columns, and each two of them against each other."""

    columns: tuple[str, ...]
    distributions: tuple[Distribution, ...]
    pairs: tuple[Points, ...]
    """In the order (first, second), (first, third), ... (second, third), ..."""


def pair_points(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str],
    schema: Schema,
    seed: int = 0,
    min_group: int = MIN_GROUP,
) -> Points:
    """Return two columns of numbers or dates as points.

    Up to 5,000 students are all drawn. Of more, a seeded sample of 2,000 is, and all are counted in a grid
    of 40 x 40 squares; squares with few students are withheld with others, and so are their points.
    Raises ColumnNotFound, WrongKind and InvalidChoice.
    """
    if len(columns) != 2 or columns[0] == columns[1]:
        raise InvalidChoice("A scatter plot needs two different columns.", hint="Choose two columns.")
    across, up = (_numeric(schema.column(name)) for name in columns)
    x, y = finite_of(frame, column=across), finite_of(frame, column=up)
    both = ~np.isnan(x) & ~np.isnan(y)
    n = int(both.sum())
    empty = Points(across.name, up.name, _sorted(x[:0], y[:0]), (), n, len(frame) - n, 0, "", "")
    if n < max(1, min_group):
        return replace(empty, why_empty=_why(n, min_group))
    if n <= MOST_POINTS:
        table, _, _ = _squares((x[both], y[both]), TABLE_BINS, min_group)
        return _told(replace(empty, points=_sorted(x[both], y[both]), table=table), min_group)
    many = _many(frame[both], (x[both], y[both]), empty, _Drawing(schema, seed, min_group))
    return _told(many, min_group)


def pair_plot(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str],
    schema: Schema,
    seed: int = 0,
    min_group: int = MIN_GROUP,
) -> PairPlot:
    """Return every two of 2 to 5 different columns as ``pair_points`` does, and each column's distribution.

    Raises ColumnNotFound, WrongKind and InvalidChoice.
    """
    if not 2 <= len(set(columns)) == len(columns) <= MOST_PAIRED:
        raise InvalidChoice(
            f"A pair plot needs 2 to {MOST_PAIRED} different columns.", hint="Choose other columns."
        )
    chosen = [_numeric(schema.column(name)) for name in columns]
    return PairPlot(
        tuple(columns),
        tuple(distribution(frame, column=column, min_group=min_group) for column in chosen),
        tuple(
            pair_points(frame, columns=pair, schema=schema, seed=seed, min_group=min_group)
            for pair in combinations(columns, 2)
        ),
    )


def _numeric(column: Column) -> Column:
    require_explorable(column)
    if column.kind not in (Kind.NUMBER, Kind.DATE):
        raise WrongKind(
            f"'{column.name}' has values of kind '{column.kind}', which cannot be drawn as points.",
            hint="Choose columns of numbers or dates.",
        )
    return column


@dataclass(frozen=True)
class _Drawing:
    schema: Schema
    seed: int
    min_group: int


def _many(frame: pd.DataFrame, values: tuple[Floats, Floats], empty: Points, how: _Drawing) -> Points:
    """Return the squares of all students, and a sample of those in the squares that are shown."""
    x, y = values
    squares, hidden, cell = _squares(values, BINS, how.min_group)
    drawable = ~hidden[cell]
    # Only which rows are drawn comes from the table: a column of it may be called x.
    rows = frame[drawable].set_axis(np.flatnonzero(drawable), axis=0)
    drawn = sample(rows, schema=how.schema, seed=how.seed, limit=SAMPLED_POINTS).index.to_numpy()
    return replace(
        empty,
        points=_sorted(x[drawn], y[drawn]),
        squares=squares,
        table=squares,
        n_withheld=int(hidden.sum()),
        note=f"A seeded sample of {len(drawn):,} of {len(x):,} students is drawn; the squares count all.",
        why_empty="" if squares else _why(len(x), how.min_group),
    )


def _told(found: Points, min_group: int) -> Points:
    """Return the points with how many students the table behind them leaves out."""
    why = "" if found.table else f"No square is listed: groups of fewer than {min_group} are not shown."
    rest = found.n - sum(square.n for square in found.table)
    return replace(found, n_not_in_table=rest, why_table_empty=why)


def _squares(
    values: tuple[Floats, Floats], bins: int, min_group: int
) -> tuple[tuple[Square, ...], Flags, NDArray[np.intp]]:
    """Return the squares that are shown, which of all are withheld, and the square of each student."""
    edges, places = zip(*(_cut(one, bins) for one in values), strict=True)
    cell = places[0] * bins + places[1]
    counts = np.bincount(cell, minlength=bins * bins).astype(np.int64)
    hidden = withheld(counts, minimum=min_group)
    shown = np.flatnonzero((counts > 0) & ~hidden)
    return tuple(_square(edges, divmod(int(i), bins), int(counts[i])) for i in shown), hidden, cell


def _cut(values: Floats, bins: int) -> tuple[Floats, NDArray[np.intp]]:
    """Return the edges of the bins from lowest to highest, and each value's bin."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges: Floats = 2 * np.linspace(low / 2, high / 2, bins + 1)
    return edges, np.searchsorted(edges[1:-1], values, side="right")


def _square(edges: tuple[Floats, ...], place: tuple[int, int], n: int) -> Square:
    i, j = place
    return Square(float(edges[0][i]), float(edges[0][i + 1]), float(edges[1][j]), float(edges[1][j + 1]), n)


def _sorted(x: Floats, y: Floats) -> pd.DataFrame:
    table = pd.DataFrame({"x": x, "y": y})
    return table.sort_values(["x", "y"], kind="stable", ignore_index=True)


def _why(n: int, min_group: int) -> str:
    if not n:
        return "No student has both values known."
    return f"Too few students: groups of fewer than {min_group} are not shown."
