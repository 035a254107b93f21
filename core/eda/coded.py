"""A table as small whole numbers, one column at a time: parts of it are counted without its rows.

Each value is the place of itself among the different values of its column. What a part holds is then a count
for each of those, and its figures follow from the counts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.summary import ColumnSummary, Summary, counted, of_levels, of_values
from core.eda.values import Floats, Integers, codes_of, identifies, numbers_of, table_columns
from core.eda.withholding import MIN_GROUP, Flags
from core.schema import Column, Kind, Schema

Places = NDArray[np.unsignedinteger]


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """One column: for each row the place of its value, from 1 on; 0 where it is missing."""

    column: Column
    places: Places
    values: Floats | tuple[str, ...]
    """The different values in order: numbers (dates in days since 1970) or categories. Empty for a column
    that identifies students, whose values stay where they are."""

    @cached_property
    def counts(self) -> Integers:
        """How many rows have each place, the missing ones first."""
        n_places = 0 if identifies(self.column) else len(self.values) + 1
        return np.bincount(self.places, minlength=max(1, n_places)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class CodedTable:
    """The columns of a table by name, in the schema's order; treated as read-only by everybody."""

    schema: Schema
    columns: Mapping[str, CodedColumn]
    n_rows: int


def coded(frame: pd.DataFrame, *, schema: Schema) -> CodedTable:
    """Return the table as places of values; raises ColumnNotFound and WrongKind as ``summarise``."""
    columns = {c.name: _coded(frame, c) for c in table_columns(frame, schema=schema)}
    return CodedTable(schema, columns, len(frame))


def _coded(frame: pd.DataFrame, column: Column) -> CodedColumn:
    if identifies(column):
        found = pd.factorize(frame[column.name])[0]
        return CodedColumn(column, _small(found + 1, len(frame)), ())
    if column.kind in (Kind.CATEGORY, Kind.FLAG):
        codes = codes_of(frame, column=column)
        return CodedColumn(column, _small(codes.values + 1, len(codes.levels)), codes.levels)
    found, values = pd.factorize(numbers_of(frame, column=column) + 0.0)
    order = np.argsort(values, kind="stable")
    places = np.zeros(len(values) + 1, dtype=np.int64)
    places[order] = np.arange(1, len(values) + 1)
    return CodedColumn(
        column, _small(places[found], len(values)), np.asarray(values[order], dtype=np.float64)
    )


def _small(places: Integers, most: int) -> Places:
    """Return the places in as few bytes each as the largest one needs."""
    return places.astype(np.min_scalar_type(most))


def summarise_part(table: CodedTable, rows: Flags | None = None, *, min_group: int = MIN_GROUP) -> Summary:
    """Return what ``summarise`` returns for these rows of the table; for all of them without ``rows``."""
    counts = (
        {name: held.counts for name, held in table.columns.items()} if rows is None else _counts(table, rows)
    )
    n_rows = table.n_rows if rows is None else int(np.count_nonzero(rows))
    return Summary(
        tuple(_summary(held, counts[name], n_rows, min_group) for name, held in table.columns.items()),
        n_rows,
        min_group,
    )


def _counts(table: CodedTable, rows: Flags) -> dict[str, Integers]:
    """Return how many of these rows have each place; counted are the rows inside or outside, the fewer."""
    inside = 2 * np.count_nonzero(rows) <= len(rows)
    numbers = np.flatnonzero(rows if inside else ~rows)
    found = {}
    for name, held in table.columns.items():
        some = np.bincount(held.places.take(numbers), minlength=len(held.counts))
        found[name] = some if inside else held.counts - some
    return found


def _summary(held: CodedColumn, counts: Integers, n_rows: int, min_group: int) -> ColumnSummary:
    column, values = held.column, held.values
    known = counts[1:]
    if identifies(column):
        return counted(column, n_rows, int(known.sum()), distinct=int(np.count_nonzero(known)))
    if isinstance(values, tuple):
        # A category that nobody in the part has is none of its categories; a flag is always no and yes.
        there = np.flatnonzero(known) if column.kind is Kind.CATEGORY else np.arange(len(values))
        levels = tuple(values[i] for i in there)
        return of_levels(column, n_rows, levels=levels, counts=known[there], min_group=min_group)
    there = np.flatnonzero(known)
    return of_values(column, n_rows, values=values[there], counts=known[there], min_group=min_group)
