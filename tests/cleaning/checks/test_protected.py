"""Q022: protected attributes that a model could use because nobody marked them."""

import pytest

from core.schema import MODEL_ROLES, Kind, Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text


def test_an_unmarked_attribute_is_told_with_what_to_do():
    found = answer("Q022", dataset({"Gender": text("a", "b")}, roles={"Gender": Role.BARRIER}))

    assert found.words == (
        "'Gender' seems to be sex or gender, by its name, and a model may use it as a barrier. "
        "Give it the role protected: then no model uses it, and it serves only to see who is treated worse."
    )
    assert (found.severity, found.column, found.count, found.step) == ("issue", "Gender", 1, None)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("race/ethnicity", "race or ethnicity"),
        ("Geschlecht", "sex or gender"),
        ("género", "sex or gender"),
        ("DateOfBirth", "age"),
        ("Age at enrollment", "age"),
        ("idade", "age"),
        ("Educational special needs", "disability or health"),
        ("Nacionality", "nationality or origin"),
        ("Staatsangehörigkeit", "nationality or origin"),
        ("home_language", "first language"),
        ("lengua materna", "first language"),
        ("religion", "religion"),
        ("Marital status", "marital status"),
        ("is_female", "sex or gender"),
        ("International", "nationality or origin"),
    ],
)
def test_names_in_several_languages_are_known(name, what):
    assert f"seems to be {what}, by its name" in answer("Q022", dataset({name: [1.0, 2.0]})).words


@pytest.mark.parametrize(
    "name",
    [
        "average",
        "sexton_hall",
        "mother_age",
        "parental nationality",
        "race_score",
        "black_board",
        "school",
        "agenda",
    ],
)
def test_words_inside_others_and_about_others_are_no_attribute(name):
    assert ask("Q022", dataset({name: [1.0, 2.0]})) == []


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (("F", "M", None), "sex or gender"),
        (("Female", "male", "Non-binary"), "sex or gender"),
        (("weiblich", "männlich", "divers"), "sex or gender"),
        (("White", "Black", "Asian", "Hispanic"), "race or ethnicity"),
        (("muslim", "Christian", "none"), "religion"),
    ],
)
def test_the_answers_betray_what_the_name_hides(values, what):
    found = answer("Q022", dataset({"q7": text(*values)}))

    assert f"'q7' seems to be {what}, by its answers" in found.words


@pytest.mark.parametrize("values", [("x", "d"), ("black", "white"), ("f", "g"), ("none", "other"), ("male",)])
def test_answers_of_other_questions_betray_nothing(values):
    assert ask("Q022", dataset({"q7": text(*values)})) == []


@pytest.mark.parametrize("role", [role for role in Role if role not in MODEL_ROLES])
def test_a_column_that_no_model_uses_needs_no_mark(role):
    given = dataset({"gender": text("f", "m")}, kinds={"gender": Kind.TEXT}, roles={"gender": role})
    found = answer("Q022", given)

    assert (found.severity, found.words) == ("not applicable", "No column may be used by a model.")
