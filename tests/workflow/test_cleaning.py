"""Cleaning accounts for every row, remembers what it proposed, and leaves gaps to the model."""

import csv
import io
import json

import pandas as pd
import pytest

from core.caseload.access import LOCAL, UNGATED
from core.cleaning.duplicates import KeepOnePerStudent
from core.cleaning.missing import FillWithMedian
from core.cleaning.recipe import Recipe
from core.cleaning.rows import DropRows
from core.errors import ColumnNotFound, Forbidden, RecipeError, UnknownStep
from core.schema import Role
from core.settings import Settings
from core.sources.base import DemoSpec
from core.workflow import cleaning, files
from core.workflow.requests import CleaningRequest, TableRequest
from core.workflow.students import students

DIRTY = (
    b"student_id,name,work_hours,internet\n1,=1+1,3, good\n2,Bo,n/a,GOOD\n2,Bo,n/a,GOOD\n"
    b"3,Cy,,good\n4,Di,7,none\n"
)
DEMO = TableRequest(DemoSpec(students=400))


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def table(settings):
    spec = files.keep_file(LOCAL, io.BytesIO(DIRTY), name="dirty.csv", settings=settings)
    return TableRequest(spec, roles=(("student_id", Role.STUDENT_ID),))


@pytest.fixture(scope="module")
def cleaned(settings):
    return cleaning.clean(LOCAL, CleaningRequest(DEMO), settings=settings)


def test_every_row_is_in_the_table_or_named(cleaned):
    report = cleaned.report

    assert report.n_in == report.n_out + len(report.exclusions)
    assert len(report.exclusions) > 0
    assert all(one.student_id and one.reason for one in report.exclusions)


def test_the_proposal_that_is_shown_is_the_one_that_is_used(settings, cleaned):
    assert cleaning.examine(LOCAL, DEMO, settings=settings).proposed == cleaned.recipe


def test_a_step_says_what_it_learned_and_not_again_why_it_is_there(cleaned):
    fill = cleaned.steps.query("kind == 'fill_with_median'")["what"].iloc[0]

    assert "with their medians (" in fill
    assert "because" not in fill


def test_the_download_is_the_whole_cleaned_table_and_cannot_run(settings, table):
    keep_all = Recipe((DropRows(("student_id",)),))
    made = cleaning.clean(LOCAL, CleaningRequest(table, keep_all), settings=settings)
    rows = list(csv.DictReader(io.StringIO(made.csv.read_text(encoding="utf-8"))))

    assert len(rows) == 5
    assert rows[0]["name"] == "'=1+1"


def test_everybody_who_was_left_out_is_in_a_file_with_the_reason(cleaned):
    left_out = pd.read_csv(cleaned.left_out)

    assert len(left_out) == len(cleaned.report.exclusions)
    assert left_out["student_id"].str.startswith("S").all()


def test_the_ledger_has_a_line_for_every_step(cleaned):
    ledger = pd.read_csv(cleaned.ledger)

    assert ledger["what"].tolist() == cleaned.steps["what"].tolist()
    assert ledger["n_changed"].sum() == cleaned.report.n_changed


def test_a_recipe_without_a_step_does_not_do_it(settings, table):
    proposed = cleaning.examine(LOCAL, table, settings=settings).proposed
    index = [step.kind for step in proposed.steps].index("drop_duplicates")
    made = cleaning.clean(LOCAL, CleaningRequest(table, proposed.without(index)), settings=settings)

    assert (made.report.n_in, made.report.n_out) == (5, 5)


def test_the_students_table_keeps_gaps_that_the_cleaned_file_fills(settings, table):
    rows = students(LOCAL, CleaningRequest(table), settings=settings).table.collect()
    filled = cleaning.clean(LOCAL, CleaningRequest(table), settings=settings).after

    assert rows["work_hours"].isna().sum() == 2
    assert filled["work_hours"].isna().sum() == 0
    assert rows["student_id"].tolist() == filled["student_id"].tolist()


def test_a_proposal_is_found_once_and_then_remembered(settings, table, monkeypatch):
    cleaning.examine(LOCAL, table, settings=settings)
    monkeypatch.setattr(cleaning, "find", lambda _dataset: pytest.fail("looked again"))

    assert cleaning.clean(LOCAL, CleaningRequest(table), settings=settings).report.n_out == 4


def test_a_recipe_for_another_table_names_the_column_that_is_missing(settings, table):
    other = Recipe((FillWithMedian(("work_hrs",)),))
    with pytest.raises(ColumnNotFound) as refused:
        cleaning.clean(LOCAL, CleaningRequest(table, other), settings=settings)

    assert str(refused.value) == (
        "There is no column 'work_hrs' (needed by step 1 of the recipe, fill_with_median)."
    )
    assert refused.value.hint.startswith("Did you mean 'work_hours'?")


def test_a_saved_recipe_comes_back_from_its_file(cleaned):
    assert cleaning.read_recipe(LOCAL, cleaned.recipe.to_json().encode()) == cleaned.recipe


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"\xff\xfe\x00", RecipeError, "The file is not a recipe: it is not text."),
        (b"name,marks", RecipeError, "The recipe is not readable JSON at line 1."),
        (b"[]", RecipeError, "This is not a recipe: it has no list of 'steps'."),
        (
            json.dumps({"steps": [{"kind": "fly"}]}).encode(),
            UnknownStep,
            "Step 1 is of an unknown kind 'fly'.",
        ),
        (b" " * 1_000_001, RecipeError, "The file is too large to be a recipe."),
    ],
)
def test_a_file_that_is_no_recipe_is_refused_in_one_sentence(content, error, words):
    with pytest.raises(error) as refused:
        cleaning.read_recipe(LOCAL, content)

    assert str(refused.value) == words
    assert refused.value.hint


def test_old_exports_go(settings, table):
    for number in range(cleaning.KEPT_FILES + 1):
        only = Recipe((DropRows(("student_id",)),) * (number + 1))
        cleaning.clean(LOCAL, CleaningRequest(table, only), settings=settings)

    assert len(list((settings.workspace / "exports").iterdir())) == cleaning.KEPT_FILES


def test_without_the_front_door_only_the_demo_school_is_cleaned(settings, table):
    assert cleaning.examine(UNGATED, DEMO, settings=settings).proposed.steps
    for call in (cleaning.clean, students):
        with pytest.raises(Forbidden):
            call(UNGATED, CleaningRequest(table), settings=settings)
    with pytest.raises(Forbidden):
        cleaning.examine(UNGATED, table, settings=settings)


FEW = b"student_id,score\n" + b"".join(b"S%03d,%s\n" % (i, b"" if i >= 3 else b"%d" % i) for i in range(40))


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        (
            (FillWithMedian(("score",)), DropRows(("score",))),
            "For models and Explore, gaps stay gaps: 'Leave out rows without a value' would leave 3 of 40.",
        ),
        ((DropRows(("student_id",)), FillWithMedian(("score",))), ""),
        ((FillWithMedian(("score",)), DropRows(("score",), is_on=False)), ""),
        ((FillWithMedian(("score",), is_on=False), DropRows(("score",))), ""),
    ],
)
def test_a_recipe_that_leaves_models_few_students_says_so(settings, steps, sentence):
    spec = files.keep_file(LOCAL, io.BytesIO(FEW), name="few.csv", settings=settings)
    request = CleaningRequest(TableRequest(spec, roles=(("student_id", Role.STUDENT_ID),)), Recipe(steps))
    done = cleaning.clean(LOCAL, request, settings=settings)

    assert done.loss_with_gaps == sentence.replace("40.", "40 students.")
    if sentence:
        assert done.loss == ""
        assert done.with_gaps.n_out == len(students(LOCAL, request, settings=settings).table.collect())


def test_one_row_of_each_term_is_asked_about_with_the_number_of_students(settings):
    content = b"student_id,term\n" + b"".join(b"S%d,%d\n" % (i // 2, i // 2 % 2) for i in range(40))
    spec = files.keep_file(LOCAL, io.BytesIO(content), name="terms.csv", settings=settings)
    recipe = Recipe((KeepOnePerStudent(("term",)),))
    request = CleaningRequest(TableRequest(spec, roles=(("student_id", Role.STUDENT_ID),)), recipe)

    assert cleaning.clean(LOCAL, request, settings=settings).loss == (
        "'Keep one row of each student' would leave 2 of 20 students."
    )
