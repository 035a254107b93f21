"""Corrections keep the order, are plain numbers, and refuse what is none."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from core.errors import ModelError
from core.modeling.calibrators import FITS, Isotonic, NoCalibration, Platt, read_calibrator
from core.modeling.logistic import sigmoid


def scores(n=600, seed=0):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-1, 1.5, n)
    return log_odds, (rng.random(n) < sigmoid(log_odds)).astype(float)


def test_platt_recovers_the_line_that_made_the_outcomes():
    log_odds, label = scores(40_000)
    line = FITS["platt"](log_odds * 2 + 1, label)

    assert line.slope == pytest.approx(0.5, abs=0.03)
    assert line.intercept == pytest.approx(-0.5, abs=0.05)


def test_platt_stays_finite_where_the_outcomes_are_parted():
    line = FITS["platt"](np.array([-2.0, -1, 1, 2] * 5), np.array([0.0, 0, 1, 1] * 5))

    assert 0 < line.slope < 100


def test_platt_never_turns_the_order_round():
    log_odds, label = scores()

    assert FITS["platt"](-log_odds, label) == NoCalibration()
    assert FITS["isotonic"](np.sort(-log_odds), np.sort(label)[::-1]) == NoCalibration()


def test_isotonic_goes_through_the_middles_of_the_steps():
    log_odds, label = scores()
    line = FITS["isotonic"](log_odds, label)
    steps = IsotonicRegression().fit(log_odds, label).predict(log_odds)

    inner = sigmoid(np.array(line.y[1:-1]))
    assert len(line.x) == len(np.unique(steps.round(9)))
    np.testing.assert_allclose(inner, np.unique(steps.round(9))[1:-1], atol=1e-8)


@given(st.integers(0, 10_000), st.integers(2, 80), st.integers(1, 3))
def test_no_correction_changes_the_order(seed, n, decimals):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, 2, n).round(decimals)
    label = rng.integers(0, 2, n).astype(float)
    if label.min() == label.max():
        label[0] = 1 - label[0]
    new = np.unique(np.r_[log_odds, rng.normal(0, 6, 20).round(decimals)])
    for fit in FITS.values():
        calibrator = fit(log_odds, label)
        assert (np.diff(calibrator.log_odds(new)) > 0).all()
        assert (np.diff(calibrator.apply(new)) >= 0).all()
        assert ((calibrator.apply(new) >= 0) & (calibrator.apply(new) <= 1)).all()


@pytest.mark.parametrize("name", FITS)
def test_a_correction_is_the_same_after_json(name):
    log_odds, label = scores()
    calibrator = FITS[name](log_odds, label)
    again = read_calibrator(json.loads(json.dumps(calibrator.to_json())))

    assert again == calibrator
    np.testing.assert_array_equal(again.apply(log_odds), calibrator.apply(log_odds))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "other", "x": [0, 1], "y": [0, 1]},
        {"kind": "platt", "slope": -1.0, "intercept": 0.0},
        {"kind": "platt", "slope": float("nan"), "intercept": 0.0},
        {"kind": "platt", "slope": 1.0},
        {"kind": "isotonic", "x": [0, 1], "y": [1, 0]},
        {"kind": "isotonic", "x": [0, 1], "y": [1]},
        {"kind": "isotonic", "x": [], "y": []},
        {"kind": "isotonic", "x": [0, float("inf")], "y": [0, 1]},
        {"kind": "isotonic", "x": "ab", "y": [0, 1]},
        ["none"],
    ],
)
def test_a_calibration_that_is_none_is_one_sentence(values):
    with pytest.raises(ModelError) as caught:
        read_calibrator(values)

    assert str(caught.value) == "The calibration of the model cannot be read."
    assert caught.value.hint == "Train and publish the model again."


def test_beyond_the_ends_isotonic_runs_on_in_parallel():
    line = Isotonic((-1.0, 1.0), (-0.2, 0.4))

    np.testing.assert_allclose(line.log_odds(np.array([-3.0, 0.0, 4.0])), [-2.2, 0.1, 3.4])
    assert Platt(2.0, 1.0).log_odds(np.array([1.0])).tolist() == [3.0]
