"""Small groups stay hidden, also from subtraction."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.eda.withholding import withheld


def test_nothing_is_hidden_where_every_group_is_large_enough():
    assert withheld(np.array([10, 200, 0])).tolist() == [False, False, False]


def test_a_single_small_group_takes_the_next_smallest_with_it():
    assert withheld(np.array([95, 40, 5])).tolist() == [False, True, True]


def test_two_tiny_groups_take_a_third_until_ten_students_are_hidden():
    assert withheld(np.array([95, 40, 1, 2])).tolist() == [False, True, True, True]


def test_with_two_groups_of_which_one_is_small_both_are_hidden():
    assert withheld(np.array([95, 5])).tolist() == [True, True]


def test_a_minimum_of_one_hides_nothing():
    assert not withheld(np.array([1, 2, 3]), minimum=1).any()


@given(st.lists(st.integers(0, 60), max_size=12), st.integers(1, 20))
def test_what_is_hidden_can_never_be_worked_out_from_the_total(counts, minimum):
    counts = np.array(counts, dtype=np.int64)
    hidden = withheld(counts, minimum=minimum)

    assert not (counts[~hidden & (counts > 0)] < minimum).any()
    if hidden.any() and not hidden[counts > 0].all():
        assert hidden.sum() >= 2
        assert counts[hidden].sum() >= minimum
