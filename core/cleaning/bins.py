"""The step that makes categories out of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from core.cleaning.learned import rises
from core.cleaning.means import finite
from core.cleaning.quantiles import quantiles
from core.cleaning.step import State, Step, listed, need_numbers, shortest
from core.errors import RecipeError
from core.frames import Frame, first_row
from core.schema import Kind, Schema

_FEWEST, _MOST = 2, 100


@dataclass(frozen=True)
class BinNumbers(Step):
    """Write numbers as the range they fall into: ``below 50``, ``50 to under 60``, ``60 and above``.

    The ranges are given by their ``edges``, or learned as so many ``quantiles``: ranges with about as many
    rows each, whose edges are values of the column. Equal numbers stay together: there may be fewer ranges.
    """

    kind: ClassVar[str] = "bin_numbers"
    in_folds: ClassVar[bool] = True
    column: str
    edges: tuple[float, ...] = ()
    """Where a new range starts, in rising order; none of them with ``quantiles``."""
    quantiles: int = 0
    """How many ranges to learn; 0 with ``edges``."""

    def __post_init__(self) -> None:
        if bool(self.edges) == bool(self.quantiles):
            both = "both 'edges' and 'quantiles'" if self.edges else "neither 'edges' nor 'quantiles'"
            raise RecipeError(
                f"{self.kind} of '{self.column}' has {both}.",
                hint="Give edges such as 50, 60, or a number of quantiles such as 4.",
            )
        if self.quantiles and not _FEWEST <= self.quantiles <= _MOST:
            raise RecipeError(
                f"{self.kind} of '{self.column}' cannot make {self.quantiles} ranges.",
                hint=f"Give 'quantiles' as a number from {_FEWEST} to {_MOST}.",
            )
        for before, edge in pairwise((-math.inf, *self.edges)):
            if not before < edge < math.inf:
                raise RecipeError(
                    f"The edges of {self.kind} of '{self.column}' do not rise at '{shortest(edge)}'.",
                    hint="Give each edge once, in rising order.",
                )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def schema_after(self, schema: Schema) -> Schema:
        named = schema.column(self.column)
        binned = replace(named, kind=Kind.CATEGORY, unit=None, lowest=None, highest=None)
        return Schema(tuple(binned if column == named else column for column in schema))

    def _learn(self, frame: Frame) -> State:
        need_numbers(frame, self.needs, where=self.kind)
        if not self.quantiles:
            return {}
        inner = [part / self.quantiles for part in range(1, self.quantiles)]
        places = quantiles(frame, self.needs, inner)[self.column]
        if not places:
            return {self.column: []}
        lowest = first_row(frame.select(finite(self.column).min()))[self.column]
        return {self.column: sorted({place.above + 0.0 for place in places if place.above > lowest})}

    def _replay(self, frame: Frame, state: State) -> Frame:
        need_numbers(frame, self.needs, where=self.kind)
        number, edges = nw.col(self.column), self._edges(state)
        if isinstance(frame, nw.DataFrame):
            return frame.with_columns(_binned(frame.to_native()[self.column], edges))
        first, *others = labels(edges)
        names = [nw.when(number >= edge).then(nw.lit(name)) for edge, name in zip(edges, others, strict=True)]
        known = nw.when(~number.is_null()).then(nw.lit(first))
        return frame.with_columns(nw.coalesce(*names[::-1], known).alias(self.column))

    def _can_have_learned(self, state: State) -> bool:
        if self.edges:
            return state == {}
        return state.keys() == {self.column} and rises(state[self.column])

    def _edges(self, state: State | None) -> Sequence[float]:
        return self.edges or (state or {}).get(self.column, [])

    def _says(self, state: State | None) -> str:
        if state is None and self.quantiles:
            return f"Write '{self.column}' as {self.quantiles} ranges with about as many rows each"
        return f"Write '{self.column}' as ranges: {listed(labels(self._edges(state)))}"


def _binned(column: pd.Series, edges: Sequence[float]) -> nw.Series[pd.Series]:
    """Return the name of the range of each number."""
    numbers = column.to_numpy(np.float64, na_value=np.nan)
    places = np.searchsorted(np.array(edges, dtype=np.float64), numbers, side="right")
    names = pd.Series(labels(edges), dtype="str").array.take(
        np.where(np.isnan(numbers), -1, places), allow_fill=True
    )
    return nw.from_native(pd.Series(names, index=column.index, name=column.name), series_only=True)


def labels(edges: Sequence[float]) -> list[str]:
    """Return the name of each range, from the lowest; the edge belongs to the range above it.

    >>> labels([50.0, 60.5])
    ['below 50', '50 to under 60.5', '60.5 and above']
    >>> labels([])
    ['any number']
    """
    if not edges:
        return ["any number"]
    texts = [shortest(edge) for edge in edges]
    between = [f"{low} to under {high}" for low, high in pairwise(texts)]
    return [f"below {texts[0]}", *between, f"{texts[-1]} and above"]
