"""Every student is scored by models that have not seen the student, whatever the order of the rows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from core.errors import InvalidChoice, NotEnoughStudents, OneOutcomeOnly, SchemaError
from core.modeling.logistic import as_risk
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table


@pytest.fixture(scope="module")
def trained():
    features, label = school(900, unknown=0.1)
    return features, label, cross_validate(features, label, seed=3)


def test_risks_are_probabilities_with_6_decimals_for_every_student(trained):
    _, label, found = trained

    assert found.risk.shape == found.baseline_risk.shape == (900,)
    assert ((found.risk > 0) & (found.risk < 1)).all()
    np.testing.assert_array_equal(found.risk, np.round(found.risk, 6))
    np.testing.assert_array_equal(found.label, label)


def test_a_risk_is_the_mean_of_the_models_that_did_not_see_the_student(trained):
    features, label, found = trained

    for row in (0, 17, 333):
        own = [found.models[r * 5 + found.fold_of[r, row]] for r in range(3)]
        own = own if not np.isnan(label[row]) else found.models
        one = features.take([row])
        log_odds = np.mean([model.log_odds(one.numbers, one.codes)[0] for model in own])
        assert found.log_odds[row] == pytest.approx(log_odds, abs=1e-12)
        assert found.risk[row] == as_risk(np.array([found.log_odds[row]]))[0]


def test_students_without_a_known_outcome_are_scored_by_all_models_and_teach_none(trained):
    features, label, found = trained
    unknown = np.isnan(label)

    assert (found.fold_of[:, unknown] == -1).all()
    assert (found.fold_of[:, ~unknown] >= 0).all()
    one = features.take(np.flatnonzero(unknown)[:1])
    log_odds = np.mean([model.log_odds(one.numbers, one.codes)[0] for model in found.models])
    assert found.log_odds[unknown][0] == pytest.approx(log_odds, abs=1e-12)

    known = np.flatnonzero(~unknown)
    alone = cross_validate(features.take(known), label[known], seed=3)
    assert alone.fold_auc == pytest.approx(found.fold_auc, abs=0.05)


def test_nothing_of_the_students_held_out_is_learned_neither_fills_nor_scales_nor_levels():
    features, label = school(400)
    first = cross_validate(features, label, seed=3, repeats=1)
    held_out = first.fold_of[0] == 2
    strange = replace(
        features,
        numbers=np.where(held_out[:, None], features.numbers * 1e6 + 1, features.numbers),
        codes=np.where(held_out[:, None], 0, features.codes).astype(np.int32),
    )
    again = cross_validate(strange, label, seed=3, repeats=1)
    rows = features.take(np.flatnonzero(~held_out))

    said = [[m.log_odds(rows.numbers, rows.codes) for m in found.models] for found in (first, again)]
    np.testing.assert_array_equal(said[0][2], said[1][2])
    np.testing.assert_array_equal(first.rules[2].risk(rows), again.rules[2].risk(rows))
    assert (said[0][1] != said[1][1]).any()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_the_order_of_the_rows_changes_nobodys_risk_by_a_single_bit(seed):
    features, label = school(200, unknown=0.1)
    rows = np.random.default_rng(seed).permutation(200)
    first = cross_validate(features, label, seed=5)
    shuffled = cross_validate(features.take(rows), label[rows], seed=5)

    np.testing.assert_array_equal(shuffled.log_odds, first.log_odds[rows])
    np.testing.assert_array_equal(shuffled.baseline_risk, first.baseline_risk[rows])
    np.testing.assert_array_equal(shuffled.fold_of, first.fold_of[:, rows])
    assert shuffled.fold_auc == first.fold_auc


def test_the_same_seed_gives_the_same_and_another_seed_other_folds():
    features, label = school(200)
    first, again, other = (cross_validate(features, label, seed=seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first.risk, again.risk)
    assert (first.fold_of != other.fold_of).any()


def test_the_fold_aucs_are_those_of_the_students_held_out(trained):
    _, label, found = trained
    aucs = []
    for repeat in range(3):
        for fold in range(5):
            rows = found.fold_of[repeat] == fold
            aucs.append(metrics.roc_auc_score(label[rows], found.held_out.score[repeat, rows]))

    assert found.fold_auc == pytest.approx(aucs)
    assert found.auc == pytest.approx(np.mean(aucs))
    assert 0.5 < found.auc < np.mean(found.train_auc)


def test_the_protocol_is_said_in_words(trained):
    *_, found = trained

    assert found.protocol == (
        "Stratified 5-fold cross-validation, repeated 3 times; every student is scored only by models "
        "that were fitted without the student."
    )
    assert found.n_labelled == int((~np.isnan(found.label)).sum())


def test_a_school_with_known_truth_is_ranked_nearly_as_well_as_the_truth_would():
    features, label = school(6_000, gaps=0.0)
    found = cross_validate(features, label, seed=1, repeats=1)

    assert found.auc == pytest.approx(0.775, abs=0.02)
    assert found.baseline.startswith("The best single column, most often 'Work' (5 of 5 fits)")


def test_large_tables_are_dealt_out_once_and_small_ones_three_times(monkeypatch):
    features, label = school(120)
    assert cross_validate(features, label, seed=1).repeats == 3
    monkeypatch.setattr("core.modeling.train.MANY_STUDENTS", 100)
    found = cross_validate(features, label, seed=1)

    assert (found.repeats, len(found.models)) == (1, 5)
    assert "repeated" not in found.protocol


def test_few_students_of_one_outcome_make_fewer_folds():
    features = table({"x": list(range(40))})
    label = np.r_[np.ones(3), np.zeros(37)]

    assert cross_validate(features, label, seed=1).folds == 3


def test_progress_is_told_from_0_to_1():
    features, label = school(60)
    told = []
    cross_validate(features, label, seed=1, progress=lambda fraction, words: told.append((fraction, words)))

    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert told[0][1] == "Fitting model 1 of 15"


def refusal(kind, label, **options):
    features = table({"x": list(range(len(label)))})
    with pytest.raises(kind) as caught:
        cross_validate(features, label, seed=1, **options)
    return str(caught.value), caught.value.hint


def test_fewer_than_10_known_outcomes_are_not_enough():
    message, hint = refusal(NotEnoughStudents, [1.0, 0.0] * 4 + [np.nan] * 20, outcome="math < 50")

    assert message == "The outcome 'math < 50' is known of 8 students."
    assert "at least 10" in hint


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.0, "Every student has the outcome 'math < 50', so there is nothing to learn."),
        (0.0, "No student has the outcome 'math < 50', so there is nothing to learn."),
    ],
)
def test_one_outcome_only_says_which_one_all_have(value, message):
    said, hint = refusal(OneOutcomeOnly, [value] * 20 + [np.nan], outcome="math < 50")

    assert said == message
    assert hint.startswith("Choose another outcome")


def test_a_single_student_of_an_outcome_is_not_enough():
    message, _ = refusal(NotEnoughStudents, [1.0] + [0.0] * 19)

    assert message == "Only one student has the outcome."
    assert refusal(NotEnoughStudents, [0.0] + [1.0] * 19)[0] == "Only one student does not have the outcome."


def test_as_many_outcomes_as_students_are_needed():
    features = table({"x": list(range(20))})

    with pytest.raises(SchemaError, match=r"There are 19 outcomes for 20 students."):
        cross_validate(features, [0.0, 1.0] * 9 + [1.0], seed=1)


def test_an_unknown_model_is_refused_before_anything_is_fitted():
    hint = refusal(InvalidChoice, [1.0, 0.0] * 10, candidate="magic")[1]
    assert "Valid: 'logistic_regression', 'lasso', " in hint


def test_columns_that_are_empty_or_constant_in_a_fold_do_no_harm():
    n = 30
    features = table(
        {"gap": [1.0] + [None] * (n - 1), "same": [5.0] * n, "x": list(range(n))},
        {"once": ["rare"] + ["usual"] * (n - 1), "never": [None] * (n - 1) + ["there"]},
    )
    found = cross_validate(features, np.tile([0.0, 1.0], n // 2), seed=1)

    assert np.isfinite(found.log_odds).all()


def test_outcomes_that_are_parted_without_error_keep_finite_risks():
    features = table({"x": list(range(60))})
    found = cross_validate(features, np.r_[np.zeros(30), np.ones(30)], seed=1)

    assert found.auc == 1.0
    assert ((found.risk > 0) & (found.risk < 1)).all()
