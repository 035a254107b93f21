"""An edit is made to the step that the viewer saw, once, or not at all."""

from types import SimpleNamespace

import pytest

from core import cache
from core.cleaning.recipe import Recipe
from core.cleaning.rows import DropRows
from core.cleaning.text import StripText
from pages.ui import recipe_draft

STEPS = (StripText(("a",)), StripText(("b",)), DropRows(("a",)))


@pytest.fixture
def session(monkeypatch):
    kept = {recipe_draft.DRAFT: ("school", Recipe(STEPS), cache.Draft(Recipe(STEPS)))}
    monkeypatch.setattr(recipe_draft, "st", SimpleNamespace(session_state=kept))
    return kept


def steps(session):
    return session[recipe_draft.DRAFT][2].recipe.steps


def test_pressing_remove_twice_takes_out_one_step(session):
    for _ in range(2):
        recipe_draft.edit(lambda draft: draft.removed(1), seen=(1, STEPS[1]))

    assert steps(session) == (STEPS[0], STEPS[2])


def test_moving_a_step_that_moved_already_moves_no_other(session):
    for _ in range(2):
        recipe_draft.edit(lambda draft: draft.moved(0, by=1), seen=(0, STEPS[0]))

    assert steps(session) == (STEPS[1], STEPS[0], STEPS[2])


def test_an_edit_that_is_refused_changes_nothing_and_is_remembered(session):
    recipe_draft.edit(lambda draft: draft.removed(9))

    assert steps(session) == STEPS
    assert str(session[recipe_draft.REFUSED]) == "The recipe has no step 10."
