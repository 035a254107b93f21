"""A plan read from its sources: what is asked of them, what is told, and what changed."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

import pandas as pd
import pytest

from core.caseload.access import LOCAL
from core.errors import PlanError, SchemaChanged
from core.schema import Kind, Role
from core.settings import Settings
from core.sources.base import DemoSpec, FileSpec
from core.sources.demo.source import DemoSource
from core.sources.join.drift import with_types
from core.sources.join.source import read_part
from core.sources.plan import Part, SourcePlan
from core.sources.selection import Condition, How, KeyRule, Measure, Test
from core.workflow.joining import join_plan

SCHOOL = DemoSpec(students=300, dirt=False)
AS_OF = date(2025, 11, 1)
EVENTS = Part(
    SCHOOL,
    "lms_events",
    key="student_id",
    time="day",
    measures=(Measure(How.COUNT), Measure(How.MEAN, "minutes"), Measure(How.DAYS_SINCE)),
)


class Watched(DemoSource):
    """A demo school that remembers what it was asked."""

    asked: ClassVar[list] = []

    def load(self, table, **asked):
        self.asked.append(("load", table, asked.get("columns"), asked.get("limit")))
        return super().load(table, **asked)

    def group(self, table, grouping, **asked):
        self.asked.append(("group", table))
        return super().group(table, grouping, **asked)


@pytest.fixture
def watched():
    """A school that remembers, with nothing asked yet."""
    Watched.asked = []
    return Watched(SCHOOL)


def test_a_table_is_read_with_its_key_and_the_columns_asked_for(watched):
    part = Part(SCHOOL, "students", key="student_id", columns=("gender", "student_id", "age"))
    found = read_part(watched, part, as_of=None)

    assert watched.asked == [("load", "students", ("student_id", "gender", "age"), None)]
    assert found.dataset.schema.names() == ("student_id", "gender", "age")


def test_all_columns_are_read_where_none_are_named(watched):
    read_part(watched, Part(SCHOOL, "terms"), as_of=None)

    assert watched.asked == [("load", "terms", None, None)]


def test_measures_are_worked_out_by_the_source_and_only_first_rows_are_loaded():
    part = Part(SCHOOL, "lms_events", key="student_id", time="day", measures=(Measure(How.SUM, "minutes"),))
    events = DemoSource(SCHOOL).load("lms_events").collect()
    expected = events[events["day"].dt.date <= AS_OF].groupby("student_id")["minutes"].sum()
    found = read_part(DemoSource(SCHOOL), part, as_of=AS_OF)

    pd.testing.assert_series_equal(
        found.dataset.collect().set_index("student_id")["minutes_sum"], expected, check_names=False
    )
    assert found.n_after == (events["day"].dt.date > AS_OF).sum()
    assert found.dataset.provenance.as_of == "2025-11-01"
    assert found.dataset.provenance.synthetic


def test_measured_columns_say_what_they_are():
    schema = read_part(DemoSource(SCHOOL), EVENTS, as_of=AS_OF).dataset.schema
    days = schema.column("days_since")
    mean = schema.column("minutes_mean")

    assert schema.student_id == "student_id"
    assert mean.reason == "Mean of minutes in lms_events up to 2025-11-01."
    assert (mean.title, mean.kind, mean.role, mean.unit) == (
        "Mean of minutes, lms_events",
        Kind.NUMBER,
        Role.FEATURE,
        "minutes",
    )
    assert (days.unit, days.lowest) == ("days", 0.0)
    assert schema.column("count").reason == "Number of rows in lms_events up to 2025-11-01."


def test_what_a_column_is_for_stays_when_it_is_measured():
    measures = (
        Measure(How.LAST, "sessions_attended"),
        Measure(How.TREND, "sessions_attended"),
        Measure(How.COUNT, "sessions_attended"),
    )
    part = Part(SCHOOL, "attendance", key="student_id", time="week_starts_on", measures=measures)
    students = Part(
        SCHOOL,
        "students",
        key="student_id",
        time="birth_date",
        measures=(Measure(How.MEAN, "age"), Measure(How.LAST, "gender"), Measure(How.LAST, "not_retained")),
    )
    attended = read_part(DemoSource(SCHOOL), part, as_of=None).dataset.schema
    found = read_part(DemoSource(SCHOOL), students, as_of=None).dataset.schema

    assert [column.role for column in attended][1:] == [Role.BARRIER, Role.BARRIER, Role.FEATURE]
    assert attended.column("sessions_attended_trend").unit == "sessions a week"
    assert [column.role for column in found][1:] == [Role.PROTECTED, Role.PROTECTED, Role.OUTCOME]
    assert found.column("gender_last").kind is Kind.CATEGORY


def test_rows_without_a_time_column_all_count_and_this_is_said():
    part = replace(EVENTS, time="", measures=(Measure(How.COUNT),))
    found = read_part(DemoSource(SCHOOL), part, as_of=AS_OF).dataset.provenance

    assert found.notes[-1] == (
        "'lms_events' carries no time column: all its rows count, whatever the as-of date."
    )


def test_a_changed_table_is_refused_before_anything_is_read(watched):
    part = with_types(Part(SCHOOL, "students", key="student_id"), watched.describe("students"))
    read_part(watched, part, as_of=None)
    Watched.asked = []
    old = tuple((name, "flag" if name == "age" else kind) for name, kind in part.types)
    lost = (*part.types, ("points", "number"))

    with pytest.raises(SchemaChanged, match="The column 'age' of 'students' changed from 'flag' to 'number'"):
        read_part(watched, replace(part, types=old), as_of=None)
    with pytest.raises(SchemaChanged, match="The table 'students' has no column 'points' any more"):
        read_part(watched, replace(part, types=lost), as_of=None)
    assert watched.asked == []


def test_measures_that_cannot_be_worked_out_are_refused_before_anything_is_read(watched):
    with pytest.raises(PlanError, match="the plan has no as-of date"):
        read_part(watched, EVENTS, as_of=None)
    assert watched.asked == []


def test_progress_rises_to_the_end_over_all_tables(tmp_path):
    told = []
    plan = SourcePlan(Part(SCHOOL, "students", key="student_id"), (EVENTS,), as_of=AS_OF)
    join_plan(
        LOCAL,
        plan,
        settings=Settings(workspace=tmp_path),
        progress=lambda fraction, words: told.append((fraction, words)),
    )
    fractions = [fraction for fraction, _ in told]

    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert told[-1][1] == "300 students"


def test_a_file_and_the_demo_school_are_joined_by_ids_written_otherwise(tmp_path):
    ids = DemoSource(SCHOOL).load("students", columns=["student_id"]).collect()["student_id"]
    path = tmp_path / "meals.csv"
    path.write_text(
        "id,meals\n" + "".join(f"{student.lower()} ,{i}\n" for i, student in enumerate(ids[:100]))
    )
    meals = Part(FileSpec(str(path)), "meals", key="id", rule=KeyRule(case=True))
    plan = SourcePlan(Part(SCHOOL, "students", key="student_id", columns=("gender",)), (meals,))
    joined = join_plan(LOCAL, plan, settings=Settings(workspace=tmp_path / "ws"))

    assert joined.matches[0].n_matched == 100
    assert joined.dataset.collect()["meals"].tolist()[:100] == [float(i) for i in range(100)]
    assert joined.dataset.provenance.source == "demo school and file meals.csv"
    assert not joined.dataset.provenance.synthetic


def test_conditions_choose_the_rows_that_are_measured():
    some = replace(EVENTS, rows=(Condition("minutes", Test.AT_LEAST, 60),), measures=(Measure(How.COUNT),))
    events = DemoSource(SCHOOL).load("lms_events").collect()
    n_expected = ((events["minutes"] >= 60) & (events["day"].dt.date <= AS_OF)).sum()

    assert read_part(DemoSource(SCHOOL), some, as_of=AS_OF).dataset.collect()["count"].sum() == n_expected


def test_several_rows_of_the_last_day_give_one_value_and_the_same_each_time():
    part = replace(EVENTS, measures=(Measure(How.LAST, "minutes"),))
    one, two = (read_part(DemoSource(SCHOOL), part, as_of=AS_OF).dataset for _ in range(2))

    assert one.provenance.content_hash == two.provenance.content_hash
    assert one.schema == two.schema
