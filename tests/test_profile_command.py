"""``python -m core profile``: what is in a file, in the same figures from pandas and from Spark."""

import json

import pandas as pd
import pytest

from core import __main__ as door
from core.settings import Settings
from core.sources.base import DemoSpec
from core.sources.demo.write import write_school
from core.sources.spark import java
from core.workflow import profiling
from core.workflow.actors import LOCAL

STUDENTS = pd.DataFrame(
    {
        "student_id": [f"S{n:02d}" for n in range(24)],
        "hours": [float(n) for n in range(1, 13)] * 2,
        "way": ["bus"] * 12 + ["walk"] * 11 + ["boat"],
        "enrolled": ["2025-09-01", "2026-01-31", None, "2025-10-15"] * 6,
        "fees.owed": [0.5, None, 1.5, 2.0] * 6,
        "a `quoted` name": ["yes", "no"] * 12,
    }
)


@pytest.fixture
def table(tmp_path):
    place = tmp_path / "school.csv"
    STUDENTS.to_csv(place, index=False)
    return place


def run(capsys, *arguments):
    status = None
    try:
        status = door.main(["profile", *map(str, arguments)])
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    return status, said.out, said.err


def columns_of(place):
    return {column["name"]: column for column in json.loads(place.read_text("utf-8"))["columns"]}


def test_numbers_are_told_in_figures(capsys, table, tmp_path):
    status, said, _ = run(capsys, "--file", table, "--json", tmp_path / "p.json")
    hours = columns_of(tmp_path / "p.json")["hours"]

    assert status == 0
    assert {name: hours[name] for name in ("count", "missing", "infinite", "distinct")} == {
        "count": 24, "missing": 0, "infinite": 0, "distinct": 12
    }  # fmt: skip
    assert [hours[name] for name in ("mean", "median", "q25", "q75", "min", "max", "skew")] == [
        6.5, 6.5, 3.75, 9.25, 1.0, 12.0, 0.0
    ]  # fmt: skip
    assert hours["variance"] == pytest.approx(STUDENTS["hours"].var(), rel=1e-8)
    assert hours["std"] == pytest.approx(STUDENTS["hours"].std(), rel=1e-8)
    assert sum(hours["sparkline"]) == 24
    assert (
        "    mean 6.5, median 6.5, standard deviation 3.5263, variance 12.4348, "
        "quartiles 3.75 and 9.25, 1 to 12, skew 0\n" in said
    )


def test_days_are_told_from_the_first_to_the_last(capsys, table, tmp_path):
    _, said, _ = run(capsys, "--file", table, "--json", tmp_path / "p.json")
    enrolled = columns_of(tmp_path / "p.json")["enrolled"]

    assert (enrolled["earliest"], enrolled["latest"], enrolled["missing"]) == ("2025-09-01", "2026-01-31", 6)
    assert enrolled["mean"] is None
    assert "    2025-09-01 to 2026-01-31\n" in said


def test_a_category_of_few_students_is_not_named(capsys, table, tmp_path):
    _, said, _ = run(capsys, "--file", table, "--json", tmp_path / "p.json")
    columns = columns_of(tmp_path / "p.json")

    assert columns["way"]["top"] == [{"level": "bus", "n": 12}]
    assert columns["way"]["note"] == "2 small categories are not shown."
    assert "    bus (12)\n    2 small categories are not shown.\n" in said
    assert "boat" not in said
    assert columns["student_id"]["top"] == []
    assert "    Values are not shown: they can identify a student.\n" in said


def test_figures_on_few_students_are_withheld(capsys, tmp_path):
    STUDENTS.head(9).to_csv(tmp_path / "few.csv", index=False)
    _, said, _ = run(capsys, "--file", tmp_path / "few.csv", "--json", tmp_path / "p.json")

    assert columns_of(tmp_path / "p.json")["hours"]["mean"] is None
    assert "    Figures on fewer than 10 students are not shown.\n" in said
    assert "mean" not in said


def test_one_row_has_a_profile(capsys, tmp_path):
    STUDENTS.head(1).to_csv(tmp_path / "few.csv", index=False)
    status, said, error = run(capsys, "--file", tmp_path / "few.csv")

    assert (status, error) == (0, "")
    assert ": 1 rows, 6 columns" in said


def test_without_java_spark_is_one_sentence_and_nothing_is_written(capsys, table, tmp_path, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java, "HOMES", ())
    java.java_home.cache_clear()
    try:
        status, said, error = run(capsys, "--file", table, "--engine", "spark", "--json", tmp_path / "p.json")
    finally:
        java.java_home.cache_clear()

    assert (status, said) == (2, "")
    assert error.startswith("Spark needs Java 17 to 21, and this computer has none. Install it")
    assert error.count("\n") == 1
    assert not (tmp_path / "p.json").exists()


def test_another_engine_is_refused(capsys, table):
    status, _, error = run(capsys, "--file", table, "--engine", "polars")

    assert status == 2
    assert error.startswith("python -m core profile: argument --engine: invalid choice: 'polars'")


@pytest.mark.spark
def test_spark_writes_and_says_the_same_as_pandas(capsys, tmp_path, spark_local, monkeypatch):
    """The dirty school, with names that mean something to Spark; by the server of the other tests."""
    school = write_school(DemoSpec(students=400, seed=3, dirt=True), tmp_path / "school").folder
    named = {"travel_minutes": "travel.minutes", "grade_trend": "the `trend`"}
    pd.read_csv(school / "students.csv", dtype=str).rename(columns=named).to_csv(
        tmp_path / "students.csv", index=False
    )
    settings = Settings(workspace=spark_local.run_folder.parent)
    told = {}
    for engine in ("pandas", "spark"):
        told[engine] = _told(
            capsys, tmp_path / "students.csv", settings, engine=engine, out=tmp_path / f"{engine}.json"
        )
        monkeypatch.setattr(profiling, "summarise", None)

    assert told["spark"] == told["pandas"]
    assert "standard deviation" in told["spark"][0]


def _told(capsys, file, settings, *, engine, out):
    """Return what is printed and what is written, in a given workspace."""
    words = ["profile", "--file", str(file), "--json", str(out), "--engine", engine]
    options = door.build_parser().parse_args(words)
    options.run(LOCAL, options, settings=settings)
    return capsys.readouterr().out, out.read_bytes()
