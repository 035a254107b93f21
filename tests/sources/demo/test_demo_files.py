"""The school as files: what is read back is what is loaded, and the truth stands beside it."""

import json

import pandas as pd
import pytest

from core.errors import InvalidChoice, SourceError
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource
from core.sources.demo.truth_files import TRUTH_FILES
from core.sources.demo.write import write_school

SPEC = DemoSpec(students=400, leaks=True, drift=True)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_school(SPEC, tmp_path_factory.mktemp("school") / "out")


def loaded(table):
    return DemoSource(SPEC).load(table).collect()


@pytest.mark.parametrize("table", ["students", "enrolments", "terms", "grades", "attendance", "mentors"])
def test_a_csv_file_holds_the_table(written, table):
    expected = loaded(table)
    text = expected.columns[expected.dtypes == "str"]
    days = expected.columns[expected.dtypes == "datetime64[us]"]
    found = pd.read_csv(
        written.folder / f"{table}.csv",
        dtype=dict.fromkeys(text, "str") | {c: "float64" for c in expected if c not in {*text, *days}},
        parse_dates=list(days),
        keep_default_na=False,
        na_values={c: [""] for c in expected},
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert written.rows[table] == len(expected)


def lines_of(written, name):
    return [json.loads(line) for line in (written.folder / name).read_text(encoding="utf-8").splitlines()]


def test_surveys_are_nested_documents(written):
    found, expected = lines_of(written, "surveys.jsonl"), loaded("surveys")
    assert set(found[0]) == {"student_id", "answered_on", "address", "household", "week", "equipment"}
    flat = pd.json_normalize(found, sep="_")
    assert list(flat.columns) == list(expected.columns)
    assert (flat["household_care_hours"] == expected["household_care_hours"]).all()
    assert (pd.to_datetime(flat["answered_on"]) == expected["answered_on"]).all()


def test_mentor_notes_are_documents_with_the_mentor_as_an_object(written):
    found, expected = lines_of(written, "mentor_notes.jsonl"), loaded("mentor_notes")
    assert [note["mentor"]["id"] for note in found] == expected["mentor"].tolist()
    assert [note["text"] for note in found] == expected["text"].tolist()
    assert list(found[0]) == list(expected.columns)


def test_events_are_parquet_parts(written):
    parts = sorted((written.folder / "lms_events").iterdir())
    found = pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)
    expected = loaded("lms_events")
    assert [part.name for part in parts] == ["part-00000.parquet"]
    assert found["student_id"].equals(expected["student_id"])
    assert found["logins"].astype(float).equals(expected["logins"])
    assert (pd.to_datetime(found["day"]) == expected["day"]).all()


def test_the_truth_is_written_beside_the_data(written):
    folder, truth = written.folder / "truth", DemoSource(SPEC).truth()
    assert {path.name for path in folder.iterdir()} == set(TRUTH_FILES)
    effects = json.loads((folder / "effects.json").read_text(encoding="utf-8"))
    assert effects["synthetic"]
    assert effects["coefficients"] == truth.coefficients
    assert effects["spec"]["students"] == 400
    mentoring = json.loads((folder / "mentoring.json").read_text(encoding="utf-8"))
    assert mentoring["average_effect"] == truth.mentoring.average_effect
    assert json.loads((folder / "leaks.json").read_text(encoding="utf-8"))["columns"] == list(truth.leaks)
    assert json.loads((folder / "drift.json").read_text(encoding="utf-8"))["shifts"] == truth.drift.shifts
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "students.parquet"), truth.students)
    cells = pd.read_csv(
        folder / "dirt_cells.csv", dtype={"clean": "str", "dirty": "str"}, keep_default_na=False
    )
    assert cells["student_id"].tolist() == truth.dirt["student_id"].tolist()
    counts = json.loads((folder / "dirt.json").read_text(encoding="utf-8"))["counts"]
    assert sum(row["n"] for row in counts) == len(truth.dirt)


def test_the_readme_says_synthetic_and_how_it_was_made(written):
    text = (written.folder / "README.txt").read_text(encoding="utf-8")
    assert "SYNTHETIC DATA" in text
    assert "as of 2025-11-28" in text
    assert "students=400, seed=7, terms=4, dirt=True, leaks=True, drift=True, mentoring=True" in text


def test_the_same_spec_writes_the_same_bytes(written, tmp_path):
    again = write_school(SPEC, tmp_path)
    first = {
        path.relative_to(written.folder): path.read_bytes()
        for path in written.folder.rglob("*")
        if path.is_file()
    }
    second = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert first == second
    assert again.rows == written.rows


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SourceError, match="is not empty") as error:
        write_school(SPEC, tmp_path)
    assert error.value.hint == "Name a new or an empty folder."
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(SourceError, match="cannot be written to"):
        write_school(SPEC, tmp_path / "taken")


def test_a_school_that_cannot_be_made_leaves_no_folder(tmp_path):
    with pytest.raises(InvalidChoice, match="'terms' cannot be '1'"):
        write_school(DemoSpec(terms=1), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_larger_school_is_written_block_by_block(tmp_path):
    told = []
    school = write_school(
        DemoSpec(students=25_010, terms=2), tmp_path, progress=lambda done, words: told.append(done)
    )
    assert told == [pytest.approx(25_000 / 25_010), 1.0]
    assert len(list((tmp_path / "lms_events").iterdir())) == 2
    assert school.rows["surveys"] == 25_010
    dirt = pd.read_csv(tmp_path / "truth" / "dirt_cells.csv")
    students = pd.read_csv(tmp_path / "students.csv", dtype="str")
    assert students.loc[dirt["row"], "student_id"].tolist() == dirt["student_id"].tolist()
