"""The check for dates that came as text: how they are written, and which cells decide how to read them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.cleaning.dates import FORMATS, ParseDates
from core.cleaning.finding import Finding, counted, verb
from core.cleaning.profile import Profile, Table
from core.cleaning.step import shown
from core.frames import collect, wrap
from core.schema import Kind, Role

_NEARLY_ALL = 0.9
"""A text column holds dates when this share of its cells can be read as one."""
_TRIED = 200
"""A column is left aside when under half of its cells, about this many tried, have a date's three parts."""
_THREE_PARTS = r"[0-9]{1,4}[ ./-]+(?:[0-9]{1,2}|[A-Za-z]{3,9}\.?)[ ./-]+[0-9]{1,4}"
_KINDS = (Kind.CATEGORY, Kind.TEXT, Kind.DATE)
_UNDATED = tuple(name for name in FORMATS if name != "compact")
"""Formats to look for where nothing says that the column holds dates: 20261121 is a number as well."""


def dates_as_text(table: Table) -> list[Finding]:
    """Q016: dates stored as text, with the formats that read all of them where there is no doubt."""
    texts = [p for p in table.profiles if p.is_text and p.column.kind in _KINDS and p.tidied.notna().any()]
    texts = [p for p in texts if p.column.role not in (Role.STUDENT_ID, Role.NAME)]
    if not texts:
        return [Finding("Q016", "not applicable", "No column of text could hold dates.")]
    return [one for p in texts if _may_be_dates(p) and (one := _date_finding(p)) is not None]


def _may_be_dates(profile: Profile) -> bool:
    """Tell whether the kind says so, or half of some cells from all over the column look like it."""
    known = profile.tidied.dropna()
    some = known.iloc[:: max(1, len(known) // _TRIED)]
    return profile.column.kind is Kind.DATE or bool(some.str.contains(_THREE_PARTS).mean() >= 0.5)


def _date_finding(profile: Profile) -> Finding | None:
    counts, is_date = profile.tidy, profile.column.kind is Kind.DATE
    formats = tuple(FORMATS) if is_date else _UNDATED
    readable, n = _readable(counts, formats), counts.to_numpy()
    total, n_read = int(n.sum()), int(n[readable.any(axis=0)].sum())
    if not n_read or (not is_date and n_read < _NEARLY_ALL * total):
        return None
    words, used = _in_words(profile, readable, formats)
    lost = total - n_read
    if lost:
        words += f" {lost:,} cannot be read as a date and would become missing."
    why = f"the dates of '{profile.name}' are stored as text"
    step = ParseDates((profile.name,), used, reason=why) if used else None
    return Finding("Q016", "issue", words, profile.name, total, _examples(counts, readable), step)


def _readable(counts: pd.Series, formats: tuple[str, ...]) -> np.ndarray:
    """Return, for each format and each text, whether it reads it as a day."""
    distinct = pd.DataFrame({"text": pd.Series(counts.index, dtype="str")})
    small = distinct["text"].str.lower()
    readable = np.zeros((len(formats), len(distinct)), dtype=bool)
    for at, name in enumerate(formats):
        likely = small.str.contains(f"^(?:{FORMATS[name].pattern})").to_numpy()
        if likely.any():
            read = collect(ParseDates(("text",), (name,)).apply(wrap(distinct[likely]), {}))["text"]
            readable[at, likely] = read.notna().to_numpy()
    return readable


def _examples(counts: pd.Series, readable: np.ndarray) -> tuple[str, ...]:
    """Return the most frequent text of each way to read a cell, those that cannot be read first."""
    ways = pd.Series(["".join("x" if one else "-" for one in column) for column in readable.T])
    first = ways.drop_duplicates().sort_values(kind="stable").index
    return tuple(shown(str(counts.index[at])) for at in first)[:5]


def _in_words(
    profile: Profile, readable: np.ndarray, formats: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Return what is said of the column, and the formats that read it; none where a person must decide."""
    n = profile.tidy.to_numpy()
    by_name = dict(zip(formats, readable, strict=True))
    day, month = by_name["dmy"], by_name["mdy"]
    only_day, only_month, both = (int(n[some].sum()) for some in (day & ~month, month & ~day, day & month))
    used = [name for name in formats if by_name[name].any()]
    total = int(n.sum())
    words = (
        f"The {counted(total, 'date')} of '{profile.column.title}' {verb(total, 'is', 'are')} stored as text"
    )
    if both and not (bool(only_day) ^ bool(only_month)):
        return f"{words}{_undecided(only_day, only_month, both)}", ()
    if both:
        used.remove("mdy" if only_day else "dmy")
    words += f", written {' or '.join(FORMATS[name].words for name in used)}."
    if both:
        n_sure, first = max(only_day, only_month), "day" if only_day else "month"
        words += (
            f" {counted(n_sure, 'cell')} can only be read with the {first} first and none the other way, "
            f"so the {counted(both, 'cell')} that {verb(both, 'fits', 'fit')} both "
            f"{verb(both, 'is', 'are')} read so too."
        )
    return words, tuple(used)


def _undecided(only_day: int, only_month: int, both: int) -> str:
    """Return why no order can be proposed."""
    if not only_day:
        return (
            f". {counted(both, 'cell')} {verb(both, 'fits', 'fit')} both day.month.year and month/day/year, "
            "and none decides between the two: a person has to say which is meant."
        )
    return (
        f". {counted(only_day, 'cell')} can only be read with the day first and {only_month:,} only with the "
        f"month first, so nothing says how the {counted(both, 'cell')} that {verb(both, 'fits', 'fit')} both "
        f"{verb(both, 'is', 'are')} meant: a person has to decide."
    )
