"""The student record: what is in it, who is left out, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from core import frames
from core.dataset import Dataset, Provenance
from core.errors import ColumnNotFound, PlanError, RepeatedIds
from core.schema import Column, Kind, Role, Schema
from core.sources.base import DemoSpec
from core.sources.join.assemble import Exclusion, assemble, match_parts
from core.sources.join.part_table import PartTable
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import How, KeyRule, Measure

BASE = Part(DemoSpec(), "students", key="id")
SURVEYS = Part(DemoSpec(), "surveys", key="sid")
EVENTS = Part(DemoSpec(), "events", key="sid", measures=(Measure(How.COUNT), Measure(How.MEAN, "minutes")))
ROLES = {"id": Role.STUDENT_ID, "sid": Role.STUDENT_ID, "age": Role.PROTECTED, "hours": Role.BARRIER}


def table(columns, *, source="MySQL 'school'", name="students", synthetic=True, day=21, **counts):
    """Return a table as it was read."""
    frame = pd.DataFrame(columns)
    schema = Schema(
        tuple(
            Column(
                column,
                Kind.NUMBER if frame[column].dtype == "float64" else Kind.TEXT,
                ROLES.get(column, Role.FEATURE),
            )
            for column in frame
        )
    )
    provenance = Provenance(
        source=source,
        table=name,
        loaded_at=datetime(2026, 11, day, tzinfo=UTC),
        n_rows=len(frame),
        content_hash=frames.content_hash(frame),
        synthetic=synthetic,
    )
    return PartTable(Dataset(frames.wrap(frame), schema, provenance), **counts)


STUDENTS = table({"id": ["2", "1", "3"], "age": [17.0, 18.0, 19.0], "name": ["Bo", "Al", "Cy"]})
ANSWERS = table(
    {"sid": ["1", "3 ", "9"], "hours": [10.0, None, 5.0]}, source="MongoDB 'surveys'", name="surveys"
)
COUNTS = table(
    {"sid": ["1", "2"], "count": [4.0, 2.0], "minutes_mean": [30.0, None]},
    source="Spark 'lms'",
    name="events",
)


def record(joined):
    return joined.dataset.collect().astype("object").where(lambda f: f.notna(), None).to_numpy().tolist()


def test_every_student_stays_in_the_order_of_the_base_and_gets_what_the_parts_know():
    joined = assemble(SourcePlan(BASE, (SURVEYS, EVENTS)), [STUDENTS, ANSWERS, COUNTS])

    assert list(joined.dataset.collect().columns) == ["id", "age", "name", "hours", "count", "minutes_mean"]
    assert record(joined) == [
        ["2", 17.0, "Bo", None, 2.0, None],
        ["1", 18.0, "Al", 10.0, 4.0, 30.0],
        ["3", 19.0, "Cy", None, 0.0, None],
    ]
    assert joined.exclusions == ()
    assert joined.n_base == 3


def test_students_that_are_left_out_are_named_at_the_first_table_that_lacks_them():
    plan = SourcePlan(
        BASE, (replace(SURVEYS, join=Join.ONLY_MATCHED), replace(EVENTS, join=Join.ONLY_MATCHED))
    )
    joined = assemble(plan, [STUDENTS, ANSWERS, COUNTS])

    assert [row[0] for row in record(joined)] == ["1"]
    assert joined.exclusions == (Exclusion("surveys", ("2",)), Exclusion("events", ("3",)))
    assert joined.n_base == len(record(joined)) + joined.n_excluded
    assert joined.dataset.provenance.notes[-1] == (
        "2 students left out: not in a table that every student must be in."
    )


def test_the_record_has_one_id_and_keeps_what_columns_are_for():
    joined = assemble(
        SourcePlan(replace(BASE, prefix="x_"), (replace(SURVEYS, prefix="answer_"),)), [STUDENTS, ANSWERS]
    )
    schema = joined.dataset.schema

    assert schema.names() == ("id", "x_age", "x_name", "answer_hours")
    assert [column.role for column in schema] == [Role.STUDENT_ID, Role.PROTECTED, Role.FEATURE, Role.BARRIER]
    assert schema.student_id == "id"


def test_the_chosen_key_is_the_id_whatever_was_guessed_and_is_text():
    base = table({"id": ["a", "b"], "number": [7.0, 8.0]})
    part = table({"sid": ["7"], "hours": [1.0], "id2": ["x"]})
    schema = part.dataset.schema.with_roles({"id2": Role.STUDENT_ID})
    part = replace(part, dataset=part.dataset.with_schema(schema))
    joined = assemble(SourcePlan(replace(BASE, key="number"), (SURVEYS,)), [base, part])

    assert joined.dataset.schema.student_id == "number"
    assert joined.dataset.schema.names(Role.STUDENT_ID) == ("number",)
    assert joined.dataset.schema.column("id").role is Role.IGNORED
    assert joined.dataset.schema.column("id2").role is Role.IGNORED
    assert joined.dataset.collect()["number"].tolist() == ["7", "8"]
    assert joined.dataset.collect()["hours"].tolist()[0] == 1.0


def test_the_provenance_names_every_table_and_is_as_old_as_the_oldest():
    old = table(
        {"sid": ["1"], "hours": [1.0]}, source="MongoDB 'surveys'", name="surveys", synthetic=False, day=3
    )
    late = replace(COUNTS, n_after=12, n_undated=1, n_without_key=3)
    plan = SourcePlan(BASE, (SURVEYS, EVENTS), as_of=date(2026, 11, 20), name="record 2026")
    found = assemble(plan, [STUDENTS, old, late]).dataset.provenance

    assert found.source == "MySQL 'school', MongoDB 'surveys' and Spark 'lms'"
    assert (found.table, found.as_of, found.n_rows) == ("record 2026", "2026-11-20", 3)
    assert found.loaded_at == datetime(2026, 11, 3, tzinfo=UTC)
    assert [part.table for part in found.parts] == ["students", "surveys", "events"]
    assert not found.synthetic
    assert found.notes == (
        "1 of 3 students are in 'surveys'; ids there without a student: 0 of 1.",
        "2 of 3 students are in 'events'; ids there without a student: 0 of 2; rows there without an id: 3.",
        "12 rows of 'events' left out: they came after the as-of date.",
        "1 row of 'events' left out: they carry no time.",
        "3 rows of 'events' left out: they have no 'sid'.",
    )
    assert found.query == (
        "students by id, joined with surveys by sid (spaces ignored); with events by sid (spaces ignored)"
    )


def test_the_same_tables_give_the_same_hash_and_a_changed_cell_another():
    plan = SourcePlan(BASE, (SURVEYS,))
    other = table({"sid": ["1", "3 ", "9"], "hours": [11.0, None, 5.0]})
    one, again, changed = (
        assemble(plan, [STUDENTS, part]).dataset.provenance.content_hash for part in (ANSWERS, ANSWERS, other)
    )

    assert one == again != changed


def test_an_older_copy_of_a_part_is_told_of_the_record():
    outage = "'surveys' has not answered since 09:14."
    dataset = replace(ANSWERS.dataset, provenance=replace(ANSWERS.dataset.provenance, outage=outage))
    found = assemble(SourcePlan(BASE, (SURVEYS,)), [STUDENTS, PartTable(dataset)]).dataset.provenance

    assert found.outage == outage


def test_a_base_with_two_rows_of_a_student_is_refused_with_the_ids():
    base = table({"id": ["7", "8", "007", "8"], "age": [1.0, 2.0, 3.0, 4.0]})
    plan = SourcePlan(replace(BASE, rule=KeyRule(zeros=True)), (SURVEYS,))

    with pytest.raises(RepeatedIds) as refused:
        assemble(plan, [base, ANSWERS])

    assert str(refused.value) == (
        "The base table 'students' has several rows for 2 ids ('7' (also written '007'), '8'), "
        "with spaces ignored, leading zeros ignored."
    )
    assert refused.value.hint.startswith("A base table has one row a student")


def test_a_part_with_two_rows_of_a_student_is_refused_even_if_nobody_needs_them():
    part = table({"sid": ["99", "99"], "hours": [1.0, 2.0]})

    with pytest.raises(RepeatedIds) as refused:
        assemble(SourcePlan(BASE, (SURVEYS,)), [STUDENTS, part])

    assert str(refused.value) == (
        "The table 'surveys' has several rows for 1 id ('99'), with spaces ignored."
    )
    assert "Sum up its many rows" in refused.value.hint


def test_a_rule_of_a_part_that_makes_two_students_one_is_refused():
    base = table({"id": ["7", "007"], "age": [1.0, 2.0]})
    part = replace(SURVEYS, rule=KeyRule(zeros=True))

    with pytest.raises(RepeatedIds) as refused:
        assemble(SourcePlan(BASE, (part,)), [base, ANSWERS])

    assert str(refused.value) == (
        "Students of 'students' cannot be told apart in 'surveys', "
        "with spaces ignored, leading zeros ignored: 1 id ('7' (also written '007'))."
    )


@pytest.mark.parametrize(("ids", "words"), [(["1", None], "1 row"), ([None, " ", "2"], "2 rows")])
def test_a_base_row_without_an_id_is_refused_with_the_count(ids, words):
    base = table({"id": pd.Series(ids, dtype="str"), "age": [1.0] * len(ids)})

    with pytest.raises(PlanError) as refused:
        assemble(SourcePlan(BASE, (SURVEYS,)), [base, ANSWERS])

    assert str(refused.value) == f"The base table 'students' has {words} without a 'id'."
    assert (
        refused.value.hint
        == "Fill them in at the source, or leave them out by the condition 'id is present'."
    )


def test_rows_that_a_measured_base_left_out_for_want_of_an_id_are_refused_too():
    with pytest.raises(PlanError, match="has 5 rows without a 'id'"):
        assemble(SourcePlan(BASE, (SURVEYS,)), [replace(STUDENTS, n_without_key=5), ANSWERS])


def test_two_columns_of_one_name_are_refused_and_a_prefix_resolves_it():
    part = table({"sid": ["1"], "name": ["x"]})

    with pytest.raises(PlanError) as refused:
        assemble(SourcePlan(BASE, (SURVEYS,)), [STUDENTS, part])

    assert str(refused.value) == "The tables 'students' and 'surveys' both have a column 'name'."
    assert refused.value.hint == "Put something before the names of 'surveys', or take fewer of its columns."
    joined = assemble(SourcePlan(BASE, (replace(SURVEYS, prefix="survey_"),)), [STUDENTS, part])
    assert "survey_name" in joined.dataset.schema


def test_a_table_may_be_joined_to_itself_under_a_prefix():
    joined = assemble(SourcePlan(BASE, (replace(BASE, prefix="again_"),)), [STUDENTS, STUDENTS])
    frame = joined.dataset.collect()

    assert frame["again_age"].tolist() == frame["age"].tolist()


def test_a_plan_that_cannot_be_joined_says_what_is_missing():
    with pytest.raises(PlanError, match="The table 'surveys' has no key to join it by"):
        assemble(SourcePlan(BASE, (replace(SURVEYS, key=""),)), [STUDENTS, ANSWERS])
    with pytest.raises(PlanError, match="The plan has 2 tables and 1 were read"):
        assemble(SourcePlan(BASE, (SURVEYS,)), [STUDENTS])
    with pytest.raises(ColumnNotFound) as refused:
        assemble(SourcePlan(BASE, (replace(SURVEYS, key="sids"),)), [STUDENTS, ANSWERS])
    assert str(refused.value) == "There is no column 'sids' (needed by the key of 'surveys')."


def test_a_plan_of_one_table_is_that_table_and_repeated_ids_are_told():
    base = table({"id": ["1", "1 ", None], "age": [1.0, 2.0, 3.0]})
    joined = assemble(SourcePlan(BASE), [base])

    assert joined.dataset.collect() is base.dataset.collect()
    assert joined.n_base == 3
    assert joined.dataset.provenance.notes == (
        "Several rows have the same 'id': 1 id ('1' (also written '1 ')).",
    )
    assert assemble(SourcePlan(replace(BASE, key="")), [base]).dataset.provenance.notes == ()


def test_a_part_without_rows_matches_nobody():
    empty = table({"sid": pd.Series([], dtype="str"), "hours": pd.Series([], dtype="float64")})
    joined = assemble(SourcePlan(BASE, (SURVEYS,)), [STUDENTS, empty])

    assert joined.dataset.collect()["hours"].isna().tolist() == [True] * 3
    assert joined.matches[0].n_matched == 0


def test_the_matches_can_be_seen_before_anything_is_refused():
    base = table({"id": ["1", "1", None], "age": [1.0, 2.0, 3.0]})
    found = match_parts(SourcePlan(BASE, (SURVEYS,)), [base, ANSWERS])

    assert (found[0].n_base, found[0].n_matched, found[0].n_unmatched_part) == (2, 2, 2)
