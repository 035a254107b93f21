"""Intervals are those of the textbook, and cover the truth about 95 times in 100."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from core.modeling import measures
from core.modeling.evaluate import evaluate
from core.modeling.intervals import mirrored, percentiles, resampled, wilson
from core.modeling.score_cells import count_scores, group_cells


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_equals_statsmodels(hits, more):
    n = hits + more

    assert wilson(hits, n) == pytest.approx(proportion_confint(hits, n, method="wilson"), abs=1e-12)
    assert wilson(n, n)[1] == 1.0


def test_nothing_tried_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("size", [30, 9_000])
def test_resamples_draw_as_many_students_in_the_same_proportions(size):
    negatives, positives = np.array([size, 0, 2 * size]), np.array([0, size, 0])
    drawn = resampled(negatives, positives, {"n": lambda n, p: n, "p": lambda n, p: p}, seed=1)

    assert (drawn["n"].sum(axis=1) + drawn["p"].sum(axis=1) == 4 * size).all()
    np.testing.assert_allclose(drawn["n"].mean(axis=0), negatives, rtol=0.03)
    np.testing.assert_allclose(drawn["p"].mean(axis=0), positives, rtol=0.03)


def test_the_same_seed_draws_the_same():
    cells = (np.array([3, 4, 5]), np.array([1, 2, 3]), {"auc": measures.auc})

    first, again, other = (resampled(*cells, seed=seed)["auc"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other, equal_nan=True)


def test_an_interval_that_is_often_undefined_is_none():
    assert percentiles(np.array([0.5] * 90 + [np.nan] * 10)) is None
    assert mirrored(np.full(100, np.nan), 0.5) is None
    assert percentiles(np.array([0.5] * 99 + [np.nan])) == (0.5, 0.5)


def test_a_measure_that_resampling_makes_too_large_is_mirrored_at_its_value():
    low, high = mirrored(np.linspace(0.02, 0.06, 1001), 0.03)

    assert (low, high) == pytest.approx((0.001, 0.039))
    assert mirrored(np.linspace(0.05, 0.06, 1001), 0.03) == pytest.approx((0.0, 0.03), abs=1e-2)


def drawn_students(rng, n):
    """Students whose scores are normal, one deviation higher with the outcome, and their true risk."""
    label = (rng.random(n) < 0.3).astype(float)
    return label, 1 / (1 + np.exp(-(rng.normal(label, 1.0) - 0.5 + np.log(0.3 / 0.7))))


def test_intervals_cover_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(20)
    label, risk = drawn_students(rng, 1_000_000)
    top = risk >= np.quantile(risk, 0.8)
    truth = {
        "roc_auc": 0.7602499,  # of two normals one standard deviation apart: Phi(1 / sqrt(2))
        "brier": float(((risk - label) ** 2).mean()),
        "log_loss": float(-np.log(np.where(label == 1, risk, 1 - risk)).mean()),
        "precision": float(label[risk >= 0.5].mean()),
        "specificity": float((risk[label == 0] < 0.5).mean()),
        "precision_at_listed": float(label[top].mean()),
        "recall_at_listed": float(label[top].sum() / label.sum()),
        "lift": float(label[top].mean() / label.mean()),
    }
    hits = dict.fromkeys(truth, 0)
    for _ in range(200):
        label, risk = drawn_students(rng, 200)
        listed = np.zeros(200, dtype=bool)
        listed[np.argsort(-risk)[:40]] = True
        found = evaluate(label, risk, risk, listed=listed, seed=1)
        for name, value in truth.items():
            hits[name] += found.metric(name).low <= value <= found.metric(name).high

    assert all(180 <= n <= 198 for n in hits.values()), hits


@pytest.mark.campaign
def test_the_intervals_of_the_list_cover_the_truth_93_to_97_times_in_100():
    rng = np.random.default_rng(22)
    label, risk = drawn_students(rng, 1_000_000)
    top = risk >= np.quantile(risk, 0.8)
    truth = np.array([label[top].sum() / label.sum(), -np.log(np.where(label == 1, risk, 1 - risk)).mean()])
    hits = np.zeros(2, dtype=int)
    for _ in range(1_000):
        label, risk = drawn_students(rng, 200)
        groups = group_cells(count_scores(label, risk), np.zeros(200, int))
        drawn = resampled(
            groups.negatives,
            groups.positives,
            {
                "recall": lambda n, p: measures.recall_of_top(n, p, np.array([0.2]))[:, 0],
                "log_loss": lambda n, p, losses=groups.losses: measures.log_loss(n, p, losses),
            },
            seed=1,
        )
        spans = np.array([percentiles(found) for found in drawn.values()])
        hits += (spans[:, 0] <= truth) & (truth <= spans[:, 1])

    assert ((hits >= 930) & (hits <= 970)).all(), hits
