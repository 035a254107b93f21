"""The demo school's own data dictionary: what every column of every table is, and what it is for.

A kind says what a column should be; with the dirt switch on, a number column may still come as text.
"""

from __future__ import annotations

from core.errors import TableNotFound, choices_hint
from core.schema import Column, Kind, Role, Schema
from core.sources.base import DemoSpec
from core.sources.demo.students import LEAKS

REASON = "The demo school's own dictionary says so."
PERCENT = "percent"
HOURS = "hours a week"
POINTS = "points out of 100"
MONEY = "EUR"


def tables() -> tuple[str, ...]:
    """Return the names of the tables, students first.

    >>> tables()[0]
    'students'
    """
    return tuple(_TABLES)


def schema_of(table: str, *, spec: DemoSpec) -> Schema:
    """Return a table's schema under the spec's switches; raises TableNotFound with the nearest name."""
    if table not in _TABLES:
        raise TableNotFound(f"The demo school has no table '{table}'.", hint=choices_hint(table, tables()))
    columns = _TABLES[table]
    if table == "students" and not spec.leaks:
        columns = tuple(column for column in columns if column.name not in LEAKS)
    return Schema(columns)


def _column(
    name: str,
    kind: Kind,
    role: Role,
    label: str,
    unit: str | None = None,
    span: tuple[float, float] | None = None,
) -> Column:
    lowest, highest = span or (None, None)
    return Column(name, kind, role, label, REASON, unit, lowest, highest)


def _id() -> Column:
    return _column("student_id", Kind.TEXT, Role.STUDENT_ID, "Student id")


def _number(
    name: str, role: Role, label: str, unit: str | None, span: tuple[float, float] | None = None
) -> Column:
    return _column(name, Kind.NUMBER, role, label, unit, span)


def _choice(name: str, role: Role, label: str) -> Column:
    return _column(name, Kind.CATEGORY, role, label)


def _day(name: str, label: str, role: Role = Role.TIME) -> Column:
    return _column(name, Kind.DATE, role, label)


def _text(name: str, label: str, role: Role = Role.IGNORED) -> Column:
    return _column(name, Kind.TEXT, role, label)


_STUDENTS = (
    _id(),
    _text("name", "Name", Role.NAME),
    _day("birth_date", "Date of birth", Role.PROTECTED),
    _number("age", Role.PROTECTED, "Age", "years", (15, 80)),
    _choice("gender", Role.PROTECTED, "Gender"),
    _choice("ethnicity", Role.PROTECTED, "Ethnicity"),
    _choice("disability", Role.PROTECTED, "Disability"),
    _choice("school", Role.FEATURE, "Campus"),
    _choice("programme", Role.FEATURE, "Programme"),
    _choice("cohort", Role.TERM, "Started in"),
    _number("work_hours", Role.BARRIER, "Paid work", HOURS, (0, 60)),
    _number("travel_minutes", Role.BARRIER, "Travel one way", "minutes", (0, 180)),
    _choice("device", Role.BARRIER, "Device"),
    _choice("internet", Role.BARRIER, "Internet at home"),
    _number("fees_owed", Role.BARRIER, "Fees owed", MONEY, (0, 9_000)),
    _number("care_hours", Role.BARRIER, "Care for family", HOURS, (0, 60)),
    _number("attendance_rate", Role.BARRIER, "Attendance", PERCENT, (0, 100)),
    _number("study_hours", Role.BARRIER, "Study time", HOURS, (0, 50)),
    _choice("lunch_support", Role.FEATURE, "Lunch support"),
    _choice("first_generation", Role.FEATURE, "First of the family to study"),
    _choice("guardian_education", Role.FEATURE, "Guardian's education"),
    _number("prior_average", Role.FEATURE, "Average before entry", POINTS, (0, 100)),
    _number("last_average", Role.FEATURE, "Last term's average", POINTS, (0, 100)),
    _number("grade_trend", Role.FEATURE, "Change of average", "points", (-100, 100)),
    _number("lms_logins_week", Role.FEATURE, "Logins to the learning platform", "a week", (0, 60)),
    _number("mentor_contacts", Role.CONTACT, "Talks with a mentor", "talks", (0, 60)),
    _text("mentor", "Mentor"),
    _choice("exit_interview_done", Role.FEATURE, "Exit interview done"),
    _number("outcome_score", Role.FEATURE, "Outcome score", "points", (0, 100)),
    _choice("not_retained", Role.OUTCOME, "Not retained"),
)

_ENROLMENTS = (
    _id(),
    _choice("term", Role.TERM, "Term"),
    _choice("school", Role.FEATURE, "Campus"),
    _choice("programme", Role.FEATURE, "Programme"),
    _choice("status", Role.OUTCOME, "Status"),
    _day("left_on", "Left on"),
    _number("fees_owed", Role.BARRIER, "Fees owed at the end of the term", MONEY, (0, 10_000)),
)

_TERMS = (
    _choice("term", Role.TERM, "Term"),
    _number("number", Role.IGNORED, "Number of the term", None, (1, 12)),
    _day("starts_on", "First day"),
    _day("ends_on", "Last day"),
    _number("weeks", Role.IGNORED, "Weeks", "weeks", (1, 52)),
)

_GRADES = (
    _id(),
    _choice("term", Role.TERM, "Term"),
    _choice("course", Role.FEATURE, "Course"),
    _number("points", Role.FEATURE, "Points", POINTS, (0, 100)),
)

_MENTORS = (
    _text("mentor", "Mentor id"),
    _text("name", "Name", Role.NAME),
    _choice("school", Role.IGNORED, "Campus"),
    _number("places", Role.IGNORED, "Students the mentor can take", "students", (0, 100)),
)

_ATTENDANCE = (
    _id(),
    _choice("term", Role.TERM, "Term"),
    _number("week", Role.IGNORED, "Week of the term", None, (1, 52)),
    _day("week_starts_on", "Monday of the week"),
    _number("sessions_held", Role.IGNORED, "Sessions held", "sessions", (0, 10)),
    _number("sessions_attended", Role.BARRIER, "Sessions attended", "sessions", (0, 10)),
)

_SURVEYS = (
    _id(),
    _day("answered_on", "Answered on"),
    _choice("address_district", Role.IGNORED, "District"),
    _number("address_travel_minutes", Role.BARRIER, "Travel one way", "minutes", (0, 180)),
    _number("household_size", Role.FEATURE, "People in the household", "people", (1, 10)),
    _choice("household_guardian_education", Role.FEATURE, "Guardian's education"),
    _choice("household_first_generation", Role.FEATURE, "First of the family to study"),
    _number("household_care_hours", Role.BARRIER, "Care for family", HOURS, (0, 60)),
    _choice("household_lunch_support", Role.FEATURE, "Lunch support"),
    _number("week_work_hours", Role.BARRIER, "Paid work", HOURS, (0, 60)),
    _number("week_study_hours", Role.BARRIER, "Study time", HOURS, (0, 50)),
    _choice("equipment_device", Role.BARRIER, "Device"),
    _choice("equipment_internet", Role.BARRIER, "Internet at home"),
)

_MENTOR_NOTES = (
    _text("note_id", "Note id"),
    _id(),
    _text("mentor", "Mentor id"),
    _day("spoken_on", "Spoken on"),
    _choice("channel", Role.IGNORED, "How they spoke"),
    _choice("topic", Role.IGNORED, "Topic"),
    _text("text", "Note", Role.CONTACT),
)

_LMS_EVENTS = (
    _id(),
    _day("day", "Day"),
    _number("logins", Role.FEATURE, "Logins", "logins", (1, 1_000)),
    _number("minutes", Role.FEATURE, "Time on the platform", "minutes", (1, 10_000)),
)

_TABLES: dict[str, tuple[Column, ...]] = {
    "students": _STUDENTS,
    "enrolments": _ENROLMENTS,
    "terms": _TERMS,
    "grades": _GRADES,
    "attendance": _ATTENDANCE,
    "mentors": _MENTORS,
    "surveys": _SURVEYS,
    "mentor_notes": _MENTOR_NOTES,
    "lms_events": _LMS_EVENTS,
}
