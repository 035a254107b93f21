"""``python -m core load``: a plan of the page is replayed without it, and the list can be made of it."""

import json
import sqlite3

import pandas as pd
import pytest

from core import __main__ as door
from core.workflow.stated import FILE

PLAN = {
    "waymark_plan": 1,
    "as_of": "2026-01-31",
    "base": {"source": {"connection": {"connection": "old"}}, "table": "students", "key": "student_id"},
    "parts": [
        {
            "source": {"connection": {"connection": "old"}},
            "table": "visits",
            "key": "student",
            "rule": {"zeros": True},
            "time": "day",
            "measures": [{"how": "count", "name": "visits"}, {"how": "sum", "of": "minutes"}],
        }
    ],
}


@pytest.fixture
def database(tmp_path, monkeypatch):
    """Twenty students and their visits in a SQLite file, stated in the environment."""
    place = tmp_path / "school.db"
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE students (student_id TEXT PRIMARY KEY, hours REAL, result TEXT)")
        connection.execute("CREATE TABLE visits (student TEXT, day DATE, minutes REAL)")
        rows = [(f"{i:03d}", float(i), "fail" if i % 3 else "pass") for i in range(20)]
        connection.executemany("INSERT INTO students VALUES (?, ?, ?)", rows)
        visits = [("1", "2026-01-05", 10), ("001", "2026-01-09", 5), ("2", "2026-02-20", 99)]
        connection.executemany("INSERT INTO visits VALUES (?, ?, ?)", visits)
    connection.close()
    monkeypatch.setenv("WAYMARK_CONNECTIONS__OLD__KIND", "sqlite")
    monkeypatch.setenv("WAYMARK_CONNECTIONS__OLD__FILE", str(place))
    monkeypatch.chdir(tmp_path)
    return place


@pytest.fixture
def plan(tmp_path):
    place = tmp_path / "plan.json"
    place.write_text(json.dumps(PLAN), encoding="utf-8")
    return place


def load(capsys, plan, *more):
    status = door.main(["load", "--plan", str(plan), "--out", "students.parquet", *more])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_plan_becomes_one_row_a_student(capsys, database, plan, tmp_path):
    status, said, _ = load(capsys, plan, "--json", "report.json")
    students = pd.read_parquet("students.parquet")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))

    assert status == 0
    assert said.startswith("20 of 20 students are written to 'students.parquet'.")
    assert students["student_id"].tolist()[:3] == ["000", "001", "002"]
    assert students["visits"].tolist()[:3] == [0.0, 2.0, 0.0], "the visit after the as-of date does not count"
    assert students["minutes_sum"].tolist()[1] == 15.0
    assert [table["table"] for table in report["tables"]] == ["students", "visits"]
    assert report["as_of"] == "2026-01-31"


def test_the_same_plan_writes_the_same_bytes(capsys, database, plan, tmp_path):
    load(capsys, plan)
    first = (tmp_path / "students.parquet").read_bytes()
    (tmp_path / "students.parquet").unlink()
    load(capsys, plan)

    assert (tmp_path / "students.parquet").read_bytes() == first


def test_the_list_is_made_of_what_was_written(capsys, database, plan, tmp_path):
    load(capsys, plan)
    asked = ["--file", "students.parquet", "--outcome", 'result == "fail"', "--capacity", "5"]
    status = door.main(["at-risk", *asked, "--out", "list.csv"])

    assert status == 0
    assert len(pd.read_csv("list.csv")) == 20


def test_what_a_column_is_for_goes_with_the_file(capsys, database, plan, tmp_path):
    """A mean of ages stays protected, whatever it is called."""
    asked = json.loads(plan.read_text(encoding="utf-8"))
    asked["parts"][0]["measures"].append({"how": "mean", "of": "age", "name": "level"})
    plan.write_text(json.dumps(asked), encoding="utf-8")
    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE visits ADD COLUMN age REAL")
        connection.execute("UPDATE visits SET age = 17")
    connection.close()
    load(capsys, plan)
    door.main(["profile", "--file", "students.parquet", "--json", "profile.json"])
    found = json.loads((tmp_path / "profile.json").read_text(encoding="utf-8"))
    roles = {column["name"]: column["role"] for column in found["columns"]}

    assert roles["level"] == "protected"
    assert roles["student_id"] == "student_id"


def test_a_connection_of_the_page_serves_too(capsys, database, plan, tmp_path, monkeypatch):
    monkeypatch.delenv("WAYMARK_CONNECTIONS__OLD__KIND")
    monkeypatch.delenv("WAYMARK_CONNECTIONS__OLD__FILE")
    monkeypatch.setenv("WAYMARK_WORKSPACE", str(tmp_path / "ws"))
    (tmp_path / "ws").mkdir()
    stated = {"connections": {"old": {"kind": "sqlite", "file": str(database)}}}
    (tmp_path / "ws" / FILE).write_text(json.dumps(stated), encoding="utf-8")

    assert load(capsys, plan)[0] == 0


def test_a_database_that_is_gone_is_one_sentence_and_nothing_is_written(capsys, database, plan, tmp_path):
    load(capsys, plan)
    (tmp_path / "students.parquet").unlink()
    database.unlink()
    status, _, said = load(capsys, plan)

    assert status == 2
    assert "'old'" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "students.parquet").exists(), "an older copy never passes for what was asked"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"waymark_plan": 9}, "plan"),
        ({"base": {**PLAN["base"], "table": "studens"}}, "'studens'"),
        ({"base": {**PLAN["base"], "source": {"connection": {"connection": "odl"}}}}, "'odl'"),
        ({"base": {**PLAN["base"], "key": "sid"}}, "'sid'"),
        ({"partz": []}, "'partz'"),
    ],
)
def test_a_wrong_plan_is_one_sentence(capsys, database, tmp_path, change, words):
    place = tmp_path / "plan.json"
    place.write_text(json.dumps({**PLAN, **change}), encoding="utf-8")
    status, _, said = load(capsys, place)

    assert status == 2
    assert words in said
    assert said.count("\n") == 1


def test_a_plan_that_is_not_there_is_one_sentence(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, said = load(capsys, tmp_path / "none.json")

    assert status == 2
    assert "'" in said
