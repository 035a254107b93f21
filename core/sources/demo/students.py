"""The students table: a clean row a student at the end of the second-to-last term, and the outcome after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.sources.demo.arrays import days, numbered, numbers, student_ids, words
from core.sources.demo.names import full_names
from core.sources.demo.outcome import mentor_count
from core.sources.demo.school import School
from core.sources.demo.settings import DEVICES, INTERNET, NO_YES
from core.sources.demo.streams import Ints
from core.sources.demo.terms import school_terms

LEAKS = ("exit_interview_done", "outcome_score")


def clean_columns(school: School) -> dict[str, Any]:
    """Return the Arrow columns of the students table before any dirt, in the table's order."""
    columns = {
        "student_id": student_ids(school.block.spec, school.people.number),
        "name": full_names(school.block.stream("people.name"), school.block.n),
        "birth_date": days(school.people.birth),
        "age": numbers(school.people.age),
        **_category_columns(school),
        "cohort": cohorts(school),
        **{name: numbers(values) for name, values in school.numbers.items() if name != "age"},
        "mentor_contacts": numbers(school.mentoring.contacts.astype(np.float64)),
        "mentor": mentors_of(school),
        **(_leaks(school) if school.block.spec.leaks else {}),
        "not_retained": words(school.outcome.not_retained.astype(np.int64), NO_YES),
    }
    return {name: columns[name] for name in COLUMN_ORDER if name in columns}


COLUMN_ORDER = (
    *("student_id", "name", "birth_date", "age", "gender", "ethnicity", "disability"),
    *("school", "programme", "cohort"),
    *("work_hours", "travel_minutes", "device", "internet", "fees_owed", "care_hours"),
    *("attendance_rate", "study_hours", "lunch_support", "first_generation", "guardian_education"),
    *("prior_average", "last_average", "grade_trend", "lms_logins_week", "mentor_contacts", "mentor"),
    *LEAKS,
    "not_retained",
)


def levels(school: School) -> dict[str, tuple[str, ...]]:
    """Return the words of each category column, in the order of their codes."""
    settings = school.settings
    return {
        "gender": tuple(settings.protected.gender),
        "ethnicity": tuple(settings.protected.ethnicity),
        "disability": tuple(settings.protected.disability),
        "school": tuple(settings.schools),
        "programme": tuple(settings.programmes),
        "device": DEVICES,
        "internet": INTERNET,
        "lunch_support": NO_YES,
        "first_generation": NO_YES,
        "guardian_education": settings.guardian_education,
    }


def mentors_of(school: School) -> Any:
    """Return the id of each student's mentor; missing without one."""
    mentored = pa.array(school.mentoring.mentored)
    return pc.if_else(mentored, mentor_ids(school, school.mentoring.mentor), None)


def mentor_ids(school: School, codes: Ints) -> Any:
    """Return mentors' ids for their numbers 0.."""
    count = mentor_count(school.block.spec.students, per_mentor=school.settings.mentoring.students_per_mentor)
    return numbered("M", codes + 1, width=max(3, len(str(count))))


def cohorts(school: School) -> Any:
    """Return the name of the term in which each student started."""
    return words(school.people.first_term - 1, [term.name for term in school_terms(school.block.spec)])


def _category_columns(school: School) -> dict[str, Any]:
    names = levels(school)
    return {name: words(codes, names[name]) for name, codes in school.categories.items()}


def _leaks(school: School) -> dict[str, Any]:
    """Return columns that were filled in after the outcome was known."""
    rules, left = school.settings.leaks, school.outcome.not_retained
    interview, score = rules["exit_interview_done"], rules["outcome_score"]
    asked = school.block.stream("leaks.exit_interview_done").random(school.block.n)
    done = asked < np.where(left, interview["if_left"], interview["if_retained"])
    noise = school.block.stream("leaks.outcome_score").standard_normal(school.block.n) * score["noise"]
    value = np.where(left, score["if_left"], score["if_retained"]) + noise
    return {
        "exit_interview_done": words(done.astype(np.int64), NO_YES),
        "outcome_score": numbers(np.clip(np.round(value, 1), 0.0, 100.0)),
    }
