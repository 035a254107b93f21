"""An evaluation measures what is known, says what is not, and shows each figure beside the simple rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from core.modeling.evaluate import evaluate
from core.modeling.metric import DEFINITIONS
from core.modeling.ranking import HeldOut

NAMES = [
    "accuracy",
    "balanced_accuracy",
    "roc_auc",
    "pr_auc",
    "f1",
    "precision",
    "recall",
    "specificity",
    "brier",
    "log_loss",
    "ece",
    "precision_at_listed",
    "recall_at_listed",
    "lift",
]
NAN = np.nan


def students(n=400, seed=0):
    rng = np.random.default_rng(seed)
    risk = np.round(rng.beta(2, 4, n), 2)
    return (rng.random(n) < risk).astype(float), risk, np.round(risk, 1)


def figures(label, risk, baseline=None, listed=None, **options):
    risk = np.asarray(risk)
    listed = risk >= 0.5 if listed is None else listed
    return evaluate(label, risk, risk if baseline is None else baseline, listed=listed, seed=1, **options)


def test_the_measures_stand_in_their_order_each_with_its_definition():
    found = figures(*students())

    assert [metric.name for metric in found.metrics] == NAMES == list(DEFINITIONS)
    assert all(metric.definition.endswith(".") and metric.title for metric in found.metrics)
    assert found.definitions["roc_auc"].startswith("The chance that a student with the outcome")


def test_every_measure_equals_scikit_learn():
    label, risk, _ = students()
    listed = risk >= 0.6
    said = risk >= 0.5
    found = figures(label, risk, listed=listed)

    expected = {
        "accuracy": metrics.accuracy_score(label, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(label, said),
        "roc_auc": metrics.roc_auc_score(label, risk),
        "pr_auc": metrics.average_precision_score(label, risk),
        "f1": metrics.f1_score(label, said),
        "precision": metrics.precision_score(label, said),
        "recall": metrics.recall_score(label, said),
        "specificity": metrics.recall_score(label, said, pos_label=0),
        "brier": metrics.brier_score_loss(label, risk),
        "log_loss": metrics.log_loss(label, np.clip(risk, 5e-7, 1 - 5e-7)),
        "precision_at_listed": label[listed].mean(),
        "recall_at_listed": metrics.recall_score(label, listed),
        "lift": label[listed].mean() / label.mean(),
    }
    assert {name: found.metric(name).value for name in expected} == pytest.approx(expected, abs=1e-12)


def test_each_baseline_is_the_same_measure_of_the_simple_rule():
    label, risk, simple = students()
    listed = risk >= 0.6
    found, rule = figures(label, risk, simple, listed), figures(label, simple, listed=listed)

    for name in NAMES[:-3]:
        assert found.metric(name).baseline == rule.metric(name).value


def test_the_rule_lists_as_many_students_and_ties_at_its_cut_share_the_places():
    label = [1, 1, 0, 0, 1, 0]
    found = figures(label, [0.9, 0.8, 0.7, 0.3, 0.2, 0.1], [0.5, 0.4, 0.4, 0.4, 0.1, 0.1])

    assert found.n_listed == 3
    assert found.metric("precision_at_listed").value == 2 / 3
    assert found.metric("precision_at_listed").baseline == pytest.approx((1 + 2 * 1 / 3) / 3)
    assert found.metric("recall_at_listed").baseline == pytest.approx((1 + 2 * 1 / 3) / 3)
    assert found.metric("lift").value == pytest.approx((2 / 3) / (1 / 2))
    assert found.metric("lift").baseline == pytest.approx((1 + 2 * 1 / 3) / 3 / (1 / 2))


def test_values_lie_in_their_intervals_and_all_in_their_range():
    for seed in range(5):
        for metric in figures(*students(60, seed)).metrics:
            most = np.inf if metric.name in ("log_loss", "lift") else 1
            assert 0 <= metric.low <= metric.value <= metric.high <= most


def test_students_whose_outcome_is_not_known_change_nothing_but_the_listed():
    label, risk, simple = students(100)
    known = figures(label, risk, simple)
    more = figures(np.r_[label, [NAN] * 30], np.r_[risk, [0.99] * 30], np.r_[simple, [0.5] * 30])

    assert more.metrics == known.metrics
    assert (more.n_students, more.n_listed) == (100, known.n_listed + 30)


@given(st.permutations(range(40)))
def test_the_order_of_the_students_does_not_matter(order):
    label, risk, simple = students(40)
    rows = np.array(order)

    assert figures(label[rows], risk[rows], simple[rows]).metrics == figures(label, risk, simple).metrics


def test_the_same_seed_gives_the_same_intervals():
    label, risk, simple = students()
    frames = [evaluate(label, risk, simple, listed=risk > 1, seed=seed).frame() for seed in (4, 4, 5)]

    assert frames[0].equals(frames[1])
    assert not frames[0].equals(frames[2])


def test_one_outcome_only_leaves_the_rankings_without_a_value_and_says_why():
    found = figures([1.0, 1.0, 1.0], [0.9, 0.6, 0.2])

    assert found.metric("roc_auc").value is None
    assert found.metric("roc_auc").why == "All students have the same outcome."
    assert found.metric("balanced_accuracy").value is None
    assert found.metric("recall").value == 2 / 3
    assert found.roc().empty


def test_nobody_over_the_cut_has_no_precision():
    found = figures([1.0, 0.0], [0.2, 0.1])

    assert found.metric("precision").why == "No student's risk is at or over the cut."
    assert found.metric("precision_at_listed").why == "No student on the list has a known outcome."
    assert found.metric("recall").value == 0.0


def test_nothing_known_is_an_answer_with_a_reason():
    found = figures([NAN, NAN], [0.2, 0.8])

    assert found.is_empty
    assert found.why_empty == "No student's outcome is known."
    assert {metric.value for metric in found.metrics} == {None}
    assert {metric.why for metric in found.metrics} == {"No student's outcome is known."}
    assert found.prevalence is None
    assert found.frame()["value"].isna().all()
    assert found.pr().empty
    assert found.calibration().empty


def test_too_few_positives_for_an_interval_say_so():
    found = figures([1.0] + [0.0] * 30, [0.9] + [0.1] * 30)

    assert (found.metric("roc_auc").value, found.metric("roc_auc").low) == (1.0, None)
    assert found.metric("roc_auc").why == "Too few students for an interval."


def test_the_confusion_is_counted_at_any_cut():
    label, risk, _ = students()
    found = figures(label, risk)

    for cut in (0.0, 0.25, 0.5, 1.0):
        table = found.confusion(cut)
        counts = metrics.confusion_matrix(label, risk >= cut, labels=[0, 1])
        assert [[table.spared, table.false_alarms], [table.missed, table.found]] == counts.tolist()
        assert table.n == 400
    assert found.confusion().frame().to_numpy().sum() == 400


def test_the_curves_are_small_and_end_where_they_should():
    label, risk, _ = students(5_000)
    found = figures(label, np.random.default_rng(1).random(5_000) * 0.2 + risk * 0.8)
    roc, pr, calibration = found.roc(), found.pr(), found.calibration()

    assert max(len(roc), len(pr)) <= 200
    assert roc.iloc[0].tolist() == [np.inf, 0, 0]
    assert roc.iloc[-1, 1:].tolist() == [1, 1]
    assert metrics.auc(roc["frac_false_alarms"], roc["recall"]) == pytest.approx(
        found.metric("roc_auc").value, abs=1e-3
    )
    assert pr["recall"].is_monotonic_increasing
    assert pr.iloc[-1, 1:].tolist() == [1, found.prevalence]
    assert len(calibration) == 10
    assert calibration["n"].sum() == 5_000
    assert ((calibration["low"] <= calibration["frac_observed"]) & (calibration["mean_risk"] <= 1)).all()


def test_the_curves_of_few_students_equal_scikit_learn():
    label, risk, _ = students(80)
    found = figures(label, risk)
    x, y, _ = metrics.roc_curve(label, risk, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(label, risk)

    np.testing.assert_allclose(found.roc()[["frac_false_alarms", "recall"]], np.c_[x, y])
    np.testing.assert_allclose(found.pr()[["recall", "precision"]], np.c_[recall, precision][:-1][::-1])


def test_precision_recall_and_false_alarms_are_given_for_each_cut():
    label, risk, _ = students(300)
    found = figures(label, risk).thresholds()
    row = {name: part.set_index("threshold") for name, part in found.groupby("measure")}

    for cut in (0.0, 0.2, 0.4):
        assert row["precision"].loc[cut, "value"] == metrics.precision_score(label, risk >= cut)
        assert row["recall"].loc[cut, "value"] == metrics.recall_score(label, risk >= cut)
        assert row["false alarms"].loc[cut, "value"] == (risk[label == 0] >= cut).mean()
    assert ((found["low"] <= found["value"]) & (found["value"] <= found["high"])).all()
    assert 1.0 not in row["precision"].index
    assert row["recall"].loc[1.0, "value"] == 0


def test_the_gain_and_the_decision_curve_are_those_of_the_risks():
    label, risk, _ = students(300)
    found = figures(label, risk)

    assert found.gain().iloc[-1]["recall"] == 1
    assert found.decision.frame().iloc[49]["net_benefit"] == pytest.approx(
        (found.confusion(0.5).found - found.confusion(0.5).false_alarms) / 300
    )


def test_the_lift_and_recall_of_an_empty_list_say_why():
    found = figures([1.0, 0.0, 1.0, 0.0], [0.9, 0.1, 0.8, 0.2], listed=[False] * 4)

    for name in ("precision_at_listed", "recall_at_listed", "lift"):
        assert found.metric(name).value is None
        assert found.metric(name).why == "No student on the list has a known outcome."


def test_with_folds_the_rankings_are_means_over_the_folds():
    label, risk, simple = students(300)
    rng = np.random.default_rng(3)
    folds = rng.integers(0, 3, (2, 300)).astype(np.int8)
    folds[:, :10] = -1
    scores = rng.normal(risk, 0.1, (2, 300))
    found = figures(label, risk, simple, held_out=HeldOut(folds, scores, np.stack([simple, simple])))

    parts = [(r, folds[r] == fold) for r in range(2) for fold in range(3)]
    assert found.metric("roc_auc").value == pytest.approx(
        np.mean([metrics.roc_auc_score(label[k], scores[r, k]) for r, k in parts])
    )
    assert found.metric("pr_auc").value == pytest.approx(
        np.mean([metrics.average_precision_score(label[k], scores[r, k]) for r, k in parts])
    )
    assert found.metric("roc_auc").baseline == pytest.approx(
        np.mean([metrics.roc_auc_score(label[k], simple[k]) for r, k in parts])
    )
    assert found.metric("roc_auc").low < found.metric("roc_auc").value < found.metric("roc_auc").high
    assert found.metric("brier").value == figures(label, risk, simple).metric("brier").value


def test_the_frame_has_one_row_a_measure():
    frame = figures(*students()).frame()

    assert frame["name"].tolist() == NAMES
    assert frame.columns.tolist() == [
        "name",
        "title",
        "value",
        "low",
        "high",
        "baseline",
        "why",
        "definition",
    ]
    assert frame[["value", "low", "high", "baseline"]].dtypes.unique().tolist() == ["float64"]
