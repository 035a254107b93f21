"""A recipe: written down, learned, replayed, edited; and refused in one sentence."""

import json
from dataclasses import dataclass, fields, replace

import narwhals.stable.v2 as nw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from core import frames
from core.cleaning.columns import DropColumns
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.missing import FillWithConstant, FillWithMedian, FillWithMode
from core.cleaning.numbers import ParseNumbers
from core.cleaning.ranges import SetRange
from core.cleaning.recipe import FittedRecipe, Recipe
from core.cleaning.registry import STEPS
from core.cleaning.text import MapValues, PlaceholdersToMissing, StripText
from core.errors import AppError, ColumnNotFound, RecipeError, UnknownStep
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
        (
            '{"steps": [' + ", ".join(['{"kind": "strip_text", "columns": []}'] * 10_000) + "]}",
            "The recipe has 10,000 steps, which is more than 500.",
        ),
        ('{"steps": [], "name": "\\ud800"}', "The recipe is not readable JSON."),
        ('{"steps": [' + "9" * 5_000 + "]}", "The recipe is not readable JSON."),
        (
            '{"steps": [{"kind": "set_range", "column": "a", "lowest": 1e999}]}',
            "The setting 'lowest' of Step 1 (set_range) must be a number or null.",
        ),
        (
            '{"steps": [{"kind": "%s"}]}' % ("impute\\n" * 50),
            "Step 1 is of an unknown kind 'impute impute impute impute impute impute impute impute impu…'.",
        ),
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


def test_steps_are_exchanged_and_moved_in_a_new_recipe():
    one, two, three, four = (StripText((name,)) for name in "abcd")
    recipe = Recipe((one, two, three), name="old")

    assert recipe.replaced(four, at=1).steps == (one, four, three)
    assert recipe.moved(0, to=2).steps == (two, three, one)
    assert recipe.moved(2, to=0).steps == (three, one, two)
    assert recipe.moved(1, to=1) == recipe
    assert recipe.with_name("new") == Recipe(recipe.steps, name="new")
    for change in (
        lambda: recipe.replaced(four, at=3),
        lambda: recipe.moved(3, to=0),
        lambda: recipe.moved(0, to=3),
    ):
        with pytest.raises(RecipeError, match=r"^The recipe has no step 4.$"):
            change()


def off(step):
    return replace(step, is_on=False)


def test_a_step_that_is_switched_off_does_nothing_and_keeps_its_number():
    steps = (StripText(("device",)), off(FillWithMode(("device",))), DropColumns(("blank",)))
    fitted = Recipe(steps).fit(students())
    cleaned, report = fitted.clean(students())

    assert fitted.states == ({}, {}, {})
    assert fitted.learned().empty
    assert fitted.describe()[1] == "Switched off: Fill the gaps of 'device' with its most frequent value."
    assert [(one.step, one.kind, one.is_on) for one in report.steps] == [
        (1, "strip_text", True),
        (2, "fill_with_mode", False),
        (3, "drop_columns", True),
    ]
    assert (report.steps[1].n_in, report.steps[1].n_out, report.steps[1].n_changed) == (5, 5, 0)
    assert cleaned.provenance.notes == (
        f"Cleaned by recipe {Recipe(steps).digest()} (3 steps, 1 switched off).",
    )


def test_a_step_that_is_switched_off_may_name_columns_that_are_gone():
    recipe = Recipe((off(DropColumns(("gone",))), StripText(("device",))))

    recipe.check(students().schema)
    assert recipe.fit(students()).apply(students()).schema == students().schema


def test_the_digest_takes_no_account_of_steps_that_are_switched_off():
    one, two = StripText(("a",)), StripText(("b",))

    assert Recipe((one, off(two))).digest() == Recipe((one,)).digest()
    assert Recipe((one, off(two))) != Recipe((one,))


def test_a_recipe_is_checked_against_the_columns_of_a_table():
    WHOLE.check(students().schema)
    WHOLE.check(students().schema.names())
    made = Recipe((FillWithMedian(("fees",), was_missing=True), DropColumns(("fees_was_missing",))))
    made.check(["fees"])
    with pytest.raises(ColumnNotFound) as refused:
        WHOLE.check(["student_id", "device", "blank", "notes", "fee"])
    assert str(refused.value) == (
        "There is no column 'fees' (needed by step 2 of the recipe, placeholders_to_missing)."
    )
    assert refused.value.hint.startswith("Did you mean 'fee'?")


def test_a_column_that_an_earlier_step_takes_away_is_told_with_that_step():
    recipe = Recipe((DropColumns(("fees",)), off(StripText(("x",))), SetRange("fees", 0, 1)))
    with pytest.raises(ColumnNotFound) as refused:
        recipe.check(["fees", "device"])

    assert str(refused.value) == "There is no column 'fees' (needed by step 3 of the recipe, set_range)."
    assert refused.value.hint == (
        "It is taken away by step 1 (drop_columns): put that one later, or take one of the two out."
    )


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


SETTINGS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["device", "fees", "hours > 1", "mean(a)", "ymd", "median", "fullest", "(((", "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@st.composite
def hand_made_steps(draw):
    """Return a step of a known kind whose settings are whatever a hand may write."""
    kind = draw(st.sampled_from(sorted(STEPS)))
    names = [field.name for field in fields(STEPS[kind])]
    chosen = draw(st.lists(st.sampled_from([*names, "colums"]), max_size=5, unique=True))
    return {"kind": kind, **{name: draw(SETTINGS) for name in chosen}}


@given(st.lists(hand_made_steps(), max_size=3))
@settings(max_examples=300)
def test_whatever_the_settings_of_a_known_kind_the_answer_is_a_recipe_or_a_sentence(steps):
    try:
        recipe = Recipe.from_json(json.dumps({"steps": steps}))
    except AppError as error:
        recipe, sentence = None, str(error)

    assert sentence.endswith(".") if recipe is None else Recipe.from_json(recipe.to_json()) == recipe
    if recipe is not None:
        assert len(recipe.digest()) == 12
        assert all(words.endswith(".") for words in recipe.describe())


@pytest.mark.spark
def test_steps_that_need_the_rows_in_memory_collect_once_and_the_notes_say_so(spark):
    given = students()
    held = given.with_frame(frames.on_spark(given.collect(), spark), note="moved to Spark")
    steps = (StripText(("device",)), Together(("device",)), off(Together(("fees",))), DropColumns(("blank",)))
    fitted = Recipe(steps).fit(held)
    cleaned = fitted.apply(held)

    assert isinstance(cleaned.frame, nw.DataFrame)
    assert cleaned.provenance.notes[-1] == "Steps from 2 on ran on the rows in memory."
    assert sorted(lists(cleaned.frame)["device"]) == ["?", "Own", "own", "own", "shared"]
    assert "memory" not in fitted.apply(given).provenance.notes[-1]
    assert fitted.states == Recipe(steps).fit(given).states


@dataclass(frozen=True)
class Together(StripText):
    """A step for the tests that works on pandas only."""

    kind = "together"
    collects = True

    def _replay(self, frame, state):
        assert isinstance(frame, nw.DataFrame)
        return frame
