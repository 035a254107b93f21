"""The plain numbers of a model say exactly what its scikit-learn pipeline says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.errors import InvalidChoice
from core.modeling import candidates
from core.modeling.linear import UNSEEN
from core.modeling.logistic import as_risk, log_odds_of, sigmoid
from tests.modeling.made_students import school, table


def stacked(features):
    """Numbers and codes side by side, as the pipeline takes them."""
    return np.hstack([features.numbers, features.codes.astype(float)])


def pipeline_of(features, label):
    """The same model as a scikit-learn pipeline: what ours is held to."""
    n_numbers, n_codes = features.numbers.shape[1], features.codes.shape[1]
    impute = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    encode = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=candidates.fewest_of_level(features.n_students),
        sparse_output=False,
    )
    parts = [
        ("numbers", make_pipeline(impute, StandardScaler()), slice(0, n_numbers)),
        ("categories", encode, slice(n_numbers, n_numbers + n_codes)),
    ]
    kept = [part for part, n in zip(parts, (n_numbers, n_codes), strict=True) if n]
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-8)
    return make_pipeline(ColumnTransformer(kept, sparse_threshold=0.0), model).fit(stacked(features), label)


def fitted(features, label):
    """The pipeline and our own model, fitted on the same students."""
    return pipeline_of(features, label), candidates.fit("logistic_regression", features, label).linear


def assert_alike(linear, pipeline, features):
    said = linear.log_odds(features.numbers, features.codes)
    np.testing.assert_allclose(said, pipeline.decision_function(stacked(features)), atol=1e-12, rtol=0)


@pytest.mark.parametrize("n", [30, 400, 2_500])
def test_scoring_equals_the_pipeline(n):
    features, label = school(n)
    pipeline, linear = fitted(features, label)

    assert_alike(linear, pipeline, features)


def test_scoring_equals_the_pipeline_for_students_it_was_not_fitted_on():
    features, label = school(1_000)
    rows = np.flatnonzero(features.numbers[:, 0] > 12)  # no gaps in 'work' here
    pipeline, linear = fitted(features.take(rows), label[rows])

    assert_alike(linear, pipeline, features)


cells = st.none() | st.sampled_from([0.0, 1.0, 2.5, -4.0, 1000.0])


@given(
    st.lists(
        st.tuples(cells, cells, st.none() | st.sampled_from("abcd"), st.booleans()), min_size=12, max_size=40
    )
)
@settings(max_examples=40)
def test_scoring_equals_the_pipeline_on_any_small_table(rows):
    a, b, c, label = (list(column) for column in zip(*rows, strict=True))
    label[0], label[1] = True, False
    features = table({"a": a, "b": b}, {"c": c, "d": ["x", "y"] * (len(c) // 2) + ["x"] * (len(c) % 2)})
    pipeline, linear = fitted(features, np.array(label, dtype=float))

    assert_alike(linear, pipeline, features)


@pytest.mark.parametrize("kept", ["numbers", "categories"])
def test_a_table_of_one_sort_of_columns_is_enough(kept):
    label = np.tile([0.0, 1.0, 1.0], 20)
    features = (
        table({"a": list(range(60))}, None) if kept == "numbers" else table(None, {"c": list("abc") * 20})
    )
    pipeline, linear = fitted(features, label)

    assert_alike(linear, pipeline, features)


def test_contributions_add_up_and_are_those_of_the_average_student_on_average():
    features, label = school(800)
    _, linear = fitted(features, label)
    parts = linear.contributions(features.numbers, features.codes)

    np.testing.assert_allclose(
        linear.base + parts.sum(axis=1), linear.log_odds(features.numbers, features.codes), atol=1e-9
    )
    np.testing.assert_allclose(parts.mean(axis=0), 0, atol=1e-9)


def test_rare_values_share_a_weight_and_unseen_ones_get_it_too():
    features = table(None, {"c": ["a"] * 300 + ["b"] * 300 + ["y", "z"]})
    _, linear = fitted(features, np.arange(602) % 3 // 2 * 1.0)
    term = linear.categories[0]

    assert [features.columns[0].levels[code] for code in term.pooled] == ["y", "z"]
    assert term.n_weights == 3
    unseen, missing, _, _, y, z = term.weights
    assert unseen == missing == y == z


def test_a_value_never_seen_adds_nothing_where_there_are_no_rare_ones():
    features, label = school(600)
    _, linear = fitted(features, label)
    colour = linear.categories[1]

    assert colour.pooled == ()
    assert colour.weights[0] == 0.0
    assert colour.added(np.array([UNSEEN], dtype=np.int32)) == pytest.approx(-colour.mean)


def test_a_large_table_that_is_started_on_its_first_students_ends_at_the_same_place(monkeypatch):
    features, label = school(3_000)
    plain = candidates.fit("logistic_regression", features, label).linear
    monkeypatch.setattr(candidates, "STARTERS", 500)
    started = candidates.fit("logistic_regression", features, label).linear

    np.testing.assert_allclose(
        started.log_odds(features.numbers, features.codes),
        plain.log_odds(features.numbers, features.codes),
        atol=1e-7,
    )


def test_an_unknown_model_is_named_with_those_there_are():
    features, label = school(30)

    with pytest.raises(InvalidChoice, match=r"'model' cannot be 'logistic_regresion'.") as caught:
        candidates.fit("logistic_regresion", features, label)
    assert "Did you mean 'logistic_regression'?" in caught.value.hint


@given(st.floats(1e-9, 1 - 1e-9))
def test_log_odds_and_probabilities_are_two_ways_to_say_the_same(share):
    assert sigmoid(log_odds_of(np.array([share])))[0] == pytest.approx(share, rel=1e-9)


@given(st.floats(allow_nan=False))
def test_a_risk_lies_between_0_and_1_with_6_decimals(log_odds):
    risk = float(as_risk(np.array([log_odds]))[0])

    assert 0 <= risk <= 1
    assert risk == round(risk, 6)
