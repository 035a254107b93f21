"""Text as days and times, under a closed list of formats; day and month are never guessed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.sources.columns.numbers import Bools, matches

Counts = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]

TIME = r"[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
ZONE = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
MONTH = r"(?:[A-Za-z]{3,9})\.?"


@dataclass(frozen=True)
class DateFormat:
    """A way to write days: how it is told, how it is read, and how it is called."""

    pattern: str
    formats: tuple[str, ...]
    """What ``to_datetime`` reads it with; the first that fits a value wins."""
    words: str


ISO = DateFormat(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", ("%Y-%m-%d",), "year-month-day")
ISO_TIME = DateFormat(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{TIME}{ZONE}?", ("ISO8601",), "year-month-day and time"
)
SLASHED = DateFormat(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", ("%Y/%m/%d",), "year/month/day")
DOTTED = DateFormat(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", ("%d.%m.%Y",), "day.month.year")
NAMED = DateFormat(
    rf"[0-9]{{1,2}}[ -]{MONTH}[ -][0-9]{{4}}",
    ("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d-%B-%Y"),
    "day, month name, year",
)
NAMED_FIRST = DateFormat(
    rf"{MONTH} [0-9]{{1,2}},? [0-9]{{4}}",
    ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
    "month name, day, year",
)
DAY_FIRST = DateFormat(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", ("%d/%m/%Y",), "day/month/year")
MONTH_FIRST = DateFormat(DAY_FIRST.pattern, ("%m/%d/%Y",), "month/day/year")
DAY_FIRST_DASHED = DateFormat(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", ("%d-%m-%Y",), "day-month-year")
MONTH_FIRST_DASHED = DateFormat(DAY_FIRST_DASHED.pattern, ("%m-%d-%Y",), "month-day-year")
DIGITS = DateFormat(r"(?:19|20)[0-9]{6}", ("%Y%m%d",), "yearmonthday")

CLEAR = (ISO, ISO_TIME, SLASHED, DOTTED, NAMED, NAMED_FIRST)
UNCLEAR = ((DAY_FIRST, MONTH_FIRST), (DAY_FIRST_DASHED, MONTH_FIRST_DASHED))
"""Pairs that only a day above 12 tells apart."""


@dataclass(frozen=True)
class FoundFormat:
    """The format of a column of dates, or two where no value tells them apart."""

    formats: tuple[DateFormat, ...]
    share: float
    """Share of the values that the format reads, 0 to 1."""

    @property
    def is_clear(self) -> bool:
        """Tell whether one format only reads the values."""
        return len(self.formats) == 1


def find_format(texts: pd.Series[str], counts: Counts, *, digits: bool = False) -> FoundFormat | None:
    """Return the format that reads most of the texts, or None if none reads any.

    ``digits`` also tries eight digits (20240131), which are numbers elsewhere.
    """
    found = [_one(f, texts, counts) for f in (*CLEAR, *((DIGITS,) if digits else ()))]
    found += [_pair(first, second, texts, counts) for first, second in UNCLEAR]
    best = max(found, key=lambda f: f.share)
    return best if best.share > 0 else None


def _one(form: DateFormat, texts: pd.Series[str], counts: Counts) -> FoundFormat:
    return FoundFormat((form,), _share(~np.isnat(read(texts, form)), counts))


def _pair(first: DateFormat, second: DateFormat, texts: pd.Series[str], counts: Counts) -> FoundFormat:
    shares = {f: _one(f, texts, counts).share for f in (first, second)}
    if shares[first] == shares[second]:
        return FoundFormat((first, second), shares[first])
    best = max(shares, key=lambda f: shares[f])
    return FoundFormat((best,), shares[best])


def _share(chosen: Bools, counts: Counts) -> float:
    total = int(counts.sum())
    return int(counts[chosen].sum()) / total if total else 0.0


def read(texts: pd.Series[str], form: DateFormat) -> Times:
    """Return the texts as times to the microsecond, without a zone (in UTC where one is given).

    Not-a-time where a text has another format or names a day that does not exist.
    """
    times: Times = np.full(len(texts), np.datetime64("NaT", "us"))
    stripped = texts.str.strip()
    fits = matches(stripped, form.pattern)
    if not fits.any():
        return times
    values = stripped[fits]
    found = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    for layout in form.formats:
        parsed = pd.to_datetime(values, format=layout, errors="coerce", utc=True)
        found = found.fillna(parsed.dt.tz_localize(None).astype("datetime64[us]"))
    times[fits] = found.to_numpy()
    return times
