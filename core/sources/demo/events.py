"""The long tables: weekly attendance and daily LMS use, split from the totals in the students table.

The totals are drawn first and the events then fall anywhere that keeps them, so the students table
never needs the events and still equals what they add up to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from core.sources.demo.arrays import day_of, days, days_after, small, student_ids, words
from core.sources.demo.progress import started
from core.sources.demo.school import School
from core.sources.demo.streams import Floats, Ints
from core.sources.demo.terms import school_terms

DAY_SLOTS = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 6, 6)
"""Weekdays by how often the LMS is used on them; 0 is Monday."""
MINUTES_A_LOGIN = 14.0
LEAVING_FACTOR = 0.75
"""How much less those who will leave attend in the last term."""


def attendance(school: School) -> Any:
    """Return one row a student and week since the start, to the week of leaving."""
    spec, weeks = school.block.spec, school.settings.calendar.weeks_per_term
    held = started(school.people, terms=spec.terms)[:, :, None]
    held = np.broadcast_to(held, (school.block.n, spec.terms, weeks)).copy()
    held[:, -1, :] &= np.arange(weeks)[None, :] < school.outcome.weeks_stayed[:, None]
    student, term, week = np.nonzero(held)
    attended = np.concatenate([_split(school), _last_term(school)], axis=1)
    mondays = np.array([day_of(term.starts_on) for term in school_terms(spec)])
    return pa.table(
        {
            "student_id": student_ids(spec, school.people.number).take(pa.array(student)),
            "term": words(term, [term.name for term in school_terms(spec)]),
            "week": small(week + 1),
            "week_starts_on": days(days_after(mondays[term], 7 * week)),
            "sessions_held": small(np.full(len(week), school.settings.calendar.sessions_per_week)),
            "sessions_attended": small(attended[student, term, week]),
        }
    )


def lms_events(school: School) -> Any:
    """Return one row a student and day with a login, in the as-of term and the last one."""
    spec, weeks = school.block.spec, school.settings.calendar.weeks_per_term
    slots = day_slots(weeks)
    logins = [
        _on_days(school, school.progress.logins, np.full(school.block.n, len(slots)), "as_of"),
        _on_days(school, _last_logins(school), _open_slots(school, len(slots)), "last"),
    ]
    counts = np.stack(logins, axis=1)
    student, term, day = np.nonzero(counts)
    logged = counts[student, term, day]
    mondays = np.array([day_of(term.starts_on) for term in school_terms(spec)[-2:]])
    return pa.table(
        {
            "student_id": student_ids(spec, school.people.number).take(pa.array(student)),
            "day": days(days_after(mondays[term], day)),
            "logins": small(logged),
            "minutes": small(1 + school.block.stream("lms.minutes").poisson(MINUTES_A_LOGIN * logged)),
        }
    )


def day_slots(weeks: int) -> Ints:
    """Return the days of a term, each as often as its share of use, up to the Friday of the last week."""
    every = (7 * np.arange(weeks)[:, None] + np.array(DAY_SLOTS)[None, :]).ravel()
    slots: Ints = every[every <= 7 * weeks - 3]
    return slots


def _split(school: School) -> Ints:
    """Return (n, terms - 1, weeks): each term's attended sessions spread over its weeks, all ways alike."""
    calendar, attended = school.settings.calendar, school.progress.attended
    stream = school.block.stream("attendance.weeks")
    weekly = np.zeros((*attended.shape, calendar.weeks_per_term), dtype=np.int64)
    attended_left = attended.copy()
    for week in range(calendar.weeks_per_term):
        held_left = (calendar.weeks_per_term - week) * calendar.sessions_per_week
        weekly[:, :, week] = stream.hypergeometric(
            attended_left, held_left - attended_left, calendar.sessions_per_week
        )
        attended_left -= weekly[:, :, week]
    return weekly


def _last_term(school: School) -> Ints:
    """Return (n, 1, weeks) sessions attended after the as-of date."""
    calendar = school.settings.calendar
    factor = np.where(school.outcome.not_retained, LEAVING_FACTOR, 1.0)
    chance: Floats = (school.progress.attending * factor)[:, None, None]
    shape = (school.block.n, 1, calendar.weeks_per_term)
    return school.block.stream("attendance.last_term").binomial(calendar.sessions_per_week, chance, shape)


def _last_logins(school: School) -> Ints:
    rate = school.progress.logins_rate * school.outcome.weeks_stayed
    return school.block.stream("lms.last_term").poisson(rate)


def _open_slots(school: School, most: int) -> Ints:
    return np.minimum(school.outcome.weeks_stayed * len(DAY_SLOTS), most)


def _on_days(school: School, logins: Ints, open_slots: Ints, name: str) -> Ints:
    """Return (n, days) logins by day: each falls on one of the student's first ``open_slots`` slots."""
    slots = day_slots(school.settings.calendar.weeks_per_term)
    width = 7 * school.settings.calendar.weeks_per_term
    student = np.repeat(np.arange(school.block.n), logins)
    drawn = school.block.stream(f"lms.days.{name}").random(len(student))
    day = slots[(drawn * open_slots[student]).astype(np.int64)]
    return np.bincount(student * width + day, minlength=school.block.n * width).reshape(-1, width)
