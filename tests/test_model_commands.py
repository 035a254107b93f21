"""``python -m core train`` and ``score``: a request is replayed and published, students are scored."""

import csv
import io
import json

import pytest

from core import __main__ as door
from tests.workflow.published import OVERRIDE, school


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a school, its request and new students, over a workspace of its own."""
    monkeypatch.setenv("WAYMARK_WORKSPACE", str(tmp_path / "workspace"))
    school().to_csv(tmp_path / "school.csv", index=False)
    school(30, seed=9).drop(columns=["result", "gender"]).to_csv(tmp_path / "new.csv", index=False)
    request = {
        "waymark_request": 1,
        "source": {"file": {"path": "school.csv"}},
        "outcome": 'result == "fail"',
        "seed": 3,
    }
    (tmp_path / "R.json").write_text(json.dumps(request), encoding="utf-8")
    return tmp_path


def run(capsys, *arguments):
    status = None
    try:
        status = door.main([str(argument) for argument in arguments])
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    return status, said.out, said.err


def train(capsys, folder, *more):
    return run(capsys, "train", "--request", folder / "R.json", *more)


def score(capsys, folder, model, file="new.csv"):
    return run(capsys, "score", "--model", model, "--file", folder / file, "--out", folder / "risks.csv")


def test_a_request_is_replayed_published_and_scores_new_students(capsys, folder):
    status, out, err = train(
        capsys, folder, "--card", folder / "card.html", "--metrics", folder / "m.json",
        "--publish", "--reason", "Better than the rule", "--override", OVERRIDE,
    )  # fmt: skip
    assert status == 0, err
    model = out.strip().splitlines()[-1].removeprefix("Published as ").rstrip(".")
    figures = json.loads((folder / "m.json").read_text("utf-8"))
    card = (folder / "card.html").read_text("utf-8")

    assert out.startswith("600 students; ROC-AUC 0.")
    assert (folder / "workspace" / "models" / model / "bundle.json").is_file()
    assert model in card
    assert "Better than the rule" in card
    assert figures["figures"]["n_students"] == 600
    assert figures["request"]["seed"] == 3

    status, out, err = score(capsys, folder, model)
    rows = list(csv.DictReader(io.StringIO((folder / "risks.csv").read_text("utf-8"))))
    assert status == 0, err
    assert out.startswith(f"30 students are scored in '{folder / 'risks.csv'}' by the model {model}.")
    assert [row["student_id"] for row in rows] == [f"{n:04d}" for n in range(30)]
    assert all(0 < float(row["risk"]) < 1 for row in rows)


def test_the_same_request_gives_the_same_figures_and_publishes_nothing_unasked(capsys, folder):
    train(capsys, folder, "--metrics", folder / "a.json")
    train(capsys, folder, "--metrics", folder / "b.json", "--card", folder / "card.md")

    assert (folder / "a.json").read_bytes() == (folder / "b.json").read_bytes()
    assert not (folder / "workspace" / "models").exists()
    assert "This model is not published" in (folder / "card.md").read_text("utf-8")


def spoil(folder, **changes):
    request = json.loads((folder / "R.json").read_text("utf-8")) | changes
    (folder / "R.json").write_text(json.dumps(request), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sead": 1}, "In the training request, '$' has an unknown key 'sead'."),
        ({"seed": "3"}, "In the training request, '$.seed' must be a whole number."),
        ({"source": {"file": {"path": "gone.csv"}}}, "There is no file 'gone.csv'."),
        ({"outcome": "resullt == 1"}, "There is no column 'resullt'"),
        ({"outcome": ""}, "No outcome is chosen yet."),
        ({"model": "oracle"}, "'model' cannot be 'oracle'."),
    ],
)
def test_a_bad_request_is_one_sentence_and_writes_nothing(capsys, folder, changes, said):
    spoil(folder, **changes)
    status, out, err = train(capsys, folder, "--card", folder / "card.html", "--metrics", folder / "m.json")

    assert (status, out) == (2, "")
    assert err.startswith(said)
    assert err.count("\n") == 1
    assert not (folder / "card.html").exists()
    assert not (folder / "m.json").exists()


def test_publishing_without_a_reason_is_refused_before_anything_is_trained(capsys, folder):
    (folder / "school.csv").unlink()
    status, _, err = train(capsys, folder, "--publish")

    assert status == 2
    assert err == "A model is published with a reason. Give it with --reason.\n"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("active", "No model is in use yet."),
        ("0" * 16, f"There is no model '{'0' * 16}'."),
        ("../../etc", "'../../etc' is no id of a model."),
    ],
)
def test_a_model_that_is_not_there_is_one_sentence(capsys, folder, model, said):
    status, out, err = score(capsys, folder, model)

    assert (status, out) == (2, "")
    assert err.startswith(said)
    assert not (folder / "risks.csv").exists()


def test_a_table_without_a_column_of_the_model_is_one_sentence(capsys, folder):
    _, out, _ = train(capsys, folder, "--publish", "--reason", "Better", "--override", OVERRIDE)
    model = out.strip().splitlines()[-1].removeprefix("Published as ").rstrip(".")
    school(9).drop(columns="way").to_csv(folder / "short.csv", index=False)
    status, out, err = score(capsys, folder, model, "short.csv")

    assert (status, out) == (2, "")
    assert err.startswith("There is no column 'way' (needed by the model).")
