"""Whatever the family: importance, dependence, LIME, the deletion test; what-if keeps what it promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.candidates import FAMILIES
from core.modeling.deletion import RANDOM, REASONS, deletion_test
from core.modeling.dependence import dependence
from core.modeling.explain import explainer
from core.modeling.importance import permutation_importance
from core.modeling.lime import second_opinion
from core.modeling.train import cross_validate
from core.modeling.unseen import log_odds_unseen
from core.modeling.what_if import LEAST_GAIN, imagine, smallest_changes
from tests.modeling.made_students import school

FEATURES, LABEL = school(400, unknown=0.05)
KEPT = {}


@pytest.fixture(scope="module", params=FAMILIES)
def told(request):
    patch = pytest.MonkeyPatch()
    patch.setattr("core.modeling.explain.SLOW_SAMPLE", 60)
    validated = cross_validate(FEATURES, LABEL, candidate=request.param, seed=1, repeats=1, folds=2)
    KEPT["told"] = explainer(validated, FEATURES)
    patch.undo()
    return KEPT["told"]


def test_unchanged_students_have_the_risks_of_the_list(told):
    every = np.arange(FEATURES.n_students)
    found = log_odds_unseen(told.validated, every, FEATURES.numbers, FEATURES.codes)

    assert found == pytest.approx(told.validated.log_odds, abs=1e-9)


def test_importances_are_the_same_twice_and_what_matters_comes_first(told, monkeypatch):
    monkeypatch.setattr("core.modeling.importance.MOST_SCORED", 2_400)
    first, again = (
        permutation_importance(told.validated, FEATURES, seed=4, permutations=2) for _ in range(2)
    )

    assert first == again
    assert {one.column for one in first.columns[:3]} & {"work", "study"}


def test_the_risk_is_followed_along_every_column(told, monkeypatch):
    monkeypatch.setattr("core.modeling.dependence.MOST_SCORED", 2_000)
    found = dependence(told.validated, FEATURES, seed=1)
    ends = found.of("study").curve["risk"]

    assert found.n_students >= 100
    assert ends.iloc[0] > ends.iloc[-1]
    assert all(one.curve["risk"].between(0, 1).all() for one in found.columns)


def test_there_is_a_second_opinion(told):
    found = second_opinion(told, 3, seed=1, n_drawn=300)

    assert len(found.weights) == len(FEATURES.columns)
    assert np.isfinite(found.weights).all()
    assert found.is_exact == told.is_sum


def test_without_the_reasons_the_risk_falls_further_than_without_others(told, monkeypatch):
    monkeypatch.setattr("core.modeling.deletion.MOST_ASKED_SLOWLY", 40)
    monkeypatch.setattr("core.modeling.deletion.DRAWS", 2)
    falls = deletion_test(told, seed=1).frame().query("k == 1").set_index("kind")["fall"]

    assert falls[REASONS] > falls[RANDOM] + 0.02


@pytest.mark.usefixtures("told")
@settings(max_examples=5, deadline=None)
@given(st.integers(0, 399), st.floats(0.3, 0.95))
def test_what_is_promised_to_lower_the_risk_lowers_it(row, part):
    told = KEPT["told"]
    target = part * float(told.validated.risk[row])
    for found in smallest_changes(told, row, target=target):
        assert found.after <= target < found.before
        assert found.after <= found.before - LEAST_GAIN
        assert found.before == pytest.approx(told.validated.risk[row], abs=2e-6)
        assert 1 <= len(found.changes) <= 3


def test_a_promise_is_what_the_student_imagined_so_has(told):
    row = int(np.argmax(told.validated.risk))
    for found in smallest_changes(told, row, target=0.8 * float(told.validated.risk[row])):
        labels = {column.label: column for column in FEATURES.columns}
        for label, now, after in found.changes:
            assert labels[label].role == "barrier"
            assert now != after
    assert imagine(told, row, {}).after == pytest.approx(told.validated.risk[row], abs=2e-6)
