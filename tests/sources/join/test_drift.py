"""Tables that changed: every change is named with the likely new name, and mended by a remap."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ColumnNotFound, SchemaChanged
from core.sources.base import DemoSpec, FieldInfo, TableInfo
from core.sources.join.drift import Drift, check_drift, refuse_drift, remapped, used_columns, with_types
from core.sources.plan import Part
from core.sources.selection import Condition, How, Measure, Test

COLUMNS = {
    "student_id": "varchar(12)",
    "full_name": "varchar(80)",
    "attendance_rate": "decimal(5,2)",
    "work_hours": "int",
    "answered_on": "date",
    "address.city": "string",
}
WHOLE = Part(DemoSpec(), "students", key="student_id", types=tuple(COLUMNS.items()))
EVENTS = Part(
    DemoSpec(),
    "events",
    key="student_id",
    columns=("ignored",),
    time="answered_on",
    rows=(Condition("full_name", Test.PRESENT),),
    measures=(
        Measure(How.MEAN, "work_hours"),
        Measure(How.LAST, "work_hours", "hours_now"),
        Measure(How.COUNT),
    ),
    explode="address.city",
    types=(("student_id", "varchar(12)"), ("answered_on", "date"), ("work_hours", "int")),
)
OTHER_TYPES = ["bigint", "text", "double", "array<string>", "json"]
RENAMES = {
    "student_id": ("studentid", "student_no", "Student ID"),
    "full_name": ("fullname", "name", "full_name_2026"),
    "attendance_rate": ("attendance", "attendance_pct", "att_rate"),
    "work_hours": ("hours_of_work", "work_hours_week", "workhours"),
    "answered_on": ("answered_at", "answer_date", "date_answered"),
    "address.city": ("home.city", "address.town", "city"),
}


def info(columns, name="students"):
    return TableInfo(name, "table", tuple(FieldInfo(column, kind) for column, kind in columns.items()), None)


def drifts_of_all():
    """Yield changed columns with the drift that each must give: gone, retyped, and renamed in three ways."""
    for name, kind in COLUMNS.items():
        others = {column: other for column, other in COLUMNS.items() if column != name}
        yield others, Drift("students", name, kind, "")
        for new_kind in OTHER_TYPES[:3]:
            yield {**COLUMNS, name: new_kind}, Drift("students", name, kind, new_kind)
        for new in RENAMES[name]:
            yield (
                {"added": "blob", **others, new: kind, "extra": "json"},
                Drift("students", name, kind, "", new),
            )


ALL_DRIFTS = list(drifts_of_all())


def test_there_are_at_least_forty_drifts():
    assert len(ALL_DRIFTS) >= 40


@pytest.mark.parametrize(("columns", "drift"), ALL_DRIFTS)
def test_each_drift_is_named_right(columns, drift):
    assert check_drift(WHOLE, info(columns)) == (drift,)


@pytest.mark.parametrize(("columns", "drift"), ALL_DRIFTS)
def test_each_drift_refuses_the_read_in_words(columns, drift):
    with pytest.raises(SchemaChanged) as refused:
        refuse_drift(WHOLE, info(columns))

    assert f"'{drift.column}'" in str(refused.value)
    assert "'students'" in str(refused.value)
    assert (drift.new_type or drift.likely or "another column") in f"{refused.value}{refused.value.hint}"


@pytest.mark.parametrize(("columns", "drift"), [case for case in ALL_DRIFTS if case[1].likely])
def test_taking_over_the_likely_name_mends_the_plan(columns, drift):
    mended = remapped(WHOLE, {drift.column: drift.likely})

    assert check_drift(mended, info(columns)) == ()


def test_the_words_of_a_drift():
    gone, renamed, retyped = (
        Drift("students", "gpa", "int", ""),
        Drift("students", "gpa", "int", "", "grade"),
        Drift("students", "gpa", "int", "text"),
    )

    assert str(gone) == str(renamed) == "The table 'students' has no column 'gpa' any more."
    assert gone.advice == "Map 'gpa' to another column on Data sources, or take it out of the plan."
    assert renamed.advice == "It is probably 'grade' now: map 'gpa' to it on Data sources."
    assert (
        str(retyped) == "The column 'gpa' of 'students' changed from 'int' to 'text' since the plan was made."
    )
    assert retyped.advice == "Check that 'gpa' still means the same, and take over its new type."


def test_new_columns_and_another_order_are_no_drift():
    mixed = {"new": "int", **dict(reversed(COLUMNS.items())), "other": "json"}

    assert check_drift(WHOLE, info(mixed)) == ()
    refuse_drift(WHOLE, info(mixed))


def test_only_columns_that_are_used_can_drift():
    assert used_columns(EVENTS) == ("student_id", "full_name", "answered_on", "work_hours")
    without = {name: kind for name, kind in COLUMNS.items() if name != "attendance_rate"}
    assert check_drift(EVENTS, info(without)) == ()


def test_a_plan_without_types_still_notices_what_is_gone():
    part = Part(DemoSpec(), "students", key="student_id", columns=("work_hour",))

    assert check_drift(part, info(COLUMNS)) == (Drift("students", "work_hour", "", "", "work_hours"),)


def test_two_lost_columns_are_never_mapped_to_one_new():
    part = Part(DemoSpec(), "t", key="id", types=(("id", "int"), ("score_a", "int"), ("score_b", "int")))
    found = check_drift(part, info({"id": "int", "score_b2": "int"}, "t"))

    assert [(drift.column, drift.likely) for drift in found] == [("score_a", ""), ("score_b", "score_b2")]


def test_a_single_new_column_of_the_type_is_meant_however_it_is_called():
    part = Part(DemoSpec(), "t", key="id", types=(("id", "int"), ("born", "date")))

    assert check_drift(part, info({"id": "int", "dob": "date"}, "t"))[0].likely == "dob"
    assert check_drift(part, info({"id": "int", "dob": "text"}, "t"))[0].likely == ""


def test_a_remap_reaches_every_place_and_measures_keep_their_names():
    names = {
        "student_id": "sid",
        "full_name": "name",
        "answered_on": "at",
        "work_hours": "hours",
        "address.city": "city",
    }
    part = remapped(EVENTS, names)

    assert (*used_columns(part), part.explode) == ("sid", "name", "at", "hours", "city")
    assert [measure.title for measure in part.measures] == [measure.title for measure in EVENTS.measures]
    assert [measure.of for measure in part.measures] == ["hours", "hours", ""]
    assert part.types == (("sid", "varchar(12)"), ("at", "date"), ("hours", "int"))
    assert remapped(WHOLE, {"full_name": "name"}).types[1] == ("name", "varchar(80)")


def test_a_remap_of_a_column_that_is_not_used_is_refused():
    with pytest.raises(ColumnNotFound) as refused:
        remapped(EVENTS, {"work_hour": "hours"})

    assert str(refused.value) == "There is no column 'work_hour' (needed by table 'events' of the plan)."
    assert "'work_hours'" in refused.value.hint


def test_the_types_of_today_are_taken_over():
    assert with_types(replace(WHOLE, types=()), info(COLUMNS)).types == tuple(COLUMNS.items())
    assert dict(with_types(EVENTS, info(COLUMNS)).types) == {
        name: kind for name, kind in COLUMNS.items() if name not in {"attendance_rate", "address.city"}
    }


@given(st.dictionaries(st.sampled_from(list(COLUMNS)), st.sampled_from(["", *OTHER_TYPES]), max_size=6))
def test_any_changes_together_are_all_named_and_no_others(changes):
    now = {name: changes.get(name, kind) for name, kind in COLUMNS.items()}
    found = check_drift(WHOLE, info({name: kind for name, kind in now.items() if kind}))

    assert {drift.column: drift.new_type for drift in found} == changes
    assert all(not drift.likely for drift in found)


def documents(columns):
    return replace(info(columns), n_sampled=1_000)


def test_of_documents_a_rare_field_and_one_more_type_are_no_drift():
    part = Part(DemoSpec(), "notes", types=(("id", "string"), ("score", "number"), ("comment", "string")))

    assert check_drift(part, documents({"id": "string", "score": "number or string"})) == ()
    assert check_drift(part, documents({"id": "string", "score": "string"})) == (
        Drift("notes", "score", "number", "string"),
    )


def test_of_documents_a_field_that_was_chosen_by_name_is_missed():
    part = Part(DemoSpec(), "notes", key="id", columns=("comment",), types=(("comment", "string"),))

    assert [drift.column for drift in check_drift(part, documents({"id": "string"}))] == ["comment"]
