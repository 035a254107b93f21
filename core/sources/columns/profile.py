"""One column seen once: its different values, how often each occurs, and what they are as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.schema import Kind
from core.sources.columns.numbers import Floats, Parsed, as_text, of_numbers, parse
from core.sources.columns.words import words_of

Counts = npt.NDArray[np.int64]
Value = TypeVar("Value", np.float64, np.datetime64)


@dataclass(frozen=True)
class Profile:
    """A column, its different values as text, and how often each occurs; missing ones are left out."""

    name: str
    series: pd.Series
    """The column itself, text or typed."""
    values: pd.Index
    """The different values, in order of appearance where the column is text."""
    counts: Counts
    decimal: str

    @classmethod
    def of(cls, series: pd.Series, *, decimal: str = ".") -> Profile:
        """Return the profile of a column of text, numbers, flags or dates."""
        found = series.value_counts(sort=False, dropna=True)
        return cls(str(series.name), series, found.index, found.to_numpy().astype(np.int64), decimal)

    @cached_property
    def texts(self) -> pd.Series[str]:
        """The different values as text; made when asked for, because a million numbers take a second."""
        return _as_text(self.values.to_series().reset_index(drop=True))

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the column's name."""
        return words_of(self.name)

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return len(self.series)

    @cached_property
    def n_values(self) -> int:
        """Cells that are not missing."""
        return int(self.counts.sum())

    @property
    def n_distinct(self) -> int:
        """Different values."""
        return len(self.values)

    @property
    def n_missing(self) -> int:
        """Missing cells."""
        return self.n_rows - self.n_values

    @cached_property
    def parsed(self) -> Parsed:
        """The different values as numbers."""
        if self.typed is Kind.NUMBER:
            return of_numbers(self.values.to_numpy(dtype=np.float64))
        return parse(self.texts, counts=self.counts, decimal=self.decimal)

    @cached_property
    def numbers(self) -> Floats:
        """The different values that are numbers, ascending."""
        found: Floats = np.unique(self.parsed.numbers[self.parsed.is_number])
        return found

    def share(self, chosen: npt.NDArray[np.bool_]) -> float:
        """Return the share of the cells, missing ones left out, whose value is chosen; 0 without cells."""
        return int(self.counts[chosen].sum()) / self.n_values if self.n_values else 0.0

    @property
    def is_distinct(self) -> bool:
        """Tell whether there is a value in every row and no two are the same."""
        return self.n_distinct == self.n_rows > 0

    @property
    def share_distinct(self) -> float:
        """Different values for each cell that is not missing, 0 to 1."""
        return self.n_distinct / self.n_values if self.n_values else 0.0

    def spread(self, values: npt.NDArray[Value]) -> npt.NDArray[Value]:
        """Return one value a row, from one value for each different one; NaN or not-a-time where missing."""
        codes = self.values.get_indexer(pd.Index(self.series))
        missing = np.array(["NaT" if values.dtype.kind == "M" else "nan"]).astype(values.dtype)
        return np.concatenate([values, missing])[codes]

    def example(self, chosen: npt.NDArray[np.bool_]) -> str:
        """Return the first of the chosen values, cut to be shown."""
        return str(self.texts[chosen].iloc[0])[:40]

    @cached_property
    def typed(self) -> Kind | None:
        """The kind that a typed column shows by itself; None for text."""
        if pd.api.types.is_bool_dtype(self.series.dtype):
            return Kind.FLAG
        if pd.api.types.is_numeric_dtype(self.series.dtype):
            return Kind.NUMBER
        return Kind.DATE if pd.api.types.is_datetime64_any_dtype(self.series.dtype) else None


def _as_text(values: pd.Series) -> pd.Series[str]:
    """Return values as text, missing ones as missing."""
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.map({True: "true", False: "false"}).astype("str")
    if pd.api.types.is_float_dtype(values.dtype):
        return as_text(values.to_numpy(dtype=np.float64))
    return values.astype("str")
