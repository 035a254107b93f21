"""One block of the school put together: everything that tables are then read from."""

from __future__ import annotations

from dataclasses import dataclass

from core.sources.demo.barriers import Barriers, make_barriers
from core.sources.demo.outcome import Mentoring, Outcome, assign_mentors, observe
from core.sources.demo.people import People, make_people
from core.sources.demo.progress import Progress, make_progress
from core.sources.demo.settings import Settings, demo_settings
from core.sources.demo.streams import Block, Floats, Ints


@dataclass(frozen=True)
class School:
    """The students of one block, made in the order in which one thing causes the next."""

    block: Block
    settings: Settings
    people: People
    barriers: Barriers
    progress: Progress
    mentoring: Mentoring
    outcome: Outcome
    numbers: dict[str, Floats]
    """The number columns of the students table that mentors or the outcome may depend on."""
    categories: dict[str, Ints]
    """The codes of its category columns."""


def make_school(block: Block) -> School:
    """Return a block with everything in it except the rows of the long tables."""
    settings = demo_settings()
    people = make_people(block, settings=settings)
    barriers = make_barriers(block, settings=settings, people=people)
    progress = make_progress(block, settings=settings, people=people, barriers=barriers)
    numbers = _numbers(people, barriers, progress)
    categories = _categories(people, barriers)
    mentoring = assign_mentors(block, settings=settings, numbers=numbers)
    outcome = observe(
        block, settings=settings, numbers=numbers, categories=categories, mentored=mentoring.mentored
    )
    return School(block, settings, people, barriers, progress, mentoring, outcome, numbers, categories)


def _numbers(people: People, barriers: Barriers, progress: Progress) -> dict[str, Floats]:
    return {
        "age": people.age,
        "work_hours": barriers.work_hours,
        "travel_minutes": barriers.travel_minutes,
        "fees_owed": barriers.fees_owed,
        "care_hours": barriers.care_hours,
        "attendance_rate": progress.attendance_rate,
        "study_hours": progress.study_hours,
        "prior_average": progress.prior_average,
        "last_average": progress.last_average,
        "grade_trend": progress.grade_trend,
        "lms_logins_week": progress.logins_week,
    }


def _categories(people: People, barriers: Barriers) -> dict[str, Ints]:
    return {
        "gender": people.gender,
        "ethnicity": people.ethnicity,
        "disability": people.disability,
        "school": people.school,
        "programme": people.programme,
        "device": barriers.device,
        "internet": barriers.internet,
        "lunch_support": barriers.lunch_support,
        "first_generation": barriers.first_generation,
        "guardian_education": barriers.guardian_education,
    }
