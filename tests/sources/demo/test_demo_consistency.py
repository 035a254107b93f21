"""The students table is what the other tables add up to on the as-of date."""

import functools

import numpy as np
import pandas as pd
import pytest

from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource
from core.sources.demo.terms import as_of, school_terms

SPECS = [
    DemoSpec(students=600, dirt=False),
    DemoSpec(students=300, dirt=False, terms=2, seed=3),
    DemoSpec(students=300, dirt=False, terms=6, drift=True, leaks=True, mentoring=False),
]


@functools.cache
def table_of(table, spec):
    frame = DemoSource(spec).load(table).collect()
    return frame.set_index("student_id") if table == "students" else frame


@pytest.fixture(params=SPECS, ids=["default", "two terms", "six terms"])
def spec(request):
    return request.param


def known(table, spec, day):
    """Return the rows of a table up to the as-of date."""
    frame = table_of(table, spec)
    return frame[frame[day] <= pd.Timestamp(as_of(spec))]


def per_student(found, spec):
    return found.reindex(table_of("students", spec).index, fill_value=0.0)


def term_names(spec):
    return [term.name for term in school_terms(spec)]


def test_the_attendance_rate_is_the_mean_of_the_weeks_so_far(spec):
    weeks = known("attendance", spec, "week_starts_on")
    rate = 100.0 * weeks["sessions_attended"] / weeks["sessions_held"]
    expected = rate.groupby(weeks["student_id"]).mean().round(1)
    found = table_of("students", spec)["attendance_rate"]
    assert np.allclose(found, expected.reindex(found.index), atol=0.0501)
    totals = weeks.groupby("student_id")[["sessions_attended", "sessions_held"]].sum()
    exact = (100.0 * totals["sessions_attended"] / totals["sessions_held"]).round(1)
    assert found.equals(exact.reindex(found.index).rename("attendance_rate"))


def test_the_last_average_and_the_trend_come_from_the_grades(spec):
    students, grades = table_of("students", spec), table_of("grades", spec)
    averages = grades.groupby(["student_id", "term"])["points"].mean().round(1)
    averages = averages.unstack().reindex(students.index)  # noqa: PD010 - a series with two levels, not a table
    names = term_names(spec)
    assert np.allclose(students["last_average"], averages[names[-2]])
    newcomer = students["cohort"] == names[-2]
    before = averages[names[-3]] if spec.terms > 2 else students["prior_average"]
    before = students["prior_average"].where(newcomer, before)
    assert np.allclose(students["grade_trend"], students["last_average"] - before)


def test_the_logins_a_week_count_the_events_of_the_as_of_term(spec):
    events = known("lms_events", spec, "day")
    assert events["day"].min() >= pd.Timestamp(school_terms(spec)[-2].starts_on)
    weeks = school_terms(spec)[-2].weeks
    logins = per_student(events.groupby("student_id")["logins"].sum(), spec)
    assert np.allclose(table_of("students", spec)["lms_logins_week"], (logins / weeks).round(2))


def test_the_contacts_count_the_notes_so_far(spec):
    notes = known("mentor_notes", spec, "spoken_on")
    found = table_of("students", spec)["mentor_contacts"]
    assert found.equals(
        per_student(notes.groupby("student_id").size().astype(float), spec).rename("mentor_contacts")
    )


def test_notes_are_by_the_students_own_mentor_who_exists(spec):
    students, notes = table_of("students", spec), table_of("mentor_notes", spec)
    assert (notes["mentor"].to_numpy() == students.loc[notes["student_id"], "mentor"].to_numpy()).all()
    assert set(students["mentor"].dropna()) <= set(table_of("mentors", spec)["mentor"])
    assert notes["note_id"].is_unique
    assert ((students["mentor_contacts"] > 0) == students["mentor"].notna()).all()


def test_the_fees_are_those_of_the_as_of_term_enrolment(spec):
    enrolments = table_of("enrolments", spec)
    now = enrolments[enrolments["term"] == term_names(spec)[-2]].set_index("student_id")
    students = table_of("students", spec)
    for name in ("fees_owed", "programme", "school"):
        assert students[name].equals(now[name].reindex(students.index))


def test_who_was_not_retained_has_left_in_the_last_term(spec):
    enrolments, students = table_of("enrolments", spec), table_of("students", spec)
    last = (
        enrolments[enrolments["term"] == term_names(spec)[-1]].set_index("student_id").reindex(students.index)
    )
    assert ((last["status"] == "left") == (students["not_retained"] == "yes")).all()
    assert (last["left_on"].notna() == (last["status"] == "left")).all()
    assert (last["left_on"].dropna() > pd.Timestamp(as_of(spec))).all()


def test_nobody_has_grades_weeks_or_logins_after_leaving(spec):
    enrolments, students = table_of("enrolments", spec), table_of("students", spec)
    left_on = enrolments.dropna(subset="left_on").set_index("student_id")["left_on"]
    for table, day in (("attendance", "week_starts_on"), ("lms_events", "day")):
        frame = table_of(table, spec)
        gone = frame["student_id"].map(left_on)
        assert not (frame[day] >= gone).any(), table
    graded = set(
        table_of("grades", spec).query("term == @last", local_dict={"last": term_names(spec)[-1]})[
            "student_id"
        ]
    )
    assert graded == set(students.index[students["not_retained"] == "no"])


def test_the_survey_says_what_the_students_table_says(spec):
    surveys, students = table_of("surveys", spec).set_index("student_id"), table_of("students", spec)
    pairs = {
        "address_travel_minutes": "travel_minutes",
        "household_guardian_education": "guardian_education",
        "household_first_generation": "first_generation",
        "household_care_hours": "care_hours",
        "household_lunch_support": "lunch_support",
        "week_work_hours": "work_hours",
        "week_study_hours": "study_hours",
        "equipment_device": "device",
        "equipment_internet": "internet",
    }
    for asked, column in pairs.items():
        assert surveys[asked].equals(students[column].rename(asked)), asked
    assert (surveys["answered_on"] <= pd.Timestamp(as_of(spec))).all()


def test_every_term_since_the_start_has_an_enrolment(spec):
    students, enrolments, names = table_of("students", spec), table_of("enrolments", spec), term_names(spec)
    expected = len(names) - students["cohort"].map(names.index)
    assert enrolments.groupby("student_id").size().reindex(students.index).equals(expected.rename(None))
    assert set(students["cohort"]) == set(names[:-1])


def test_the_age_is_that_of_the_as_of_date(spec):
    students, day = table_of("students", spec), pd.Timestamp(as_of(spec))
    born = students["birth_date"]
    later = (born.dt.month > day.month) | ((born.dt.month == day.month) & (born.dt.day > day.day))
    assert students["age"].equals((day.year - born.dt.year - later).astype(float).rename("age"))
