"""Repeated rows: who is kept, who is not, and who is never taken for somebody else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.errors import RecipeError
from tests.cleaning.tables import after, text


def test_the_first_of_equal_rows_is_kept_and_the_order_stays():
    rows = {"id": text("b", "a", "b", "b"), "x": [1.0, None, 2.0, 1.0]}

    assert after(DropDuplicates(("id",)), **rows) == {"id": ["b", "a", "b"], "x": [1.0, None, 2.0]}


def test_a_gap_equals_a_gap():
    assert after(DropDuplicates(("id",)), id=text("a", "a"), x=[None, None])["id"] == ["a"]


@pytest.mark.parametrize("step", [DropDuplicates(("id",)), KeepOnePerStudent(("id",))])
def test_rows_without_an_id_are_never_repeats_of_each_other(step):
    assert after(step, id=text(None, None, "a", "a"), x=[1.0] * 4)["id"] == [None, None, "a"]


def test_the_fullest_row_of_a_student_is_kept():
    rows = {"id": text("a", "a", "b"), "x": [1.0, 2.0, 3.0], "y": [None, 5.0, None]}

    assert after(KeepOnePerStudent(("id",)), **rows) == {"id": ["a", "b"], "x": [2.0, 3.0], "y": [5.0, None]}


@pytest.mark.parametrize(("keep", "kept"), [("first", [2.0]), ("last", [3.0])])
def test_the_first_or_last_row_by_a_column_is_kept_and_no_value_loses(keep, kept):
    rows = {"id": text("a", "a", "a"), "term": text(None, "2025-1", "2025-2"), "x": [1.0, 2.0, 3.0]}

    assert after(KeepOnePerStudent(("id",), keep, "term"), **rows)["x"] == kept


rows_of_few_students = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from([0.0, 1.0, None]),
        st.sampled_from(["x", "y", None]),
    ),
    max_size=12,
)


@given(
    rows_of_few_students,
    st.sampled_from([("fullest", None), ("first", "x"), ("last", "x")]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_who_is_kept_does_not_depend_on_the_order_of_the_rows(rows, rule, random):
    step = KeepOnePerStudent(("id",), *rule)
    shuffled = random.sample(rows, len(rows))

    assert sorted(_kept(step, rows), key=repr) == sorted(_kept(step, shuffled), key=repr)


@given(rows_of_few_students)
@settings(max_examples=60)
def test_every_student_keeps_exactly_one_row_and_it_was_theirs(rows):
    kept = _kept(KeepOnePerStudent(("id",)), rows)
    known = [row for row in kept if row[0] is not None]

    assert sorted({row[0] for row in rows} - {None}) == sorted(row[0] for row in known)
    assert set(kept) <= set(rows)


@given(rows_of_few_students)
@settings(max_examples=60)
def test_dropping_copies_loses_no_distinct_row(rows):
    kept = _kept(DropDuplicates(("id",)), rows)

    assert set(kept) == set(rows)
    assert len(kept) == len({row for row in rows if row[0]}) + sum(row[0] is None for row in rows)


def _kept(step, rows):
    columns = list(zip(*rows, strict=True)) or [[], [], []]
    done = after(step, id=text(*columns[0]), x=_floats(columns[1]), y=text(*columns[2]))
    return list(zip(done["id"], done["x"], done["y"], strict=True))


def _floats(values):
    return [float("nan") if value is None else value for value in values]


def test_a_key_is_needed():
    with pytest.raises(RecipeError, match=r"^drop_duplicates needs at least one column in 'by'.$") as failure:
        DropDuplicates(())
    assert failure.value.hint == "Without a student id, equal rows can be different students."


@pytest.mark.parametrize(
    ("keep", "order_by", "words"),
    [("last", None, "needs 'order_by'"), ("fullest", "term", "takes no 'order_by'")],
)
def test_an_order_is_given_where_it_is_used(keep, order_by, words):
    with pytest.raises(RecipeError, match=rf"^keep_one_per_student with keep '{keep}' {words}.$"):
        KeepOnePerStudent(("id",), keep, order_by)


def test_a_dropped_row_is_told_why():
    assert DropDuplicates(("id",)).why_dropped() == "the same in every column as another row, which was kept"
    assert KeepOnePerStudent(("id",)).why_dropped() == (
        "another row of the same 'id' was kept: the one with the fewest gaps"
    )
    assert KeepOnePerStudent(("id",), "last", "term").why_dropped() == (
        "another row of the same 'id' was kept: the last by 'term'"
    )
