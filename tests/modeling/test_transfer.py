"""A model judged on terms and schools it did not learn from: what is lost is seen, and nothing else is."""

import numpy as np
import pytest

from core.modeling.train import cross_validate
from core.modeling.transfer import validate_across
from tests.modeling.made_students import school, table


def terms(n, n_terms):
    return np.array([f"T{k % n_terms}" for k in range(n)], dtype=object)


def judged(features, label, groups, *, by_time, order=None):
    validated = cross_validate(features, label, seed=1, repeats=1)
    return validate_across(
        features, validated, groups, order=order or sorted(set(groups) - {""}), by_time=by_time
    )


def drifting(n=3_000):
    """Students of three terms: what raised the risk in the first two lowers it in the last."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, n))
    groups = terms(n, 3)
    turned = np.where(groups == "T2", -1.0, 1.0)
    label = (rng.random(n) < 1 / (1 + np.exp(-(turned * x + 0.5 * y)))).astype(float)
    return table({"x": list(x), "y": list(y)}), label, groups


def test_a_term_unlike_those_before_it_costs_what_random_folds_hide():
    features, label, groups = drifting()
    found = judged(features, label, groups, by_time=True)
    last = found.parts[-1]

    assert [part.name for part in found.parts] == ["T1", "T2"]
    assert [part.n_learned for part in found.parts] == [1_000, 2_000]
    assert last.auc < 0.45
    assert last.random_auc > last.auc + 0.05
    assert found.change[2] < 0
    assert found.headline.endswith("Expect the lower figure.")


@pytest.mark.parametrize("by_time", [True, False])
def test_parts_that_are_alike_lose_nothing(by_time):
    features, label = school(3_000)
    found = judged(features, label, terms(3_000, 3), by_time=by_time)

    assert abs(found.change[0]) < 0.01
    assert found.headline.endswith("No loss that matters is seen.")
    assert all(part.low <= part.auc <= part.high for part in found.parts)
    assert len(found.parts) == (2 if by_time else 3)


def test_the_interval_of_the_loss_holds_the_truth_and_seldom_misses_it():
    hits = 0
    for seed in range(40):
        features, label = school(600, seed=seed)
        found = judged(features, label, terms(600, 3), by_time=False)
        hits += found.change[1] - 0.012 <= 0 <= found.change[2] + 0.012

    assert hits >= 36


def test_students_of_no_known_part_teach_and_are_not_judged():
    features, label = school(900)
    groups = terms(900, 3)
    groups[:300] = ""
    found = judged(features, label, groups, by_time=False)

    assert sum(part.n_students for part in found.parts) == 600
    assert {part.n_learned for part in found.parts} == {700}


def test_small_parts_are_named_and_not_judged():
    features, label = school(600)
    groups = terms(600, 2)
    groups[:20] = "tiny"

    assert judged(features, label, groups, by_time=False).left_out == ("tiny",)


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (
            np.array(["a"] * 200, dtype=object),
            "All students are of one part: there is no other one to be judged on.",
        ),
        (
            np.array([f"g{k % 40}" for k in range(200)], dtype=object),
            "No part has 30 students with 5 of each outcome, and as many to learn from.",
        ),
    ],
)
def test_where_nothing_can_be_judged_the_reason_is_said(groups, why):
    features, label = school(200)
    found = judged(features, label, groups, by_time=False)

    assert found.is_empty
    assert found.why_empty == found.headline == why


def test_a_term_teaches_nobody_before_it():
    """The mutant that lets all other terms teach is caught: it learns what only the last term knows."""
    features, label, groups = drifting()
    earlier, others = (judged(features, label, groups, by_time=by_time) for by_time in (True, False))

    assert earlier.parts[0].n_learned < others.parts[1].n_learned
    assert earlier.parts[0].auc > others.parts[1].auc
