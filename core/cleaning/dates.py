"""The step that reads days and times out of text, under a closed list of formats.

Both engines are given the same texts to convert: each cell is held against strict patterns first, written
anew as ``2026-11-21 12:30:00``, and only what is a day of the calendar is converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw

from core.cleaning.distinct import rewrite
from core.cleaning.numbers import with_kind
from core.cleaning.step import State, Step, listed
from core.cleaning.text import SPACES
from core.errors import RecipeError, WrongKind, choices_hint
from core.frames import Frame
from core.schema import Kind, Schema

_OUTER = SPACES + "\u0085"
"""What may stand around a date; engines differ on whether a text ends before its last line break."""

_YEAR, _MONTH, _DAY = "[1-9][0-9]{3}", "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
"""A cell that fits a format and is no real day (30 February) fits no other: only 29 to 31 can be none."""
_MARK = "[-/.]"
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAMES = "|".join(["sept", *(month[:3] for month in _MONTHS), *_MONTHS])

_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"
_REAL = (
    "^(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP}-02-29) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
)
"""Matches every second of the calendar, written with leading zeros, and no other."""


@dataclass(frozen=True)
class DateFormat:
    """A way to write a day: how it is told, in which order its parts stand, and how it is called."""

    pattern: str
    order: str
    """``ymd``, ``dmy`` or ``mdy``."""
    words: str


def _marked(first: str, second: str, third: str, *, marks: tuple[str, ...]) -> str:
    """Return the pattern of three parts with the same mark between them."""
    return "|".join(mark.join((first, second, third)) for mark in marks)


FORMATS = {
    "ymd": DateFormat(_marked(_YEAR, _MONTH, _DAY, marks=("-", "/", "[.]")), "ymd", "year-month-day"),
    "dmy": DateFormat(_marked(_DAY, _MONTH, _YEAR, marks=("-", "/", "[.]")), "dmy", "day.month.year"),
    "mdy": DateFormat(_marked(_MONTH, _DAY, _YEAR, marks=("-", "/")), "mdy", "month/day/year"),
    "dmy_words": DateFormat(
        "|".join(f"{_DAY}{gap}(?:{_NAMES})[.]?{gap}{_YEAR}" for gap in " -"), "dmy", "day, month name, year"
    ),
    "compact": DateFormat(f"{_YEAR}[0-9]{{4}}", "ymd", "yearmonthday"),
}
"""Every way to write a day that ``parse_dates`` knows, by its name."""


@dataclass(frozen=True)
class ParseDates(Step):
    """Read text as days or times; what no format reads becomes missing and is counted in the ledger.

    A time may follow the day (``T12:30``, `` 12:30:05``). The result has no time zone. Days that do not
    exist, years of two digits, fractions of a second and zones are unreadable. Columns that hold dates
    already are left alone.
    """

    kind: ClassVar[str] = "parse_dates"
    columns: tuple[str, ...]
    formats: tuple[str, ...] = ("ymd",)
    """Names out of ``FORMATS``; the first that reads a cell wins."""

    def __post_init__(self) -> None:
        if not self.formats:
            raise RecipeError("parse_dates needs at least one format.", hint=choices_hint("", list(FORMATS)))
        for name in self.formats:
            if name not in FORMATS:
                raise RecipeError(
                    f"parse_dates does not know the format '{name}'.", hint=choices_hint(name, list(FORMATS))
                )
            if self.formats.count(name) > 1:
                raise RecipeError(f"parse_dates lists the format '{name}' twice.", hint="Keep it once.")

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def schema_after(self, schema: Schema) -> Schema:
        return with_kind(schema, self.columns, Kind.DATE)

    def _learn(self, frame: Frame) -> State:
        _need_texts_or_dates(frame, self.columns)
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        _need_texts_or_dates(frame, self.columns)
        return rewrite(frame, self.columns, *_CLOCK_RULES, self._written_anew, _time)

    def _written_anew(self, text: nw.Expr) -> nw.Expr:
        """Return each text as ``2026-11-21 12:30:00``, by the first format that it has."""
        read = [_canonical(text, name) for name in self.formats]
        return nw.coalesce(*read) if len(read) > 1 else read[0]

    def _says(self, state: State | None) -> str:
        words = [FORMATS[name].words for name in self.formats]
        order = "".join(f", or else {other}" for other in words[1:])
        return f"Read {listed(self.columns)} as dates written {words[0]}{order}"


def _need_texts_or_dates(frame: Frame, columns: tuple[str, ...]) -> None:
    held = frame.collect_schema()
    for name in columns:
        if not (held[name] == nw.String or held[name].is_temporal()):
            raise WrongKind(
                f"The column '{name}' holds numbers, which parse_dates does not read.",
                hint="Put cast_columns (to text) before it in the recipe; 20261121 is the format 'compact'.",
            )


def _tidied(text: nw.Expr) -> nw.Expr:
    return text.str.strip_chars(_OUTER).str.to_lowercase()


def _with_clock(text: nw.Expr) -> nw.Expr:
    """Return the text with midnight behind it where it has no time."""
    has_none = ~text.str.contains(":")
    return nw.when(has_none).then(nw.concat_str(text, nw.lit("00:00:00"), separator=" ")).otherwise(text)


def _with_seconds(text: nw.Expr) -> nw.Expr:
    has_none = ~text.str.contains(":[^:]*:")
    return nw.when(has_none).then(nw.concat_str(text, nw.lit(":00"))).otherwise(text)


def _with_two_digits(text: nw.Expr) -> nw.Expr:
    """Return ``9:05:00`` at the end of a text as ``09:05:00``."""
    short = "[t ][0-9]:[0-9]{2}:[0-9]{2}$"
    padded = nw.concat_str(text.str.replace_all(short, " 0"), text.str.slice(-7))
    return nw.when(text.str.contains(short)).then(padded).otherwise(text)


_CLOCK_RULES = (_tidied, _with_clock, _with_seconds, _with_two_digits)
"""What brings each text to a day and a time of eight characters, ``21.11.2026 12:30:00``."""


def _canonical(text: nw.Expr, name: str) -> nw.Expr:
    """Return each text as ``2026-11-21 12:30:00``, missing where it has another format."""
    form = FORMATS[name]
    parts = dict(zip(form.order, _parts(text, name), strict=True))
    day = nw.concat_str(parts["y"], parts["m"].str.zfill(2), parts["d"].str.zfill(2), separator="-")
    fits = text.str.contains(f"^(?:{form.pattern})[t ][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}$")
    return nw.when(fits).then(nw.concat_str(day, text.str.slice(-8), separator=" "))


def _parts(text: nw.Expr, name: str) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Return the three numbers of a day in the order in which they stand."""
    if name == "compact":
        return text.str.slice(0, 4), text.str.slice(4, 2), text.str.slice(6, 2)
    if name == "dmy_words":
        return text.str.replace_all("[ -].*$", ""), _month(text), _last(text)
    tail = text.str.replace_all(f"^[0-9]+{_MARK}", "")
    return text.str.replace_all(f"{_MARK}.*$", ""), tail.str.replace_all(f"{_MARK}.*$", ""), _last(text)


def _month(text: nw.Expr) -> nw.Expr:
    """Return the number of the month that is named."""
    number = nw.lit("")
    for at, month in enumerate(_MONTHS, start=1):
        number = nw.when(text.str.contains(f"[ -]{month[:3]}")).then(nw.lit(str(at))).otherwise(number)
    return number


def _last(text: nw.Expr) -> nw.Expr:
    """Return the last number of the day."""
    return text.str.replace_all("[t ][0-9:]{8}$", "").str.replace_all("^.*[^0-9]", "")


def _time(written: nw.Expr) -> nw.Expr:
    """Return the times of the calendar, missing for 30 February and the like."""
    real = nw.when(written.str.contains(_REAL)).then(written)
    return real.str.to_datetime(format="%Y-%m-%d %H:%M:%S").cast(nw.Datetime("us"))
