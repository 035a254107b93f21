"""Mistakes seen in public student apps, and a test for each that shows we do not make it."""

import numpy as np

from core.modeling.evaluate import evaluate
from core.modeling.explain import explainer
from core.modeling.metric import DEFINITIONS
from core.modeling.risk_model import fit_model
from core.modeling.thresholds import AtScore, ForCapacity, prepare
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table

SCHOOL, LABEL = school(600)


def test_a_scaler_is_not_fitted_on_the_student_being_scored():
    model = fit_model(SCHOOL, LABEL, seed=1)
    risks = [
        model.predict_risk(
            table(
                {"work": [hours], "study": [8.0], "noise": [0.0], "fees": [0.0]},
                {"device": ["laptop"], "colour": ["red"]},
                flags=["fees"],
            )
        )[0]
        for hours in (0.0, 10.0, 20.0, 30.0)
    ]

    assert risks == sorted(set(risks))


def test_a_value_never_seen_does_not_crash_an_encoder():
    found = cross_validate(
        table({"x": [float(k % 7) for k in range(60)]}, {"c": ["a"] * 59 + ["once"]}), [0.0, 1.0] * 30, seed=1
    )

    assert np.isfinite(found.risk).all()


def test_students_with_gaps_do_not_vanish_from_the_list():
    features = table({"x": [None] * 10 + list(range(50))}, {"c": [None] * 20 + ["a", "b"] * 20})
    found = cross_validate(features, [0.0, 1.0] * 30, seed=1)
    curve = prepare(found.risk, features.student_ids, seed=1)

    assert curve.n_students == 60
    assert sorted(curve.rank) == list(range(1, 61))


def test_the_list_is_not_scored_on_students_it_was_trained_on():
    rng = np.random.default_rng(0)
    features = table({f"n{k}": list(rng.normal(size=100)) for k in range(30)})
    label = rng.integers(0, 2, 100).astype(float)
    found = cross_validate(features, label, seed=1)
    seen = fit_model(features, label, seed=1).predict_risk(features)
    scores = {
        name: evaluate(label, risk, risk, listed=risk > 1, seed=1).metric("roc_auc").value
        for name, risk in (("list", found.risk), ("trained on", seen))
    }

    assert scores["trained on"] > 0.8
    assert scores["list"] < 0.65


def test_accuracy_is_not_all_there_is_and_every_figure_has_an_interval_and_a_baseline():
    found = cross_validate(SCHOOL, LABEL, seed=1)
    metrics = evaluate(LABEL, found.risk, found.baseline_risk, listed=found.risk > 0.5, seed=1).metrics

    assert len(metrics) == len(DEFINITIONS) == 14
    assert all(None not in (metric.low, metric.high, metric.baseline) for metric in metrics)


def test_a_cut_is_chosen_and_not_fixed():
    curve = prepare(np.linspace(0, 1, 101), np.arange(101).astype(str).astype(object), seed=1)

    assert [curve.n_listed(policy) for policy in (AtScore(0.3), AtScore(0.7), ForCapacity(12))] == [
        71,
        31,
        12,
    ]


def test_race_and_gender_are_no_reasons():
    label = np.r_[np.ones(50), np.zeros(50)]
    features = table(
        {"x": list(range(100))}, {"race": ["a"] * 50 + ["b"] * 50}, protected=["race"], barriers=["race"]
    )
    reasons = explainer(cross_validate(features, label, seed=1), features).reasons()

    assert not any("race" in said.casefold() for said in reasons)


def test_a_move_of_the_threshold_trains_nothing(monkeypatch):
    found = cross_validate(SCHOOL, LABEL, seed=1)
    curve = prepare(found.risk, SCHOOL.student_ids, seed=1, label=LABEL)
    monkeypatch.setattr("core.modeling.candidates.fit", None)

    counts = [curve.cut(AtScore(p / 10)).n_listed for p in range(11)]
    assert counts == sorted(counts, reverse=True)


def test_the_same_seed_gives_the_same_list():
    lists = []
    for _ in range(2):
        found = cross_validate(SCHOOL, LABEL, seed=9)
        order = prepare(found.risk, SCHOOL.student_ids, seed=9).order
        lists.append([(SCHOOL.student_ids[row], found.risk[row]) for row in order])

    assert lists[0] == lists[1]
