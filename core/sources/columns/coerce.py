"""Columns brought to their kind: what fits is converted, what does not is missing, and is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.schema import Kind
from core.sources.columns.dates import find_format, read
from core.sources.columns.kinds import FLAG_PAIRS
from core.sources.columns.numbers import as_text, plain_floats
from core.sources.columns.profile import Profile

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Coerced:
    """Cells of a column that did not simply become its kind."""

    column: str
    n: int
    """How many cells."""
    examples: tuple[str, ...]
    """Up to three of their texts."""
    why: str = "not readable and left missing"
    """What became of them."""

    def __str__(self) -> str:
        shown = ", ".join(f"'{text[:40]}'" for text in self.examples)
        values = "1 value" if self.n == 1 else f"{self.n:,} values"
        return f"Column '{self.column}': {values} {self.why} ({shown})."


NOT_READ = "not readable and left missing"
WORDS = "taken as missing"
OTHER_MARK = "read by another decimal mark than the rest"
FLAG_WORDS = {no: 0.0 for no, _ in FLAG_PAIRS} | {yes: 1.0 for _, yes in FLAG_PAIRS}
DAY_FIRST = "read day first, although month first is possible"


def to_kind(series: pd.Series, kind: Kind, *, decimal: str) -> tuple[pd.Series, tuple[Coerced, ...]]:
    """Return a column as its kind in the canonical form, and what did not fit."""
    if kind in (Kind.CATEGORY, Kind.TEXT):
        return as_strings(series), ()
    if pd.api.types.is_datetime64_any_dtype(series.dtype) and kind is Kind.DATE:
        plain = series.dt.tz_convert("UTC").dt.tz_localize(None) if series.dt.tz is not None else series
        return plain, ()
    if pd.api.types.is_numeric_dtype(series.dtype) and kind is Kind.NUMBER:
        return _finite(series)
    if kind is Kind.NUMBER and decimal == ".":
        quick = plain_floats(as_strings(series))
        if quick is not None:
            return pd.Series(quick, index=series.index, name=series.name), ()
    profile = Profile.of(as_strings(series), decimal=decimal)
    if kind is Kind.NUMBER:
        return _numbers(profile)
    return _flags(profile) if kind is Kind.FLAG else _dates(profile)


def as_strings(series: pd.Series) -> pd.Series:
    """Return a column as ``str``: numbers as a person writes them, times in ISO form, missing as missing."""
    if pd.api.types.is_string_dtype(series.dtype) and series.dtype != object:
        return series.astype("str")
    if pd.api.types.is_bool_dtype(series.dtype):
        return series.map({True: "true", False: "false"}).astype("str")
    if pd.api.types.is_float_dtype(series.dtype):
        text = as_text(series.to_numpy(dtype=np.float64, na_value=np.nan))
        return pd.Series(text.array, index=series.index, name=series.name)
    return series.astype("str")


def _finite(series: pd.Series) -> tuple[pd.Series, tuple[Coerced, ...]]:
    numbers = series.to_numpy(dtype=np.float64, na_value=np.nan).copy()
    strange = np.isinf(numbers)
    coerced = _coerced(series.name, int(strange.sum()), [str(n) for n in numbers[strange][:3]], NOT_READ)
    numbers[strange] = np.nan
    return pd.Series(numbers, index=series.index, name=series.name), coerced


def _numbers(profile: Profile) -> tuple[pd.Series, tuple[Coerced, ...]]:
    parsed = profile.parsed
    problems = ((parsed.is_neither, NOT_READ), (parsed.is_word, WORDS), (parsed.is_other_mark, OTHER_MARK))
    return _column(profile, profile.spread(parsed.numbers)), _all_coerced(profile, problems)


def _flags(profile: Profile) -> tuple[pd.Series, tuple[Coerced, ...]]:
    words = profile.texts.str.strip().str.casefold()
    numbers = np.array([FLAG_WORDS.get(word, np.nan) for word in words], dtype=np.float64)
    found = profile.parsed.numbers
    numbers = np.where(np.isin(found, (0.0, 1.0)), found, numbers)
    is_word = profile.parsed.is_word & np.isnan(numbers)
    problems = ((np.isnan(numbers) & ~is_word, NOT_READ), (is_word, WORDS))
    return _column(profile, profile.spread(numbers)), _all_coerced(profile, problems)


def _dates(profile: Profile) -> tuple[pd.Series, tuple[Coerced, ...]]:
    found = find_format(profile.texts, profile.counts, digits=True)
    nothing = np.full(profile.n_distinct, np.datetime64("NaT", "us"))
    times = read(profile.texts, found.formats[0]) if found else nothing
    unread = np.isnat(times)
    unclear = ~unread if found and not found.is_clear else np.zeros(profile.n_distinct, dtype=bool)
    return _column(profile, profile.spread(times)), _all_coerced(
        profile, ((unread, NOT_READ), (unclear, DAY_FIRST))
    )


def _column(profile: Profile, values: npt.NDArray[Any]) -> pd.Series:
    return pd.Series(values, index=profile.series.index, name=profile.series.name)


def _all_coerced(profile: Profile, problems: tuple[tuple[Bools, str], ...]) -> tuple[Coerced, ...]:
    found = (
        _coerced(profile.name, int(profile.counts[chosen].sum()), list(profile.texts[chosen][:3]), why)
        for chosen, why in problems
    )
    return tuple(coerced for several in found for coerced in several)


def _coerced(column: object, n: int, examples: list[str], why: str) -> tuple[Coerced, ...]:
    return (Coerced(str(column), n, tuple(examples), why),) if n else ()
