"""Columns calculated from others."""

import pytest

from core.cleaning.derive import DeriveColumn
from core.cleaning.recipe import Recipe
from core.cleaning.registry import step_from_dict
from core.errors import RecipeError, StepFailed
from core.schema import Column, Kind, Role
from tests.cleaning.tables import after, dataset, lists, text

SCORES = {"math": [40.0, 60.0, None], "reading": [50.0, 71.0, 20.0]}


def derived(expression, **columns):
    return after(DeriveColumn("new", expression), **columns)["new"]


def test_a_number_is_calculated_row_by_row():
    assert derived("mean(math, reading)", **SCORES) == [45.0, 65.5, None]
    assert derived("math / (reading - 50)", **SCORES) == [None, 60 / 21, None]
    assert derived("reading", **SCORES) == [50.0, 71.0, 20.0]
    assert derived("-(a * 0)", a=[1.0, -1.0]) == [0.0, 0.0]


def test_a_condition_gives_one_and_nought():
    assert derived("math < 50", **SCORES) == [1.0, 0.0, None]
    assert derived("math < 50 or reading < 30", **SCORES) == [1.0, 0.0, 1.0]
    assert derived('group in {"a"}', group=text("a", "b", None)) == [1.0, 0.0, None]


def test_both_engines_derive_the_same(frame_of):
    frame = frame_of({"a": [1.0, -0.0, None, 1e308], "b": [3.0, 0.0, 1.0, 1e-308]})
    step = DeriveColumn("share of b", "a / b * 3")
    made = lists(step.apply(frame, step.fit(frame)))

    assert list(made) == ["a", "b", "share of b"]
    assert made["share of b"] == [1.0, None, None, None]


def test_other_columns_stay_and_the_new_one_comes_last():
    made = after(DeriveColumn("low", "math < 50"), **SCORES)

    assert list(made) == ["math", "reading", "low"]
    assert {name: made[name] for name in SCORES} == SCORES


@pytest.mark.parametrize(
    ("expression", "kind", "words"),
    [
        ("mean(math, reading)", Kind.NUMBER, "the mean of math and reading"),
        ("math < reading", Kind.FLAG, "whether math is below reading"),
    ],
)
def test_the_new_column_is_in_the_schema_and_said_in_words(expression, kind, words):
    step, table = DeriveColumn("new", expression), dataset(SCORES)
    cleaned = Recipe((step,)).fit(table).apply(table)

    assert cleaned.schema.column("new") == Column(
        "new", kind, Role.FEATURE, reason="derived from 'math' and 'reading'"
    )
    assert list(cleaned.collect()) == ["math", "reading", "new"]
    assert step.describe() == f"Add the column 'new': {words}."


@pytest.mark.parametrize(
    ("held", "role"),
    [
        (Role.BARRIER, Role.FEATURE),
        (Role.TERM, Role.FEATURE),
        (Role.PROTECTED, Role.PROTECTED),
        (Role.OUTCOME, Role.OUTCOME),
        (Role.CONTACT, Role.IGNORED),
        (Role.IGNORED, Role.IGNORED),
    ],
)
def test_what_is_made_from_a_column_is_no_freer_than_the_column(held, role):
    schema = dataset(SCORES, roles={"math": held}).schema

    assert DeriveColumn("new", "math + reading").schema_after(schema).column("new").role is role


def test_needs_are_the_columns_named_and_none_is_changed():
    step = DeriveColumn("new", "[a/b] + c d > min(c d, 3)")

    assert (step.needs, step.changes, step.in_folds) == (("a/b", "c d"), (), False)


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(
        StepFailed, match=r"^The table already has a column 'math', which derive_column wants to add.$"
    ) as failure:
        after(DeriveColumn("math", "reading * 2"), **SCORES)
    assert failure.value.hint == "Give the new column another name."


def test_a_new_column_needs_a_name():
    with pytest.raises(RecipeError, match=r"^derive_column needs a name for the new column.$"):
        DeriveColumn(" ", "math * 2")


def test_a_step_that_cannot_be_read_is_refused_with_a_caret():
    raw = {"kind": "derive_column", "column": "new", "expression": "math ** 2"}
    with pytest.raises(RecipeError) as failure:
        step_from_dict(raw, place="Step 1")

    assert str(failure.value) == "A value is missing before '*', at character 7."
    assert failure.value.hint == "math ** 2\n      ^"


def test_text_is_not_calculated_with():
    with pytest.raises(StepFailed, match=r"^'group' holds text, at character 1.$") as failure:
        derived("group * 2", group=text("a"))
    assert failure.value.hint == "Only numbers can be calculated with.\ngroup * 2\n^"


def test_the_name_of_the_hidden_row_numbers_is_refused():
    with pytest.raises(RecipeError, match=r"^The column '__row__' has a name that Waymark uses itself.$"):
        DeriveColumn("__row__", "a + 1")
