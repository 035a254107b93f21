"""A correction is chosen where it is clearly better on students it was not fitted on, and only there."""

import numpy as np
import pytest

from core.modeling import calibration
from core.modeling.calibration import choose_calibration
from core.modeling.calibrators import NoCalibration, Platt
from core.modeling.logistic import sigmoid


def scores(n=2_000, seed=0, repeats=1):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-0.5, 1.3, n)
    label = (rng.random(n) < sigmoid(log_odds)).astype(float)
    folds = np.stack([rng.permutation(n) % 5 for _ in range(repeats)]).astype(np.int8)
    return np.tile(log_odds, (repeats, 1)), label, folds


def bent(log_odds):
    return np.sign(log_odds) * np.abs(log_odds) ** 3


def test_risks_that_are_true_are_left_alone():
    chosen = [choose_calibration(*scores(600, seed)).chosen for seed in range(60)]

    assert chosen.count("none") >= 58


def test_risks_that_are_too_sure_are_drawn_together():
    log_odds, label, folds = scores()
    found = choose_calibration(3 * log_odds, label, folds)

    assert found.chosen == "platt"
    assert found.calibrator.slope == pytest.approx(1 / 3, abs=0.05)
    assert found.words.startswith(
        "The risks are corrected (Platt): on students whom the correction was not fitted on they are clearly "
        "truer (gain in log loss +0."
    )
    assert found.words.endswith("The order of the list stays as it is.")


def test_risks_that_are_bent_get_a_bent_correction():
    log_odds, label, folds = scores(6_000)

    assert choose_calibration(bent(log_odds), label, folds).chosen == "isotonic"


def test_each_correction_is_judged_on_students_it_was_not_fitted_on(monkeypatch):
    log_odds, label, folds = scores(400)
    seen = []

    def fit(chosen, known):
        seen.append(set(chosen))
        return NoCalibration()

    monkeypatch.setattr(calibration, "FITS", {"none": fit, "platt": fit})
    choose_calibration(log_odds, label, folds)
    parts = [set(log_odds[0, folds[0] == fold]) for fold in range(5)]

    assert all(not fitted & part for fitted, part in zip(seen[:10:2], parts, strict=True))
    assert seen[-1] == set(log_odds[0])


def test_learning_by_heart_is_not_taken_for_an_improvement():
    rng = np.random.default_rng(4)
    label = rng.integers(0, 2, 400).astype(float)
    found = choose_calibration(rng.normal(0, 0.1, 400), label, np.arange(400) % 5)
    rows = found.frame().set_index("method")

    assert found.chosen == "none"
    assert rows.loc["isotonic", "log_loss_gain"] < 0


def test_the_held_out_log_odds_are_those_of_the_folds():
    log_odds, label, folds = scores(repeats=2)
    folds[:, :20] = -1
    label[:20] = np.nan
    found = choose_calibration(3 * log_odds, label, folds)

    assert found.held_out.shape == log_odds.shape
    np.testing.assert_array_equal(found.held_out[:, :20], found.calibrator.log_odds(3 * log_odds[:, :20]))
    assert not np.array_equal(found.held_out[:, 20:], found.calibrator.log_odds(3 * log_odds[:, 20:]))
    np.testing.assert_allclose(found.held_out, log_odds, atol=0.6)


def test_the_figures_are_those_of_scikit_learn():
    from sklearn.metrics import brier_score_loss, log_loss

    log_odds, label, folds = scores()
    found = choose_calibration(3 * log_odds[0], label, folds[0])
    risk = sigmoid(3 * log_odds[0])
    row = found.frame().iloc[0]

    assert row["log_loss"] == pytest.approx(log_loss(label, np.clip(risk, 5e-7, 1 - 5e-7)))
    assert row["brier"] == pytest.approx(brier_score_loss(label, risk))
    after = sigmoid(found.held_out)
    assert found.frame().set_index("method").loc["platt", "log_loss"] == pytest.approx(log_loss(label, after))
    assert (found.frame()["log_loss_gain_low"] <= found.frame()["log_loss_gain"]).all()


def test_the_order_of_the_students_changes_nothing():
    log_odds, label, folds = scores(500)
    rows = np.random.default_rng(1).permutation(500)
    one = choose_calibration(bent(log_odds), label, folds)
    two = choose_calibration(bent(log_odds[:, rows]), label[rows], folds[:, rows])

    assert one.calibrator == two.calibrator
    assert one.words == two.words
    np.testing.assert_array_equal(one.held_out[:, rows], two.held_out)


def test_too_few_students_are_an_answer():
    log_odds, _, folds = scores(200)
    found = choose_calibration(log_odds, np.r_[np.ones(49), np.zeros(151)], folds)

    assert found.is_empty
    assert found.why_empty == "49 students of the rarer outcome are too few to correct the risks by."
    assert found.calibrator == NoCalibration()
    np.testing.assert_array_equal(found.held_out, log_odds)


def test_too_few_students_of_models_that_weighed_the_outcomes_alike_are_moved_by_their_share():
    log_odds, _, _ = scores(200, repeats=2)
    label, folds = np.r_[np.ones(40), np.zeros(160)], np.tile(np.r_[np.zeros(100), np.ones(100)], (2, 1))
    folds = folds.astype(np.int8)
    folds[:, 20:40] = 1
    folds[:, 190:] = -1
    found = choose_calibration(log_odds, label, folds, wanted="any")

    assert found.chosen == "prior"
    assert found.calibrator == Platt(1.0, np.log(40 / 150))
    assert found.by_fold == ((Platt(1.0, np.log(20 / 90)), Platt(1.0, np.log(20 / 60))),) * 2
    np.testing.assert_array_equal(found.held_out[:, :20], log_odds[:, :20] + np.log(20 / 90))
    np.testing.assert_array_equal(found.held_out[:, 20:40], log_odds[:, 20:40] + np.log(20 / 60))
    np.testing.assert_array_equal(found.held_out[:, 190:], log_odds[:, 190:] + np.log(40 / 150))
    assert found.words == (
        "Both outcomes weigh alike in the model, so its risks are moved to the share of students with the "
        "outcome and corrected no further: 40 students of the rarer outcome are too few to correct the risks "
        "by."
    )


@pytest.mark.parametrize(("wanted", "balanced"), [("any", False), ("platt", True), ("isotonic", True)])
def test_scores_that_no_correction_can_be_fitted_on_are_moved_where_the_outcomes_weighed_alike(
    wanted, balanced
):
    label, folds = np.tile([1.0, 0.0, 0.0, 0.0], 100), np.arange(400) // 4 % 5
    found = choose_calibration(np.zeros(400), label, folds, wanted=wanted, balanced=balanced)

    assert found.chosen == "prior"
    assert sigmoid(found.held_out) == pytest.approx(np.full(400, 0.25))
    assert not found.is_empty
    assert choose_calibration(np.zeros(400), label, folds).chosen == "none"
