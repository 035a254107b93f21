"""The school's terms: two a year, twelve weeks each, the last one after the as-of date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.sources.base import DemoSpec
from core.sources.demo.settings import demo_settings


@dataclass(frozen=True)
class Term:
    """One term; ``number`` counts from 1, weeks start on Monday."""

    number: int
    name: str
    starts_on: date
    ends_on: date
    """The Friday of the last week."""
    weeks: int


def school_terms(spec: DemoSpec) -> tuple[Term, ...]:
    """Return the terms in order; the last is always the spring of the settings' last year."""
    calendar = demo_settings().calendar
    return tuple(
        _term(number, half=2 * calendar.last_year - spec.terms + number, weeks=calendar.weeks_per_term)
        for number in range(1, spec.terms + 1)
    )


def as_of(spec: DemoSpec) -> date:
    """Return the day of the students table: the end of the second-to-last term.

    >>> as_of(DemoSpec())
    datetime.date(2025, 11, 28)
    """
    return school_terms(spec)[-2].ends_on


def _term(number: int, *, half: int, weeks: int) -> Term:
    """Return the term of a half-year; even halves are the spring of year ``half / 2``."""
    season, first = ("spring", date(half // 2, 2, 1)) if half % 2 == 0 else ("autumn", date(half // 2, 9, 8))
    starts_on = first + timedelta(days=-first.weekday() % 7)
    return Term(
        number=number,
        name=f"{starts_on.year} {season}",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=7 * weeks - 3),
        weeks=weeks,
    )
