"""A draft of a recipe is edited step by step, and every edit can be undone and redone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cleaning.columns import DropColumns, RenameColumn
from core.cleaning.derive import DeriveColumn
from core.cleaning.missing import FillWithMedian
from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.cleaning.ranges import SetRange
from core.cleaning.recipe import Recipe
from core.cleaning.rows import DropRows
from core.cleaning.text import StripText
from core.errors import RecipeError
from core.schema import Column, Kind, Role, Schema
from core.workflow.drafts import REMEMBERED, Draft

STRIP, DROP, FILL = StripText(("name",)), DropRows(("id",)), FillWithMedian(("score",))
THREE = Draft(Recipe((STRIP, DROP, FILL)))
EDITS = [
    lambda draft: draft.added(ParseNumbers(("score",))),
    lambda draft: draft.removed(0),
    lambda draft: draft.moved(len(draft.recipe.steps) - 1, by=-1),
    lambda draft: draft.moved(0, by=1),
    lambda draft: draft.switched(len(draft.recipe.steps) - 1),
    lambda draft: draft.changed(0, DropColumns(("note",))),
    lambda draft: draft.undone(),
    lambda draft: draft.redone(),
]


def edited(draft, edits):
    """The drafts that one edit after the other gives; an edit without a step to edit is none."""
    found = [draft]
    for edit in edits:
        if found[-1].recipe.steps or edit in (EDITS[0], EDITS[6], EDITS[7]):
            found.append(edit(found[-1]))
    return found


@given(st.lists(st.sampled_from(EDITS), max_size=30))
def test_undoing_everything_leads_back_and_redoing_everything_forth(edits):
    last = edited(THREE, edits)[-1]
    back = last
    while back.past:
        back = back.undone()
    forth = back
    while forth.future:
        forth = forth.redone()

    assert back.recipe == THREE.recipe
    assert back.undone() == back
    assert len(forth.past) == len(last.past) + len(last.future)


@given(st.lists(st.sampled_from(EDITS), max_size=30))
def test_an_edit_is_undone_by_one_undo(edits):
    drafts = edited(THREE, edits)
    for before, after in pairwise(drafts):
        if len(after.past) == len(before.past) + 1 and not after.future:
            assert after.undone().recipe == before.recipe


@given(st.permutations([STRIP, DROP, FILL]), st.integers(0, 2), st.integers(-5, 5))
def test_a_move_keeps_every_step_and_the_order_of_the_others(steps, index, by):
    draft = Draft(Recipe(tuple(steps))).moved(index, by=by)
    others = [step for step in draft.recipe.steps if step != steps[index]]

    assert others == [step for step in steps if step != steps[index]]
    assert draft.recipe.steps[min(max(index + by, 0), 2)] == steps[index]


def test_a_new_step_stands_where_the_order_of_the_kinds_puts_it():
    assert THREE.place_of(ParseNumbers(("score",))) == 1
    assert [step.kind for step in THREE.added(ParseNumbers(("score",))).recipe.steps] == [
        "strip_text", "parse_numbers", "drop_rows", "fill_with_median"
    ]  # fmt: skip
    assert Draft().added(FILL).recipe.steps == (FILL,)


@pytest.mark.parametrize(("maker", "step"), [
    (DeriveColumn("total", "math + reading"), SetRange("total", lowest=0.0)),
    (RenameColumn("marks", "score"), ParseNumbers(("score",))),
    (FillWithMedian(("score",), was_missing=True), DropRows(("score_was_missing",))),
    (SetRange("age", lowest=0.0, outside="flag"), ParseFlags(("age_outside_range",))),
])  # fmt: skip
def test_a_new_step_never_stands_before_one_that_makes_a_column_it_needs(maker, step):
    last = FillWithMedian(("math",))
    draft = Draft(Recipe((STRIP, maker, last)))

    assert draft.place_of(step) == 2
    assert draft.switched(1).place_of(step) == 2
    assert draft.added(step).recipe.steps == (STRIP, maker, step, last)
    assert draft.place_of(ParseNumbers(("other",))) == 1


def test_an_edit_that_changes_nothing_cannot_be_undone():
    assert THREE.became(THREE.recipe) is THREE
    assert THREE.moved(0, by=-1).past == ()


def test_a_new_edit_forgets_what_was_undone():
    draft = THREE.removed(0).undone().removed(2)

    assert draft.future == ()
    assert draft.recipe.steps == (STRIP, DROP)


def test_only_so_many_edits_are_remembered():
    draft = THREE
    for _ in range(REMEMBERED + 5):
        draft = draft.switched(0)

    assert len(draft.past) == REMEMBERED


@pytest.mark.parametrize("edit", [
    lambda draft: draft.removed(3),
    lambda draft: draft.switched(3),
    lambda draft: draft.moved(3, by=-1),
    lambda draft: draft.changed(-1, STRIP),
])  # fmt: skip
def test_a_step_that_is_not_there_cannot_be_edited(edit):
    with pytest.raises(RecipeError, match="The recipe has no step"):
        edit(THREE)


def test_a_step_is_in_the_draft_when_one_of_its_settings_has_all_its_columns():
    draft = Draft(Recipe((StripText(("name", "town")), DROP))).switched(0)

    assert draft.has(StripText(("town",)))
    assert not draft.has(StripText(("town", "gender")))
    assert not draft.has(FillWithMedian(("name",)))
    assert not Draft(Recipe((FILL,))).has(FillWithMedian(("score",), was_missing=True))


def test_a_draft_does_as_a_recipe_of_other_reasons_and_another_name():
    assert THREE.does_as(Recipe((StripText(("name",), reason="untidy"), DROP, FILL), name="ours"))
    assert not THREE.switched(0).does_as(THREE.recipe)


def test_a_step_finds_the_columns_that_the_steps_before_it_leave():
    schema = Schema(tuple(Column(name, Kind.NUMBER, Role.FEATURE) for name in ("score", "note")))
    dropped = DropColumns(("note",))
    draft = Draft(Recipe((dropped, DropColumns(("gone",)), FillWithMedian(("score",), was_missing=True))))

    assert draft.columns_at(0, schema) == ("score", "note")
    assert draft.columns_at(1, schema) == ("score",)
    assert draft.columns_at(3, schema) == ("score", "score_was_missing")
    assert draft.switched(0).columns_at(1, schema) == ("score", "note")
