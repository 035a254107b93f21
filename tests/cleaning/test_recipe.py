"""A recipe: written down, learned, replayed, edited; and refused in one sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from core import frames
from core.cleaning.columns import DropColumns
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.missing import FillWithConstant, FillWithMedian, FillWithMode
from core.cleaning.numbers import ParseNumbers
from core.cleaning.ranges import SetRange
from core.cleaning.recipe import FittedRecipe, Recipe
from core.cleaning.text import MapValues, PlaceholdersToMissing, StripText
from core.errors import ColumnNotFound, RecipeError, UnknownStep
from core.schema import Kind
from tests.cleaning.tables import dataset, lists, text

WHOLE = Recipe(
    (
        StripText(("student_id", "device"), reason="2 cells are untidy"),
        PlaceholdersToMissing(("device", "fees")),
        ParseNumbers(("fees",)),
        MapValues("device", (("Own", "own"),)),
        SetRange("fees", 0, 1000),
        DropDuplicates(("student_id",)),
        KeepOnePerStudent(("student_id",)),
        DropColumns(("blank",)),
        FillWithMedian(("fees",), was_missing=True),
        FillWithMode(("device",)),
        FillWithConstant(("note",), value="nothing"),
    ),
    name="Whole",
)


def students():
    return dataset(
        {
            "student_id": text(" a", "b", "b", "c", None),
            "device": text("Own", "own ", "own", "?", "shared"),
            "fees": text("10,5", "20", "20", "n/a", "-3"),
            "blank": text(*[None] * 5),
            "note": text(*[None] * 5),
        },
        kinds={"fees": Kind.NUMBER},
    )


def test_a_recipe_is_learned_from_rows_and_replayed():
    fitted = WHOLE.fit(students())
    cleaned = fitted.apply(students())

    assert lists(cleaned.frame) == {
        "student_id": ["a", "b", "c", None],
        "device": ["own", "own", "own", "shared"],
        "fees": [10.5, 20.0, 15.25, 15.25],
        "note": ["nothing"] * 4,
        "fees_was_missing": [0.0, 0.0, 1.0, 1.0],
    }
    assert cleaned.schema.names() == tuple(frames.column_names(cleaned.frame))
    assert cleaned.schema.column("fees").kind is Kind.NUMBER
    assert frames.collect(cleaned.frame).index.tolist() == [0, 1, 2, 3]
    assert cleaned.provenance.notes == (f"Cleaned by recipe {WHOLE.digest()} (11 steps).",)


def test_new_rows_get_what_was_learned_from_the_old_ones():
    new = dataset(
        {name: text(None) for name in ("student_id", "device", "fees", "blank", "note")},
        kinds={"fees": Kind.NUMBER},
    )
    cleaned = lists(WHOLE.fit(students()).apply(new).frame)

    assert cleaned["fees"] == [15.25]
    assert cleaned["device"] == ["own"]


def test_what_was_learned_is_a_small_table():
    assert WHOLE.fit(students()).learned().to_dict("list") == {
        "step": [9, 10],
        "kind": ["fill_with_median", "fill_with_mode"],
        "column": ["fees", "device"],
        "value": ["15.25", "own"],
    }
    assert list(Recipe().fit(students()).learned()) == ["step", "kind", "column", "value"]


def test_what_is_done_before_a_split_learns_nothing_from_rows():
    before = WHOLE.without_in_folds()

    assert [step.kind for step in before.steps][-2:] == ["drop_columns", "fill_with_constant"]
    assert len(before.steps) == 9
    assert before.name == "Whole"
    assert before.fit(students()).learned().empty


def test_a_recipe_survives_json_with_its_reasons():
    back = Recipe.from_json(WHOLE.to_json())

    assert back == WHOLE
    assert hash(back) == hash(WHOLE)
    assert back.describe() == WHOLE.describe()
    assert back.describe()[0] == "Tidy the spaces in 'student_id' and 'device', because 2 cells are untidy."


def test_a_fitted_recipe_survives_json_and_cleans_the_same():
    fitted = WHOLE.fit(students())
    back = FittedRecipe.from_json(fitted.to_json())

    assert back == fitted
    assert lists(back.apply(students()).frame) == lists(fitted.apply(students()).frame)
    assert back.describe()[8] == "Fill the gaps of 'fees' with its median (15.25)."


def test_the_digest_changes_with_what_is_done_and_not_with_names_and_reasons():
    reworded = Recipe((StripText(("a",), reason="other"),), name="other")

    assert len(WHOLE.digest()) == 12
    assert reworded.digest() == Recipe((StripText(("a",)),)).digest()
    assert reworded.digest() != Recipe((StripText(("b",)),)).digest()
    assert Recipe(WHOLE.steps[:2]).digest() != Recipe(WHOLE.steps[1::-1]).digest()


def test_steps_are_added_and_taken_out_in_a_new_recipe():
    one, two, three = (StripText((name,)) for name in "abc")
    recipe = Recipe((one, three))

    assert recipe.with_step(two).steps == (one, three, two)
    assert recipe.with_step(two, at=1).steps == (one, two, three)
    assert recipe.with_step(two, at=0).steps == (two, one, three)
    assert recipe.without(0).steps == (three,)
    assert recipe.steps == (one, three)
    for index in (2, -1):
        with pytest.raises(RecipeError, match=rf"^The recipe has no step {index + 1}.$"):
            recipe.without(index)


def test_an_empty_recipe_changes_nothing():
    given = students()
    cleaned = Recipe().fit(given).apply(given)

    assert_frame_equal(cleaned.collect(), given.collect())
    assert cleaned.schema == given.schema


def test_an_error_says_in_which_step_it_arose():
    recipe = Recipe((StripText(("device",)), DropColumns(("devise",))))
    for run in (recipe.fit, FittedRecipe(recipe, ({}, {}), students().provenance).apply):
        with pytest.raises(ColumnNotFound, match=r"^There is no column 'devise'") as failure:
            run(students())
        assert failure.value.__notes__ == ["In step 2 of the recipe (drop_columns)."]
    with pytest.raises(ColumnNotFound) as failure:
        FittedRecipe(recipe, ({}, {}), students().provenance).report(students())
    assert failure.value.__notes__ == ["In step 2 of the recipe (drop_columns)."]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "The recipe is not readable JSON at line 1."),
        ("{", "The recipe is not readable JSON at line 1."),
        ("[" * 100_000, "The recipe is not readable JSON."),
        ('{"steps": [NaN]}', "The recipe is not readable JSON."),
        ("[]", "This is not a recipe: it has no list of 'steps'."),
        ('{"steps": {}}', "This is not a recipe: it has no list of 'steps'."),
        ('{"steps": [], "name": 5}', "The 'name' of the recipe must be a text."),
        ('{"steps": [], "waymark_recipe": 9}', "The recipe has the layout version '9', which is not known."),
        ('{"steps": [7]}', "Step 1 has no 'kind'."),
        (
            '{"steps": [{"kind": "set_range", "column": "a", "lowest": 5, "highest": 1}]}',
            "set_range of 'a' has its lowest value above its highest: 5 and 1.",
        ),
    ],
)
def test_nonsense_is_refused_in_one_sentence(written, message):
    with pytest.raises(RecipeError) as failure:
        Recipe.from_json(written)
    assert str(failure.value) == message


def test_an_unknown_step_is_named():
    with pytest.raises(UnknownStep, match=r"^Step 2 is of an unknown kind 'impute'.$"):
        Recipe.from_json('{"steps": [{"kind": "strip_text", "columns": []}, {"kind": "impute"}]}')


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.floats()
        | st.text(max_size=5)
        | st.sampled_from(["kind", "strip_text"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["steps", "kind", "columns", "name", "x"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_whatever_the_json_the_answer_is_a_recipe_or_a_sentence(raw):
    try:
        recipe = Recipe.from_json(json.dumps(raw))
    except RecipeError as error:
        recipe, sentence = None, str(error)

    assert sentence.endswith(".") if recipe is None else Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda raw: raw.pop("states"),
            "This is not a fitted recipe: it needs 'recipe', 'states' and 'fitted_on'.",
        ),
        (
            lambda raw: raw["states"].pop(),
            "The fitted recipe must hold one set of learned values for each step.",
        ),
        (lambda raw: raw["fitted_on"].pop("source"), "The fitted recipe does not say where it was fitted."),
        (lambda raw: raw.update(fitted_on=5), "The fitted recipe does not say where it was fitted."),
    ],
)
def test_a_damaged_fitted_recipe_is_refused_in_one_sentence(change, message):
    raw = json.loads(WHOLE.fit(students()).to_json())
    change(raw)
    with pytest.raises(RecipeError) as failure:
        FittedRecipe.from_json(json.dumps(raw))
    assert str(failure.value) == message


@pytest.mark.spark
def test_a_whole_recipe_learns_and_cleans_the_same_on_spark(spark):
    given = students()
    held_by_spark = given.with_frame(frames.on_spark(given.collect(), spark), note="moved to Spark")
    fitted = WHOLE.fit(held_by_spark)
    cleaned = fitted.apply(held_by_spark)

    assert fitted.states == WHOLE.fit(given).states
    assert_frame_equal(
        cleaned.collect().sort_values("student_id", ignore_index=True),
        fitted.apply(given).collect(),
    )
    assert fitted.report(held_by_spark).n_out == 4
