"""Curves of densities, held against scipy."""

import numpy as np
import pytest
from scipy import stats

from core.eda.density import EXACT_UP_TO, curve_of, density
from core.errors import WrongKind


def test_the_curve_is_that_of_scipy_by_scotts_rule():
    values = np.random.default_rng(0).gamma(2, 3, 800) + 1e4
    curve = curve_of(values)
    expected = stats.gaussian_kde(values)

    np.testing.assert_allclose(curve.y, expected(curve.x), rtol=1e-8)
    assert curve.bandwidth == pytest.approx(np.sqrt(expected.covariance[0, 0]))
    assert (curve.x[0], curve.x[-1]) == pytest.approx((values.min(), values.max()))


def test_of_many_values_the_curve_from_bins_is_nearly_the_same():
    values = np.random.default_rng(1).normal(50, 7, 3 * EXACT_UP_TO)
    curve = curve_of(values)
    expected = stats.gaussian_kde(values)(curve.x)

    assert np.abs(curve.y - expected).max() < 0.005 * expected.max()


def test_each_group_has_its_curve_and_small_ones_have_none(table):
    rng = np.random.default_rng(2)
    data = table(n_x=rng.normal(size=75), c_g=["a"] * 40 + ["b"] * 30 + ["c"] * 5)
    column, group = data.schema.columns
    found = density(data.frame, column=column, group=group)

    assert ([c.group for c in found.curves], found.n_withheld, found.n) == (["a"], 2, 75)
    assert set(found.frame()["group"]) == {"a"}
    assert len(found.frame()) == 200


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "No value is known."),
        ([None] * 20, "No value is known."),
        ([np.inf] * 20, "No value is known."),
        ([2.0], "Too few students: groups of fewer than 10 are not shown."),
        ([2.0] * 20, "All values are equal."),
    ],
)
def test_no_curve_is_an_answer(table, values, why):
    data = table(n_x=values)
    found = density(data.frame, column=data.schema.column("n_x"))

    assert (found.is_empty, found.why_empty) == (True, why)
    assert found.frame().columns.tolist() == ["group", "x", "y"]


def test_values_near_the_largest_float_have_a_curve(table):
    data = table(n_x=[-1.7e308, 1.7e308, 0.0] * 5)
    (curve,) = density(data.frame, column=data.schema.column("n_x")).curves
    assert np.isfinite(curve.x).all()


def test_a_category_has_no_curve(table):
    data = table(c_x=["a"] * 20)
    with pytest.raises(WrongKind, match="'c_x' has values of kind 'category', which have no curve"):
        density(data.frame, column=data.schema.column("c_x"))


def test_one_value_without_a_group_hides_the_smallest_group_with_it(table):
    data = table(n_x=range(100), c_g=["a"] * 60 + ["b"] * 39 + [None])
    column, group = data.schema.columns
    found = density(data.frame, column=column, group=group)

    assert ([c.group for c in found.curves], found.n, found.n_withheld) == (["a"], 99, 1)


def test_a_number_groups_by_its_quartiles(table):
    data = table(n_x=range(80), n_g=range(80))
    column, group = data.schema.columns
    curves = density(data.frame, column=column, group=group).curves

    assert [c.group for c in curves] == [
        "up to 19.75", "over 19.75 to 39.5", "over 39.5 to 59.25", "over 59.25",
    ]  # fmt: skip
