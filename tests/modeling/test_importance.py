"""What a column is worth is measured on students that the model had not seen, with an interval that holds."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from core.modeling.importance import permutation_importance
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table

FEATURES, LABEL = school(600, unknown=0.05)
FOUND = cross_validate(FEATURES, LABEL, seed=2, repeats=2)
NAMES = [column.name for column in FEATURES.columns]


@pytest.fixture(scope="module")
def plain():
    return permutation_importance(FOUND, FEATURES, seed=2)


def by_name(found):
    return found.frame().set_index("column")


def test_a_column_that_does_something_is_worth_more_than_noise(plain):
    frame = by_name(plain)

    assert set(frame.index) == set(NAMES)
    assert frame["drop"].is_monotonic_decreasing
    assert frame.index[0] in {"work", "study"}
    assert frame.loc["work", "low"] > 0
    assert frame.loc["noise", "low"] < 0 < frame.loc["noise", "high"]
    assert (frame["low"] <= frame["drop"]).all()
    assert (frame["drop"] <= frame["high"]).all()
    assert (frame["spread"] >= 0).all()
    assert plain.auc == pytest.approx(FOUND.auc, abs=1e-9)
    assert plain.words.startswith("What the model leans on most: '")


def test_the_fall_is_that_of_models_asked_about_students_they_did_not_see():
    """The expectation over many permutations, worked out plainly with scikit-learn's ROC-AUC."""
    found = permutation_importance(FOUND, FEATURES, seed=2, permutations=40)
    rng = np.random.default_rng(0)
    place, falls = NAMES.index("work"), []
    for number, model in enumerate(FOUND.models):
        repeat, fold = divmod(number, FOUND.folds)
        rows = np.flatnonzero(FOUND.fold_of[repeat] == fold)
        numbers, codes = FEATURES.numbers[rows], FEATURES.codes[rows]
        whole = roc_auc_score(LABEL[rows], model.log_odds(numbers, codes))
        for _ in range(10):
            dealt = numbers.copy()
            dealt[:, place] = rng.permutation(dealt[:, place])
            falls.append(whole - roc_auc_score(LABEL[rows], model.log_odds(dealt, codes)))

    assert by_name(found).loc["work", "drop"] == pytest.approx(np.mean(falls), abs=0.015)


def test_a_category_is_dealt_out_whole():
    found = permutation_importance(FOUND, FEATURES, seed=2, permutations=1)

    assert list(by_name(found).index).count("device") == 1
    assert by_name(found).loc["device", "low"] > 0


def test_a_sum_is_asked_by_a_shortcut_that_changes_nothing(plain, monkeypatch):
    class Slow:
        n_weights = None

        def __init__(self, model):
            self.log_odds, self.base = model.log_odds, model.base

    monkeypatch.setattr("core.modeling.importance.first_models", lambda found: tuple(map(Slow, found.models)))
    slow = permutation_importance(FOUND, FEATURES, seed=2)

    assert by_name(slow).loc[NAMES, "drop"].tolist() == pytest.approx(
        by_name(plain).loc[NAMES, "drop"].tolist(), abs=1e-9
    )


def test_neither_the_order_of_the_rows_nor_another_seed_changes_the_picture(plain):
    turned = np.random.default_rng(1).permutation(FEATURES.n_students)
    features = FEATURES.take(turned)
    moved = permutation_importance(
        cross_validate(features, LABEL[turned], seed=2, repeats=2), features, seed=2
    )
    other = permutation_importance(FOUND, FEATURES, seed=3)

    assert by_name(moved).loc[NAMES, "drop"].tolist() == pytest.approx(
        by_name(plain).loc[NAMES, "drop"].tolist()
    )
    assert by_name(other).loc["work", "drop"] != by_name(plain).loc["work", "drop"]
    assert by_name(other).loc["work", "drop"] == pytest.approx(by_name(plain).loc["work", "drop"], abs=0.03)


def test_intervals_of_columns_that_say_nothing_hold_zero():
    rng = np.random.default_rng(5)
    columns = {f"n{k}": rng.normal(size=500).tolist() for k in range(40)}
    label = (rng.random(500) < 1 / (1 + np.exp(-2 * np.array(columns["n0"])))).astype(float)
    features = table(columns)
    found = by_name(
        permutation_importance(cross_validate(features, label, seed=1, repeats=2), features, seed=1)
    )
    nothing = found.drop(index="n0")
    holds = (nothing["low"] <= 0) & (nothing["high"] >= 0)

    assert found.loc["n0", "low"] > 0.1
    assert 0.9 <= holds.mean() <= 1.0


def test_a_column_without_a_weight_is_worth_exactly_nothing():
    features = table({"x": [float(k % 10) for k in range(200)], "empty": [1.0] * 199 + [None]})
    label = np.array([float(k % 10 > 5) for k in range(200)])
    found = by_name(permutation_importance(cross_validate(features, label, seed=1), features, seed=1))

    assert found.loc["empty", "drop"] == pytest.approx(0, abs=0.01)
    assert found.loc["x", "drop"] > 0.3


def test_folds_of_a_single_student_with_the_outcome_rank_nobody():
    label = np.zeros(40)
    label[:2] = 1.0
    features = FEATURES.take(np.arange(40))
    found = permutation_importance(cross_validate(features, label, seed=1, repeats=1), features, seed=1)

    assert found.is_empty
    assert found.why_empty == "Every fold has fewer than two students of one outcome."


def test_it_is_said_where_nothing_clearly_matters():
    rng = np.random.default_rng(0)
    features = table({"a": rng.normal(size=200).tolist(), "b": rng.normal(size=200).tolist()})
    label = rng.integers(0, 2, 200).astype(float)
    found = permutation_importance(cross_validate(features, label, seed=1), features, seed=1)

    assert found.words == (
        "No column by itself clearly matters: what one says, others say too, or none says much."
    )
