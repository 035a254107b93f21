"""Cleaning says what is wrong, lets a person decide what is done about it, and accounts for every row."""

import json

import pytest

from core import cache
from core.cleaning.merging import MergeStudents
from core.cleaning.missing import FillWithMedian
from core.cleaning.recipe import Recipe
from core.cleaning.registry import STEPS
from core.cleaning.rows import DropRows
from core.cleaning.text import StripText
from pages.ui import recipe_draft, recipe_editor, recipe_pairs, state
from tests.pages.screen import metric, open_page, settled, texts

NOT_AGREED = "Cleaned by the proposed recipe, which nobody has agreed to yet: see Cleaning."
CELLS = ["student_id", "column", "before", "after"]


@pytest.fixture
def page(screen):
    return open_page(screen, "cleaning")


def recipe_of(page):
    return page.session_state[state.REQUEST].cleaning.recipe


def draft_of(page):
    return page.session_state[recipe_draft.DRAFT][2].recipe


def kinds(recipe):
    return [step.kind for step in recipe.steps]


def press(page, label, *, nth=0):
    """Press the button of this label, the first of several unless told."""
    [one for one in page.button if one.label == label][nth].click()
    return settled(page.run())


def switch(page, words):
    (found,) = [one for one in page.toggle if words in one.label.replace("\\", "")]
    return found


def place(page, words):
    """The position, from 0, of the step that says these words."""
    return int(switch(page, words).key.split("_")[1])


def turn(page, words):
    found = switch(page, words)
    found.set_value(not found.value)
    return settled(page.run())


def do(page, words, what):
    """Press a button of the step that says these words: look, edit, up, down, remove."""
    page.button(key=f"step_{place(page, words)}_{what}").click()
    return settled(page.run())


def use(page):
    return press(page, "Use this recipe")


def errors(page):
    return [one.value.replace("\\", "") for one in page.error]


def open_saved(page):
    page.session_state["saved_recipes"] = True
    return settled(page.run())


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
    assert "a model learns it again from those it trains on" in texts(page)


def test_changed_cells_are_shown_before_and_after(page):
    changed = table_with(page, "before")

    assert (changed["before"] != changed["after"]).all()


def test_the_recipe_in_use_is_the_proposal_and_says_so(page):
    assert "This recipe is in use." in texts(page)
    assert [one.value for one in page.toggle if one.key.startswith("step_")] == [True] * len(
        draft_of(page).steps
    )
    assert not [one for one in page.button if one.label == "Use this recipe"]
    assert all(
        page.button(key=key).disabled for key in ("step_0_up", f"step_{len(draft_of(page).steps) - 1}_down")
    )


def test_an_edit_is_a_draft_until_it_is_used_and_says_what_differs(page):
    before = metric(page, "Rows after cleaning")
    page = turn(page, "Drop rows that repeat")

    assert "This is a draft. It is not in use yet." in texts(page)
    assert "was switched off: Drop rows that repeat" in texts(page)
    assert (recipe_of(page), metric(page, "Rows after cleaning")) == (None, before)

    page = use(page)
    assert metric(page, "Rows after cleaning") == metric(page, "Rows as loaded")
    assert not switch(page, "Drop rows that repeat").value
    assert [step.kind for step in recipe_of(page).steps if not step.is_on] == ["drop_duplicates"]
    assert "This recipe is in use." in texts(page)

    page = use(press(page, "Back to the proposed recipe"))
    assert metric(page, "Rows after cleaning") == before
    assert recipe_of(page).name == "Proposed"


def test_the_proposed_recipe_is_in_use_and_says_so_until_somebody_agrees(page):
    before = metric(page, "Rows after cleaning")
    assert "This recipe is in use." in texts(page)
    assert "It is a proposal that nobody has agreed to yet" in texts(page)
    assert NOT_AGREED in [one.value for one in page.sidebar.caption]

    page = press(page, "Agree to this recipe")
    assert (recipe_of(page), metric(page, "Rows after cleaning")) == (draft_of(page), before)
    assert "nobody has agreed" not in texts(page)
    assert NOT_AGREED not in [one.value for one in page.sidebar.caption]


def test_a_draft_is_discarded_and_brought_back(page):
    page = press(do(page, "Drop rows that repeat", "remove"), "Discard")
    assert "drop_duplicates" in kinds(draft_of(page))
    assert "This recipe is in use." in texts(page)

    page = press(page, "Undo")
    assert "drop_duplicates" not in kinds(draft_of(page))
    assert recipe_of(page) is None


def test_edits_are_undone_and_redone_one_by_one(page):
    assert [one.disabled for one in page.button if one.label in {"Undo", "Redo"}] == [True, True]
    start = kinds(draft_of(page))
    page = do(page, "Drop rows that repeat", "remove")
    removed = kinds(draft_of(page))
    page = do(page, "Tidy the spaces", "down")
    moved = kinds(draft_of(page))

    assert len(removed) == len(start) - 1
    assert moved == [removed[1], removed[0], *removed[2:]]
    page = press(page, "Undo")
    assert kinds(draft_of(page)) == removed
    page = press(page, "Undo")
    assert kinds(draft_of(page)) == start
    assert [one.disabled for one in page.button if one.label in {"Undo", "Redo"}] == [True, False]
    page = press(press(page, "Redo"), "Redo")
    assert kinds(draft_of(page)) == moved


def test_a_draft_stays_while_other_pages_are_looked_at(page):
    page = do(page, "Drop rows that repeat", "remove")
    page = open_page(open_page(page, "explore"), "cleaning")

    assert "drop_duplicates" not in kinds(draft_of(page))
    assert "was taken out: Drop rows that repeat" in texts(page)


def test_a_draft_of_another_table_is_not_carried_over(page):
    page = do(page, "Drop rows that repeat", "remove")
    actor, request = cache.actor("local"), page.session_state[state.REQUEST]
    page.session_state[state.REQUEST] = cache.demo_school(actor, request, students=300, seed=5)
    page = settled(page.run())

    assert "drop_duplicates" in kinds(draft_of(page))
    assert "This recipe is in use." in texts(page)


def test_a_step_is_changed_in_a_form_and_keeps_its_reason(page):
    at = place(page, "Make values of 'age'")
    reason = draft_of(page).steps[at].reason
    page = do(page, "Make values of 'age'", "edit")
    (highest,) = [one for one in page.number_input if one.label == "Highest possible value"]
    (outside,) = [one for one in page.selectbox if one.label == "What is done with values outside"]
    highest.set_value(90.0)
    outside.set_value("clip")
    page = press(page, "Change the step")
    changed = draft_of(page).steps[at]

    assert (changed.highest, changed.outside, changed.reason) == (90.0, "clip", reason)
    assert "Change the step" not in [one.label for one in page.button]
    assert "'highest' is 90, was 80" in texts(page)


@pytest.mark.parametrize(
    "words",
    ["Write 'FEMALE' as", "Make words for a missing value", "Drop rows that repeat", "Read 'travel_minutes'"],
)
def test_a_form_that_is_sent_as_it_is_changes_nothing(page, words):
    page = press(do(page, words, "edit"), "Change the step")

    assert not page.error
    assert "This recipe is in use." in texts(page)


def test_a_form_that_makes_no_step_says_why_and_stays(page):
    page = do(page, "Make values of 'age'", "edit")
    (lowest,) = [one for one in page.number_input if one.label == "Lowest possible value"]
    lowest.set_value(1000.0)
    page = press(page, "Change the step")

    assert errors(page) == ["set_range of 'age' has its lowest value above its highest: 1000 and 80."]
    assert "This recipe is in use." in texts(page)
    page = press(page, "Cancel")
    assert "Change the step" not in [one.label for one in page.button]


def test_a_step_is_added_by_its_name_and_a_form_at_its_place(page):
    (kind,) = [one for one in page.selectbox if one.label == "Add a step"]
    assert "Leave out rows without a value" in kind.options
    kind.set_value("drop_rows")
    page = settled(page.run())
    page = press(page, "Add to the draft")
    assert errors(page) == ["'Columns' is empty."]

    (columns,) = [one for one in page.multiselect if one.label == "Columns"]
    columns.set_value(["work_hours"])
    page = press(page, "Add to the draft")
    added = place(page, "Drop rows without a value in 'work_hours'")

    assert draft_of(page).steps[added] == DropRows(("work_hours",))
    assert kinds(draft_of(page))[added + 1] == "drop_duplicates"
    assert "Add to the draft" not in [one.label for one in page.button]
    assert "rows are left out" in texts(page)


def test_every_kind_of_step_has_a_form_that_can_be_drawn(page):
    for kind in STEPS:
        (chosen,) = [one for one in page.selectbox if one.label == "Add a step"]
        chosen.set_value(kind)
        page = settled(page.run())
        assert "Add to the draft" in [one.label for one in page.button], kind
    page = press(page, "Cancel")
    assert "Add to the draft" not in [one.label for one in page.button]


def test_a_step_that_was_taken_out_is_offered_beside_its_finding(page):
    before = kinds(draft_of(page))
    page = do(page, "Drop rows that repeat", "remove")
    (offer,) = [one for one in page.button if (one.key or "").startswith("offer_Q003")]
    offer.click()
    page = settled(page.run())

    assert kinds(draft_of(page)) == before
    assert "This recipe is in use." in texts(page)


def test_a_preview_names_who_would_be_left_out_and_why(page):
    n_left_out = metric(page, "Left out, by name")
    page = do(page, "Drop rows that repeat", "look")
    left_out = table_with(page, "reason")

    assert list(left_out.columns) == ["student_id", "row", "reason"]
    assert len(left_out) == min(n_left_out, 20)
    assert f"{n_left_out:,} of {metric(page, 'Rows as loaded'):,} rows are left out." in texts(page)
    assert f"And {n_left_out - 20:,} more." in texts(page)
    page = do(page, "Drop rows that repeat", "look")
    assert "rows are left out." not in texts(page)


def test_a_preview_shows_cells_and_values_before_and_after(page):
    page = do(page, "Make values of 'age'", "look")
    (cells,) = [one.value for one in page.dataframe if list(one.value.columns) == CELLS]

    assert set(cells["column"]) == {"age"}
    assert (cells["after"] == "").all()
    assert "cells changed" in texts(page)
    assert "Filled: after the step. Outline: before it." in texts(page)
    assert "Rows that have no value: " in texts(page)


def test_a_preview_follows_the_draft(page):
    page = do(page, "Read 'travel_minutes'", "remove")
    page = do(page, "Fill the gaps of 'work_hours'", "look")
    assert errors(page) == ["The column 'fees_owed' does not hold numbers, which fill_with_median needs."]

    page = do(press(page, "Undo"), "Fill the gaps of 'work_hours'", "look")
    assert not page.error
    assert "with their medians (" in texts(page)


def test_a_recipe_that_cannot_run_is_refused_and_the_draft_stays(page):
    before = metric(page, "Cells changed")
    page = use(turn(page, "Read 'travel_minutes'"))

    assert errors(page)[0].endswith("does not hold numbers, which fill_with_median needs.")
    assert "the recipe in use is as it was" in texts(page)
    assert (recipe_of(page), metric(page, "Cells changed")) == (None, before)
    assert not switch(page, "Read 'travel_minutes'").value
    page = press(page, "Undo")
    assert not page.error


def test_all_steps_can_be_switched_off(page):
    for at in range(len(draft_of(page).steps)):
        page.toggle(key=f"step_{at}_on").set_value(False)
        page = settled(page.run())
    page = use(page)

    assert metric(page, "Cells changed") == 0
    assert metric(page, "Rows after cleaning") == metric(page, "Rows as loaded")
    assert not any(step.is_on for step in recipe_of(page).steps)


def test_a_recipe_that_would_leave_nobody_asks_first(screen, tmp_path):
    table = tmp_path / "no_phone.csv"
    rows = [f"{n:03d},{n % 17},,{'fail' if n % 5 == 0 else 'pass'}" for n in range(60)]
    table.write_text("student_id,work_hours,phone,result\n" + "\n".join(rows), encoding="utf-8")
    page = open_page(screen)
    page.session_state[state.REQUEST] = cache.keep_path(
        cache.actor("local"), page.session_state[state.REQUEST], str(table)
    )
    page = open_page(page, "cleaning")
    everybody = Recipe((DropRows(("phone",)),))
    page = use(use_file(page, everybody.to_json().encode()))

    assert "Step 1 of this recipe leaves out all 60 rows that reach it: nobody would be left." in texts(page)
    assert recipe_of(page) is None
    assert next(one for one in page.button if one.label == "Use it all the same").disabled

    kept = press(page, "Keep the recipe in use")
    assert "nobody would be left" not in texts(kept)
    assert recipe_of(kept) is None

    page = use(kept)
    page.checkbox[0].check()
    page = press(settled(page.run()), "Use it all the same")
    assert recipe_of(page).steps == everybody.steps
    assert metric(page, "Rows after cleaning") == 0


def test_a_recipe_that_would_leave_fewer_than_half_asks_first(screen, tmp_path):
    table = tmp_path / "some_phones.csv"
    rows = [
        f"{n:03d},{n % 17},{'0176' if n < 12 else ''},{'fail' if n % 5 == 0 else 'pass'}" for n in range(60)
    ]
    table.write_text("student_id,work_hours,phone,result\n" + "\n".join(rows), encoding="utf-8")
    page = open_page(screen)
    page.session_state[state.REQUEST] = cache.keep_path(
        cache.actor("local"), page.session_state[state.REQUEST], str(table)
    )
    page = open_page(page, "cleaning")
    few = Recipe((DropRows(("phone",)),))
    page = use(use_file(page, few.to_json().encode()))

    assert "'Leave out rows without a value' would leave 12 of 60 students." in texts(page)
    assert [one.label for one in page.checkbox] == ["I know that most students would be left out"]
    assert recipe_of(page) is None
    assert next(one for one in page.button if one.label == "Use it all the same").disabled

    page.checkbox[0].check()
    page = press(settled(page.run()), "Use it all the same")
    assert recipe_of(page).steps == few.steps
    assert metric(page, "Rows after cleaning") == 12


def test_a_recipe_that_leaves_explore_and_models_few_asks_first(screen, tmp_path):
    table = tmp_path / "few_scores.csv"
    rows = [f"{n:03d},{n if n < 12 else ''},{'fail' if n % 5 == 0 else 'pass'}" for n in range(60)]
    table.write_text("student_id,score,result\n" + "\n".join(rows), encoding="utf-8")
    page = open_page(screen)
    page.session_state[state.REQUEST] = cache.keep_path(
        cache.actor("local"), page.session_state[state.REQUEST], str(table)
    )
    page = open_page(page, "cleaning")
    few = Recipe((FillWithMedian(("score",)), DropRows(("score",))))
    page = use(use_file(page, few.to_json().encode()))

    assert (
        "For models and Explore, gaps stay gaps: "
        "'Leave out rows without a value' would leave 12 of 60 students."
    ) in texts(page)
    assert [one.label for one in page.checkbox] == ["I know that most students would be left out"]
    assert recipe_of(page) is None


def test_the_cleaned_table_the_ledger_and_the_recipe_can_be_taken_along(page):
    assert [one.label for one in page.download_button] == [
        "Cleaned table (CSV)", "Ledger of the steps (CSV)", "Who was left out (CSV)",
        "Cleaned table (Parquet)", "Recipe (JSON)",
    ]  # fmt: skip


def use_file(page, content):
    """Take a recipe from a file into the draft."""
    page = open_saved(page)
    page.file_uploader(key="recipe_upload").upload("recipe.json", content, "application/json").run()
    return settled(page)


def test_a_recipe_from_a_file_becomes_the_draft(page):
    saved = Recipe((StripText(("gender",)), DropRows(("work_hours",))), name="ours")
    page = use_file(page, saved.to_json().encode())

    assert draft_of(page) == saved
    assert recipe_of(page) is None
    page = use(page)
    assert recipe_of(page) == saved
    page = use(turn(page, "Drop rows without a value"))
    assert [step.is_on for step in recipe_of(page).steps] == [True, False]


def test_of_a_recipe_with_very_many_steps_the_first_are_drawn(page):
    many = Recipe(tuple(StripText(("gender",)) for _ in range(recipe_editor.SHOWN + 50)))
    page = use_file(page, many.to_json().encode())

    assert len([one for one in page.button if one.label == "Preview"]) == recipe_editor.SHOWN
    assert "The first 100 of 150 steps are shown; all of them are done." in texts(page)


def save_as(page, name):
    page.text_input(key="recipe_name").set_value(name)
    return press(page, "Save")


def test_recipes_are_saved_in_versions_compared_and_taken_back(page):
    page = save_as(open_saved(page), "Autumn")
    first = draft_of(page)
    assert "Saved as version 1 of Autumn." in texts(page)
    page = save_as(do(page, "Drop rows that repeat", "remove"), "Autumn")
    assert "Saved as version 2 of Autumn." in texts(page)

    (version,) = [one for one in page.selectbox if one.label == "Version"]
    assert [one.split(" · ")[0] for one in version.options] == ["Version 2", "Version 1"]
    assert all(one.endswith(" UTC · local") for one in version.options)
    assert "Version 2 and the draft do the same." in texts(page)
    version.set_value(1)
    page = settled(page.run())
    assert "From version 1 to the draft:" in texts(page)
    (other,) = [one for one in page.selectbox if one.label == "Compare with"]
    other.set_value(2)
    page = settled(page.run())
    assert "From version 1 to version 2:" in texts(page)
    page = press(page, "Take into the draft")
    assert draft_of(page).steps == first.steps
    assert draft_of(page).steps[0].reason == first.steps[0].reason
    assert "Export (JSON)" in [one.label for one in page.download_button]


def test_a_recipe_of_another_table_is_refused_and_the_draft_stays(page):
    cache.save_recipe(cache.actor("local"), "Other school", Recipe((StripText(("town",)),)))
    page = open_saved(page)
    (name,) = [one for one in page.selectbox if one.label == "Saved under"]
    name.set_value("Other school")
    page = press(settled(page.run()), "Take into the draft")

    assert errors(page) == ["There is no column 'town' (needed by step 1 of the recipe, strip_text)."]
    assert "Nothing was changed: the draft is as it was." in texts(page)
    assert "This recipe is in use." in texts(page)


def test_a_name_that_cannot_be_one_is_refused_in_one_sentence(page):
    page = save_as(open_saved(page), "../secrets")

    assert errors(page) == ["A recipe cannot be called '../secrets'."]


def test_without_the_front_door_no_saved_recipe_is_shown(ungated):
    page = open_saved(open_page(ungated, "cleaning"))

    assert errors(page) == [
        "You may not see these students: only the demo school is open without the front door."
    ]
    assert "Saved under" not in [one.label for one in page.selectbox]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"student_id,score", "The recipe is not readable JSON at line 1."),
        (json.dumps({"steps": [{"kind": "fly"}]}).encode(), "Step 1 is of an unknown kind 'fly'."),
        (
            json.dumps({"steps": [{"kind": "drop_columns", "columns": ["gendre"]}]}).encode(),
            "There is no column 'gendre' (needed by step 1 of the recipe, drop_columns).",
        ),
    ],
)
def test_a_file_that_is_no_recipe_for_this_table_is_one_sentence(page, content, words):
    page = use_file(page, content)

    assert errors(page) == [words]
    assert recipe_of(page) is None
    assert metric(page, "Rows as loaded") > 0


def test_a_table_without_faults_needs_no_recipe(screen, tmp_path):
    rows = b"".join(b"%s,%d\n" % (b"fm"[i % 2 :][:1], i % 20) for i in range(40))
    (tmp_path / "clean.csv").write_bytes(b"gender,score\n" + rows)
    page = open_page(screen, "data_sources")
    page.segmented_control(key="source_kind").set_value("File on this computer").run()
    page.text_input(key="source_path").set_value(str(tmp_path / "clean.csv"))
    page = open_page(press(page, "Open this file"), "cleaning")

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
    page = use(press(page, "Add this step"))
    assert "61 rows in = 60 rows out + 1 named exclusion" in texts(page)
    page = open_page(page, "explorer")
    assert not page.error


def twins(page):
    """The finding of students who may be in the table twice, and the switch that shows them."""
    page.toggle(key="pairs_Q004").set_value(True)
    return settled(page.run())


def test_two_who_may_be_one_student_stand_side_by_side(page):
    shown = twins(page).table[0].value
    left, right = shown.columns[1:]
    marked = shown["Column"].str.startswith("**≠ ")

    assert list(shown.columns) == ["Column", left, right]
    assert (left.split(": ")[0], right.split(": ")[0]) == ("Left", "Right")
    assert "Date of birth" in shown.loc[~marked, "Column"].tolist()
    assert (marked == (shown[left] != shown[right])).all()
    assert marked.is_monotonic_decreasing


def test_pairs_are_joined_as_a_person_decides_and_the_others_stay(page):
    page = twins(page)
    asked = cache.findings_job(cache.actor("local"), page.session_state[state.REQUEST]).result()
    (names,) = [finding.pairs for finding in asked.findings if finding.pairs]
    for number, choice in enumerate([recipe_pairs.LEFT, recipe_pairs.RIGHT, recipe_pairs.TWO], start=1):
        page.pagination[0].set_value(number)
        page = settled(page.run())
        radio = page.radio[0]
        radio.set_value(choice)
        page = settled(page.run())
    before = kinds(draft_of(page))
    page = press(page, "Add to the recipe: join 2 pairs")
    (made,) = [step for step in draft_of(page).steps if step.kind == "merge_students"]

    assert "merge_students" not in before
    assert made.by == "student_id"
    assert made.pairs == (names[0], names[1][::-1])
    assert "not decided yet: they stay as they are." in texts(page)
    page.pagination[0].set_value(3)
    page = settled(page.run())
    page.radio[0].set_value(recipe_pairs.LEFT)
    page = press(settled(page.run()), "Add to the recipe: join 3 pairs")
    assert [len(step.pairs) for step in draft_of(page).steps if step.kind == "merge_students"] == [3]
    rows = metric(page, "Rows after cleaning")
    page = use(page)
    assert metric(page, "Rows after cleaning") == rows - 3


def decide(page, choice):
    """Say who the two students are that are shown."""
    page.radio[0].set_value(choice)
    return settled(page.run())


def merges(page):
    return [step for step in draft_of(page).steps if step.kind == "merge_students"]


def join_button(page):
    return page.button(key="pairs_join")


def test_a_joined_pair_is_taken_back_and_other_merges_stay(page):
    other = MergeStudents("gender", (("Ana", "Bo"),))
    page = use_file(page, Recipe((StripText(("gender",)), other)).to_json().encode())
    page = twins(page)
    assert join_button(page).disabled
    page = press(decide(page, recipe_pairs.LEFT), "Add to the recipe: join 1 pair")
    assert [step.by for step in merges(page)] == ["gender", "student_id"]
    assert join_button(page).disabled

    page = decide(page, recipe_pairs.TWO)
    assert not join_button(page).disabled
    page = press(page, "Join none of these pairs in the recipe")
    assert merges(page) == [other]
    assert join_button(page).disabled


def test_pairs_of_a_recipe_that_nobody_decided_here_stay(page):
    asked = cache.findings_job(cache.actor("local"), page.session_state[state.REQUEST]).result()
    (pairs,) = [finding.pairs for finding in asked.findings if finding.pairs]
    page = twins(use_file(page, Recipe((MergeStudents("student_id", pairs[:2]),)).to_json().encode()))
    page = press(decide(page, recipe_pairs.TWO), "Join none of these pairs in the recipe")

    assert [step.pairs for step in merges(page)] == [pairs[1:2]]


def school_with_twins(page, place, name):
    """Open a table in which 001 and 002 may be one student, called by this name."""
    others = [
        f"{n:03d},{chr(65 + n % 26)}{n}x Nn{n},200{n % 9}-0{n % 8 + 1}-1{n % 10},{n}" for n in range(3, 60)
    ]
    rows = [f"001,{name}a,2001-02-03,1", f"002,{name},2001-02-03,2", *others]
    place.write_text("student_id,full_name,date_of_birth,hours\n" + "\n".join(rows), encoding="utf-8")
    page.session_state[state.REQUEST] = cache.keep_path(
        cache.actor("local"), page.session_state[state.REQUEST], str(place)
    )
    return settled(page.run())


def test_what_was_decided_in_one_table_is_not_decided_in_another_with_the_same_ids(page, tmp_path):
    page = twins(school_with_twins(page, tmp_path / "one.csv", "Annabel Ruiz"))
    page = decide(page, recipe_pairs.LEFT)
    assert not join_button(page).disabled

    page = school_with_twins(page, tmp_path / "two.csv", "Mirabel Sorenson")
    assert "Left: 001" in page.table[0].value.columns
    assert page.radio[0].value is None
    assert join_button(page).disabled
    assert "1 pair not decided yet: they stay as they are." in texts(page)
