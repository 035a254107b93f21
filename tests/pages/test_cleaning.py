"""Cleaning says what is wrong, lets a person decide what is done about it, and accounts for every row."""

import json

import pytest

from core import cache
from core.cleaning.recipe import Recipe
from core.cleaning.rows import DropRows
from core.cleaning.text import StripText
from pages.ui import state
from tests.pages.screen import metric, open_page, settled, texts


@pytest.fixture
def page(screen):
    return open_page(screen, "cleaning")


def recipe_of(page):
    return page.session_state[state.REQUEST].cleaning.recipe


def submit(page, label):
    (button,) = [one for one in page.button if one.label == label]
    button.click().run()
    return settled(page)


def step_box(page, words):
    (box,) = [one for one in page.checkbox if words in one.label.replace("\\", "")]
    return box


def use_recipe(page, content):
    page.file_uploader(key="recipe_upload").upload("recipe.json", content, "application/json").run()
    return settled(page)


def table_with(page, column):
    (found,) = [one.value for one in page.dataframe if column in one.value.columns]
    return found


def test_findings_are_in_words_with_examples_and_a_proposal(page):
    said = texts(page)

    assert "cells of 'Gender' are written in" in said
    assert "For example: 'FEMALE' → 'female'" in said
    assert "*Proposed:* Read 'travel_minutes' as numbers." in said
    assert any(one.label.startswith("Q008 Impossible values · Age") for one in page.expander)
    assert any("checks passed" in one.label for one in page.expander)


def test_rows_in_are_rows_out_and_named_exclusions(page):
    n_in, n_out, n_left_out = (
        metric(page, name) for name in ("Rows as loaded", "Rows after cleaning", "Left out, by name")
    )

    assert n_in == n_out + n_left_out
    assert f"{n_in:,} rows in = {n_out:,} rows out + {n_left_out} named exclusions." in texts(page)
    page.session_state["cleaning_tabs"] = "Who was left out"
    assert len(table_with(page.run(), "reason")) == n_left_out


def test_every_step_says_what_it_did_and_learned(page):
    done = table_with(page, "n_changed")

    assert done["step"].tolist() == list(range(1, len(done) + 1))
    assert done["what"].str.contains("with their medians", regex=False).any()
    assert done["n_dropped"].sum() == metric(page, "Left out, by name")
    assert done["n_changed"].sum() == metric(page, "Cells changed")


def test_beside_fills_stands_that_a_model_learns_them_again(page):
    assert "when a model is trained, gaps are filled again inside each fold" in texts(page)


def test_changed_cells_are_shown_before_and_after(page):
    changed = table_with(page, "before")

    assert (changed["before"] != changed["after"]).all()


def test_a_step_that_is_switched_off_is_not_done_and_comes_back(page):
    before = metric(page, "Rows after cleaning")
    step_box(page, "Drop rows that repeat").uncheck()
    page = submit(page, "Clean with these steps")

    assert metric(page, "Rows after cleaning") == metric(page, "Rows as loaded")
    assert not step_box(page, "Drop rows that repeat").value
    assert "drop_duplicates" not in {step.kind for step in recipe_of(page).steps}

    page = submit(page, "Back to the proposed recipe")
    assert (recipe_of(page), metric(page, "Rows after cleaning")) == (None, before)


def test_a_recipe_that_cannot_run_is_refused_and_the_steps_stay(page):
    before = metric(page, "Cells changed")
    step_box(page, "Read 'travel_minutes'").uncheck()
    page = submit(page, "Clean with these steps")

    assert (
        page.error[0].value.replace("\\", "").endswith("does not hold numbers, which fill_with_median needs.")
    )
    assert "the recipe in use is as it was" in texts(page)
    assert (recipe_of(page), metric(page, "Cells changed")) == (None, before)


def test_all_steps_can_be_switched_off(page):
    for box in page.checkbox:
        box.uncheck()
    page = submit(page, "Clean with these steps")

    assert "The recipe has no steps. The table is used as it was loaded." in texts(page)
    assert metric(page, "Cells changed") == 0
    assert page.checkbox


def test_the_cleaned_table_the_ledger_and_the_recipe_can_be_taken_along(page):
    assert [one.label for one in page.download_button] == [
        "Cleaned table (CSV)", "Ledger of the steps (CSV)", "Who was left out (CSV)", "Recipe (JSON)"
    ]  # fmt: skip


def test_a_saved_recipe_is_used_and_its_steps_are_listed(page):
    saved = Recipe((StripText(("gender",)), DropRows(("work_hours",))), name="ours")
    page = use_recipe(page, saved.to_json().encode())

    assert recipe_of(page) == saved
    assert len(page.checkbox) == 2
    step_box(page, "Drop rows without a value").uncheck()
    page = submit(page, "Clean with these steps")
    assert (recipe_of(page).steps, len(page.checkbox)) == (saved.steps[:1], 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"student_id,score", "The recipe is not readable JSON at line 1."),
        (json.dumps({"steps": [{"kind": "fly"}]}).encode(), "Step 1 is of an unknown kind 'fly'."),
        (
            json.dumps({"steps": [{"kind": "drop_columns", "columns": ["gendre"]}]}).encode(),
            "There is no column 'gendre' (needed by drop_columns).",
        ),
    ],
)
def test_a_file_that_is_no_recipe_for_this_table_is_one_sentence(page, content, words):
    page = use_recipe(page, content)

    assert [one.value.replace("\\", "") for one in page.error] == [words]
    assert recipe_of(page) is None
    assert metric(page, "Rows as loaded") > 0


def test_a_table_without_faults_needs_no_recipe(screen, tmp_path):
    rows = b"".join(b"%s,%d\n" % (b"fm"[i % 2 :][:1], i % 20) for i in range(40))
    (tmp_path / "clean.csv").write_bytes(b"gender,score\n" + rows)
    page = open_page(screen, "data_sources")
    page.segmented_control(key="source_kind").set_value("File on this computer").run()
    page.text_input(key="source_path").set_value(str(tmp_path / "clean.csv"))
    page = open_page(submit(page, "Open this file"), "cleaning")

    assert "Nothing has to be repaired, so the recipe has no steps." in texts(page)
    assert "The recipe has no steps. The table is used as it was loaded." in texts(page)
    assert metric(page, "Rows after cleaning") == 40


def test_a_repeated_id_is_offered_to_a_person_and_never_dropped_by_itself(screen, tmp_path):
    table = tmp_path / "twice.csv"
    rows = [f"{n:03d},{n % 17},{'fail' if n % 5 == 0 else 'pass'}" for n in range(60)]
    table.write_text("student_id,work_hours,result\n" + "\n".join([*rows, "007,16,fail"]), encoding="utf-8")
    page = open_page(screen)
    page.session_state["waymark_request"] = cache.keep_path(
        cache.actor("local"), page.session_state["waymark_request"], str(table)
    ).with_outcome('result == "fail"')
    page = open_page(page, "explorer")
    assert "'student_id' stand in several rows, such as '007'" in texts(page)

    page = open_page(page, "cleaning")
    (offer,) = [button for button in page.button if button.label == "Add this step"]
    offer.click()
    page = settled(page.run())
    assert "61 rows in = 60 rows out + 1 named exclusion" in texts(page)
    page = open_page(page, "explorer")
    assert not page.error
