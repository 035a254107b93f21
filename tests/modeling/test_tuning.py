"""Searching settings: nested, with equal budgets, and kept only where they are better."""

import numpy as np
import pytest

from core.errors import InvalidChoice
from core.modeling import candidates
from core.modeling.options import ModelOptions
from core.modeling.search_spaces import SPACES, WORDS
from core.modeling.tuning import METHODS, tune
from tests.modeling.made_students import school, table

FEATURES, LABEL = school(400)


def noisy(n=120, width=40, seed=1):
    """One column counts, forty do not: the usual small penalty is too small here."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, width))
    label = (rng.random(n) < 1 / (1 + np.exp(-1.5 * values[:, 0]))).astype(float)
    return table({f"x{k}": list(values[:, k]) for k in range(width)}), label


@pytest.mark.parametrize("method", METHODS)
def test_every_search_has_the_same_budget_and_starts_with_the_usual_settings(method):
    found = tune(FEATURES, LABEL, candidate="logistic_regression", method=method, budget=5, seed=1)

    frame = found.frame()
    assert len(frame) == 5
    assert frame["settings"][0] == "usual"
    assert frame["settings"].nunique() == 5
    assert frame["best"].is_monotonic_increasing
    searched, judged = 6 * 5 * 3, 5
    assert searched + judged <= found.n_fits <= searched + 2 * judged


def test_a_penalty_that_is_too_small_is_found_and_pays_on_students_unseen():
    features, label = noisy(n=200, width=80)

    found = tune(features, label, candidate="lasso", method="bayesian", budget=4, seed=1)

    assert dict(found.settings)["strength"] > 3
    assert found.tuned_auc > found.usual_auc + 0.01
    assert found.difference[0] > 0
    assert found.said[0].endswith("(how much large weights are held back)")


def test_what_is_reported_is_not_what_was_searched_for():
    """On pure noise the best of many looks good inside; the figure outside does not (the mutant's would)."""
    rng = np.random.default_rng(3)
    features = table({f"x{k}": list(rng.normal(size=120)) for k in range(20)})
    label = rng.permutation(np.repeat([0.0, 1.0], 60))

    found = tune(features, label, candidate="decision_tree", method="random", budget=25, seed=1)

    searched_for = found.frame()["auc"].max()
    assert searched_for > 0.53
    assert found.tuned_auc < searched_for
    assert "Tuning helps" not in found.words


def test_the_order_of_students_changes_nothing():
    back = np.random.default_rng(0).permutation(len(LABEL))

    one = tune(FEATURES, LABEL, candidate="decision_tree", method="bayesian", budget=4, seed=2)
    other = tune(
        FEATURES.take(back), LABEL[back], candidate="decision_tree", method="bayesian", budget=4, seed=2
    )

    assert other.settings == one.settings
    assert other.tuned_auc == pytest.approx(one.tuned_auc)
    assert other.frame()["settings"].tolist() == one.frame()["settings"].tolist()


def test_every_setting_of_every_family_can_be_fitted_at_both_ends():
    few, label = FEATURES.take(range(90)), LABEL[:90]
    for family, space in SPACES.items():
        for end in ("low", "high"):
            settings = tuple((name, float(getattr(one, end))) for name, one in space.items())
            model = candidates.fit(family, few, label, options=ModelOptions(settings=settings))
            assert np.isfinite(model.scorer.log_odds(few.numbers, few.codes)).all(), (family, end)
    assert set(SPACES) == set(candidates.FAMILIES)
    assert {name for space in SPACES.values() for name in space} == set(WORDS)


def test_progress_rises_to_the_end():
    told = []
    tune(
        FEATURES,
        LABEL,
        candidate="logistic_regression",
        method="grid",
        budget=2,
        seed=1,
        progress=lambda done, words: told.append((done, words)),
    )

    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[0][1] == "Searching inside fold 1 of 5"
    assert told[-1] == (1.0, "The search is over")


def test_searches_that_cannot_be_meant_are_one_sentence():
    with pytest.raises(InvalidChoice, match="'search' cannot be 'luck'"):
        tune(FEATURES, LABEL, candidate="lasso", method="luck", budget=5, seed=1)
    with pytest.raises(InvalidChoice) as error:
        tune(FEATURES, LABEL, candidate="lasso", method="grid", budget=1000, seed=1)
    assert str(error.value) == "1000 settings cannot be tried."
    assert error.value.hint == "From 2 to 100."
