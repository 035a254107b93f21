"""The check for cells that contradict each other: what was earned above what was attempted, and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from pandas.api.types import is_datetime64_any_dtype

from core.cleaning.checks.naming import said, wordings
from core.cleaning.finding import Finding, Severity, counted, share, verb
from core.cleaning.profile import Profile, Table
from core.schema import Kind

_DONE = (
    *("earned", "passed", "completed", "approved", "attended", "attained", "obtained", "achieved", "present"),
    *("aprobados", "aprobadas", "aprovadas", "aprovados", "bestanden", "erreicht", "valides", "obtenus"),
)
"""What cannot be more than what was taken on."""
_TAKEN = (
    *("attempted", "taken", "enrolled", "registered", "held", "offered", "possible", "scheduled", "max"),
    *("maximum", "cursados", "cursadas", "matriculados", "inscritas", "inscritos", "belegt", "tentes"),
)
_TOTAL = ("total", "sum", "gesamt", "summe", "suma", "totale")
_UNITS = ("hours", "minutes", "days", "weeks", "points", "amount", "stunden", "horas", "heures", "eur", "usd")
"""Words that say in what is counted, not what."""
_START = ("start", "starts", "started", "begin", "begins", "began", "from", "first", "entry", "entered")
_END = ("end", "ends", "ended", "finish", "finished", "until", "to", "last", "left", "exit")
_BIRTH = ("birth", "born", "birthday", "birthdate", "dob", "geburtsdatum", "nacimiento", "naissance")
_AGE = ("age", "edad", "idade", "alter")
_FAMILY = (
    *("guardian", "guardians", "mother", "mothers", "father", "fathers", "parent", "parents", "mum", "dad"),
    *("madre", "padre", "mae", "pai", "mutter", "vater", "mere", "pere", "tutor"),
)
_BESIDE = ("n", "num", "number", "no", "of", "the", "count", "on", "at", "date", "day", "in", "is", "was")
"""Words of a name that do not say what is counted or dated."""
_NOT_ADDED = (
    *("average", "avg", "mean", "median", "rate", "percent", "pct", "share", "ratio", "gpa", "grade"),
    *("score", "rank", "trend", "change", "difference", "index", "level", "fraction", "frac", "min", "max"),
)
"""What does not add up, so that a total may well be below its part."""
_UPPER = (*_TAKEN, *_TOTAL, *_FAMILY)
"""Words without one of which a column limits no other."""
_YOUNGEST_PARENT = 12.0
"""Years between a student and a guardian below which one of the two ages must be wrong."""
_MOST_COLUMNS = 200
"""Further columns of a kind are not compared: each is held against every other."""
_TOO_MANY = 0.2
"""When more than this share contradict each other, the columns mean something else."""


@dataclass(frozen=True)
class _Bound:
    """One column that must not exceed another; ``least`` is what must lie between them."""

    lower: Profile
    upper: Profile
    words: str
    least: float = 0.0


def contradictions(table: Table) -> list[Finding]:
    """Q017: pairs of cells of which one must be wrong; which one, a person has to decide."""
    bounds = list(_bounds(table))
    if not bounds:
        words = "No two columns are known, by their names, to limit each other."
        return [Finding("Q017", "not applicable", words)]
    return [one for bound in bounds if (one := _bound_finding(table, bound)) is not None]


def _bounds(table: Table) -> Iterator[_Bound]:
    """Yield the pairs of columns that limit each other, in the order of the table."""
    numbers = [p for p in table.profiles if p.is_number and p.column.kind is Kind.NUMBER][:_MOST_COLUMNS]
    dates = [p for p in table.profiles if is_datetime64_any_dtype(p.values)][:_MOST_COLUMNS]
    uppers = [p for p in numbers if any(_has(words, _UPPER) for words in wordings(p.column))]
    for one, other in ((one, other) for one in numbers for other in uppers if other is not one):
        if _is_part_of(one, other):
            yield _Bound(one, other, "more")
        elif _is_student_age(one) and _is_family_age(other):
            yield _Bound(one, other, "age", _YOUNGEST_PARENT)
    for one, other in permutations(dates, 2):
        if _is_before(one, other):
            yield _Bound(one, other, "date")


def _is_part_of(part: Profile, whole: Profile) -> bool:
    """Tell whether, by name and unit, the one counts a part of what the other counts."""
    if (part.column.unit or "") != (whole.column.unit or ""):
        return False
    names = zip(wordings(part.column), wordings(whole.column), strict=False)
    return any(_counts_a_part(one, other) for one, other in names)


def _counts_a_part(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    if _has(part, _NOT_ADDED) or (_has(whole, _NOT_ADDED) and not _has(whole, _TAKEN)):
        return False
    if _has(part, _DONE) and _has(whole, _TAKEN) and not _has(part, _TAKEN) and not _has(whole, _DONE):
        return _thing(part, _DONE) == _thing(whole, _TAKEN) != frozenset()
    if _has(whole, _TOTAL) and not _has(part, (*_TOTAL, *_TAKEN)):
        return frozenset() != _thing(whole, (*_TOTAL, *_UNITS)) < _thing(part, _UNITS)
    return False


def _has(words: tuple[str, ...], some: tuple[str, ...]) -> bool:
    return any(word in some for word in words)


def _thing(words: tuple[str, ...], without: tuple[str, ...]) -> frozenset[str]:
    """Return what is counted or dated: the words that are left."""
    return frozenset(word for word in words if word not in without and word not in _BESIDE)


def _is_student_age(profile: Profile) -> bool:
    return said(profile.column, _AGE, unless=_FAMILY) is not None


def _is_family_age(profile: Profile) -> bool:
    return said(profile.column, _AGE) is not None and said(profile.column, _FAMILY) is not None


def _is_before(one: Profile, other: Profile) -> bool:
    """Tell whether, by name, the one date cannot be after the other."""
    if said(one.column, _BIRTH):
        return said(other.column, _START) is not None and said(other.column, _BIRTH) is None
    for first, second in zip(wordings(one.column), wordings(other.column), strict=False):
        opposed = _has(first, _START) and _has(second, _END) and not _has(first, _END)
        if opposed and _thing(first, _START) == _thing(second, _END):
            return True
    return False


def _bound_finding(table: Table, bound: _Bound) -> Finding | None:
    low, high = _cells(bound.lower), _cells(bound.upper)
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(low + bound.least > high)
    n, n_both = len(wrong), int((~np.isnan(low) & ~np.isnan(high)).sum())
    if not n:
        return None
    words = (
        f"In {counted(n, 'row')}, {_in_words(bound)}: {verb(n, 'one', 'in each, one')} of the two is wrong."
    )
    severity: Severity = "issue"
    if n > _TOO_MANY * n_both:
        severity = "tip"
        words = (
            f"In {counted(n, 'row')} ({share(n, n_both)} of those that have both), {_in_words(bound)}. "
            "So many contradict each other that the columns probably mean something else than their names."
        )
    examples = tuple(f"{table.called(int(row))} ({_shown(bound, int(row))})" for row in wrong[:5])
    return Finding("Q017", severity, words, bound.lower.name, n, examples)


def _cells(profile: Profile) -> np.ndarray:
    """Return the cells row by row: the possible numbers, or dates as days; NaN where there is none."""
    if not is_datetime64_any_dtype(profile.values):
        return profile.numbers_by_row
    days = profile.values.to_numpy(dtype="datetime64[s]")
    return np.where(np.isnat(days), np.nan, days.astype(np.int64) / 86_400)


def _in_words(bound: _Bound) -> str:
    lower, upper = f"'{bound.lower.column.title}'", f"'{bound.upper.column.title}'"
    if bound.words == "age":
        return f"{upper} is less than {bound.least:g} years above {lower}"
    return f"{lower} is after {upper}" if bound.words == "date" else f"{lower} is more than {upper}"


def _shown(bound: _Bound, row: int) -> str:
    """Return the two cells of a row, as they stand."""
    if bound.words == "date":
        return " and ".join(f"{p.values.iloc[row]:%Y-%m-%d}" for p in (bound.lower, bound.upper))
    return " and ".join(f"{p.numbers_by_row[row]:g}" for p in (bound.lower, bound.upper))
