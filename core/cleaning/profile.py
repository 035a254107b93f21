"""What the checks share: each column's texts as they will read once tidied, or its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from core import frames
from core.cleaning.number_format import number_format
from core.cleaning.numbers import ParseNumbers
from core.cleaning.text import PLACEHOLDERS, StripText
from core.dataset import Dataset
from core.schema import Column, Kind, Role, Schema

SAMPLE = 20_000
"""Checks that compare columns with each other look at no more rows than this."""
SEED = 0
_ENOUGH = 5
"""Fewer values do not show what is far from them."""
_NEVER_PLACEHOLDER = (Role.STUDENT_ID, Role.NAME)
"""A student may be called ``Na``, and an id is what it is."""


@dataclass(frozen=True)
class Profile:
    """One column of a table, as the checks see it."""

    column: Column
    values: pd.Series
    """The cells as loaded."""
    tidied: pd.Series
    """The cells with their spaces tidied: what ``strip_text`` makes of them."""

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @cached_property
    def n_missing(self) -> int:
        """The cells without a value, as loaded."""
        return int(self.values.isna().sum())

    @property
    def n_known(self) -> int:
        """The cells with a value, as loaded."""
        return len(self.values) - self.n_missing

    @property
    def is_text(self) -> bool:
        """True for a text column, whatever its kind should be."""
        return pd.api.types.is_string_dtype(self.values)

    @property
    def is_number(self) -> bool:
        """True for a column that holds numbers or will, once read."""
        numeric = pd.api.types.is_numeric_dtype(self.values)
        return numeric or (self.is_text and self.column.kind is Kind.NUMBER)

    @cached_property
    def texts(self) -> pd.Series:
        """How often each tidied text occurs, most frequent first, ties in alphabetical order."""
        counts = self.tidied.value_counts()
        return counts.sort_index().sort_values(ascending=False, kind="stable")

    @cached_property
    def placeholders(self) -> pd.Series:
        """How often each text occurs that only stands for a missing value; ``""`` for blank cells."""
        if not self._may_have_placeholders:
            return pd.Series(dtype="int64")
        found = self.texts[_stands_for_missing(self.texts.index)]
        n_blank = self.n_known - int(self.texts.sum())
        return pd.concat([found, pd.Series({"": n_blank})]) if n_blank else found

    @property
    def _may_have_placeholders(self) -> bool:
        free = self.column.role in _NEVER_PLACEHOLDER or self.column.kind is Kind.TEXT
        return self.is_text and not free

    @cached_property
    def tidy(self) -> pd.Series:
        """How often each tidied text occurs that is a value, in the same order."""
        return self.texts[~_stands_for_missing(self.texts.index)] if len(self.placeholders) else self.texts

    @property
    def is_blank(self) -> bool:
        """True when no cell has a value, or only words that stand for none."""
        return not len(self.tidy) if self._may_have_placeholders else not self.tidied.notna().any()

    @cached_property
    def number_step(self) -> ParseNumbers:
        """The step that reads this text column as numbers, its marks taken from the column's texts."""
        return number_format(self.column, list(self.tidy.index))

    @cached_property
    def parsed(self) -> pd.DataFrame:
        """The distinct tidied texts as numbers: tidy, n, number (missing where unreadable)."""
        distinct = pd.DataFrame({self.name: pd.Series(self.tidy.index, dtype="str")})
        number = frames.collect(self.number_step.apply(frames.wrap(distinct), {}))[self.name]
        return pd.DataFrame({"tidy": distinct[self.name], "n": self.tidy.to_numpy(), "number": number})

    @cached_property
    def numbers(self) -> np.ndarray:
        """The known numbers as float64, in no order; those of a text column as they will be read."""
        if self.is_text:
            readable = self.parsed.dropna(subset="number")
            return np.repeat(readable["number"].to_numpy(dtype=np.float64), readable["n"].to_numpy())
        values = self.values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(values[~np.isnan(values)])

    @cached_property
    def numbers_by_row(self) -> np.ndarray:
        """The possible numbers as float64, row by row as they will be read; NaN where there is none."""
        numbers = self._read()
        wrong = np.isin(numbers, self.codes) | self._outside(numbers)
        return np.asarray(np.where(wrong, np.nan, numbers))

    def _outside(self, numbers: np.ndarray) -> np.ndarray:
        """Return, for each number, whether it is infinite or outside the span; True for NaN."""
        low, high = self.span
        wrong = np.asarray(~np.isfinite(numbers))
        if low is not None:
            wrong |= numbers < low
        if high is not None:
            wrong |= numbers > high
        return wrong

    def _read(self) -> np.ndarray:
        """Return the number in each row, NaN where there is none."""
        if not self.is_text:
            return np.asarray(self.values.to_numpy(dtype=np.float64, na_value=np.nan))
        at = pd.Index(self.parsed["tidy"]).get_indexer(pd.Index(self.tidied))
        return np.asarray(np.append(self.parsed["number"].to_numpy(dtype=np.float64), np.nan)[at])

    @cached_property
    def is_gap(self) -> np.ndarray:
        """For each row, whether it has no value, or a word or code that stands for none."""
        gaps = self.tidied.isna().to_numpy()
        if len(self.placeholders):
            gaps = gaps | self.tidied.isin(self.placeholders.index).to_numpy()
        if self.is_number and self.codes:
            gaps = gaps | np.isin(self._read(), self.codes)
        return np.asarray(gaps)

    @property
    def span(self) -> tuple[float | None, float | None]:
        """The lowest and highest possible value: the schema's, else what the unit allows."""
        low, high = UNIT_SPANS.get((self.column.unit or "").strip().lower(), (None, None))
        own = self.column.lowest, self.column.highest
        return (own[0] if own[0] is not None else low, own[1] if own[1] is not None else high)

    @cached_property
    def codes(self) -> tuple[float, ...]:
        """The numbers that stand for a missing value: usual codes, twice or more, that cannot be values."""
        return tuple(code for code in CODES if self._is_code(code))

    def _is_code(self, code: float) -> bool:
        if np.count_nonzero(self.numbers == code) < 2:
            return False
        low, high = self.span
        if (low is not None and code < low) or (high is not None and code > high):
            return True
        if low is not None and high is not None:
            return False
        others = self.numbers[~np.isin(self.numbers, CODES) & np.isfinite(self.numbers)]
        return abs(code) >= 99 and len(others) >= _ENOUGH and _is_far(code, others)

    @cached_property
    def uncoded(self) -> np.ndarray:
        """The numbers without codes for a missing value."""
        return np.asarray(self.numbers[~np.isin(self.numbers, self.codes)])

    @cached_property
    def is_impossible(self) -> np.ndarray:
        """For each of ``uncoded``, whether it is infinite or outside the span."""
        return self._outside(self.uncoded)

    @cached_property
    def sound(self) -> np.ndarray:
        """The possible numbers."""
        return np.asarray(self.uncoded[~self.is_impossible])


CODES = (-1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0)
"""Numbers that forms use for "missing"."""

UNIT_SPANS: dict[str, tuple[float | None, float | None]] = {
    "%": (0.0, 100.0),
    "percent": (0.0, 100.0),
    "per cent": (0.0, 100.0),
    "hours": (0.0, None),
    "h": (0.0, None),
    "hours a week": (0.0, 168.0),
    "hours per week": (0.0, 168.0),
    "h/week": (0.0, 168.0),
    "hours a day": (0.0, 24.0),
    "hours per day": (0.0, 24.0),
    "minutes": (0.0, None),
    "min": (0.0, None),
    "days": (0.0, None),
    "years": (0.0, None),
    "km": (0.0, None),
    "credits": (0.0, None),
}
"""What a unit allows, where the schema knows no range."""


def _stands_for_missing(texts: pd.Index) -> np.ndarray:
    """Return, for each tidied text, whether it is a word for a missing value."""
    return np.asarray(texts.str.lower().isin(PLACEHOLDERS))


def _is_far(code: float, others: np.ndarray) -> bool:
    """Tell whether the code is three times farther from all other values than these are from each other."""
    low, high = float(others.min()), float(others.max())
    return max(code - high, low - code) > 3 * max(high - low, 1.0)


@dataclass(frozen=True)
class Table:
    """A whole table, as the checks see it."""

    frame: pd.DataFrame
    tidied: pd.DataFrame
    """The same rows with their spaces tidied."""
    schema: Schema
    profiles: tuple[Profile, ...]

    @classmethod
    def of(cls, dataset: Dataset) -> Table:
        """Return the dataset's table, columns of the schema only; a Spark frame is collected."""
        frame = dataset.collect()
        columns = [column for column in dataset.schema if column.name in frame.columns]
        strip = StripText(tuple(column.name for column in columns))
        tidied = frames.collect(strip.apply(frames.wrap(frame), {}))
        profiles = tuple(Profile(c, frame[c.name], tidied[c.name]) for c in columns)
        return cls(frame, tidied, dataset.schema, profiles)

    @property
    def n_rows(self) -> int:
        """The rows as loaded."""
        return len(self.frame)

    @cached_property
    def student_id(self) -> str | None:
        """The name of the student id column, where the table has one."""
        name = self.schema.student_id
        return name if name in self.frame.columns else None

    @cached_property
    def ids(self) -> pd.Series | None:
        """The tidied student ids, row by row; None without an id column."""
        return None if self.student_id is None else self.tidied[self.student_id]

    @cached_property
    def sample(self) -> Table:
        """At most 20,000 of the rows, the same students in whatever order they come.

        With a student id it is the id that decides, without one the position.
        """
        if self.n_rows <= SAMPLE:
            return self
        if self.ids is None:
            rows = np.random.default_rng(SEED).choice(self.n_rows, SAMPLE, replace=False)
        else:
            hashes = pd.util.hash_pandas_object(self.ids, index=False).to_numpy()
            rows = np.argsort(hashes, kind="stable")[:SAMPLE]
        return self._only(np.sort(rows))

    def _only(self, rows: np.ndarray) -> Table:
        frame, tidied = self.frame.iloc[rows], self.tidied.iloc[rows]
        columns = [profile.column for profile in self.profiles]
        profiles = tuple(Profile(c, frame[c.name], tidied[c.name]) for c in columns)
        return Table(frame, tidied, self.schema, profiles)

    def called(self, row: int) -> str:
        """Return the student id at this position (from 0), or ``row 17`` (from 1)."""
        if self.ids is None or pd.isna(self.ids.iloc[row]):
            return f"row {row + 1}"
        return str(self.ids.iloc[row])

    def of_roles(self, *roles: Role) -> tuple[Profile, ...]:
        """Return the profiles of the columns in these roles."""
        return tuple(p for p in self.profiles if p.column.role in roles)
