"""Intervals by noncentrality end where scipy's distributions say, for any size of table and effect."""

import numpy as np
import pytest
from scipy import special, stats

from core.eda.effect_intervals import chi_squared_ends, f_ends, fisher_interval, moment_interval

SIDES = ((0, 0.975), (1, 0.025))


def test_f_ends_are_the_excess_at_which_the_statistic_is_extreme():
    rng = np.random.default_rng(0)
    for _ in range(500):
        within, between = int(10 ** rng.uniform(0.5, 5)), int(rng.integers(1, 50))
        statistic = 10 ** rng.uniform(-4, 7)
        ends = f_ends(statistic, between=between, within=within)
        assert 0 <= ends[0] <= ends[1] < np.inf
        for side, p in SIDES:
            reached = special.ncfdtr(between, within, ends[side], statistic)
            assert reached == pytest.approx(p, abs=1e-6) or (ends[side] == 0 and reached <= p)


def test_f_ends_are_found_where_scipy_has_no_number_far_from_them():
    assert np.isnan(special.ncfdtr(3, 3509, 6353.591941161994, 521.1326617634995))
    low, high = f_ends(521.1326617634995, between=3, within=3509)
    assert low < 3 * 521 < high


def test_chi_squared_ends_are_the_excess_at_which_the_statistic_is_extreme():
    rng = np.random.default_rng(1)
    for _ in range(500):
        freedom, statistic = int(rng.integers(1, 2_500)), 10 ** rng.uniform(-4, 7)
        ends = chi_squared_ends(statistic, freedom=freedom)
        assert 0 <= ends[0] <= ends[1] < np.inf
        for side, p in SIDES:
            reached = special.chndtr(statistic, freedom, ends[side])
            assert reached == pytest.approx(p, abs=1e-6) or (ends[side] == 0 and reached <= p)


def test_of_normal_values_fourth_moments_give_nearly_fishers_interval():
    x, y = np.random.default_rng(2).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 20_000).T
    r = stats.pearsonr(x, y).statistic
    low, high = fisher_interval(np.array([r]), n=np.array([20_000]))

    assert moment_interval(x, right=y) == pytest.approx((low[0], high[0]), abs=1e-3)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0], [5.0] * 20])
def test_too_little_has_no_interval(values):
    values = np.array(values)
    assert np.isnan(moment_interval(values, right=values)).all()


def test_a_perfect_line_has_an_interval_of_no_width():
    values = np.arange(20.0)
    assert moment_interval(values, right=-values) == pytest.approx((-1, -1), abs=1e-6)
