"""The learning curve is measured on the same students for every share, by models that had not seen them."""

import numpy as np
import pytest

from core.errors import InvalidChoice, NotEnoughStudents
from core.modeling.learning import SHARES, learning_curve
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table


@pytest.fixture(scope="module")
def trained():
    features, label = school(1_200, unknown=0.05)
    found = cross_validate(features, label, seed=1)
    return features, label, found, learning_curve(features, label, found.fold_of[0], seed=1)


def test_the_last_point_is_the_cross_validation_itself(trained):
    _, _, found, curve = trained
    last = curve.frame().iloc[-1]

    assert last["share"] == 1
    assert last["roc_auc"] == pytest.approx(np.mean(found.fold_auc[:5]), abs=1e-6)
    assert last["train_auc"] == pytest.approx(np.mean(found.train_auc[:5]), abs=1e-6)
    assert last["n_students"] == pytest.approx(0.8 * found.n_labelled)


def test_every_share_has_its_interval_and_more_students(trained):
    frame = trained[-1].frame()

    assert frame["share"].tolist() == list(SHARES)
    assert frame["n_students"].is_monotonic_increasing
    assert ((frame["low"] < frame["roc_auc"]) & (frame["roc_auc"] < frame["high"])).all()
    assert frame["train_auc"].iloc[0] > frame["train_auc"].iloc[-1]


def test_a_label_by_chance_is_learned_at_no_share():
    features, label = school(600)
    shuffled = np.random.default_rng(0).permutation(label)
    found = cross_validate(features, shuffled, seed=1)
    frame = learning_curve(features, shuffled, found.fold_of[0], seed=1).frame()

    assert (frame["roc_auc"] < 0.58).all()


def test_the_order_of_the_rows_changes_nothing(trained):
    features, label, found, curve = trained
    rows = np.random.default_rng(2).permutation(len(label))
    again = learning_curve(features.take(rows), label[rows], found.fold_of[0][rows], seed=1)

    np.testing.assert_allclose(again.frame(), curve.frame(), atol=1e-6)


def test_it_says_whether_more_students_would_help():
    features, label = school(6_000)
    many = learning_curve(features, label, cross_validate(features, label, seed=1).fold_of[0], seed=1)
    rng = np.random.default_rng(3)
    wide = table({f"n{k}": list(rng.normal(size=400)) for k in range(40)})
    risk = 1 / (1 + np.exp(-wide.numbers.sum(axis=1) / 3))
    outcome = (rng.random(400) < risk).astype(float)
    few = learning_curve(wide, outcome, cross_validate(wide, outcome, seed=1).fold_of[0], seed=1)

    assert many.words.endswith(": more students of the same kind would hardly help.")
    assert few.words.endswith(": more students would help.")


def test_shares_that_would_lack_an_outcome_are_left_out():
    features, _ = school(60)
    rare = np.zeros(60)
    rare[:6] = 1
    found = learning_curve(features, rare, cross_validate(features, rare, seed=1).fold_of[0], seed=1)

    assert found.frame()["share"].min() > 0.1


def test_progress_is_told_and_a_foreign_model_is_refused(trained):
    features, label, found, _ = trained
    said = []
    learning_curve(features, label, found.fold_of[0], seed=1, progress=lambda done, words: said.append(words))

    assert said[0] == "Fitting with 10 % of the training students"
    with pytest.raises(InvalidChoice):
        learning_curve(features, label, found.fold_of[0], candidate="oracle", seed=1)
    with pytest.raises(NotEnoughStudents, match="There are no folds to learn from"):
        learning_curve(features, label, np.full(len(label), -1, np.int8), seed=1)
