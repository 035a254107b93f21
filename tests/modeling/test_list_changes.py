"""Who enters and who leaves is the difference of the two lists, whatever made them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from core.modeling.fairness_counts import Grouping
from core.modeling.list_changes import compare_lists, list_changes

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(PAIRS, st.randoms(use_true_random=False))
def test_changes_are_the_set_difference_in_the_order_of_the_list(pairs, random):
    before, after = np.array(pairs).T
    rank = np.arange(1, len(pairs) + 1)
    random.shuffle(rank)
    found = list_changes(before, after, rank=rank)
    old, new = set(np.flatnonzero(before)), set(np.flatnonzero(after))

    assert set(found.entering) == new - old
    assert set(found.leaving) == old - new
    assert found.n_before + len(found.entering) - len(found.leaving) == found.n_after == len(new)
    assert (np.diff(rank[found.entering]) > 0).all()
    assert found.is_empty == (old == new)


@given(PAIRS)
def test_groups_add_up_to_all_who_enter_and_leave(pairs):
    before, after = np.array(pairs * 10).T
    codes = np.arange(len(before)) % 2
    one = Grouping(("Sex",), ("f", "m"), codes, np.array([True, True]))
    found = list_changes(before, after, rank=np.arange(len(before)))
    table = found.by_group([one], fewest=0)

    if len(before) >= 20:
        assert table["enter"].sum() == len(found.entering)
        assert table["leave"].sum() == len(found.leaving)


def test_groups_of_few_who_enter_are_not_told_beside_their_names():
    before = np.r_[np.zeros(9, bool), np.ones(12, bool), np.zeros(19, bool)]
    after = np.r_[np.ones(9, bool), np.zeros(31, bool)]
    codes = np.arange(40) % 2
    codes[39] = 2
    one = Grouping(("Sex",), ("f", "m", "x"), codes, np.array([True, True, True]))
    table = list_changes(before, after, rank=np.arange(40)).by_group([one])

    assert table["group"].tolist() == ["f", "m"]
    assert table["n"].tolist() == [20, 19]
    assert table["enter"].isna().all()
    assert table["leave"].tolist() == [6, 6]
    assert list_changes(after, after, rank=np.arange(40)).by_group([one])["enter"].tolist() == [0, 0]
    assert list_changes(before, after, rank=np.arange(40)).by_group([]).empty


def test_changes_are_said():
    before, after = np.array([True, True, False, False]), np.array([False, True, True, False])
    found = list_changes(before, after, rank=np.arange(4))

    assert found.words == "1 enters, 1 leaves: 2 students as before."
    assert list_changes(before, before, rank=np.arange(4)).words == "Nobody enters and nobody leaves."


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=40))
def test_the_agreement_of_orders_is_spearmans(pairs):
    first, second = np.array(pairs, dtype=float).T / 10
    none = np.zeros(len(first), dtype=bool)
    found = compare_lists(none, none, rank=np.arange(len(first)), risks=(first, second)).rank_correlation

    if np.ptp(first) and np.ptp(second):
        assert found == pytest.approx(spearmanr(first, second).statistic, abs=1e-6)
    else:
        assert found is None


def test_two_lists_are_compared_in_words():
    before, after = np.array([True, True, False, False]), np.array([False, True, True, False])
    risks = (np.array([0.9, 0.8, 0.2, 0.1]), np.array([0.3, 0.8, 0.7, 0.1]))
    found = compare_lists(before, after, rank=np.array([3, 1, 2, 4]), risks=risks)

    assert found.overlap == pytest.approx(1 / 3)
    assert found.words == (
        "Students on both lists: 1; on the first only: 1; on the second only: 1. "
        "The order of all students agrees by 0.40 (1 is the same order)."
    )
    nobody = np.zeros(4, dtype=bool)
    assert compare_lists(nobody, nobody, rank=np.arange(4), risks=risks).words == "Nobody is on either list."
