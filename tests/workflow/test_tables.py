"""A table is read once, under the user's roles, from a file that lies in the workspace by its content."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.caseload.access import LOCAL, UNGATED
from core.errors import BadFile, ColumnNotFound, Forbidden, InvalidChoice, RoleMissing, TooLarge
from core.schema import Kind, Role
from core.settings import Settings
from core.sources.base import DemoSpec, FileSpec
from core.workflow import files, tables
from core.workflow.requests import TableRequest

SCHOOL = (
    b"student_id;Full name;gender;math score;passed\n007;Ana;f;41,5;no\nNA;Bo;m;88,0;yes\n009;Cy;f;;yes\n"
)


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path / "workspace")


@pytest.fixture
def spec(settings):
    return files.keep_file(LOCAL, io.BytesIO(SCHOOL), name="school.csv", settings=settings)


def load(spec, settings, **corrections):
    return tables.load_table(LOCAL, TableRequest(spec, **corrections), settings=settings)


def test_an_uploaded_file_is_read_with_its_ids_as_they_are_written(spec, settings):
    dataset = load(spec, settings)

    assert dataset.collect()["student_id"].tolist() == ["007", "NA", "009"]
    assert dataset.collect()["math score"].tolist()[:2] == [41.5, 88.0]
    assert dataset.schema.student_id == "student_id"
    assert dataset.provenance.source == "file school.csv"


def test_a_table_is_read_once_and_then_taken_from_the_workspace(spec, settings):
    load(spec, settings)
    Path(spec.path).unlink()

    assert len(load(spec, settings).collect()) == 3


def test_the_users_roles_are_used_with_their_reason(spec, settings):
    schema = load(spec, settings, roles=(("math score", Role.IGNORED),)).schema

    assert schema.column("math score").role is Role.IGNORED
    assert schema.column("math score").reason == "Role set by the user."


def test_choosing_a_student_id_ends_the_guessed_one(spec, settings):
    schema = load(spec, settings, roles=(("Full name", Role.STUDENT_ID),)).schema

    assert (schema.student_id, schema.column("student_id").role) == ("Full name", Role.IGNORED)


def test_two_student_ids_are_one_too_many(spec, settings):
    both = (("Full name", Role.STUDENT_ID), ("student_id", Role.STUDENT_ID))
    with pytest.raises(RoleMissing) as refused:
        load(spec, settings, roles=both)

    assert (
        str(refused.value) == "Only one column can be the student id, not both 'Full name' and 'student_id'."
    )


def test_a_role_for_a_column_that_is_not_there_names_the_nearest(spec, settings):
    with pytest.raises(ColumnNotFound) as refused:
        load(spec, settings, roles=(("math scroe", Role.IGNORED),))

    assert str(refused.value) == "There is no column 'math scroe'."
    assert refused.value.hint.startswith("Did you mean 'math score'?")


def test_a_kind_that_the_user_sets_decides_how_the_values_are_read(spec, settings):
    dataset = load(spec, settings, kinds=(("math score", Kind.CATEGORY),))

    assert dataset.collect()["math score"].tolist()[:2] == ["41,5", "88,0"]


def test_a_kind_can_be_corrected_for_the_demo_school_too(settings):
    made = load(DemoSpec(students=60), settings, kinds=(("gender", Kind.NUMBER), ("age", Kind.CATEGORY)))

    assert made.collect()["gender"].isna().all()
    assert made.collect()["age"].iloc[0].isdecimal()
    assert any(note.startswith("Column 'gender': 6") for note in made.provenance.notes)


def test_the_preview_shows_every_column_with_its_reason_and_examples(spec, settings):
    shown = tables.preview(LOCAL, TableRequest(spec), settings=settings)
    columns = shown.columns.set_index("column")

    assert list(columns.index) == ["student_id", "Full name", "gender", "math score", "passed"]
    assert columns.loc["math score", "examples"] == "41.5, 88"
    assert columns.loc["passed", "examples"] == "no, yes"
    assert columns["missing"].tolist() == [0, 0, 0, 1, 0]
    assert columns.loc["gender", "role"] == "protected"
    assert columns["reason"].str.len().min() > 0


def test_the_preview_says_how_the_file_was_read(spec, settings):
    shown = tables.preview(LOCAL, TableRequest(spec), settings=settings)

    assert (shown.file_format.delimiter, shown.file_format.decimal) == (";", ",")
    assert shown.tables == ("school",)


def test_the_preview_of_the_demo_school_has_its_tables_and_no_file_format(settings):
    shown = tables.preview(LOCAL, TableRequest(DemoSpec(students=50)), settings=settings)

    assert (shown.tables[0], shown.file_format, len(shown.rows) <= 200) == ("students", None, True)
    assert shown.suggestions == ('not_retained == "yes"',)


def test_a_corrected_way_of_reading_is_followed(spec, settings):
    table = load(FileSpec(spec.path, spec.name, decimal="."), settings).collect()

    assert table["math score"].isna().sum() < 3


@given(content=st.binary(min_size=1, max_size=300))
def test_a_kept_file_is_the_same_bytes_under_one_name(content, tmp_path_factory):
    settings = Settings(workspace=tmp_path_factory.getbasetemp() / "kept")
    first, second = (
        files.keep_file(LOCAL, io.BytesIO(content), name=name, settings=settings)
        for name in ("a.csv", "b.csv")
    )

    assert Path(first.path).read_bytes() == content
    assert (first.path, first.name, second.name) == (second.path, "a.csv", "b.csv")


def test_a_name_with_folders_is_a_name_only(settings):
    kept = files.keep_file(LOCAL, io.BytesIO(b"a,b\n1,2\n"), name="../../etc/x.csv", settings=settings)

    assert kept.name == "x.csv"
    assert Path(kept.path).parent == settings.workspace / "files"


def test_a_file_over_the_limit_is_refused_and_nothing_stays(tmp_path):
    settings = Settings(workspace=tmp_path, max_file_mib=1)
    with pytest.raises(TooLarge) as refused:
        files.keep_file(LOCAL, io.BytesIO(b"x" * 2_000_000), name="big.csv", settings=settings)

    assert "'big.csv' has" in str(refused.value)
    assert "the limit is 1 MB" in str(refused.value)
    assert list((tmp_path / "files").iterdir()) == []


def test_only_the_last_uploads_stay(settings):
    for number in range(files.KEPT_FILES + 3):
        files.keep_file(LOCAL, io.BytesIO(b"a\n%d\n" % number), name="a.csv", settings=settings)

    assert len(list((settings.workspace / "files").iterdir())) == files.KEPT_FILES


def test_an_empty_file_is_one_sentence(settings):
    empty = files.keep_file(LOCAL, io.BytesIO(b""), name="empty.csv", settings=settings)
    with pytest.raises(BadFile, match=r"^'empty.csv' is empty.$"):
        load(empty, settings)


def test_a_file_of_this_computer_is_copied_so_that_it_cannot_change_under_us(tmp_path, settings):
    origin = tmp_path / "marks.csv"
    origin.write_bytes(SCHOOL)
    kept = files.keep_path(LOCAL, f" {origin} ", settings=settings)
    origin.write_bytes(b"other")

    assert (Path(kept.path).read_bytes(), kept.name) == (SCHOOL, "marks.csv")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.csv", "There is no file 'missing.csv'."),
        (".", "is a folder, not a file."),
        ("~nobody-of-this-name/a.csv", "There is no folder '~nobody-of-this-name/a.csv'."),
        ("a\0b", "There is no file"),
    ],
)
def test_a_path_that_leads_nowhere_is_one_sentence(path, words, settings):
    with pytest.raises(BadFile) as refused:
        files.keep_path(LOCAL, path, settings=settings)

    assert words in str(refused.value)


def test_without_the_front_door_no_file_is_taken_or_read(spec, settings):
    with pytest.raises(Forbidden):
        files.keep_file(UNGATED, io.BytesIO(b"a"), name="a.csv", settings=settings)
    with pytest.raises(Forbidden):
        files.keep_path(UNGATED, "a.csv", settings=settings)
    with pytest.raises(Forbidden):
        tables.preview(UNGATED, TableRequest(spec), settings=settings)


def test_the_demo_school_is_made_as_it_was_asked_for():
    spec = tables.demo_spec(LOCAL, students=40, seed=3, dirt=False)

    assert spec == DemoSpec(students=40, seed=3, dirt=False)


def test_a_demo_school_without_students_is_refused_with_the_range():
    with pytest.raises(InvalidChoice) as refused:
        tables.demo_spec(LOCAL, students=0)

    assert str(refused.value) == "'students' cannot be '0'."
    assert "1 to" in refused.value.hint


def test_the_limits_are_sentences():
    limits = files.describe_limits(LOCAL, settings=Settings(max_file_mib=2))

    assert limits[0] == "A file may have up to 2 MB."


@pytest.mark.parametrize(
    ("name", "rows", "suggested"),
    [
        ("StudentsPerformance.csv", 1_000, "mean(math score, reading score, writing score) < 60"),
        ("uci_697_dropout.csv", 4_424, 'Target == "Dropout"'),
    ],
)
def test_real_tables_load_and_suggest_their_outcome(shared_data, settings, name, rows, suggested):
    spec = files.keep_path(LOCAL, str(shared_data / name), settings=settings)
    shown = tables.preview(LOCAL, TableRequest(spec), settings=settings)

    assert shown.provenance.n_rows == rows
    assert suggested in shown.suggestions
