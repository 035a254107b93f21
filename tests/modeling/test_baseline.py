"""The simple rule is one column, chosen and learned on training students, with what is missing as a group."""

import numpy as np
import pytest

from core.modeling.baseline import column_aucs, fit_rule, rule_in_words
from tests.modeling.made_students import school, table


def test_the_column_that_ranks_best_is_chosen():
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 400).astype(float)
    features = table(
        {"noise": list(rng.normal(size=400)), "good": list(rng.normal(label * 2))},
        {"fair": [("a", "b")[int(v)] for v in np.where(rng.random(400) < 0.7, label, 1 - label)]},
    )
    rule = fit_rule(features, label)
    aucs = column_aucs(features, label)

    assert rule.grouping.place == 1
    assert aucs[1] > aucs[2] > 0.65
    assert aucs[0] == pytest.approx(0.5, abs=0.08)


def test_a_category_of_very_many_values_does_not_win_by_learning_by_heart():
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 300).astype(float)
    features = table({"fair": list(rng.normal(label * 0.7))}, {"room": [f"r{k % 150}" for k in range(300)]})

    assert fit_rule(features, label).grouping.place == 0


def test_each_group_has_its_own_rate_drawn_towards_the_overall_rate():
    label = np.r_[np.ones(30), np.zeros(50)]
    features = table(None, {"c": ["a"] * 40 + ["b"] * 30 + [None] * 10})
    rule = fit_rule(features, label)
    overall = 30.5 / 81

    assert rule.risk(features)[[0, 50, 79]] == pytest.approx(
        [(30 + 10 * overall) / 50, 10 * overall / 40, 10 * overall / 20]
    )


def test_what_is_not_recorded_is_a_group_and_a_value_never_seen_has_the_overall_rate():
    label = np.tile([0.0, 1.0], 50)
    features = table({"x": [None if y else float(k % 10) for k, y in enumerate(label)]})
    rule = fit_rule(features, label)

    assert rule.risk(table({"x": [None]}))[0] > 0.9
    unseen = table(None, {"c": ["a", "b"] * 50})
    assert fit_rule(unseen, label).rates[0] == pytest.approx(50.5 / 101)


def test_numbers_fall_into_about_ten_groups_of_equal_counts():
    label = (np.arange(1_000) >= 500).astype(float)
    features = table({"x": list(range(1_000))})
    rule = fit_rule(features, label)

    groups = rule.grouping.groups(features)
    assert np.bincount(groups).tolist() == [0, *[100] * 10]


def test_a_column_without_any_value_in_the_training_students_ranks_nobody():
    label = np.tile([0.0, 1.0], 20)

    assert column_aucs(table({"x": [None] * 40, "y": list(label)}), label).tolist() == [0.5, 1.0]


def test_the_rule_is_said_in_words():
    features, label = school(2_000)
    rules = [fit_rule(features, label)] * 3

    assert rule_in_words(rules, features.columns) == (
        "The best single column, most often 'Work' (3 of 3 fits): the share with the outcome in 10 groups "
        "of equal counts is the risk."
    )
    answers = [fit_rule(table(None, {"c": list("ab") * 20}), np.tile([0.0, 1.0], 20))]
    assert "in each answer is the risk" in rule_in_words(answers, table(None, {"c": list("ab") * 20}).columns)
