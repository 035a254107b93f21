"""Tables that teach little: a model is made with a warning that publishing asks about, or not at all."""

import numpy as np
import pytest

from core.errors import NotEnoughStudents
from core.modeling.checks import run_checks
from core.modeling.comparison import _drawn, compare_families
from core.modeling.evaluate import evaluate
from core.modeling.explain import explainer
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table


def found_in(features, label):
    """The cross-validation of a table, and its checks by their code."""
    found = cross_validate(features, label, seed=1)
    listed = found.risk >= 0.5
    evaluation = evaluate(
        label, found.risk, found.baseline_risk, listed=listed, seed=1, held_out=found.held_out
    )
    return found, {check.code: check for check in run_checks(found, evaluation, features)}


def test_five_students_with_the_outcome_make_a_model_with_a_warning():
    features, _ = school(300)
    label = np.zeros(300)
    label[np.argsort(-np.nan_to_num(features.numbers[:, 0]), kind="stable")[:5]] = 1.0
    found, checks = found_in(features, label)

    assert found.folds == 5
    assert np.isfinite(found.log_odds).all()
    assert checks["M003"].severity == "issue"
    assert checks["M003"].words.startswith("Only 5 students of the rarer outcome for ")


def test_more_columns_than_students_make_a_model_with_a_warning():
    rng = np.random.default_rng(6)
    features = table({f"n{k}": list(rng.normal(size=40)) for k in range(90)})
    label = np.tile([0.0, 1.0], 20)
    found, checks = found_in(features, label)

    assert ((found.risk > 0) & (found.risk < 1)).all()
    assert {checks[code].severity for code in ("M003", "M004", "M006")} == {"issue"}
    told = explainer(found, features).contributions(range(40))
    assert told.base + told.values.sum(axis=1) == pytest.approx(found.log_odds, abs=1e-9)


def test_an_outcome_that_lies_ahead_is_known_of_nobody_and_no_model_is_made():
    features, _ = school(60)

    with pytest.raises(NotEnoughStudents) as told:
        cross_validate(features, np.full(60, np.nan), seed=1, outcome="left == yes")
    assert str(told.value) == "The outcome 'left == yes' is known of 0 students."


def test_the_students_drawn_to_compare_families_have_the_outcome_as_often_as_all(monkeypatch):
    monkeypatch.setattr("core.modeling.comparison.MOST_COMPARED", 300)
    features, label = school(1_000, unknown=0.1)
    some, of_some, _, words = _drawn(features, label, None, seed=4)
    turned = np.random.default_rng(0).permutation(1_000)
    again = _drawn(features.take(turned), label[turned], None, seed=4)[0]

    counts = [[(one == 0).sum(), (one == 1).sum(), np.isnan(one).sum()] for one in (of_some, label)]
    assert np.array(counts[0]) == pytest.approx(np.array(counts[1]) * 0.3, abs=1)
    assert some.n_students == 300
    assert set(some.student_ids) == set(again.student_ids)
    assert words == "300 of 1,000 students were drawn for it."


def test_the_family_that_the_figures_call_for_is_named():
    features, label = school(600)
    assert compare_families(features, label, families=(), seed=1).selected == "logistic_regression"

    rng = np.random.default_rng(4)
    left, right = rng.normal(size=(2, 1_000))
    crossed = (rng.random(1_000) < np.where(left * right > 0, 0.8, 0.2)).astype(float)
    found = compare_families(
        table({"left": list(left), "right": list(right)}), crossed, families=("gradient_boosting",), seed=1
    )
    assert found.selected == "gradient_boosting"
