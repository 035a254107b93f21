"""Predicting a score: honest figures, intervals that cover, effects that are found again."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from core.errors import NotEnoughStudents, OneOutcomeOnly
from core.modeling.regression import _MEASURES, predict_score
from tests.modeling.made_students import school, table


def marks(n=400, *, seed=1, noise=5.0):
    """A mark that falls by half a point for each hour of work; 5 points less where fees are due."""
    features, _ = school(n, seed=seed, gaps=0.0)
    rng = np.random.default_rng(seed + 100)
    work, fees = features.numbers[:, 0], features.numbers[:, 3]
    return features, 60 - 0.5 * work - 5 * fees + rng.normal(0, noise, n)


def test_the_measures_are_scikit_learns():
    features, score = marks()
    found = predict_score(features, score, seed=1)

    assert found.value("rmse") == pytest.approx(root_mean_squared_error(score, found.predicted))
    assert found.value("mae") == pytest.approx(mean_absolute_error(score, found.predicted))
    assert found.value("r2") == pytest.approx(r2_score(score, found.predicted))


def test_a_true_effect_is_found_within_its_interval():
    features, score = marks(2_000)
    rows = predict_score(features, score, seed=1).effects_frame().set_index("label")

    fees = rows.loc["Fees"]
    assert fees["low"] < -5 < fees["high"]
    assert fees["high"] - fees["low"] < 3
    assert rows.loc["Noise", "low"] < 0 < rows.loc["Noise", "high"]


def test_the_model_is_the_plain_ridge_on_the_same_matrix():
    from core.modeling.design import learn
    from core.modeling.regression import _fit

    features, score = marks()
    matrix = learn(features, fewest_of_level=2).matrix(features.numbers, features.codes)

    assert _fit(features, score).predict(features) == pytest.approx(
        Ridge().fit(matrix, score).predict(matrix)
    )


def test_noise_is_not_explained_and_is_not_called_so():
    features, _ = marks(300)
    score = np.random.default_rng(9).normal(size=300)
    found = predict_score(features, score, seed=1)

    assert found.value("r2") < 0.03
    assert "not clearly more than the best single column does" in found.words


def test_the_rows_order_changes_nothing():
    features, score = marks()
    back = np.random.default_rng(0).permutation(len(score))

    one, other = (
        predict_score(features, score, seed=1),
        predict_score(features.take(back), score[back], seed=1),
    )

    assert other.predicted == pytest.approx(one.predicted[back])
    assert other.frame()["low"].tolist() == pytest.approx(one.frame()["low"].tolist())


def test_students_without_a_score_are_predicted_and_not_counted():
    features, score = marks()
    score[:40] = np.nan
    found = predict_score(features, score, seed=1)

    assert np.isfinite(found.predicted).all()
    assert found.n_known == 360


def test_nine_of_ten_new_students_come_within_what_is_said():
    features, score = marks(600, seed=3)
    found = predict_score(features, score, seed=1)
    new, came = marks(4_000, seed=8)
    from core.modeling.regression import _fit

    off = np.abs(_fit(features, score).predict(new) - came)

    assert (off <= found.within).mean() == pytest.approx(0.9, abs=0.025)


@pytest.mark.parametrize("name", _MEASURES)
def test_the_intervals_cover(name):
    """Of the measure that very many students would give, in 93 to 97 of 100 draws."""
    rng = np.random.default_rng(4)

    def drawn(n):
        truth = rng.normal(50, 10, n)
        return truth, truth + rng.normal(1, 6, n)

    true = _MEASURES[name](*drawn(1_000_000))[0]
    spans = [_MEASURES[name](*drawn(400))[1:] for _ in range(1_500)]

    assert 0.93 <= np.mean([low <= true <= high for low, high in spans]) <= 0.97


def test_what_cannot_be_predicted_is_one_sentence():
    features = table({"a": list(range(30))})
    with pytest.raises(NotEnoughStudents, match="The score is known of 5 students"):
        predict_score(features, np.array([1.0] * 2 + [2.0] * 3 + [np.nan] * 25), seed=1)
    with pytest.raises(OneOutcomeOnly, match="Every student has the score 3, so there is nothing to learn"):
        predict_score(features, np.full(30, 3.0), seed=1)


def test_copies_of_a_student_kept_together_do_not_flatter():
    """Parted over the folds (the mutant), the same student stands on both sides."""
    rng = np.random.default_rng(1)
    own = np.repeat(rng.normal(size=(60, 90)), 4, axis=0)
    score = np.repeat(rng.normal(size=60), 4)
    features = table({f"x{k}": list(own[:, k]) for k in range(90)})
    groups = np.repeat([f"h{k}" for k in range(60)], 4).astype(object)

    parted = predict_score(features, score, seed=1).value("r2")
    together = predict_score(features, score, groups=groups, seed=1).value("r2")

    assert parted > 0.5
    assert together < 0.1
    with pytest.raises(NotEnoughStudents, match="Too few groups are kept together"):
        predict_score(features, score, groups=np.full(240, "one", dtype=object), seed=1)
