"""Families of models on the same folds, what each column adds in them, and the rules to be beaten."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidChoice
from core.modeling import candidates
from core.modeling.candidates import DEFAULT, FAMILIES
from core.modeling.comparison import compare_families
from core.modeling.explain import explainer
from core.modeling.odds import odds_ratios
from core.modeling.points_rule import fit_points
from core.modeling.risk_model import fit_model
from core.modeling.shapley import shapley
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table

FEATURES, LABEL = school(600)[:2]
OTHERS = [name for name in FAMILIES if name not in {DEFAULT, "lasso", "elastic_net"}]


@pytest.fixture(scope="module", params=FAMILIES)
def fitted(request):
    return candidates.fit(request.param, FEATURES, LABEL)


def test_contributions_of_every_family_add_up_to_its_log_odds(fitted):
    model = fitted.scorer
    numbers, codes = FEATURES.numbers[:20], FEATURES.codes[:20]

    added = model.base + model.contributions(numbers, codes).sum(axis=1)

    assert added == pytest.approx(model.log_odds(numbers, codes), abs=1e-9)


def test_one_student_is_scored_and_explained_as_among_others(fitted):
    model = fitted.scorer
    every = model.log_odds(FEATURES.numbers, FEATURES.codes)
    one = model.log_odds(FEATURES.numbers[7:8], FEATURES.codes[7:8])

    assert one == pytest.approx(every[7:8], abs=1e-9)
    together = model.contributions(FEATURES.numbers[5:9], FEATURES.codes[5:9])
    alone = model.contributions(FEATURES.numbers[7:8], FEATURES.codes[7:8])
    assert alone == pytest.approx(together[2:3], abs=1e-9)
    assert model.log_odds(FEATURES.numbers[:0], FEATURES.codes[:0]).shape == (0,)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_learns_the_same_twice_and_ranks_better_than_chance(name):
    first, again = (cross_validate(FEATURES, LABEL, candidate=name, seed=3, repeats=1) for _ in range(2))

    assert first.auc > 0.62
    assert np.array_equal(first.risk, again.risk)
    assert ((first.risk > 0) & (first.risk < 1)).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_value_that_no_student_had_is_scored(name):
    model = candidates.fit(name, FEATURES, LABEL).scorer
    strange = model.log_odds(
        np.full((1, FEATURES.numbers.shape[1]), np.nan), np.array([[-2, -1]], dtype=np.int32)
    )

    assert np.isfinite(strange).all()


def test_lasso_sets_weights_to_zero_where_the_plain_penalty_does_not():
    plain, sparse = (candidates.fit(name, FEATURES, LABEL).weights for name in (DEFAULT, "lasso"))

    assert (plain != 0).all()
    assert (sparse == 0).any()


def test_shapley_values_of_a_sum_are_its_terms():
    rng = np.random.default_rng(0)
    numbers, codes = rng.normal(size=(30, 3)), rng.integers(0, 3, (30, 1)).astype(np.int32)
    weights, levels = np.array([1.0, -2.0, 0.5]), np.array([0.0, 1.0, -3.0])

    def score(some, of):
        return some @ weights + levels[of[:, 0]]

    background = numbers[:8], codes[:8]
    found = shapley(score, numbers, codes, background=background, seed=1)
    terms = np.column_stack([numbers * weights, levels[codes[:, 0]]])

    assert found == pytest.approx(terms - terms[:8].mean(axis=0), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_shapley_values_share_what_two_columns_do_together(seed):
    rng = np.random.default_rng(seed)
    numbers, codes = rng.integers(0, 2, (12, 3)).astype(float), np.empty((12, 0), dtype=np.int32)

    def score(some, _):
        return some[:, 0] * some[:, 1]

    start = np.zeros((4, 3)), np.empty((4, 0), dtype=np.int32)
    found = shapley(score, numbers, codes, background=start, seed=seed)

    both = numbers[:, 0] * numbers[:, 1]
    assert found[:, :2] == pytest.approx(np.column_stack([both, both]) / 2, abs=1e-12)
    assert (found[:, 2] == 0).all()


@pytest.fixture(scope="module")
def families():
    return compare_families(FEATURES, LABEL, families=("decision_tree", "gradient_boosting"), seed=2)


def test_families_and_rules_are_judged_on_the_same_folds_beside_the_reference(families):
    frame = families.frame().set_index("name")
    alone = cross_validate(FEATURES, LABEL, candidate="decision_tree", seed=2, repeats=1)

    assert set(frame.index) == {
        DEFAULT, "decision_tree", "gradient_boosting", "points_rule", "single_column", "prevalence",
    }  # fmt: skip
    assert frame.loc["decision_tree", "roc_auc"] == pytest.approx(alone.auc)
    assert np.isnan(frame.loc[DEFAULT, "difference"])
    assert frame.loc["prevalence", "roc_auc"] == pytest.approx(0.5)
    assert (frame["roc_auc_low"] <= frame["roc_auc"]).all()
    assert (frame["roc_auc"] <= frame["roc_auc_high"]).all()
    gains = frame["roc_auc"] - frame.loc[DEFAULT, "roc_auc"]
    assert frame["difference"].drop(DEFAULT).tolist() == pytest.approx(gains.drop(DEFAULT).tolist())
    assert families.verdict.startswith("No family is clearly better than the logistic regression")


def test_a_family_that_sees_what_a_sum_cannot_is_said_to_be_better():
    rng = np.random.default_rng(4)
    left, right = rng.normal(size=(2, 1500))
    label = (rng.random(1500) < np.where(left * right > 0, 0.8, 0.2)).astype(float)
    features = table({"left": list(left), "right": list(right)})

    found = compare_families(features, label, families=("gradient_boosting",), seed=1)

    assert found.contenders[0].name == "gradient_boosting"
    assert found.verdict.startswith(
        "Gradient boosting ranks students better than the logistic regression by 0."
    )


def test_of_many_students_some_are_drawn_whatever_their_order(monkeypatch):
    monkeypatch.setattr("core.modeling.comparison.MOST_COMPARED", 300)
    found = compare_families(FEATURES, LABEL, families=(), seed=2)
    turned = np.arange(600)[::-1]
    other = compare_families(FEATURES.take(turned), LABEL[turned], families=(), seed=2)

    assert found.words == "300 of 600 students were drawn for it."
    assert found.frame()["roc_auc"].tolist() == pytest.approx(other.frame()["roc_auc"].tolist())


def test_a_points_rule_counts_signs_that_go_with_the_outcome():
    rule = fit_points(FEATURES, LABEL)
    points = rule.points(FEATURES)
    shares = [LABEL[points == n].mean() for n in range(4) if (points == n).sum() > 20]

    assert shares == sorted(shares)
    assert rule.words(FEATURES.columns).startswith("One point for a worse than usual value of each of '")
    assert rule.log_odds(FEATURES).shape == (600,)


def test_a_model_that_is_no_sum_has_no_odds_ratios_and_says_why():
    model = fit_model(FEATURES, LABEL, candidate="decision_tree", seed=1)

    assert odds_ratios(model, FEATURES, LABEL).why_empty == (
        "Decision tree: only the plain logistic regression has odds ratios with intervals."
    )
    with pytest.raises(InvalidChoice, match="The model 'decision_tree' is no sum of columns"):
        _ = model.linear


@pytest.mark.parametrize("name", OTHERS)
def test_reasons_of_other_families_are_sentences_too(name):
    validated = cross_validate(FEATURES, LABEL, candidate=name, seed=1, repeats=1)
    told = explainer(validated, FEATURES).explain(np.argsort(-validated.risk)[:5])

    assert all(one.reasons for one in told)
    for one in told:
        log_odds = one.base + sum(one.contributions)
        assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(one.risk, abs=2e-6)


def test_a_whole_list_has_reasons_for_the_highest_risks_only_where_each_takes_long(monkeypatch):
    monkeypatch.setattr("core.modeling.explain.MOST_TOLD", 5)
    validated = cross_validate(FEATURES, LABEL, candidate="decision_tree", seed=1, repeats=1)
    told = explainer(validated, FEATURES)
    reasons = told.reasons()
    highest = np.argsort(-validated.risk, kind="stable")[:5]

    assert set(np.flatnonzero(reasons != "")) <= set(highest)
    assert reasons[highest].tolist() == told.reasons(highest).tolist()


def test_what_took_long_is_kept_and_stays_the_same():
    validated = cross_validate(FEATURES, LABEL, candidate="decision_tree", seed=1, repeats=1)
    told = explainer(validated, FEATURES)
    first = told.contributions([3, 1, 3])
    told.kept[1] = (0.0, np.zeros(len(FEATURES.columns)))
    again = told.contributions([3, 1])

    assert np.array_equal(first.values[0], first.values[2])
    assert np.array_equal(again.values[0], first.values[0])
    assert (again.values[1] == 0).all()
    assert told.contributions([]).values.shape == (0, len(FEATURES.columns))


@pytest.mark.parametrize("n_positive", [2, 3, 5])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_handful_of_students_with_the_outcome_is_enough_to_fit(name, n_positive):
    label = np.zeros(60)
    label[:n_positive] = 1.0
    found = cross_validate(FEATURES.take(np.arange(60)), label, candidate=name, seed=1, repeats=1)

    assert np.isfinite(found.log_odds).all()


def test_a_student_of_whom_nothing_is_known_has_no_points():
    features = table({"x": [float(k % 9) for k in range(400)]}, {"c": ["a", "b"] * 200})
    label = np.array([1.0, 0.0, 0.0, 0.0] * 100)
    empty = table({"x": [None]}, {"c": [None]})

    assert fit_points(features, label).points(empty).tolist() == [0.0]
