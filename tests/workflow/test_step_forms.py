"""Every kind of step has a form in plain words, and a filled form is the step it says."""

from dataclasses import fields

import pandas as pd
import pytest

from core.caseload.access import LOCAL, Actor, ActorRole
from core.cleaning.duplicates import KeepOnePerStudent
from core.cleaning.missing import FillWithConstant
from core.cleaning.ranges import SetRange
from core.cleaning.registry import STEPS
from core.cleaning.text import MapValues, StripText
from core.errors import Forbidden, RecipeError, UnknownStep
from core.workflow.step_forms import make_step, step_forms
from core.workflow.step_words import CHOICES, KINDS, LABELS

FORMS = step_forms(LOCAL)


@pytest.mark.parametrize("kind", STEPS)
def test_every_kind_is_asked_for_all_its_settings_in_words(kind):
    form = FORMS[kind]
    asked = {field.name for field in form.fields}

    assert kind in KINDS
    assert form.help.endswith(".")
    assert asked == {one.name for one in fields(STEPS[kind])} - {"reason", "is_on"}
    assert all(name in LABELS or f"{kind}.{name}" in LABELS for name in asked)


@pytest.mark.parametrize("kind", STEPS)
def test_every_choice_has_words(kind):
    for field in FORMS[kind].fields:
        assert all((field.name, value) in CHOICES for value in field.choices)


def test_settings_are_asked_for_by_what_they_are():
    asked = {(kind, field.name): field.asked for kind, form in FORMS.items() for field in form.fields}

    assert asked["strip_text", "columns"] == "columns"
    assert asked["set_range", "column"] == "column"
    assert asked["set_range", "lowest"] == "number"
    assert asked["set_range", "outside"] == "choice"
    assert asked["keep_one_per_student", "order_by"] == "column"
    assert asked["placeholders_to_missing", "tokens"] == "words"
    assert asked["map_values", "mapping"] == "pairs"
    assert asked["fill_with_median", "was_missing"] == "yes or no"
    assert asked["fill_with_constant", "value"] == "value"


def test_a_filled_form_is_the_step():
    pairs = pd.DataFrame({"As found": ["OWN", "own ", None], "Written as": ["own", "own", "x"]}, dtype="str")
    spellings = make_step(LOCAL, "map_values", {"column": "device", "mapping": pairs})
    limits = {"column": "age", "lowest": 15, "highest": None, "outside": "clip"}

    assert spellings == MapValues("device", (("OWN", "own"), ("own ", "own")))
    assert make_step(LOCAL, spellings.kind, {"column": "device", "mapping": spellings.mapping}) == spellings
    assert make_step(LOCAL, "set_range", limits) == SetRange("age", lowest=15.0, outside="clip")


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("7", 7.0),
        ("1234567.125", 1234567.125),
        ("7 h", "7 h"),
        ("nan", "nan"),
        ("inf", "inf"),
        (("7", True), "7"),
        (("7", False), 7.0),
    ],
)
def test_a_value_that_shows_a_number_is_one(given, value):
    made = make_step(LOCAL, "fill_with_constant", {"columns": ["x"], "value": given})

    assert made == FillWithConstant(("x",), value=value)


def test_a_step_that_is_changed_keeps_its_reason_and_its_switch():
    before = StripText(("name",), reason="untidy", is_on=False)
    after = make_step(LOCAL, "strip_text", {"columns": ["town"]}, like=before)

    assert (after.columns, after.reason, after.is_on) == (("town",), "untidy", False)


@pytest.mark.parametrize("step", [
    MapValues("device", (("OWN", "own"),)),
    SetRange("age", lowest=15.0, outside="clip"),
    KeepOnePerStudent(("student_id",), keep="last", order_by="term"),
])  # fmt: skip
def test_a_step_comes_back_from_its_own_form(step):
    form = FORMS[step.kind]
    given = {field.name: getattr(step, field.name) for field in form.fields}
    shown = {f.name: f.rows(given[f.name]) if f.asked == "pairs" else given[f.name] for f in form.fields}

    assert make_step(LOCAL, step.kind, shown) == step


@pytest.mark.parametrize(
    ("kind", "given", "error", "words"),
    [
        ("strip_text", {"columns": []}, RecipeError, "'Columns' is empty."),
        ("set_range", {"column": None}, RecipeError, "'Column' is empty."),
        ("fly", {}, UnknownStep, "The step is of an unknown kind 'fly'."),
        (
            "set_range",
            {"column": "age", "lowest": 9, "highest": 1},
            RecipeError,
            "set_range of 'age' has its lowest value above its highest: 9 and 1.",
        ),
    ],
)
def test_a_form_that_makes_no_step_is_one_sentence(kind, given, error, words):
    with pytest.raises(error) as refused:
        make_step(LOCAL, kind, given)

    assert str(refused.value) == words
    assert refused.value.hint


def test_steps_are_made_by_those_who_may_clean():
    dean = Actor(who="dee", roles=frozenset({ActorRole.DEAN}), scope="all")
    with pytest.raises(Forbidden):
        step_forms(dean)
    with pytest.raises(Forbidden):
        make_step(dean, "strip_text", {"columns": ["name"]})
