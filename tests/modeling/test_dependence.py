"""Partial dependence is a mean by models that did not see the students, and says where it is thin."""

import numpy as np
import pytest

from core.modeling.dependence import MOST_LINES, dependence
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table

FEATURES, LABEL = school(500, unknown=0.05)
FOUND = cross_validate(FEATURES, LABEL, seed=2, repeats=2)
NAMES = [column.name for column in FEATURES.columns]


@pytest.fixture(scope="module")
def plain():
    return dependence(FOUND, FEATURES, seed=2)


def plain_mean(place, value):
    """The mean risk with one value, model by model, written plainly."""
    means = []
    for number, model in enumerate(FOUND.models):
        repeat, fold = divmod(number, FOUND.folds)
        rows = np.flatnonzero(FOUND.fold_of[repeat] == fold)
        numbers, codes = FEATURES.numbers[rows].copy(), FEATURES.codes[rows].copy()
        if place < numbers.shape[1]:
            numbers[:, place] = value
        else:
            codes[:, place - numbers.shape[1]] = value
        means.append((1 / (1 + np.exp(-model.log_odds(numbers, codes)))).mean())
    return np.mean(means), min(means), max(means)


@pytest.mark.parametrize("name", ["work", "fees", "device"])
def test_a_point_is_the_mean_over_students_that_each_model_did_not_see(plain, name):
    for row in plain.of(name).curve.itertuples():
        expected = plain_mean(NAMES.index(name), row.value)
        assert (row.risk, row.low, row.high) == pytest.approx(expected, abs=1e-9)


def test_what_raises_the_risk_rises_and_what_lowers_it_falls(plain):
    assert plain.of("work").curve["risk"].is_monotonic_increasing
    assert plain.of("study").curve["risk"].is_monotonic_decreasing
    assert plain.of("device").curve["risk"].is_monotonic_decreasing  # values stand by their risk


def test_a_line_passes_through_the_risk_of_its_student_where_the_value_is_the_own(plain):
    own, risks = FEATURES.numbers[:, 0], FOUND.risk
    lines = plain.of("work").lines

    assert lines["line"].nunique() == MOST_LINES
    assert list(lines.columns) == ["line", "value", "said", "risk"]  # nobody is named
    known = set(own[~np.isnan(own)])
    matches = [
        np.abs(risks[own == value] - risk).min() < 2e-6
        for value, risk in zip(lines["value"], lines["risk"], strict=True)
        if value in known
    ]
    assert sum(matches) >= 1


def test_the_grid_is_of_values_that_are_shown_and_thin_ends_are_marked(plain):
    one = plain.of("work")
    column = FEATURES.columns[0]
    values = one.curve["value"].to_numpy()
    low, high = np.nanquantile(FEATURES.numbers[:, 0], (0.05, 0.95))

    assert (column.shown(values) == values).all()
    assert (np.diff(values) > 0).all()
    assert (one.curve["is_thin"] >= ((values < low) | (values > high))).all()
    assert one.has_thin
    assert not one.curve["is_thin"].all()
    assert len(one.marks) == 9
    assert "Nine in ten students lie between" in one.words


def test_a_category_has_every_value_and_its_gap_and_names_the_rare_ones(plain):
    one = plain.of("device")

    assert set(one.curve["said"]) == {*FEATURES.columns[4].levels, "not recorded"}
    assert one.curve["n"].sum() == FEATURES.n_students
    assert set(one.curve.loc[one.curve["is_thin"], "said"]) == {"rare a", "rare b"}
    assert one.words.startswith("With 'none' the mean risk would be ")
    assert "Fewer than 10 students have" in one.words
    assert one.marks == ()


def test_a_flag_is_asked_for_yes_and_no(plain):
    assert plain.of("fees").curve["said"].tolist() == ["yes", "no"]


def test_the_order_of_the_rows_changes_nothing(plain):
    turned = np.random.default_rng(1).permutation(FEATURES.n_students)
    features = FEATURES.take(turned)
    moved = dependence(cross_validate(features, LABEL[turned], seed=2, repeats=2), features, seed=2)

    for one, other in zip(plain.columns, moved.columns, strict=True):
        np.testing.assert_allclose(one.curve["risk"], other.curve["risk"], atol=1e-9)
        np.testing.assert_allclose(one.lines["risk"], other.lines["risk"], atol=1e-9)


def test_a_column_of_one_value_is_a_single_point():
    features = table({"x": [float(k % 10) for k in range(200)]}, {"c": ["same"] * 200})
    label = np.array([float(k % 10 > 5) for k in range(200)])
    found = dependence(cross_validate(features, label, seed=1), features, seed=1)

    assert found.of("c").words == "Every student has 'same'."
