"""Every measure equals scikit-learn's, and resamples are measured as if they were tables of their own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from core.modeling import measures
from core.modeling.score_cells import count_scores, group_cells

students = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 20).map(lambda k: k / 20)), min_size=2, max_size=60
)


def both_outcomes(found):
    return len({label for label, _ in found}) == 2


@given(students.filter(both_outcomes))
def test_ranking_measures_equal_scikit_learn_with_ties_too(found):
    label, score = np.array(found).T
    cells = count_scores(label, score)

    assert measures.auc(cells.negatives, cells.positives) == pytest.approx(
        metrics.roc_auc_score(label, score)
    )
    assert measures.average_precision(cells.negatives, cells.positives) == pytest.approx(
        metrics.average_precision_score(label, score)
    )
    squares = np.stack([cells.scores**2, (1 - cells.scores) ** 2])
    assert measures.brier(cells.negatives, cells.positives, squares) == pytest.approx(
        metrics.brier_score_loss(label, score)
    )


@given(students)
def test_cells_count_every_student_once(found):
    label, score = np.array(found).T
    cells = count_scores(label, score)

    assert (np.diff(cells.scores) > 0).all()
    assert (cells.n, cells.n_positive) == (len(label), int(label.sum()))
    for cut in (0.0, 0.33, 0.5, 1.0, 1.1):
        listed = score >= cut
        assert cells.at_least(cut) == (int((label[listed] == 0).sum()), int(label[listed].sum()))


def expected_calibration_error(label, score):
    """The definition in plain Python: bins by the place of each risk's middle student."""
    n, bins = len(score), {}
    for value in sorted(set(score)):
        middle = (score < value).sum() + (score == value).sum() / 2
        bins.setdefault(min(9, int(middle * 10 / n)), []).append(value)
    gaps = [abs(score[np.isin(score, v)].sum() - label[np.isin(score, v)].sum()) for v in bins.values()]
    return sum(gaps) / n


@given(students)
def test_the_calibration_error_follows_its_definition(found):
    label, score = np.array(found).T
    cells = count_scores(label, score)
    bins = measures.calibration_bins(cells.negatives + cells.positives)

    value = measures.calibration_error(cells.negatives, cells.positives, cells.scores, bins)
    assert value == pytest.approx(expected_calibration_error(label, score))


def test_bins_hold_about_the_same_number_of_students_and_part_no_equal_risks():
    bins = measures.calibration_bins(np.array([1] * 95 + [30] + [1] * 75))

    assert (np.diff(bins) >= 0).all()
    assert np.bincount(bins, [1] * 95 + [30] + [1] * 75).tolist() == [20, 20, 20, 20, 15, 30, 15, 20, 20, 20]


def test_one_outcome_only_has_no_ranking():
    assert np.isnan(measures.auc(np.array([1, 2]), np.array([0, 0])))
    assert np.isnan(measures.auc(np.array([0, 0]), np.array([1, 2])))
    assert np.isnan(measures.average_precision(np.array([1, 2]), np.array([0, 0])))


def test_many_resamples_are_measured_at_once():
    rng = np.random.default_rng(0)
    negatives, positives = rng.integers(0, 5, (2, 7, 30))

    singly = [float(measures.auc(n, p)) for n, p in zip(negatives, positives, strict=True)]
    np.testing.assert_allclose(measures.auc(negatives, positives), singly)


def test_groups_of_cells_keep_counts_means_and_bins():
    rng = np.random.default_rng(0)
    score = rng.random(20_000)
    label = (rng.random(20_000) < score).astype(float)
    cells = count_scores(label, score)
    bins = measures.calibration_bins(cells.negatives + cells.positives)
    groups = group_cells(cells, bins)

    assert len(groups.risk) <= 1_034
    assert (groups.negatives.sum(), groups.positives.sum()) == (cells.n_negative, cells.n_positive)
    assert measures.brier(groups.negatives, groups.positives, groups.squares) == pytest.approx(
        metrics.brier_score_loss(label, score)
    )
    whole = measures.calibration_error(cells.negatives, cells.positives, cells.scores, bins)
    grouped = measures.calibration_error(groups.negatives, groups.positives, groups.risk, groups.bins)
    assert grouped == pytest.approx(whole)
    assert measures.auc(groups.negatives, groups.positives) == pytest.approx(
        metrics.roc_auc_score(label, score), abs=1e-3
    )
