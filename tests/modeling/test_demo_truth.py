"""On the demo school, whose truth is known: intervals cover it, and odds ratios find the true effects."""

import functools
import re

import numpy as np
import pytest

from core.features.build import build_features
from core.modeling.evaluate import evaluate
from core.modeling.odds import odds_ratios
from core.modeling.risk_model import fit_model
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource

SCHOOL = DemoSpec(students=20_000, dirt=False, mentoring=False, seed=5)
OUTCOME = "not_retained"
FITTED = 5_000
SAMPLE = 600


@functools.cache
def school():
    """The features of the demo school, whether the outcome happened, and its true chance."""
    source = DemoSource(SCHOOL)
    dataset, truth = source.load("students"), source.truth()
    frame = dataset.collect()
    leaks = [name for name in truth.leaks if name in frame]
    features = build_features(frame, schema=dataset.schema, outcome_columns=[OUTCOME], exclude=leaks)
    chance = truth.students["risk"].to_numpy()
    return features, (frame[OUTCOME] == "yes").to_numpy(dtype=float), chance, truth


@functools.cache
def scored():
    """The risk of the students by a model of others, and their true chance."""
    features, label, chance, _ = school()
    model = fit_model(features.take(range(FITTED)), label[:FITTED], seed=1)
    rest = np.arange(FITTED, features.n_students)
    return model.predict_risk(features.take(rest)), chance[rest]


def covered(samples):
    """In how many samples of students each interval holds the truth, their outcomes drawn by it anew."""
    risk, chance = scored()
    rng = np.random.default_rng(8)
    hits = {"precision_at_listed": 0, "brier": 0, "precision": 0}
    at = 0.4
    truth = {
        "brier": float((chance * (1 - risk) ** 2 + (1 - chance) * risk**2).mean()),
        "precision": float(chance[risk >= at].mean()),
    }
    for _ in range(samples):
        rows = rng.integers(0, len(risk), SAMPLE)
        label = (rng.random(SAMPLE) < chance[rows]).astype(float)
        listed = np.zeros(SAMPLE, dtype=bool)
        listed[np.argsort(-risk[rows], kind="stable")[: SAMPLE // 10]] = True
        found = evaluate(label, risk[rows], risk[rows], listed=listed, cut=at, seed=1)
        true = truth | {"precision_at_listed": float(chance[rows][listed].mean())}
        for name in hits:
            hits[name] += found.metric(name).low <= true[name] <= found.metric(name).high
    return {name: n / samples for name, n in hits.items()}


def test_intervals_cover_the_truth_of_the_demo_school():
    assert all(0.9 <= share <= 0.99 for share in covered(200).values()), covered(200)


@pytest.mark.campaign
def test_intervals_cover_the_truth_of_the_demo_school_93_to_97_times_in_100():
    shares = covered(2_000)

    assert all(0.93 <= share <= 0.97 for share in shares.values()), shares


def test_the_true_effects_of_the_demo_school_lie_in_the_intervals_of_the_odds_ratios():
    features, label, _, truth = school()
    found = odds_ratios(fit_model(features, label, seed=1), features, label)
    inside = []
    for one in found.rows:
        true = true_effect(one, truth.coefficients)
        if true is not None:
            inside.append(np.log(one.low) <= true <= np.log(one.high))

    assert len(inside) >= 15
    assert np.mean(inside) >= 0.85, f"{sum(inside)} of {len(inside)}"


def true_effect(ratio, coefficients):
    """The true log-odds of the step that an odds ratio speaks of; None where the truth has none."""
    if ratio.column in coefficients:
        step = re.search(r"per ([\d.,]+)", ratio.comparison)
        return coefficients[ratio.column] * (float(step[1].replace(",", "")) if step else 1.0)
    two = [f"{ratio.column}={level}" for level in ratio.comparison.split(" against ")]
    return coefficients[two[0]] - coefficients[two[1]] if all(name in coefficients for name in two) else None
