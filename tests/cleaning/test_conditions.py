"""Dropping the rows for which a condition is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cleaning.conditions import DropRowsWhere
from core.cleaning.recipe import Recipe
from core.cleaning.registry import step_from_dict
from core.cleaning.step import ROW
from core.errors import ColumnNotFound, RecipeError, StepFailed
from tests.cleaning.tables import after, dataset, lists, text

AGES = [14.0, 15.0, None, 40.0]
STATES = text("Guest", "Enrolled", "Guest", None)


def kept(condition, **columns):
    step = DropRowsWhere(condition)
    return after(step, **columns, **{ROW: range(len(next(iter(columns.values()))))})[ROW]


def test_rows_go_where_the_condition_is_true_and_stay_where_it_is_not_known():
    assert kept("age < 15", age=AGES) == [1, 2, 3]
    assert kept("age >= 15", age=AGES) == [0, 2]
    assert kept('status == "Guest"', status=STATES) == [1, 3]
    assert kept('status != "Guest"', status=STATES) == [0, 2, 3]
    assert kept('age < 15 or status == "Guest"', age=AGES, status=STATES) == [1, 3]
    assert kept('age > 15 and not status in {"Guest"}', age=AGES, status=STATES) == [0, 1, 2, 3]
    assert kept("age / (age - 15) > 1", age=AGES) == [0, 1, 2]


def test_all_rows_can_go():
    assert after(DropRowsWhere("age < 100 or age > 50"), age=[1.0, 99.0]) == {"age": []}


def test_both_engines_drop_the_same_rows(frame_of):
    step = DropRowsWhere("2 * age / visits > 10 or status == 'Guest' or late == yes")
    frame = frame_of(
        {
            "id": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "age": [20.0, 20.0, None, 20.0, -0.0, 1e300],
            "visits": [2.0, 0.0, 1.0, None, -0.0, 1e-300],
            "status": text("a", "b", "Guest", "guest", None, "c"),
            "late": [0.0, 0.0, 0.0, 0.0, 0.0, None],
        }
    )

    assert sorted(lists(step.apply(frame, step.fit(frame)))["id"]) == [2.0, 4.0, 5.0, 6.0]


@given(st.lists(st.floats(allow_nan=True), max_size=20), st.integers(-3, 3))
def test_what_stays_is_what_plain_python_keeps(values, limit):
    assert kept(f"a > {limit}", a=[*values, 0.0]) == [
        at for at, value in enumerate([*values, 0.0]) if not value > limit
    ]


def test_the_columns_named_are_needed_and_none_is_changed():
    step = DropRowsWhere('[race/ethnicity] == "a" and math score < mean(math score, reading)')

    assert step.needs == ("race/ethnicity", "math score", "reading")
    assert step.changes == ()
    assert step.drops_rows


def test_the_ledger_says_the_condition_in_plain_words():
    table = dataset({"student_id": text("S1", "S2", "S3"), "age": [14.0, 15.0, None]})
    report = Recipe((DropRowsWhere("age < 15", reason="the school starts at 15"),)).fit(table).report(table)

    assert [(gone.student_id, gone.reason) for gone in report.exclusions] == [("S1", "age is below 15")]
    assert report.steps[0].what == (
        "Drop the rows for which age is below 15, because the school starts at 15."
    )


def test_a_step_that_cannot_be_read_is_refused_with_a_caret():
    with pytest.raises(RecipeError) as failure:
        step_from_dict({"kind": "drop_rows_where", "condition": "age < 15 or"}, place="Step 1")

    assert str(failure.value) == "The condition stops too early, at character 12."
    assert failure.value.hint == "A value is missing at the end.\nage < 15 or\n           ^"


def test_a_calculation_is_no_condition():
    with pytest.raises(RecipeError, match=r"^This is a value, not a condition, at character 5.$"):
        DropRowsWhere("age + 3")


def test_a_column_of_text_is_not_compared_with_a_number():
    with pytest.raises(
        StepFailed, match=r"^'age' holds text and cannot be compared with a number, at character 7.$"
    ) as failure:
        after(DropRowsWhere("age < 15"), age=text("14"))
    assert failure.value.hint == 'Write "15" in quotes if it is a code.\nage < 15\n      ^'


def test_a_column_that_is_gone_is_named():
    with pytest.raises(
        ColumnNotFound, match=r"^There is no column 'ages' \(needed by drop_rows_where\).$"
    ) as failure:
        after(DropRowsWhere("ages < 15"), age=AGES)
    assert failure.value.hint == "Did you mean 'age'? Valid: 'age'."
