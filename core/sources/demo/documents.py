"""The documents: a survey of each student, and a note for each talk; flat here, nested when written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.sources.demo.arrays import day_of, days, days_after, numbers, small, student_ids, words
from core.sources.demo.school import School
from core.sources.demo.streams import Ints, pick
from core.sources.demo.students import levels, mentor_ids
from core.sources.demo.terms import school_terms

DISTRICTS = ("Old Town", "Harbour", "Mill Quarter", "Northfield", "Riverside", "Outer villages")
CHANNELS = ("talk", "call", "message")
TOPICS = ("work hours", "travel", "fees", "study plan", "care at home", "device and internet", "attendance")
STEPS = (
    "talk again in two weeks",
    "see the fees office",
    "ask for a loan device",
    "try a study group",
    "wait for the student to come back",
)
NESTED = {
    "address": ("district", "travel_minutes"),
    "household": ("size", "guardian_education", "first_generation", "care_hours", "lunch_support"),
    "week": ("work_hours", "study_hours"),
    "equipment": ("device", "internet"),
}
"""How a survey is nested in its file: ``household.care_hours`` is the flat ``household_care_hours``."""


def surveys(school: School) -> Any:
    """Return one row a student: the answers at the start of the as-of term."""
    block, names = school.block, levels(school)
    asked_on = day_of(school_terms(block.spec)[-2].starts_on)
    household = 1 + np.minimum(block.stream("surveys.size").poisson(2.4, block.n), 9)
    answers = {
        "district": words(
            pick(block.stream("surveys.district"), n=block.n, shares=(3, 2, 2, 2, 2, 3)), DISTRICTS
        ),
        "size": small(household),
        **{name: words(school.categories[name], names[name]) for name in _SURVEYED_WORDS},
        **{name: numbers(school.numbers[name]) for name in _SURVEYED_NUMBERS},
    }
    return pa.table(
        {
            "student_id": student_ids(block.spec, school.people.number),
            "answered_on": days(
                days_after(asked_on, block.stream("surveys.answered_on").integers(0, 12, block.n))
            ),
            **{f"{part}_{name}": answers[name] for part, inner in NESTED.items() for name in inner},
        }
    )


_SURVEYED_WORDS = ("guardian_education", "first_generation", "lunch_support", "device", "internet")
_SURVEYED_NUMBERS = ("travel_minutes", "care_hours", "work_hours", "study_hours")


def mentor_notes(school: School) -> Any:
    """Return one row a contact, by student and day; those up to the as-of date make ``mentor_contacts``."""
    block, mentoring = school.block, school.mentoring
    student, after = _contacts(mentoring.contacts, mentoring.contacts_after)
    stream = block.stream("mentor_notes")
    topic, step, channel = (
        stream.integers(0, len(words_), len(student)) for words_ in (TOPICS, STEPS, CHANNELS)
    )
    spoken_on = _spoken_on(school, stream, after)
    order = np.lexsort((spoken_on, student))
    student, topic, step, channel = student[order], topic[order], step[order], channel[order]
    ids = student_ids(block.spec, school.people.number[student])
    topics, steps = words(topic, TOPICS), words(step, STEPS)
    return pa.table(
        {
            "note_id": pc.binary_join_element_wise(ids, _running(student), "-"),
            "student_id": ids,
            "mentor": mentor_ids(school, mentoring.mentor[student]),
            "spoken_on": days(spoken_on[order]),
            "channel": words(channel, CHANNELS),
            "topic": topics,
            "text": pc.binary_join_element_wise("We talked about ", topics, ". Next: ", steps, ".", ""),
        }
    )


def survey_documents(table: Any) -> Iterator[dict[str, Any]]:
    """Yield each survey as the nested document that its file holds."""
    for row in _rows(table):
        parts = {part: {name: row[f"{part}_{name}"] for name in inner} for part, inner in NESTED.items()}
        yield {"student_id": row["student_id"], "answered_on": row["answered_on"], **parts}


def note_documents(table: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each note with its mentor as an object."""
    for row in _rows(table):
        yield {**row, "mentor": {"id": row["mentor"]}}


def _contacts(before: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Return for each contact its student and whether it came after the as-of date."""
    everyone = np.arange(len(before))
    student = np.concatenate([np.repeat(everyone, before), np.repeat(everyone, after)])
    return student, np.repeat([0, 1], [before.sum(), after.sum()])


def _spoken_on(school: School, stream: np.random.Generator, after: Ints) -> Any:
    as_of_term, last_term = school_terms(school.block.spec)[-2:]
    length = (as_of_term.ends_on - as_of_term.starts_on).days + 1
    starts = np.array([day_of(as_of_term.starts_on), day_of(last_term.starts_on)])
    return days_after(starts[after], stream.integers(0, length, len(after)))


def _running(student: Ints) -> Any:
    """Return 1.. within each student, as text; the students stand together."""
    place = np.arange(len(student))
    first = np.searchsorted(student, student, side="left")
    return pa.array(place - first + 1).cast(pa.string())


def _rows(table: Any) -> Iterator[dict[str, Any]]:
    """Yield rows with dates as ISO text."""
    plain = [
        pc.strftime(column, "%Y-%m-%d") if pa.types.is_timestamp(column.type) else column
        for column in table.columns
    ]
    yield from pa.table(plain, names=table.column_names).to_pylist()
