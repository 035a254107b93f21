"""The gain curve says what a list of each length finds, with intervals for a list of that length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.modeling import measures
from core.modeling.gains import gain_curve
from core.modeling.score_cells import count_scores


def cells(n=1_000, seed=0):
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < 0.3).astype(float)
    return label, rng.normal(label, 1.0)


def test_each_point_is_the_share_found_by_so_long_a_list():
    label, score = cells()
    frame = gain_curve(count_scores(label, score), seed=1).set_index("frac_listed")
    ordered = label[np.argsort(-score)]

    for share in (0.05, 0.2, 0.5):
        found = ordered[: int(share * 1_000)].sum() / label.sum()
        assert frame.loc[share, "recall"] == pytest.approx(found)
        assert frame.loc[share, "lift"] == pytest.approx(found / share)
        assert frame.loc[share, "low"] < found < frame.loc[share, "high"]


def test_it_goes_from_nobody_to_everybody():
    frame = gain_curve(count_scores(*cells(80)), seed=1)

    assert frame.iloc[0][["frac_listed", "recall", "low", "high"]].tolist() == [0, 0, 0, 0]
    assert np.isnan(frame.iloc[0]["lift"])
    assert frame.iloc[-1].tolist() == [1] * 7
    assert frame["recall"].is_monotonic_increasing


def test_equal_risks_find_as_many_as_chance():
    frame = gain_curve(count_scores(np.array([1.0, 0, 0, 1, 0, 0]), np.full(6, 0.4)), seed=1)

    np.testing.assert_allclose(frame["recall"], frame["frac_listed"])


def test_nobody_with_the_outcome_has_no_curve():
    assert gain_curve(count_scores(np.zeros(5), np.arange(5.0)), seed=1).empty


@given(st.integers(1, 60), st.integers(0, 10_000))
def test_recall_of_the_top_equals_counting(n, seed):
    rng = np.random.default_rng(seed)
    label, score = rng.integers(0, 2, n).astype(float), rng.permutation(n).astype(float)
    counted = count_scores(label, score)
    shares = np.arange(n + 1) / n
    found = measures.recall_of_top(counted.negatives, counted.positives, shares)
    expected = np.r_[0, np.cumsum(label[np.argsort(-score)])]

    if label.sum():
        np.testing.assert_allclose(found, expected / label.sum(), atol=1e-9)
    else:
        assert np.isnan(found).all()
