"""Saved recipes: every version stays, nobody overwrites another's, and a name leads nowhere else."""

import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.cleaning.columns import DropColumns
from core.cleaning.missing import FillWithMedian
from core.cleaning.recipe import Recipe
from core.cleaning.rows import DropRows
from core.cleaning.text import MapValues, StripText
from core.errors import AppError, ColumnNotFound, Forbidden, InvalidChoice, RecipeError
from core.schema import Column, Kind, Role, Schema
from core.settings import Settings
from core.workflow import recipes
from core.workflow.cleaning import LARGEST_RECIPE, recipe_file

ONE = Recipe((StripText(("name",), reason="untidy"),))
TWO = Recipe((*ONE.steps, DropRows(("student_id",), is_on=False)))
SCHEMA = Schema(tuple(Column(name, Kind.TEXT, Role.FEATURE) for name in ("name", "student_id")))
ANA = Actor(who="ana", roles=frozenset({ActorRole.ANALYST}), scope="all")


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path / "workspace")


def save(name, recipe, settings, actor=LOCAL):
    return recipes.save_recipe(actor, name, recipe, settings=settings)


def test_each_save_is_a_version_with_who_and_when_and_all_stay(settings):
    first, second = save("Autumn", ONE, settings), save(" Autumn ", TWO, settings, actor=ANA)
    kept = recipes.saved_versions(LOCAL, "Autumn", settings=settings)

    assert [one.version for one in kept] == [2, 1]
    assert kept == (second, first)
    assert [one.saved_by for one in kept] == ["ana", "local"]
    assert kept[0].recipe.steps == TWO.steps
    assert kept[0].recipe.steps[1].is_on is False
    assert kept[1].recipe.steps[0].reason == "untidy"
    assert first.saved_at <= second.saved_at
    assert second.title == f"Version 2 · {second.saved_at:%d %b %Y %H:%M} UTC · ana"


def test_names_are_listed_by_the_alphabet_and_are_the_names_of_their_recipes(settings):
    for name in ("winter", "Autumn", "Ünal's", "autumn"):
        save(name, ONE, settings)

    assert recipes.saved_names(LOCAL, settings=settings) == ("Autumn", "autumn", "winter", "Ünal's")
    assert recipes.saved_versions(LOCAL, "winter", settings=settings)[0].recipe.name == "winter"


def test_nothing_is_listed_before_anything_is_saved(settings):
    assert recipes.saved_names(LOCAL, settings=settings) == ()
    with pytest.raises(InvalidChoice, match="No recipe is saved as 'Autumn'"):
        recipes.saved_versions(LOCAL, "Autumn", settings=settings)


def test_many_who_save_at_once_each_get_a_version_of_their_own(settings):
    everybody, n = threading.Barrier(8), 40

    def one(number):
        if number < 8:
            everybody.wait()
        return save("Autumn", Recipe((StripText((f"c{number}",)),)), settings)

    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(one, range(n)))
    kept = recipes.saved_versions(LOCAL, "Autumn", settings=settings)

    assert sorted(version.version for version in saved) == list(range(1, n + 1))
    assert {one.version: one.recipe for one in kept} == {one.version: one.recipe for one in saved}


def test_what_is_kept_is_for_its_owner_alone_and_leaves_no_drafts(settings):
    save("Autumn", ONE, settings)
    places = [settings.workspace / "recipes", *(settings.workspace / "recipes").rglob("*")]

    assert [stat.S_IMODE(place.stat().st_mode) for place in places] == [0o700, 0o700, 0o600]


@pytest.mark.parametrize("name", ["", "  ", "..", ".", "a/b", "../../etc", "a\\b", "x" * 61, "a\x00b"])
def test_a_name_that_leads_elsewhere_or_says_nothing_is_refused(settings, name):
    with pytest.raises(InvalidChoice, match="A recipe cannot be called") as refused:
        save(name, ONE, settings)

    assert refused.value.hint == "A name has 1 to 60 characters, and none of them is / or \\."
    assert not settings.workspace.exists()


@pytest.mark.parametrize("name", ["x" * 60, "Herbst 2026 (3. Fassung)", "秋", ".hidden", "con", "a:b*c?"])
def test_other_names_are_kept_in_a_folder_of_their_own(settings, name):
    save(name, ONE, settings)

    assert recipes.saved_names(LOCAL, settings=settings) == (name,)
    (folder,) = (settings.workspace / "recipes").iterdir()
    assert folder.name.isascii()
    assert folder.parent == settings.workspace / "recipes"


def test_a_version_that_cannot_be_read_says_so_and_hides_no_other(settings):
    for recipe in (ONE, TWO, ONE):
        save("Autumn", recipe, settings)
    (folder,) = (settings.workspace / "recipes").iterdir()
    (folder / "3.json").write_text("{", encoding="utf-8")
    (folder / "2.json").write_text(json.dumps({"name": "Autumn", "recipe": {"steps": [{"kind": "fly"}]}}))
    kept = recipes.saved_versions(LOCAL, "Autumn", settings=settings)

    assert recipes.saved_names(LOCAL, settings=settings) == ("Autumn",)
    assert [one.problem for one in kept] == [
        f"The saved recipe '{folder.name}/3.json' cannot be read.",
        f"The saved recipe '{folder.name}/2.json' cannot be read.",
        "",
    ]
    assert kept[0].title == "Version 3 · cannot be read"
    assert save("Autumn", TWO, settings).version == 4


def of_size(n_bytes):
    """A recipe whose own file has so many bytes."""
    pairs = tuple((f"{n:05d}", "x") for n in range(9_000))
    recipe = Recipe((MapValues("name", pairs, reason="r"),))
    rest = n_bytes - len(recipe_file(LOCAL, recipe))
    return Recipe((MapValues("name", pairs, reason="r" * (rest + 1)),))


def test_the_largest_recipe_that_is_saved_is_read_exported_and_taken_in_again(settings):
    largest = of_size(LARGEST_RECIPE)
    save("Autumn", largest, settings)
    (kept,) = recipes.saved_versions(LOCAL, "Autumn", settings=settings)
    exported = recipe_file(LOCAL, kept.recipe.with_name(""))

    assert (kept.problem, len(exported)) == ("", LARGEST_RECIPE)
    assert recipes.recipe_from_file(LOCAL, exported, SCHEMA) == largest


@pytest.mark.parametrize("take", [
    lambda recipe, settings: save("Autumn", recipe, settings),
    lambda recipe, settings: recipes.fitting(LOCAL, recipe, SCHEMA),
    lambda recipe, settings: recipes.recipe_from_file(
        LOCAL, json.dumps(recipe.to_dict(), separators=(",", ":")).encode(), SCHEMA
    ),
], ids=["saved", "used", "from a file that is written closely"])  # fmt: skip
def test_a_recipe_that_could_not_be_read_again_is_refused_in_one_sentence(settings, take):
    with pytest.raises(RecipeError) as refused:
        take(of_size(LARGEST_RECIPE + 1), settings)

    assert str(refused.value) == "The recipe has 1,000,001 bytes as a file, which is more than 1,000,000."
    assert refused.value.hint == (
        "Take a step out, or name fewer values in it: the file could not be read again."
    )
    assert not settings.workspace.exists()


def test_a_version_that_is_nested_too_deep_says_that_it_cannot_be_read(settings):
    save("Autumn", ONE, settings)
    (folder,) = (settings.workspace / "recipes").iterdir()
    (folder / "2.json").write_text("[" * 100_000, encoding="utf-8")
    kept = recipes.saved_versions(LOCAL, "Autumn", settings=settings)

    assert [one.problem for one in kept] == [f"The saved recipe '{folder.name}/2.json' cannot be read.", ""]


def test_a_disk_that_takes_nothing_is_one_sentence(settings):
    settings.workspace.mkdir()
    (settings.workspace / "recipes").write_text("in the way")
    with pytest.raises(AppError) as refused:
        save("Autumn", ONE, settings)

    assert str(refused.value) == "The recipe 'Autumn' could not be kept: File exists."


def test_a_recipe_for_a_table_without_its_column_is_refused(settings):
    assert recipes.fitting(LOCAL, TWO, SCHEMA) == TWO
    with pytest.raises(ColumnNotFound, match="There is no column 'score'"):
        recipes.fitting(LOCAL, Recipe((FillWithMedian(("score",)),)), SCHEMA)


def test_a_recipe_that_explore_and_train_could_not_use_is_refused():
    schema = Schema((*SCHEMA, Column("score", Kind.NUMBER, Role.FEATURE)))
    fill = FillWithMedian(("score",), was_missing=True)
    tidy = StripText(("name",))
    recipe = Recipe((tidy, fill, DropColumns(("score_was_missing",))))
    with pytest.raises(ColumnNotFound) as refused:
        recipes.fitting(LOCAL, recipe, schema)

    assert str(refused.value) == (
        "For models and Explore there is no column 'score_was_missing', which step 3 of the recipe, "
        "drop_columns, needs: step 2 (fill_with_median) adds it, and models do that step later, on their own "
        "training rows."
    )
    assert refused.value.hint == ("Take step 3 out, or change the earlier step so that it adds no column.")
    for fine in (Recipe((tidy, fill)), Recipe((fill, DropColumns(("score_was_missing",), is_on=False))),
                 Recipe((fill, DropColumns(("score",))))):  # fmt: skip
        assert recipes.fitting(LOCAL, fine, schema) == fine


def test_a_file_is_read_checked_and_refused_in_one_sentence():
    assert recipes.recipe_from_file(LOCAL, TWO.to_json().encode(), SCHEMA) == TWO
    with pytest.raises(ColumnNotFound, match="There is no column 'nam'"):
        recipes.recipe_from_file(LOCAL, Recipe((StripText(("nam",)),)).to_json().encode(), SCHEMA)
    with pytest.raises(RecipeError, match="The recipe is not readable JSON at line 1"):
        recipes.recipe_from_file(LOCAL, b"a,b", SCHEMA)


def test_the_difference_of_two_recipes_is_said_in_words():
    assert recipes.recipe_changes(LOCAL, ONE, ONE) == ()
    assert recipes.recipe_changes(LOCAL, ONE, Recipe(TWO.steps[1:])) == (
        "Step 1 is new: Drop rows without a value in 'student_id'.",
        "Step 1 was taken out: Tidy the spaces in 'name'.",
    )


def test_who_may_not_see_real_students_sees_no_saved_recipe(settings):
    save("Autumn", ONE, settings)
    dean = Actor(who="dee", roles=frozenset({ActorRole.DEAN}), scope="all")
    for actor in (UNGATED, dean):
        with pytest.raises(Forbidden):
            save("Autumn", ONE, settings, actor=actor)
        with pytest.raises(Forbidden):
            recipes.saved_names(actor, settings=settings)
        with pytest.raises(Forbidden):
            recipes.saved_versions(actor, "Autumn", settings=settings)
