"""``python -m core clean``: the same table and ledger as the page, on pandas and on Spark."""

import json

import pandas as pd
import pytest

from core import __main__ as door
from core.cleaning.columns import DropColumns
from core.cleaning.conditions import DropRowsWhere
from core.cleaning.derive import DeriveColumn
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.missing import FillWithMedian, FillWithMode
from core.cleaning.numbers import ParseNumbers
from core.cleaning.recipe import Recipe
from core.cleaning.rows import DropRows
from core.cleaning.text import StripText
from core.sources.spark import java
from core.workflow import cleaning
from tests.servers.spark_cluster import use_java

TABLE = """student_id,device,fees,=note
a, own ,"10,5",=1+1
b,own,-3,-12
b,own,-3,-12
,shared,7,x
c,,?,"two
lines"
d,Óscar,-0.0,@x
c,own,,
"""
RECIPE = Recipe(
    (
        StripText(("device",)),
        ParseNumbers(("fees",)),
        DropRows(("student_id",)),
        DropDuplicates(("student_id",)),
        KeepOnePerStudent(("student_id",)),
        FillWithMedian(("fees",), was_missing=True),
        FillWithMode(("device",)),
    )
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "school.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "recipe.json").write_text(RECIPE.to_json(), encoding="utf-8")
    return tmp_path


def clean(capsys, *more, file="school.csv", recipe="recipe.json", out="clean.csv"):
    chosen = ("--recipe", recipe) if recipe else ()
    status = None
    try:
        status = door.main(["clean", "--file", file, *chosen, "--out", out, *more])
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_cleaned_rows_and_a_ledger_that_adds_up_are_written(capsys, folder):
    status, said, _ = clean(capsys, "--ledger", "ledger.csv", "--left-out", "left.csv", "--id", "student_id")
    ledger, left = pd.read_csv("ledger.csv"), pd.read_csv("left.csv")
    cleaned = pd.read_csv("clean.csv")

    assert status == 0
    assert said.startswith("4 of 7 rows are written to 'clean.csv'.\n3 rows were left out;")
    assert len(cleaned) == 4
    assert ledger["kind"].tolist() == [step.kind for step in RECIPE.steps]
    assert ledger["n_in"].iloc[0] == ledger["n_out"].iloc[-1] + len(left)
    assert (ledger["n_in"] - ledger["n_out"] == ledger["n_dropped"]).all()
    assert ledger["n_in"].tolist()[1:] == ledger["n_out"].tolist()[:-1]
    assert left["student_id"].tolist() == ["row 4", "b", "c"]


def test_formulas_are_harmless_in_cells_and_headers_and_numbers_stay_numbers(capsys, folder):
    clean(capsys)
    header, first, second = (folder / "clean.csv").read_text("utf-8").splitlines()[:3]

    assert header == "student_id,device,fees,'=note,fees_was_missing"
    assert first == '"a","own",10.5,"\'=1+1",0'
    assert second == '"b","own",-3,"-12",0'


def test_without_a_recipe_the_proposed_one_is_used_and_can_be_kept(capsys, folder):
    status, _, _ = clean(capsys, "--save-recipe", "proposed.json", recipe=None)
    proposed = Recipe.from_json((folder / "proposed.json").read_text("utf-8"))
    first = (folder / "clean.csv").read_bytes()
    clean(capsys, recipe="proposed.json", out="again.csv")

    assert status == 0
    assert proposed.name == "Proposed"
    assert (folder / "again.csv").read_bytes() == first


def test_parquet_holds_the_texts_as_they_are_and_what_each_column_is_for(capsys, folder):
    clean(capsys, "--id", "student_id", "--protected", "device", out="clean.parquet")
    rows = pd.read_parquet("clean.parquet")
    door.main(["profile", "--file", "clean.parquet", "--json", "profile.json"])
    profile = json.loads((folder / "profile.json").read_text("utf-8"))
    roles = {column["name"]: column["role"] for column in profile["columns"]}

    assert rows["=note"].tolist()[0] == "=1+1"
    assert rows["fees"].tolist()[:2] == [10.5, -3.0]
    assert roles["device"] == "protected"
    assert roles["student_id"] == "student_id"


def test_a_step_that_is_switched_off_stands_in_the_ledger_and_does_nothing(capsys, folder):
    raw = RECIPE.to_dict()
    raw["steps"][3]["is_on"] = False
    (folder / "recipe.json").write_text(json.dumps(raw), encoding="utf-8")
    clean(capsys, "--ledger", "ledger.csv")
    row = pd.read_csv("ledger.csv").iloc[3]

    assert row["what"].startswith("Switched off: Drop rows that repeat")
    assert (row["n_in"], row["n_out"], row["n_changed"]) == (6, 6, 0)


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        ("{", "The recipe is not readable JSON at line 1."),
        ('{"steps": [{"kind": "impute"}]}', "Step 1 is of an unknown kind 'impute'."),
        (
            '{"steps": [{"kind": "drop_columns", "columns": ["fee"]}]}',
            "There is no column 'fee' (needed by step 1 of the recipe, drop_columns).",
        ),
        (
            Recipe((DropColumns(("device",)), StripText(("device",)))).to_json(),
            "There is no column 'device' (needed by step 2 of the recipe, strip_text). It is taken away by",
        ),
    ],
)
def test_a_wrong_recipe_is_one_sentence_and_nothing_is_written(capsys, folder, recipe, sentence):
    (folder / "recipe.json").write_text(recipe, encoding="utf-8")
    status, said, error = clean(capsys, "--ledger", "ledger.csv")

    assert (status, said) == (2, "")
    assert error.startswith(sentence)
    assert error.count("\n") == 1
    assert not (folder / "clean.csv").exists()
    assert not (folder / "ledger.csv").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--ledger", "clean.csv"), "'clean.csv' is named twice."),
        (("--ledger", "recipe.json"), "'recipe.json' is named twice."),
        (("--left-out", "none/left.csv"), "The folder of 'none/left.csv' does not exist."),
        (("--engine", "polars"), "python -m core clean: argument --engine: invalid choice: 'polars'"),
    ],
)
def test_a_wrong_place_or_choice_is_one_sentence(capsys, folder, more, sentence):
    status, _, error = clean(capsys, *more)

    assert status == 2
    assert error.startswith(sentence)
    assert not (folder / "clean.csv").exists()


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ((DropRowsWhere("fees != 7"),), "'Leave out rows by a condition' would leave 1 of 7 students."),
        ((DropRowsWhere("fees != 99"),), "'Leave out rows by a condition' would leave 0 of 7 students."),
        (
            (DropDuplicates(("student_id",)), DropRowsWhere("fees == 7"), DropRowsWhere("fees < 0")),
            "The recipe would leave 2 of 6 students.",
        ),
    ],
)
def test_a_recipe_that_leaves_fewer_than_half_is_refused_unless_it_is_meant(capsys, folder, steps, sentence):
    table = "student_id,fees\na,1\nb,3\nb,3\nd,7\nc,-1\ne,-2\nf,7\n"
    if len(steps) == 1:
        table = "student_id,fees\n" + "".join(f"s{n},{n}\n" for n in range(1, 8))
    (folder / "few.csv").write_text(table, encoding="utf-8")
    read = ParseNumbers(("fees",))
    (folder / "few.json").write_text(Recipe((read, *steps)).to_json(), encoding="utf-8")
    status, _, said = clean(capsys, file="few.csv", recipe="few.json")

    assert status == 2
    assert sentence in said
    assert "Nothing is written. Change the recipe, or add --keep-few to write it all the same." in said
    assert not (folder / "clean.csv").exists()
    assert clean(capsys, "--keep-few", file="few.csv", recipe="few.json")[0] == 0
    assert (folder / "clean.csv").exists()


def test_a_recipe_that_could_not_be_read_again_is_not_written(capsys, folder, monkeypatch):
    monkeypatch.setattr(cleaning, "LARGEST_RECIPE", 500)
    status, _, said = clean(capsys, "--save-recipe", "used.json", recipe=None)

    assert status == 2
    assert "bytes as a file, which is more than 500." in said
    assert "Take a step out, or name fewer values in it: the file could not be read again." in said
    assert not (folder / "used.json").exists()
    assert not (folder / "clean.csv").exists()


def test_without_java_spark_is_one_sentence(capsys, folder, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(java, "HOMES", ())
    java.java_home.cache_clear()
    try:
        status, said, error = clean(capsys, "--engine", "spark")
    finally:
        java.java_home.cache_clear()

    assert (status, said) == (2, "")
    assert error.startswith("Spark needs Java 17 to 21, and this computer has none. Install it")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("header", "steps", "odd"),
    [
        ("student_id,address.city", (), "'address.city'"),
        ("student_id,a`b", (), "'a`b'"),
        ("student_id,fees", (DeriveColumn("fees.more", "fees + 1"),), "'fees.more'"),
    ],
)
def test_a_name_that_spark_would_take_apart_is_refused_before_it_starts(capsys, folder, header, steps, odd):
    (folder / "school.csv").write_text(f"{header}\na,1\nb,2\n", encoding="utf-8")
    (folder / "recipe.json").write_text(Recipe(steps).to_json(), encoding="utf-8")
    status, said, error = clean(capsys, "--engine", "spark")

    assert (status, said) == (2, "")
    assert error.startswith(f"Spark cannot clean {odd}: it takes a dot in a name for a part of a column.")
    assert clean(capsys)[0] == 0


@pytest.mark.spark
def test_spark_writes_the_same_bytes_as_pandas(capsys, folder):
    use_java()
    for engine in ("pandas", "spark"):
        status, _, error = clean(
            capsys,
            *("--engine", engine, "--ledger", f"{engine}-ledger.csv", "--left-out", f"{engine}-left.csv"),
            out=f"{engine}.csv",
        )
        assert status == 0, error
    for name in ("{}.csv", "{}-ledger.csv", "{}-left.csv"):
        pandas, spark = (folder.joinpath(name.format(engine)) for engine in ("pandas", "spark"))

        assert spark.read_bytes() == pandas.read_bytes()
