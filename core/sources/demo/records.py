"""The relational tables: enrolments, terms, grades and mentors, the last term included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from core.sources.base import DemoSpec
from core.sources.demo.arrays import day_of, days, days_after, numbered, numbers, small, student_ids, words
from core.sources.demo.names import full_names
from core.sources.demo.outcome import mentor_count
from core.sources.demo.progress import started
from core.sources.demo.school import School
from core.sources.demo.settings import demo_settings
from core.sources.demo.streams import Floats, school_stream
from core.sources.demo.terms import school_terms


def enrolments(school: School) -> Any:
    """Return one row a student and term since the start; who was not retained left in the last term."""
    spec, settings, people = school.block.spec, school.settings, school.people
    student, term = np.nonzero(started(people, terms=spec.terms))
    left = school.outcome.not_retained[student] & (term == spec.terms - 1)
    left_on = days_after(day_of(school_terms(spec)[-1].starts_on), 7 * school.outcome.weeks_stayed[student])
    return pa.table(
        {
            "student_id": student_ids(spec, people.number).take(pa.array(student)),
            "term": words(term, [term.name for term in school_terms(spec)]),
            "school": words(people.school[student], tuple(settings.schools)),
            "programme": words(people.programme[student], tuple(settings.programmes)),
            "status": words(left.astype(np.int64), ("enrolled", "left")),
            "left_on": days(np.where(left, left_on, np.datetime64("NaT", "D"))),
            "fees_owed": numbers(_fees(school)[student, term]),
        }
    )


def terms(spec: DemoSpec) -> Any:
    """Return one row a term."""
    found = school_terms(spec)
    return pa.table(
        {
            "term": [term.name for term in found],
            "number": small(np.array([term.number for term in found])),
            "starts_on": days(np.array([day_of(term.starts_on) for term in found])),
            "ends_on": days(np.array([day_of(term.ends_on) for term in found])),
            "weeks": small(np.array([term.weeks for term in found])),
        }
    )


def grades(school: School) -> Any:
    """Return one row a student, term and course; none in the last term for those who left."""
    spec = school.block.spec
    kept = started(school.people, terms=spec.terms)
    kept[:, -1] &= ~school.outcome.not_retained
    student, term, course = np.nonzero(np.broadcast_to(kept[:, :, None], school.progress.courses.shape))
    return pa.table(
        {
            "student_id": student_ids(spec, school.people.number).take(pa.array(student)),
            "term": words(term, [term.name for term in school_terms(spec)]),
            "course": words(course, school.settings.calendar.courses),
            "points": small(school.progress.courses[student, term, course]),
        }
    )


def mentors(spec: DemoSpec) -> Any:
    """Return one row a mentor; which students they have stands in the students table."""
    settings = demo_settings()
    count = mentor_count(spec.students, per_mentor=settings.mentoring.students_per_mentor)
    numbered_from_0 = np.arange(count)
    campuses = tuple(settings.schools)
    return pa.table(
        {
            "mentor": numbered("M", numbered_from_0 + 1, width=max(3, len(str(count)))),
            "name": full_names(school_stream(spec, "mentors.name"), count),
            "school": words(numbered_from_0 % len(campuses), campuses),
            "places": small(school_stream(spec, "mentors.places").integers(20, 36, count)),
        }
    )


def _fees(school: School) -> Floats:
    """Return (n, terms) EUR owed at each term's end; the as-of term holds the students table's own figure."""
    terms_count = school.block.spec.terms
    factor = school.block.stream("enrolments.fees_owed").uniform(0.2, 1.1, (school.block.n, terms_count))
    factor[:, -2] = 1.0
    return np.asarray(np.round(school.barriers.fees_owed[:, None] * factor, 2))
