"""A fitted model scores students it has never seen, one or many, by what it learned and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ColumnNotFound, NotEnoughStudents, OneOutcomeOnly, WrongKind
from core.modeling import candidates
from core.modeling.logistic import sigmoid
from core.modeling.risk_model import fit_model
from tests.modeling.made_students import school, table

SCHOOL, LABEL = school(800)
MODEL = fit_model(SCHOOL, LABEL, seed=1)


def test_risks_are_the_probabilities_of_the_fitted_model():
    fitted = candidates.fit("logistic_regression", SCHOOL, LABEL)
    matrix = fitted.design.matrix(SCHOOL.numbers, SCHOOL.codes)

    expected = sigmoid(matrix @ fitted.weights + fitted.intercept)
    np.testing.assert_allclose(MODEL.predict_risk(SCHOOL), expected, atol=1e-6)
    np.testing.assert_allclose(sigmoid(MODEL.predict_log_odds(SCHOOL)), expected, atol=1e-9)


@given(st.lists(st.integers(0, 799), min_size=1, max_size=10))
def test_a_students_risk_does_not_depend_on_who_else_is_scored(rows):
    together = MODEL.predict_risk(SCHOOL.take(rows))

    assert together.tolist() == [MODEL.predict_risk(SCHOOL.take([row]))[0] for row in rows]


def test_columns_are_found_by_name_and_categories_by_their_text():
    features, _ = school(50, seed=2)
    plain = MODEL.predict_risk(features)
    rows = {name: [c.value_text(float(code)) for code in codes] for name, c, codes in _categories(features)}
    mixed = table(
        {"extra": [1.0] * 50, **{c.name: _numbers(features, c.name) for c in reversed(features.columns[:4])}},
        {
            name: [None if value == "not recorded" else value for value in values]
            for name, values in reversed([*rows.items(), ("more", ["x"] * 50)])
        },
        flags=["fees"],
    )

    np.testing.assert_array_equal(MODEL.predict_risk(mixed), plain)


def _categories(features):
    return [(c.name, c, features.codes[:, j]) for j, c in enumerate(features.columns[4:])]


def _numbers(features, name):
    values = features.numbers[:, [c.name for c in features.columns].index(name)]
    return [None if np.isnan(v) else v for v in values]


def one(**changes):
    values = {
        "work": 12.0,
        "study": 8.0,
        "noise": 0.0,
        "fees": 0.0,
        "device": "laptop",
        "colour": "red",
    } | changes
    numbers = {k: [v] for k, v in values.items() if k in ("work", "study", "noise", "fees")}
    return table(numbers, {k: [v] for k, v in values.items() if k not in numbers}, flags=["fees"])


def test_a_value_never_seen_is_no_error_and_adds_nothing():
    unseen = MODEL.predict_log_odds(one(colour="ultraviolet"))[0]
    weights = MODEL.linear.categories[1].weights
    red = MODEL.predict_log_odds(one(colour="red"))[0]

    red_code = MODEL.columns[5].levels.index("red")
    assert unseen == pytest.approx(red - weights[red_code + 2], abs=1e-12)


def test_a_missing_value_is_no_error():
    assert 0 < MODEL.predict_risk(one(work=None, device=None, colour=None, fees=None))[0] < 1


def test_a_column_that_is_missing_is_named():
    with pytest.raises(ColumnNotFound, match=r"There is no column 'study' \(needed by the model\)."):
        MODEL.predict_risk(table({"work": [1.0]}, {"device": ["none"]}))


def test_a_column_of_another_kind_is_refused():
    numbers = {"work": [1.0], "study": [1.0], "noise": [1.0], "fees": [1.0], "device": [3.0]}

    with pytest.raises(WrongKind, match=r"'device' holds numbers, but the model was fitted on another kind."):
        MODEL.predict_risk(table(numbers, {"colour": ["red"]}))


def test_the_order_of_the_rows_changes_nothing():
    rows = np.random.default_rng(0).permutation(800)
    again = fit_model(SCHOOL.take(rows), LABEL[rows], seed=1)

    np.testing.assert_array_equal(again.predict_log_odds(SCHOOL), MODEL.predict_log_odds(SCHOOL))


def test_students_without_a_known_outcome_teach_nothing():
    label = np.r_[LABEL, np.full(20, np.nan)]
    numbers = np.r_[SCHOOL.numbers, np.full((20, 4), 1e6)]
    more = table({c.name: list(numbers[:, j]) for j, c in enumerate(SCHOOL.columns[:4])}, flags=["fees"])
    model = fit_model(more, label, seed=1)

    assert model.n_students == 800
    assert abs(model.linear.numbers[0].centre - 12) < 1


def test_what_cannot_teach_is_refused():
    with pytest.raises(OneOutcomeOnly, match=r"No student has the outcome 'x'"):
        fit_model(SCHOOL, np.zeros(800), seed=1, outcome="x")
    with pytest.raises(NotEnoughStudents):
        fit_model(SCHOOL, np.full(800, np.nan), seed=1)
