"""Q018: what says who somebody is, among the features."""

import numpy as np
import pytest

from core.cleaning.columns import DropColumns
from core.cleaning.findings import find, propose
from core.schema import Kind, Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text

N = 40


def each(form):
    """Return a different text for each row."""
    return text(*[form.format(number) for number in range(N)])


def test_e_mail_addresses_are_told_with_both_ways_out():
    found = answer("Q018", dataset({"contact": each("s{}@school.org")}))

    assert found.words == (
        "'contact' holds e-mail addresses. A model would learn to know the students by it: leave it out, "
        "or give it the role that it has (student id, name, or ignored)."
    )
    assert (found.severity, found.column, found.count) == ("issue", "contact", N)
    assert found.examples == ("'s0@school.org'", "'s1@school.org'", "'s2@school.org'")
    assert found.step == DropColumns(("contact",))
    assert found.step.reason == "'contact' holds e-mail addresses"


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [
        ("reach", each("+46 70 123 45{:02d}"), "holds telephone numbers"),
        ("reach", each("(0761) 55{:03d}"), "holds telephone numbers"),
        ("first_name", text(*["Anna", "Bo"] * 20), "holds names, by its title"),
        ("Nachname", text(*["Ek", "Li"] * 20), "holds names, by its title"),
        ("note", each("note {}"), "has another value in nearly every row (40 in 40)"),
        ("student_no", np.arange(N) * 1000.0 + 17, "has another value in nearly every row (40 in 40)"),
        ("x", np.arange(N) + 100.0, "has another value in nearly every row (40 in 40)"),
    ],
)
def test_what_names_a_student_is_recognised(name, values, what):
    assert answer("Q018", dataset({name: values})).step.reason == f"'{name}' {what}"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("income", np.arange(N) * 1000.0 + 17),
        ("gpa", np.linspace(1.0, 4.0, N)),
        ("school_name", text(*["North", "South"] * 20)),
        ("fees", each("{},5")),
        ("device", text(*["own", "shared"] * 20)),
        ("id", np.array([1.0, 2.0] * 20)),
        ("empty", text(*[None] * N)),
        ("blank_name", text(*["?"] * N)),
    ],
)
def test_what_measures_or_groups_students_stays(name, values):
    assert ask("Q018", dataset({name: values})) == []


def test_few_rows_say_nothing_about_how_different_they_are():
    assert ask("Q018", dataset({"x": text(*[f"note {n}" for n in range(19)])})) == []


@pytest.mark.parametrize("role", [Role.STUDENT_ID, Role.NAME, Role.IGNORED, Role.CONTACT])
def test_a_column_that_no_model_uses_may_name_students(role):
    found = answer("Q018", dataset({"x": each("s{}@school.org")}, roles={"x": role}))

    assert (found.severity, found.words) == ("not applicable", "No column may be used by a model.")


def test_nothing_is_left_out_before_a_person_has_decided():
    given = dataset({"x": each("s{}@school.org")}, kinds={"x": Kind.TEXT})
    found = find(given)

    assert found.by_code("Q018")[0].person_decides
    assert propose(given, found).steps == ()
