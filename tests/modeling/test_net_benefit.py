"""The decision curve weighs false alarms at the price that the threshold says."""

import numpy as np
import pytest

from core.modeling.net_benefit import net_benefit
from core.modeling.score_cells import count_scores


def students(n, seed=0, strength=1.0):
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < 0.3).astype(float)
    log_odds = strength * rng.normal(label, 1.0) - 0.5 * strength**2 + np.log(0.3 / 0.7)
    return label, 1 / (1 + np.exp(-log_odds))


def test_it_is_students_found_less_false_alarms_at_their_price():
    label, risk = students(500)
    row = net_benefit(count_scores(label, risk)).frame().iloc[19]

    assert row["threshold"] == 0.2
    found, alarms = ((risk >= 0.2) & (label == 1)).sum(), ((risk >= 0.2) & (label == 0)).sum()
    assert row["net_benefit"] == pytest.approx((found - alarms / 4) / 500)
    assert row["everyone"] == pytest.approx((label.sum() - (label == 0).sum() / 4) / 500)
    assert row["nobody"] == 0


def test_the_interval_is_that_of_a_mean_over_students():
    label, risk = students(500)
    row = net_benefit(count_scores(label, risk)).frame().iloc[9]
    parts = np.where(risk >= 0.1, np.where(label == 1, 1.0, -1 / 9), 0.0)

    assert row["high"] - row["net_benefit"] == pytest.approx(1.959964 * parts.std() / 500**0.5)
    assert row["net_benefit"] - row["low"] == pytest.approx(row["high"] - row["net_benefit"])


def test_under_the_lowest_risk_the_list_is_everybody_and_not_better():
    frame = net_benefit(count_scores(np.array([1.0, 0, 0, 1]), np.array([0.9, 0.3, 0.4, 0.8]))).frame()
    below = frame[frame["threshold"] < 0.3]

    np.testing.assert_allclose(below["net_benefit"], below["everyone"])
    assert not below["is_better"].any()


def test_a_good_list_is_said_to_be_better_and_where():
    words = net_benefit(count_scores(*students(3_000))).words

    assert words.startswith("From a threshold of ")
    assert words.endswith(" % the list is clearly better than supporting everybody or nobody.")


def test_risks_by_chance_are_hardly_ever_said_to_be_better():
    rng = np.random.default_rng(1)
    said = [
        net_benefit(count_scores((rng.random(300) < 0.3).astype(float), rng.beta(3, 7, 300))).frame()[
            "is_better"
        ]
        for _ in range(200)
    ]

    assert np.mean([one[29] for one in said]) <= 0.03
    assert net_benefit(count_scores(*students(300, strength=0.0))).words == (
        "At no threshold is the list clearly better than supporting everybody or nobody."
    )


def test_the_interval_covers_the_truth_about_95_times_in_100():
    label, risk = students(2_000_000, seed=9)
    listed = risk >= 0.3
    truth = (label[listed].sum() - 3 / 7 * (1 - label[listed]).sum()) / len(label)
    rows = [net_benefit(count_scores(*students(200, seed=k))).frame().iloc[29] for k in range(1_000)]

    assert 930 <= sum(row["low"] <= truth <= row["high"] for row in rows) <= 970


def test_nothing_known_has_no_curve():
    found = net_benefit(count_scores(np.empty(0), np.empty(0)))

    assert found.is_empty
    assert found.words == "No student's outcome is known."
