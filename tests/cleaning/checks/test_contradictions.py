"""Q017: pairs of cells of which one must be wrong."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as with_
from hypothesis import strategies as st

from core.schema import Kind
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text

MANY = 20


def filled(first, rest):
    """Return a few odd values, then enough plain ones."""
    return [*first, *[rest] * MANY]


def students(**columns):
    n = len(next(iter(columns.values())))
    return dataset({"student_id": text(*[f"S{number}" for number in range(n)]), **columns})


def test_more_earned_than_attempted_is_told_with_the_students():
    given = students(credits_earned=filled([30.0, 25.0], 10.0), credits_attempted=filled([24.0, 20.0], 20.0))
    found = answer("Q017", given)

    assert found.words == (
        "In 2 rows, 'credits_earned' is more than 'credits_attempted': in each, one of the two is wrong."
    )
    assert (found.severity, found.column, found.count) == ("issue", "credits_earned", 2)
    assert found.examples == ("S0 (30 and 24)", "S1 (25 and 20)")
    assert found.step is None


def test_one_row_reads_well():
    given = students(CoursesPassed=filled([7.0], 3.0), CoursesTaken=filled([5.0], 5.0))

    assert answer("Q017", given).words == (
        "In 1 row, 'CoursesPassed' is more than 'CoursesTaken': one of the two is wrong."
    )


def test_a_guardian_is_older_than_the_student():
    given = students(age=filled([16.0], 16.0), guardian_age=filled([20.0], 45.0))
    found = answer("Q017", given)

    assert found.words.startswith("In 1 row, 'guardian_age' is less than 12 years above 'age'")
    assert found.examples == ("S0 (16 and 20)",)


def test_an_end_comes_after_its_start_and_nobody_starts_unborn():
    given = students(
        birth_date=pd.to_datetime(filled(["2027-01-01"], "2008-01-01")),
        started_on=pd.to_datetime(filled(["2026-09-01"], "2026-09-01")),
        left_on=pd.to_datetime([pd.NaT, "2026-01-01", *["2026-12-01"] * (MANY - 1)]),
    )
    born, left = ask("Q017", given)

    assert born.words.startswith("In 1 row, 'birth_date' is after 'started_on'")
    assert born.examples == ("S0 (2027-01-01 and 2026-09-01)",)
    assert left.examples == ("S1 (2026-09-01 and 2026-01-01)",)


def test_a_total_is_not_below_its_part():
    given = students(absences_unexcused=filled([9.0], 1.0), total_absences=filled([4.0], 4.0))

    assert answer("Q017", given).words.startswith(
        "In 1 row, 'absences_unexcused' is more than 'total_absences'"
    )


def test_many_contradictions_doubt_the_names_instead():
    given = students(credits_earned=[9.0] * 10, credits_attempted=[5.0] * 10)
    found = answer("Q017", given)

    assert found.severity == "tip"
    assert found.words == (
        "In 10 rows (100.0 % of those that have both), 'credits_earned' is more than 'credits_attempted'. "
        "So many contradict each other that the columns probably mean something else than their names."
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("credits_earned", "courses_attempted"),
        ("math_score", "total_score"),
        ("pass_rate_earned", "pass_rate_attempted"),
        ("work_hours", "total_hours"),
        ("average", "guardian_age"),
        ("mother_age", "father_age"),
        ("passed", "taken"),
        ("term_start", "other_end"),
    ],
)
def test_names_that_do_not_belong_together_limit_nothing(one, other):
    found = answer("Q017", students(**{one: [9.0] * 3, other: [5.0] * 3}))

    assert found.severity == "not applicable"
    assert found.words == "No two columns are known, by their names, to limit each other."


def test_columns_of_two_units_are_not_compared():
    columns = {"credits_earned": [50.0] * 3, "credits_attempted": [5.0] * 3}
    given = dataset(columns, units={"credits_earned": "percent"})

    assert answer("Q017", given).severity == "not applicable"


def test_text_numbers_are_compared_as_they_will_be_read_and_codes_are_not():
    earned = text("30,5", "999", "999", *["10"] * MANY)
    columns = {"credits_earned": earned, "credits_attempted": filled([24.0, 20.0, 20.0], 20.0)}
    given = dataset(columns, kinds={"credits_earned": Kind.NUMBER}, spans={"credits_earned": (0, 60)})

    assert answer("Q017", given).examples == ("row 1 (30.5 and 24)",)


def test_equal_numbers_and_gaps_contradict_nothing():
    given = students(credits_earned=[5.0, None, 3.0], credits_attempted=[5.0, 2.0, None])

    assert ask("Q017", given) == []


@with_(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30))
def test_each_contradiction_is_counted_once(pairs):
    earned, attempted = (np.array(cells, dtype=float) for cells in zip(*pairs, strict=True))
    found = ask("Q017", students(credits_earned=earned, credits_attempted=attempted))

    assert sum(one.count for one in found) == sum(one > other for one, other in pairs)
