"""The measures on whole arrays: the same as the plain formula on the students with both known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.eda.measures import Scaled, contingency, correlation_ratio, spearman_pairs
from core.eda.values import Codes

gaps_and_numbers = st.one_of(st.none(), st.integers(-3, 3), st.floats(-1e6, 1e6, width=32))
codes = st.integers(-1, 3)
LEVELS = tuple("abcd")


def plain_ratio(groups, values):
    """Return eta of the rows with both known, by its definition; NaN where it has none."""
    known = (groups >= 0) & ~np.isnan(values)
    groups, values = groups[known], values[known]
    found = [values[groups == level] for level in np.unique(groups)]
    total = ((values - values.mean()) ** 2).sum() if len(values) else 0.0
    if len(found) < 2 or len(values) <= len(found) or len(np.unique(values)) < 2:
        return np.nan
    between = sum(len(one) * (one.mean() - values.mean()) ** 2 for one in found)
    return (between / total) ** 0.5


@given(st.lists(st.tuples(codes, gaps_and_numbers), max_size=40))
@settings(max_examples=200, deadline=None)
def test_the_correlation_ratio_is_that_of_its_definition(rows):
    groups = np.array([group for group, _ in rows], dtype=np.int64)
    values = np.array([value for _, value in rows], dtype=np.float64)
    found = correlation_ratio(Codes(groups, LEVELS), values=Scaled.of(values))

    assert found.n == ((groups >= 0) & ~np.isnan(values)).sum()
    assert found.value == pytest.approx(plain_ratio(groups, values), rel=1e-6, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("far", [1e3, 1e6, 1e12])
def test_a_number_far_out_beside_a_gap_takes_no_digits_from_the_others(far):
    rng = np.random.default_rng(3)
    groups, values = rng.integers(0, 3, 500), rng.normal(size=500)
    plain = correlation_ratio(Codes(groups, LEVELS), values=Scaled.of(values))
    beside = correlation_ratio(Codes(np.append(groups, -1), LEVELS), values=Scaled.of(np.append(values, far)))

    assert beside.n == plain.n
    assert (beside.value, beside.p) == pytest.approx((plain.value, plain.p), rel=1e-12)
    assert (beside.low, beside.high) == pytest.approx((plain.low, plain.high), rel=1e-9)


def test_numbers_that_are_equal_where_the_group_is_known_have_no_ratio():
    groups = np.array([0, 0, 1, 1, 2, -1])
    found = correlation_ratio(Codes(groups, LEVELS), values=Scaled.of(np.array([0.1] * 5 + [7.0])))

    assert (found.n, np.isnan(found.value), np.isnan(found.p)) == (5, True, True)


def test_groups_that_decide_the_number_have_a_ratio_of_one():
    groups = np.array([0, 0, 1, 1, 2, 2])
    found = correlation_ratio(Codes(groups, LEVELS), values=Scaled.of(np.array([1.0, 1, 5, 5, 9, 9])))

    assert (found.value, found.p) == (1, 0)


def test_groups_that_all_but_decide_the_number_have_a_ratio_at_once_and_no_interval():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 3, 60)
    values = groups + rng.normal(scale=1e-7, size=60)
    found = correlation_ratio(Codes(groups, LEVELS), values=Scaled.of(values))

    assert found.value == pytest.approx(1, abs=1e-12)
    assert found.p < 1e-100
    assert np.isnan([found.low, found.high]).all()


@given(st.lists(st.tuples(*[gaps_and_numbers] * 3), max_size=30))
@settings(max_examples=100, deadline=None)
def test_spearman_ranks_the_students_with_both_known(rows):
    values = np.array(rows, dtype=np.float64).reshape(len(rows), 3)
    found = spearman_pairs(values)

    for i, j in ((0, 1), (0, 2), (1, 2)):
        both = values[~np.isnan(values[:, [i, j]]).any(axis=1)]
        left, right = (stats.rankdata(both[:, k]) for k in (i, j))
        varies = len(set(left)) > 1 and len(set(right)) > 1
        expected = np.corrcoef(left, right)[0, 1] if varies else np.nan
        assert found[i, j] == pytest.approx(expected, abs=1e-12, nan_ok=True)
        assert found[j, i] == pytest.approx(found[i, j], abs=0, nan_ok=True)


@given(st.lists(st.tuples(codes, st.integers(-1, 1)), max_size=40))
def test_counts_of_pairs_are_those_of_pandas(rows):
    left = np.array([row[0] for row in rows], dtype=np.int64)
    right = np.array([row[1] for row in rows], dtype=np.int64)
    before = left.copy(), right.copy()
    both = (left >= 0) & (right >= 0)
    expected = pd.crosstab(left[both], right[both]).to_numpy()
    found = contingency(Codes(left, LEVELS), right=Codes(right, ("no", "yes")))

    assert found.sum() == both.sum()
    assert found.size == 0 or found.tolist() == expected.tolist()
    assert (left.tolist(), right.tolist()) == (before[0].tolist(), before[1].tolist())
