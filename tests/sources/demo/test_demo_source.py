"""The demo school as a source: the contract of every source, and the same bytes every time."""

import subprocess
import sys

import pandas as pd
import pytest

from core.errors import ColumnNotFound, InvalidChoice, SourceNotConfigured, TableNotFound, WrongKind
from core.schema import Kind, Role
from core.sources.base import DemoSpec
from core.sources.demo import parts, settings
from core.sources.demo.source import DemoSource
from core.sources.selection import Condition, Grouping, Test

SMALL = DemoSpec(students=120)
CLEAN = DemoSpec(students=120, dirt=False)
TABLES = DemoSource().tables()


def frame_of(table, spec=CLEAN, **asked):
    return DemoSource(spec).load(table, **asked).collect()


def test_the_students_table_comes_first():
    assert TABLES[0] == "students"
    assert set(TABLES) == {
        "students",
        "enrolments",
        "terms",
        "grades",
        "attendance",
        "mentors",
        "surveys",
        "mentor_notes",
        "lms_events",
    }


def test_the_status_says_how_large_the_school_is_and_of_which_day():
    status = DemoSource().status()
    assert status.reachable
    assert status.n_tables == len(TABLES)
    assert status.message == "The demo school: 3,000 made-up students over 4 terms, as of 2025-11-28."


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (DemoSpec(students=0), "'students' cannot be '0'."),
        (DemoSpec(students=5_000_001), "'students' cannot be '5000001'."),
        (DemoSpec(terms=1), "'terms' cannot be '1'."),
        (DemoSpec(seed=-1), "'seed' cannot be '-1'."),
    ],
)
def test_a_school_that_cannot_be_made_is_said_so_and_not_made(spec, message):
    status = DemoSource(spec).status()
    assert not status.reachable
    assert status.message.startswith(message)
    with pytest.raises(InvalidChoice, match=message):
        DemoSource(spec).load("students")
    with pytest.raises(InvalidChoice, match=message):
        DemoSource(spec).truth()


def test_without_its_settings_the_status_says_so_instead_of_raising(monkeypatch, tmp_path):
    settings.demo_settings.cache_clear()
    monkeypatch.setattr(settings, "SETTINGS_FILE", tmp_path / "demo.json")
    assert "'data/demo.json', cannot be read" in DemoSource().status().message
    with pytest.raises(SourceNotConfigured):
        DemoSource().load("students")


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_the_type_of_its_kind(table):
    dataset = DemoSource(CLEAN).load(table)
    frame = dataset.collect()
    assert tuple(frame.columns) == dataset.schema.names()
    for column in dataset.schema:
        dtype = frame[column.name].dtype
        if column.kind is Kind.NUMBER:
            assert dtype == "float64", column.name
        elif column.kind is Kind.DATE:
            assert pd.api.types.is_datetime64_any_dtype(dtype), column.name
        else:
            assert dtype == "str", column.name


@pytest.mark.parametrize("table", TABLES)
def test_every_number_lies_in_the_range_of_its_column(table):
    dataset = DemoSource(DemoSpec(students=2000, dirt=False, leaks=True, drift=True)).load(table)
    frame = dataset.collect()
    for column in dataset.schema:
        if column.kind is Kind.NUMBER:
            assert frame[column.name].between(column.lowest, column.highest).all(), column.name


def test_a_dirty_number_column_comes_as_text_under_the_kind_it_should_have():
    dataset = DemoSource(SMALL).load("students")
    frame = dataset.collect()
    as_text = [name for name in dataset.schema.of_kind(Kind.NUMBER) if frame[name].dtype == "str"]
    assert as_text == ["travel_minutes", "fees_owed", "prior_average"]


def test_every_barrier_is_something_that_can_be_worked_on():
    schema = DemoSource(SMALL).load("students").schema
    assert schema.names(Role.BARRIER) == (
        "work_hours",
        "travel_minutes",
        "device",
        "internet",
        "fees_owed",
        "care_hours",
        "attendance_rate",
        "study_hours",
    )
    assert schema.names(Role.PROTECTED) == ("birth_date", "age", "gender", "ethnicity", "disability")
    assert schema.names(Role.OUTCOME) == ("not_retained",)
    assert schema.student_id == "student_id"
    assert schema.column("work_hours").title == "Paid work"
    assert schema.column("mentor_contacts").role is Role.CONTACT


@pytest.mark.parametrize("table", TABLES)
def test_the_same_spec_gives_the_same_rows(table):
    pd.testing.assert_frame_equal(frame_of(table, SMALL), frame_of(table, SMALL))


def test_another_seed_gives_other_students():
    assert not frame_of("students").equals(frame_of("students", DemoSpec(students=120, dirt=False, seed=8)))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("limit", [0, 1, 17, 10**9])
def test_a_limit_gives_the_first_rows_of_the_whole(table, limit):
    whole = frame_of(table, SMALL)
    pd.testing.assert_frame_equal(frame_of(table, SMALL, limit=limit), whole.head(limit))


def test_a_limit_over_more_than_one_block_gives_the_first_rows_of_the_whole():
    spec = DemoSpec(students=25_400)
    whole = frame_of("students", spec)
    pd.testing.assert_frame_equal(frame_of("students", spec, limit=25_300), whole.head(25_300))
    assert whole["student_id"].str.slice(1).astype(int).max() > 25_400


def test_columns_come_in_the_order_asked_for_and_once():
    dataset = DemoSource(SMALL).load("students", columns=["gender", "student_id", "gender"], limit=2)
    assert list(dataset.collect().columns) == ["gender", "student_id"]
    assert dataset.schema.names() == ("gender", "student_id")


def test_a_misspelt_table_or_column_names_the_nearest():
    with pytest.raises(TableNotFound, match="The demo school has no table 'student'") as table:
        DemoSource(SMALL).load("student")
    assert table.value.hint.startswith("Did you mean 'students'?")
    with pytest.raises(ColumnNotFound, match="no column 'gendr'") as column:
        DemoSource(SMALL).load("students", columns=["gendr"])
    assert column.value.hint.startswith("Did you mean 'gender'?")


def test_a_negative_limit_is_refused():
    with pytest.raises(InvalidChoice, match="'limit' cannot be '-1'"):
        DemoSource(SMALL).load("students", limit=-1)


def test_the_provenance_says_synthetic_and_changes_with_the_spec():
    first = DemoSource(SMALL).load("students").provenance
    again = DemoSource(SMALL).load("students").provenance
    other = DemoSource(CLEAN).load("students").provenance
    assert first.synthetic
    assert "never evidence" in first.notes[0]
    assert (first.source, first.table, first.n_rows) == (
        "demo school",
        "students",
        len(frame_of("students", SMALL)),
    )
    assert first.content_hash == again.content_hash != other.content_hash
    assert len(first.content_hash) == 16


def test_progress_ends_at_one():
    told = []
    DemoSource(DemoSpec(students=30_000)).load(
        "students", progress=lambda done, words: told.append((done, words))
    )
    assert [done for done, _ in told] == [0.5, 1.0]
    assert told[-1][1].startswith("Making the table 'students'")


def test_the_students_table_needs_no_event_table(monkeypatch):
    def refused(school):
        raise AssertionError

    for table in set(parts.BY_BLOCK) - {"students"}:
        monkeypatch.setitem(parts.BY_BLOCK, table, refused)
    assert len(frame_of("students")) == 120


def test_loading_the_students_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from core.sources.base import DemoSpec\n"
        "from core.sources.demo.source import DemoSource\n"
        "DemoSource(DemoSpec()).load('students').collect()\n"
        "print([m for m in ('sklearn', 'scipy', 'pyspark', 'streamlit', 'statsmodels') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("students", [1, 2])
@pytest.mark.parametrize("terms", [2, 4])
@pytest.mark.parametrize("dirt", [True, False])
def test_a_school_of_one_or_two_students_works(students, terms, dirt):
    source = DemoSource(DemoSpec(students=students, terms=terms, dirt=dirt, leaks=True, drift=True))
    for table in TABLES:
        source.load(table)
    assert len(source.truth().students) == students


def test_there_is_one_school():
    assert DemoSource(SMALL).databases() == ()


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_described_as_it_is_loaded(table):
    source = DemoSource(CLEAN)
    info = source.describe(table)
    dataset = source.load(table)

    assert (info.name, info.what) == (table, "table")
    assert [field.name for field in info.fields] == list(dataset.schema.names())
    assert [field.type for field in info.fields] == [column.kind.value for column in dataset.schema]
    assert info.n_rows in {None, len(dataset.collect())}
    assert not info.is_estimate


def test_the_number_of_dirty_students_is_an_estimate():
    assert DemoSource(SMALL).describe("students").is_estimate
    assert DemoSource(SMALL).describe("students").n_rows == 120
    assert DemoSource(SMALL).describe("mentors").n_rows == len(frame_of("mentors", SMALL))
    assert DemoSource(SMALL).describe("grades").n_rows is None
    with pytest.raises(TableNotFound):
        DemoSource(SMALL).describe("grade")


def test_rows_are_those_that_meet_the_conditions_in_the_order_of_the_whole():
    whole = frame_of("grades")
    rows = [Condition("points", Test.AT_LEAST, 60), Condition("term", Test.IS_NOT, whole["term"][0])]
    expected = whole[(whole["points"] >= 60) & (whole["term"] != whole["term"][0])].reset_index(drop=True)
    dataset = DemoSource(CLEAN).load("grades", rows=rows)

    assert 0 < len(expected) < len(whole)
    pd.testing.assert_frame_equal(dataset.collect(), expected)
    assert dataset.provenance.n_rows == len(expected)
    assert dataset.provenance.notes[-1] == (
        f"{len(expected):,} of {len(whole):,} rows meet the conditions on 'points', 'term'."
    )


def test_a_limit_counts_the_rows_that_meet_the_conditions():
    rows = [Condition("points", Test.AT_LEAST, 60)]
    whole = frame_of("grades", rows=rows)

    pd.testing.assert_frame_equal(frame_of("grades", rows=rows, limit=5), whole.head(5))
    pd.testing.assert_frame_equal(frame_of("grades", rows=rows, columns=["course"]), whole[["course"]])


def test_other_conditions_give_another_hash():
    loads = ((), (Condition("points", Test.AT_LEAST, 60),), (Condition("points", Test.AT_LEAST, 61),))
    hashes = {DemoSource(CLEAN).load("grades", rows=rows).provenance.content_hash for rows in loads}

    assert len(hashes) == 3


def test_sums_are_worked_out_over_the_rows_that_meet_the_conditions():
    told = []
    groups = DemoSource(CLEAN).group(
        "grades",
        Grouping("student_id", sums=("points",)),
        rows=[Condition("points", Test.AT_LEAST, 60)],
        progress=lambda done, words: told.append(done),
    )
    grades = frame_of("grades")
    expected = grades[grades["points"] >= 60].groupby("student_id", sort=False)["points"].agg(["size", "sum"])

    assert groups.frame["key"].tolist() == expected.index.tolist()
    assert groups.frame["n_rows"].tolist() == expected["size"].tolist()
    assert groups.frame["sum_0"].tolist() == pytest.approx(expected["sum"].tolist())
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_school_without_lists_explodes_none():
    with pytest.raises(WrongKind, match="The column 'term' of table 'grades' holds no lists"):
        DemoSource(SMALL).load("grades", explode="term")
    with pytest.raises(ColumnNotFound, match="There is no column 'terms'"):
        DemoSource(SMALL).group("grades", Grouping("student_id"), explode="terms")
    with pytest.raises(ColumnNotFound, match="There is no column 'nobody'"):
        DemoSource(SMALL).load("grades", rows=[Condition("nobody", Test.PRESENT)])
