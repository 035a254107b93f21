"""The command line: the same answers as the pages, one sentence for bad input, never a traceback."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import __main__ as door

METRICS = [
    "accuracy",
    "balanced_accuracy",
    "roc_auc",
    "pr_auc",
    "f1",
    "precision",
    "recall",
    "specificity",
    "brier",
    "log_loss",
    "ece",
    "precision_at_listed",
    "recall_at_listed",
    "lift",
]
COLUMNS = ["student_id", "rank", "listed", "risk", "need", "segment", "reasons"]


def school(n=160, seed=1, **columns):
    rng = np.random.default_rng(seed)
    hours = rng.integers(0, 40, n)
    bus = rng.choice(["bus", "walk"], n)
    passed = rng.random(n) > 0.15 + 0.015 * hours
    table = {
        "student_id": [f"{number:04d}" for number in range(n)],
        "work_hours": hours,
        "way": bus,
        "gender": rng.choice(["f", "m"], n),
        "result": np.where(passed, "pass", "fail"),
    }
    return pd.DataFrame(table | columns)


@pytest.fixture
def table(tmp_path):
    place = tmp_path / "school.csv"
    school().to_csv(place, index=False)
    return place


def run(capsys, *arguments):
    status = None
    try:
        status = door.main([str(argument) for argument in arguments])
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    return status, said.out, said.err


def at_risk(capsys, file, out, *more, outcome='result == "fail"', cut=("--capacity", 20)):
    return run(capsys, "at-risk", "--file", file, "--outcome", outcome, *cut, "--out", out, *more)


def refused(capsys, tmp_path, file, *more, **options):
    """Run with bad input; return the one sentence that was said."""
    status, out, err = at_risk(capsys, file, tmp_path / "list.csv", *more, **options)
    assert (status, out) == (2, ""), err
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert not (tmp_path / "list.csv").exists()
    return err


def test_the_list_has_every_student_ordered_by_rank(capsys, table, tmp_path):
    status, out, _ = at_risk(capsys, table, tmp_path / "list.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8"))))

    assert status == 0
    assert "20 of 160 students are listed" in out
    assert list(rows[0]) == COLUMNS
    assert [int(row["rank"]) for row in rows] == list(range(1, 161))
    assert [row["listed"] for row in rows] == ["true"] * 20 + ["false"] * 140
    risks = [float(row["risk"]) for row in rows]
    assert risks == sorted(risks, reverse=True)
    assert sorted(row["student_id"] for row in rows) == [f"{n:04d}" for n in range(160)]


def test_the_evaluation_says_what_was_done_and_how_good_it_is(capsys, table, tmp_path):
    at_risk(capsys, table, tmp_path / "list.csv", "--json", tmp_path / "e.json", "--seed", 3)
    report = json.loads((tmp_path / "e.json").read_text("utf-8"))

    assert report["n_students"] == 160
    assert report["n_listed"] == 20
    assert report["outcome"] == 'result == "fail"'
    assert (report["model"], report["seed"]) == ("logistic_regression", 3)
    assert "cross-validation" in report["protocol"]
    assert [metric["name"] for metric in report["metrics"]] == METRICS
    for metric in report["metrics"]:
        assert {"value", "low", "high", "baseline"} <= set(metric)
        if metric["value"] is not None and metric["low"] is not None:
            assert metric["low"] <= metric["value"] <= metric["high"]
    assert report["features"] == ["work_hours", "way"]
    excluded = {one["name"]: one for one in report["excluded"]}
    assert excluded["gender"]["reason"] == "A protected attribute is never a model input."
    assert excluded["result"]["reason"] == "It decides the outcome."
    assert {check["code"] for check in report["checks"]} >= {"M001", "M002"}
    assert "scikit-learn" in report["versions"]


def test_the_same_input_and_seed_write_the_same_bytes(capsys, table, tmp_path):
    for name in ("a", "b"):
        at_risk(capsys, table, tmp_path / f"{name}.csv", "--json", tmp_path / f"{name}.json")

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_the_order_of_the_rows_changes_nobodys_risk(capsys, table, tmp_path):
    school().sample(frac=1, random_state=5).to_csv(tmp_path / "mixed.csv", index=False)
    at_risk(capsys, table, tmp_path / "a.csv")
    at_risk(capsys, tmp_path / "mixed.csv", tmp_path / "b.csv")

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_threshold_lists_by_risk(capsys, table, tmp_path):
    at_risk(capsys, table, tmp_path / "list.csv", cut=("--threshold", 0.5))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8"))))

    assert all((float(row["risk"]) >= 0.5) == (row["listed"] == "true") for row in rows)


def test_without_an_id_the_row_number_serves_and_says_so(capsys, tmp_path):
    school().drop(columns="student_id").to_csv(tmp_path / "s.csv", index=False)
    status, out, _ = at_risk(capsys, tmp_path / "s.csv", tmp_path / "list.csv", "--json", tmp_path / "e.json")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8"))))

    assert status == 0
    assert "the row number serves" in out
    assert any("row number serves" in note for note in json.loads((tmp_path / "e.json").read_text())["notes"])
    assert sorted(int(row["student_id"]) for row in rows) == list(range(1, 161))


def test_ids_stay_text_and_a_student_called_na_stays(capsys, tmp_path):
    table = school()
    table.loc[0, "student_id"] = "NA"
    table.to_csv(tmp_path / "s.csv", index=False)
    at_risk(capsys, tmp_path / "s.csv", tmp_path / "list.csv", "--id", "student_id")
    ids = {
        row["student_id"] for row in csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8")))
    }

    assert {"NA", "0007"} <= ids
    assert len(ids) == 160


def test_protected_and_excluded_columns_are_no_features(capsys, table, tmp_path):
    at_risk(
        capsys, table, tmp_path / "l.csv", "--json", tmp_path / "e.json", "--protected", "way", "--seed", 1
    )
    report = json.loads((tmp_path / "e.json").read_text("utf-8"))

    assert report["features"] == ["work_hours"]


def test_a_student_with_gaps_stays_on_the_list(capsys, tmp_path):
    table = school()
    table.loc[:9, ["work_hours", "way"]] = None
    table.to_csv(tmp_path / "s.csv", index=False)
    at_risk(capsys, tmp_path / "s.csv", tmp_path / "list.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8"))))

    assert len(rows) == 160
    assert {row["need"] for row in rows if row["student_id"] in {"0000", "0009"}} <= {
        "not enough known",
        "high",
    }


def test_students_whose_outcome_is_not_known_are_scored_too(capsys, tmp_path):
    table = school()
    table.loc[:9, "result"] = None
    table.to_csv(tmp_path / "s.csv", index=False)
    at_risk(capsys, tmp_path / "s.csv", tmp_path / "list.csv", "--json", tmp_path / "e.json")
    report = json.loads((tmp_path / "e.json").read_text("utf-8"))

    assert (report["n_students"], report["n_labelled"]) == (160, 150)


BAD_FILES = {
    "empty": (b"", "is empty"),
    "header only": (b"student_id,work_hours,result\n", "no rows"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n", "PDF"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.", "pickle"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_sentence(capsys, tmp_path, name):
    content, words = BAD_FILES[name]
    (tmp_path / "bad.csv").write_bytes(content)

    assert words.casefold() in refused(capsys, tmp_path, tmp_path / "bad.csv").casefold()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(capsys, tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * 1_200_000_000)

    assert "bomb.xlsx" in refused(capsys, tmp_path, tmp_path / "bomb.xlsx")


def test_a_file_that_is_not_there_is_one_sentence(capsys, tmp_path):
    assert "nowhere.csv" in refused(capsys, tmp_path, tmp_path / "nowhere.csv")


def saved(tmp_path, table):
    table.to_csv(tmp_path / "bad.csv", index=False)
    return tmp_path / "bad.csv"


def test_one_row_is_too_few(capsys, tmp_path):
    assert "1 student" in refused(capsys, tmp_path, saved(tmp_path, school(1)), outcome="work_hours < 50")


def test_one_class_is_named(capsys, tmp_path):
    bad = saved(tmp_path, school(result="fail"))

    assert "Every student has the outcome" in refused(capsys, tmp_path, bad)


def test_a_repeated_id_is_named(capsys, tmp_path):
    table = school()
    table.loc[1, "student_id"] = "0000"

    assert "0000" in refused(capsys, tmp_path, saved(tmp_path, table), "--id", "student_id")


def test_a_misspelt_outcome_column_gets_the_nearest_name(capsys, table, tmp_path):
    assert "'result'" in refused(capsys, tmp_path, table, outcome='reslut == "fail"')


@pytest.mark.parametrize("option", ["--id", "--protected", "--exclude"])
def test_a_misspelt_column_gets_the_nearest_name(capsys, table, tmp_path, option):
    assert "Did you mean 'work_hours'?" in refused(capsys, tmp_path, table, option, "wrok_hours")


@pytest.mark.parametrize(
    "cut", [("--threshold", "1.5"), ("--threshold", "-0.1"), ("--capacity", "-3"), ("--threshold", "nan")]
)
def test_a_cut_out_of_range_is_refused(capsys, table, tmp_path, cut):
    assert "cannot be" in refused(capsys, tmp_path, table, cut=cut)


def test_an_unknown_model_lists_the_known_ones(capsys, table, tmp_path):
    assert "'logistic_regression'" in refused(capsys, tmp_path, table, "--model", "logistic")


def test_an_all_missing_and_a_constant_column_are_named_and_the_rest_serves(capsys, tmp_path):
    bad = saved(tmp_path, school(gap=None, country="here"))
    status, _, _ = at_risk(capsys, bad, tmp_path / "l.csv", "--json", tmp_path / "e.json")
    names = {one["name"] for one in json.loads((tmp_path / "e.json").read_text("utf-8"))["excluded"]}

    assert status == 0
    assert {"gap", "country"} <= names


def test_a_place_that_cannot_be_written_is_found_before_the_work(capsys, table, tmp_path):
    status, _, err = at_risk(capsys, table, tmp_path / "no" / "list.csv")

    assert status == 2
    assert "does not exist" in err


def test_a_missing_option_is_one_sentence(capsys):
    status, _, err = run(capsys, "at-risk")

    assert status == 2
    assert err.count("\n") == 1
    assert "--file" in err


def test_segments_are_written_for_every_student(capsys, table, tmp_path):
    status, out, _ = run(capsys, "segments", "--file", table, "--k", 3, "--out", tmp_path / "s.csv")
    rows = pd.read_csv(tmp_path / "s.csv", dtype=str)

    assert status == 0
    assert list(rows.columns) == ["student_id", "segment", "segment_name"]
    assert len(rows) == 160
    assert set(rows["segment"]) == {"1", "2", "3"}
    assert out.strip()


def test_more_segments_than_distinct_rows_are_refused(capsys, tmp_path):
    few = pd.DataFrame({"a": [1, 2, 3] * 10, "b": [1.5, 2.5, 9.5] * 10})
    few.to_csv(tmp_path / "few.csv", index=False)
    status, _, err = run(
        capsys, "segments", "--file", tmp_path / "few.csv", "--k", 5, "--out", tmp_path / "s.csv"
    )

    assert status == 2
    assert "5" in err
    assert err.count("\n") == 1


def test_a_profile_says_what_each_column_is_for(capsys, table, tmp_path):
    status, out, _ = run(capsys, "profile", "--file", table, "--json", tmp_path / "p.json")
    columns = {c["name"]: c for c in json.loads((tmp_path / "p.json").read_text("utf-8"))["columns"]}

    assert status == 0
    assert "gender: category, protected" in out
    assert columns["student_id"]["role"] == "student_id"
    assert columns["work_hours"]["role"] == "barrier"


def test_a_demo_school_is_written_with_its_truth(capsys, tmp_path):
    status, _, _ = run(capsys, "demo", "--students", 50, "--out", tmp_path / "school")

    assert status == 0
    assert (tmp_path / "school" / "students.csv").exists()
    assert list((tmp_path / "school" / "truth").iterdir())


def test_the_help_names_every_command_and_option(capsys):
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for command in ("at-risk", "profile", "segments", "demo"):
        assert command in out
        assert run(capsys, command, "--help")[0] == 0
    _, out, _ = run(capsys, "at-risk", "--help")
    for option in (
        "--file",
        "--outcome",
        "--id",
        "--protected",
        "--exclude",
        "--capacity",
        "--threshold",
        "--model",
        "--seed",
        "--out",
        "--json",
    ):
        assert option in out


def test_it_runs_as_a_module_and_leaves_nothing_behind(table, tmp_path):
    (tmp_path / "tmp").mkdir()
    call = [sys.executable, "-m", "core", "profile", "--file", str(table)]
    here = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=here)

    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_id_that_looks_like_a_number_stays_text(capsys, tmp_path):
    table = school().rename(columns={"student_id": "pupil"})
    table["pupil"] = [f"{1000 + 3 * n:06d}" for n in range(160)]
    table.loc[0, "pupil"] = "12345678901234567890123"
    table.to_csv(tmp_path / "s.csv", index=False)
    status, _, _ = at_risk(capsys, tmp_path / "s.csv", tmp_path / "list.csv", "--id", "pupil")
    rows = csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8")))

    assert status == 0
    assert {row["student_id"] for row in rows} == set(table["pupil"])


@pytest.mark.parametrize("same", ["--out", "--json"])
def test_no_file_is_written_over_another(capsys, table, tmp_path, same):
    before = table.read_bytes()
    places = {"--out": tmp_path / "list.csv", "--json": tmp_path / "e.json"} | {same: table}
    call = ["at-risk", "--file", table, "--outcome", 'result == "fail"', "--capacity", 5]
    status, _, err = run(capsys, *call, *(part for pair in places.items() for part in pair))

    assert (status, table.read_bytes()) == (2, before)
    assert "is named twice" in err


def test_a_full_disk_is_one_sentence(capsys, table, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    status, _, err = at_risk(capsys, table, tmp_path / "list.csv")

    assert status == 2
    assert "could not be written: No space left on device." in err
    assert not list(tmp_path.glob("*list*"))


@pytest.mark.parametrize("seed", ["-1", "99999999999999999999", "1.5", "x"])
def test_a_seed_out_of_range_is_refused_before_the_work(capsys, table, tmp_path, seed):
    assert "whole number from 0 to" in refused(capsys, tmp_path, table, "--seed", seed)


def test_a_fault_of_ours_is_a_reference_and_a_log_for_the_owner(capsys, table, tmp_path, monkeypatch):
    def crash(*_, **__):
        raise ZeroDivisionError("secret of Ana")

    monkeypatch.setattr("core.workflow.commands.train", crash)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    status, _, err = at_risk(capsys, table, tmp_path / "list.csv")
    (log,) = tmp_path.glob("waymark-*.log")

    assert status == 1
    assert "Ana" not in err
    assert "Traceback" not in err
    assert log.name in err
    assert "secret of Ana" in log.read_text("utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_rows_that_cleaning_left_out_are_counted_and_named(capsys, tmp_path):
    table = school()
    pd.concat([table, table.iloc[[3]]]).to_csv(tmp_path / "s.csv", index=False)
    _, out, _ = at_risk(capsys, tmp_path / "s.csv", tmp_path / "list.csv", "--json", tmp_path / "e.json")
    excluded = json.loads((tmp_path / "e.json").read_text("utf-8"))["excluded"]

    assert "1 row was left out" in out
    assert [one["name"] for one in excluded if one["kind"] == "student"] == ["0003"]


def test_an_outcome_that_nobody_has_a_value_for_is_not_called_a_missing_column(capsys, tmp_path):
    said = refused(capsys, tmp_path, saved(tmp_path, school(result=None)))

    assert "The outcome needs 'result', which cleaning dropped." in said
