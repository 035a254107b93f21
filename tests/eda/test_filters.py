"""Parts of a table by conditions, and whether their figures may be shown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.eda.filters import Filter, differs_by_few, kept, may_show, packed
from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.schema import Column, Kind, Role, Schema


def rows(data, *filters):
    return kept(data.frame, filters, schema=data.schema)


@pytest.fixture
def data(table):
    return table(
        n_x=[1.0, 2.0, 3.0, None, np.inf],
        f_y=[1.0, 0.0, None, 1.0, 0.0],
        c_z=["bus", "walk", None, "bus", "train"],
        d_w=["1970-01-02", "1970-01-03", None, "1970-01-05", "1970-01-06"],
        name=["Ann", "Bo", "Cy", "Di", "Ed"],
    )


@pytest.mark.parametrize(
    ("one", "rows"),
    [
        (Filter("n_x", "at least", (2.0,)), [1, 2, 4]),
        (Filter("n_x", "at most", (2,)), [0, 1]),
        (Filter("n_x", "above", (2,)), [2, 4]),
        (Filter("n_x", "below", ("2",)), [0]),
        (Filter("n_x", "between", (1, 2)), [0, 1]),
        (Filter("n_x", "is", (1, 3)), [0, 2]),
        (Filter("n_x", "is not", (1, 3)), [1, 4]),
        (Filter("n_x", "is missing"), [3]),
        (Filter("n_x", "is known"), [0, 1, 2, 4]),
        (Filter("f_y", "is", ("yes",)), [0, 3]),
        (Filter("f_y", "is not", ("yes",)), [1, 4]),
        (Filter("c_z", "is", ("bus", "train")), [0, 3, 4]),
        (Filter("c_z", "is not", ("bus",)), [1, 4]),
        (Filter("c_z", "is missing"), [2]),
        (Filter("d_w", "between", (2, 4)), [1, 3]),
    ],
)
def test_a_condition_keeps_the_rows_that_meet_it(data, one, rows):
    assert np.flatnonzero(one.met(data.frame, schema=data.schema)).tolist() == rows


def test_several_conditions_must_all_be_met(data):
    both = (Filter("n_x", "at most", (2,)), Filter("c_z", "is", ("bus",)))
    assert np.flatnonzero(kept(data.frame, both, schema=data.schema)).tolist() == [0]
    assert kept(data.frame, (), schema=data.schema).all()


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (lambda: Filter("n_x", "over", (1,)), "'test' cannot be 'over'.", None),
        (
            lambda: Filter("n_x", "above"),
            "The filter on 'n_x' has 0 values for 'above'.",
            "It takes one value.",
        ),
        (
            lambda: Filter("n_x", "between", (1,)),
            "The filter on 'n_x' has 1 values for 'between'.",
            "It takes two values.",
        ),
        (
            lambda: Filter("n_x", "is missing", (1,)),
            "The filter on 'n_x' has 1 values for 'is missing'.",
            "It takes no value.",
        ),
        (
            lambda: Filter("c_z", "is"),
            "The filter on 'c_z' has 0 values for 'is'.",
            "It takes 1 to 1000 values.",
        ),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_in_words(make, message, hint):
    with pytest.raises(InvalidChoice) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert hint in (None, caught.value.hint)


def test_a_condition_that_does_not_fit_its_column_is_refused_in_words(data):
    def met(one):
        return one.met(data.frame, schema=data.schema)

    with pytest.raises(WrongKind, match="'name' cannot be explored: it can identify a student"):
        met(Filter("name", "is", ("Ann",)))
    with pytest.raises(ColumnNotFound, match="There is no column 'n_q'"):
        met(Filter("n_q", "above", (1,)))
    with pytest.raises(InvalidChoice, match="'c_z' cannot be 'boat'"):
        met(Filter("c_z", "is", ("boat",)))
    with pytest.raises(InvalidChoice, match="'c_z' has categories, which cannot be 'above' a number"):
        met(Filter("c_z", "above", (1,)))
    with pytest.raises(
        InvalidChoice, match="The filter on 'n_x' compares with 'much', which is not a number"
    ):
        met(Filter("n_x", "above", ("much",)))


def test_a_part_of_few_students_or_all_but_few_is_not_shown(table):
    data = table(n_x=range(40))
    why = "Not shown: fewer than 10 students are in this choice, or outside of it."
    for limit, shown in ((9, False), (10, True), (30, True), (31, False), (40, True), (0, True)):
        decision = may_show(rows(data, Filter("n_x", "below", (limit,))))
        assert (decision.is_shown, decision.why) == (shown, "" if shown else why)


def test_a_part_that_differs_by_few_from_one_shown_before_is_not_shown(table):
    data = table(n_x=range(60))
    first, second = (rows(data, Filter("n_x", "below", (limit,))) for limit in (30, 33))
    decision = may_show(second, shown=[packed(first)])

    assert may_show(second).is_shown
    assert (decision.is_shown, decision.why) == (
        False,
        "Not shown: this choice and one shown before differ by fewer than 10 students.",
    )
    assert may_show(first, shown=[packed(first)]).is_shown


def test_two_parts_that_share_or_leave_out_few_are_found(table):
    data = table(n_x=range(60))

    def few(one, two):
        return differs_by_few(packed(rows(data, one)), packed(rows(data, two)), n_rows=60)

    assert few(Filter("n_x", "below", (30,)), Filter("n_x", "at least", (27,)))
    assert few(Filter("n_x", "below", (30,)), Filter("n_x", "at least", (33,)))
    assert not few(Filter("n_x", "below", (30,)), Filter("n_x", "at least", (30,)))
    assert not few(Filter("n_x", "below", (30,)), Filter("n_x", "below", (40,)))
    assert few(Filter("n_x", "below", (30,)), Filter("n_x", "below", (39,)))


BELOW, AT_LEAST = "below", "at least"


@given(
    st.lists(st.sampled_from([0, 1, 5, 12, 20]), min_size=4, max_size=4),
    st.tuples(st.sampled_from([BELOW, AT_LEAST]), st.integers(0, 4)),
    st.tuples(st.sampled_from([BELOW, AT_LEAST]), st.integers(0, 4)),
)
@example([20, 5, 20, 0], (BELOW, 1), (AT_LEAST, 2))
@example([20, 5, 20, 0], (BELOW, 2), (AT_LEAST, 1))
@example([20, 5, 20, 0], (BELOW, 1), (BELOW, 2))
def test_shown_parts_never_leave_one_to_nine_students_by_adding_and_subtracting(sizes, one, two):
    values = np.repeat([0.0, 1.0, 2.0, 3.0], sizes)
    frame = pd.DataFrame({"x": values})
    schema = Schema((Column("x", Kind.NUMBER, Role.FEATURE),))
    filters = ([Filter("x", test, (limit,))] for test, limit in (one, two))
    first, second = (kept(frame, each, schema=schema) for each in filters)
    if not may_show(first).is_shown:
        return
    if not may_show(second, shown=[packed(first)]).is_shown:
        return
    a, b = (values < limit if test == BELOW else values >= limit for test, limit in (one, two))
    # By subtracting one part from the other, each from all, and all from both.
    for few in (a, b, ~a, ~b, a & ~b | b & ~a, a & b | ~a & ~b):
        assert few.sum() == 0 or few.sum() >= 10


@pytest.mark.parametrize(
    ("test", "values", "rows"),
    [
        ("at most", (20454,), [0, 1, 2]),
        ("above", (20454,), [3]),
        ("below", (20454,), [0]),
        ("at least", (20454,), [1, 2, 3]),
        ("between", (20453, 20454), [0, 1, 2]),
        ("is", (20454,), [1, 2]),
        ("is not", (20454,), [0, 3]),
    ],
)
def test_dates_are_compared_by_their_day(table, test, values, rows):
    data = table(d_w=["2025-12-31 23:00", "2026-01-01 00:00", "2026-01-01 14:00", "2026-01-02 00:00", None])
    found = Filter("d_w", test, values).met(data.frame, schema=data.schema)
    assert np.flatnonzero(found).tolist() == rows
