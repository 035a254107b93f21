"""The demo school's own tables put together again: the same students, sums as a plain groupby has them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.caseload.access import LOCAL
from core.schema import Role
from core.settings import Settings
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource
from core.sources.join.plan_json import plan_from_json, plan_to_json
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import How, Measure
from core.workflow.joining import join_plan

SCHOOL = DemoSpec(students=800, dirt=False)
SOURCE = DemoSource(SCHOOL)
AS_OF = date(2025, 10, 31)
KEY = "student_id"
PLAN = SourcePlan(
    Part(SCHOOL, "students", key=KEY, columns=("gender", "work_hours", "not_retained")),
    (
        Part(
            SCHOOL,
            "grades",
            key=KEY,
            measures=(Measure(How.COUNT, name="n_grades"), Measure(How.MEAN, "points")),
        ),
        Part(
            SCHOOL,
            "attendance",
            key=KEY,
            time="week_starts_on",
            measures=(Measure(How.SUM, "sessions_attended"), Measure(How.TREND, "sessions_attended")),
        ),
        Part(
            SCHOOL,
            "lms_events",
            key=KEY,
            time="day",
            measures=(
                Measure(How.COUNT, name="n_days"),
                Measure(How.LAST, "minutes"),
                Measure(How.DAYS_SINCE, name="quiet_days"),
            ),
        ),
    ),
    as_of=AS_OF,
    name="demo record",
)


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    """The demo school as a plan reads it, after the plan went through JSON."""
    settings = Settings(workspace=tmp_path_factory.mktemp("ws"))
    return join_plan(LOCAL, plan_from_json(plan_to_json(PLAN)), settings=settings)


@pytest.fixture(scope="module")
def record(joined):
    """The rows by student."""
    return joined.dataset.collect().set_index(KEY)


def rows(table, time=""):
    frame = SOURCE.load(table).collect()
    return frame[frame[time].dt.date <= AS_OF] if time else frame


def test_the_students_are_those_of_the_base_in_its_order(joined):
    frame = joined.dataset.collect()
    base = SOURCE.load("students").collect()

    assert frame[KEY].tolist() == base[KEY].tolist()
    pd.testing.assert_frame_equal(
        frame[["gender", "work_hours", "not_retained"]], base[["gender", "work_hours", "not_retained"]]
    )
    assert joined.exclusions == ()
    assert joined.dataset.provenance.synthetic
    assert joined.dataset.provenance.as_of == "2025-10-31"


def test_the_sums_are_those_of_a_plain_groupby(record):
    grades, attendance, events = (
        rows("grades"),
        rows("attendance", "week_starts_on"),
        rows("lms_events", "day"),
    )
    by_student = events.sort_values(["day", "minutes"]).groupby(KEY)
    expected = {
        "n_grades": grades.groupby(KEY).size().reindex(record.index).fillna(0).astype("float64"),
        "points_mean": grades.groupby(KEY)["points"].mean().reindex(record.index),
        "sessions_attended_sum": attendance.groupby(KEY)["sessions_attended"].sum().reindex(record.index),
        "n_days": events.groupby(KEY).size().reindex(record.index).fillna(0).astype("float64"),
        "minutes_last": by_student["minutes"].last().reindex(record.index),
        "quiet_days": (pd.Timestamp(AS_OF) - by_student["day"].max()).dt.days.reindex(record.index),
    }

    for name, values in expected.items():
        pd.testing.assert_series_equal(record[name], values.astype("float64"), check_names=False, obj=name)


def test_trends_are_those_of_a_line_fitted_to_the_weeks(record):
    attendance = rows("attendance", "week_starts_on")
    for student, own in list(attendance.groupby(KEY))[:50]:
        weeks = (own["week_starts_on"] - own["week_starts_on"].min()).dt.days / 7
        slope = np.polyfit(weeks, own["sessions_attended"], 1)[0]
        assert record["sessions_attended_trend"][student] == pytest.approx(slope, abs=1e-9)


def test_the_record_is_ready_for_the_list(joined):
    schema = joined.dataset.schema

    assert schema.student_id == KEY
    assert schema.names(Role.OUTCOME) == ("not_retained",)
    assert schema.names(Role.PROTECTED) == ("gender",)
    assert "sessions_attended_sum" in schema.names(Role.BARRIER)
    assert all(column.title and column.reason for column in schema)


def test_an_inner_join_leaves_out_by_name_who_has_no_row(tmp_path):
    survey = Part(SCHOOL, "surveys", key=KEY, join=Join.ONLY_MATCHED, columns=("week_study_hours",))
    joined = join_plan(LOCAL, SourcePlan(PLAN.base, (survey,)), settings=Settings(workspace=tmp_path))
    answered = set(rows("surveys")[KEY])
    base = SOURCE.load("students").collect()[KEY]

    assert joined.dataset.collect()[KEY].tolist() == [student for student in base if student in answered]
    assert [student for e in joined.exclusions for student in e.ids] == [s for s in base if s not in answered]
    assert joined.n_base == len(base)
