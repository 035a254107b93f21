"""Mutual information, held against scikit-learn and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import mutual_info_score

from core.eda.information import binned, mutual_information
from core.eda.relations import associate
from core.eda.values import Codes, category_codes


def coded(values):
    levels = sorted(set(values))
    return Codes(np.array([levels.index(v) for v in values], dtype=np.int64), tuple(map(str, levels)))


def entropy(values):
    return stats.entropy(np.unique(values, return_counts=True)[1])


def test_the_value_is_that_of_scikit_learn_without_what_chance_adds():
    rng = np.random.default_rng(0)
    left = rng.integers(0, 4, 300)
    right = np.where(rng.random(300) < 0.5, left, rng.integers(0, 3, 300))
    found = mutual_information(coded(left.tolist()), right=coded(right.tolist()))

    shared = mutual_info_score(left, right) - 3 * 3 / (2 * 300)
    assert found.value == pytest.approx(shared / min(entropy(left), entropy(right)))
    table = np.histogram2d(left, right, bins=(4, 4))[0]
    g, plain, *_ = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    williams = 1 + ((300 / rows).sum() - 1) * ((300 / columns).sum() - 1) / (6 * 300 * 9)
    assert found.p == pytest.approx(stats.chi2.sf(g / williams, 9))
    assert found.p >= plain
    assert 0 < found.low < found.value < found.high < 1


def test_one_column_that_decides_the_other_has_one():
    left = coded([0, 1, 2, 3] * 500)
    right = coded([0, 0, 1, 1] * 500)
    found = mutual_information(left, right=right)

    assert found.value == pytest.approx(1, abs=0.002)
    assert found.high == 1


def test_columns_that_have_nothing_to_do_with_each_other_have_none_on_average():
    rng = np.random.default_rng(1)
    tables = [(coded(rng.integers(0, 5, 200)), coded(rng.integers(0, 5, 200))) for _ in range(200)]
    shared = [mutual_info_score(a.values, b.values) for a, b in tables]
    found = [mutual_information(a, right=b) for a, b in tables]

    assert np.mean(shared) - 16 / 400 == pytest.approx(0, abs=0.003)
    assert np.mean([f.value for f in found]) < 0.01
    assert np.mean([f.low == 0 for f in found]) >= 0.93
    assert 0.02 < np.mean([f.p < 0.05 for f in found]) < 0.09


@given(st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=60), st.integers(2, 10))
def test_bins_keep_the_order_and_equal_values_together(values, n_bins):
    numbers = np.array([np.nan if v is None else float(v) for v in values])
    codes = binned(numbers, n_bins=n_bins).values
    known = ~np.isnan(numbers)

    assert (codes[~known] == -1).all()
    order = np.argsort(numbers[known], kind="stable")
    assert (np.diff(codes[known][order]) >= 0).all()
    assert all(len(set(codes[numbers == v])) == 1 for v in numbers[known])
    assert codes.max() < n_bins


def test_every_pair_of_columns_has_it_where_it_is_asked_for(school):
    data = school(400)
    without = associate(data.frame, schema=data.schema)
    found = associate(data.frame, schema=data.schema, information=True)

    n = len(found.columns)
    shared = [pair for pair in found.pairs if pair.method == "mutual_information"]
    assert len(found.pairs) == len(without.pairs) + n * (n - 1) // 2 == len(without.pairs) + len(shared)
    assert found.matrix().equals(without.matrix())
    matrix = found.information_matrix()
    assert matrix.to_numpy().diagonal().tolist() == [1.0] * n
    assert matrix.loc["n_marks", "c_way"] > matrix.loc["n_marks", "c_house"]
    assert without.information_matrix().isna().sum().sum() == n * (n - 1)
    np.testing.assert_allclose(found.frame()["q"], stats.false_discovery_control(found.frame()["p"]))


def test_a_curve_that_no_correlation_sees_is_seen(table):
    x = np.linspace(-1, 1, 400)
    data = table(n_x=x, n_y=x * x)
    pairs = {p.method: p for p in associate(data.frame, schema=data.schema, information=True).pairs}

    assert abs(pairs["pearson"].value) < 0.01
    assert pairs["mutual_information"].value > 0.5


@pytest.mark.parametrize("n", [0, 1, 2, 20])
def test_columns_that_do_not_vary_share_nothing_and_raise_nothing(table, n):
    data = table(n_x=[1.0] * n, c_y=["a"] * n, n_z=range(n), f_w=[None] * n, n_v=[np.inf] * n)
    found = associate(data.frame, schema=data.schema, information=True).frame()
    flat = found[(found["left"] == "n_x") | (found["left"] == "c_y")]

    assert flat[["value", "p", "q", "low", "high"]].isna().all().all()


def test_every_measure_has_an_interval_that_holds_its_value(school):
    data = school(300)
    found = associate(data.frame, schema=data.schema, information=True).frame()

    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()
    assert set(found["method"]) == {
        "pearson", "spearman", "cramers_v", "correlation_ratio", "mutual_information",
    }  # fmt: skip


def test_text_codes_and_numbers_of_the_same_column_share_everything(school):
    ways = category_codes(school(2_000).frame["c_way"])
    assert mutual_information(ways, right=ways).value == pytest.approx(1, abs=0.002)


def test_bins_are_for_the_students_with_both_known(table):
    x, y = np.random.default_rng(0).normal(size=(2, 500))
    y[80:] = np.nan
    data = table(n_x=x, n_y=y)
    found = {p.method: p for p in associate(data.frame, schema=data.schema, information=True).pairs}

    # 80 students make 4 bins of each column, not the 10 of 500 students.
    expected = mutual_information(binned(x, n_bins=4), right=binned(y, n_bins=4))
    assert 0.01 < expected.p < 0.99
    assert found["mutual_information"].p == pytest.approx(expected.p)
