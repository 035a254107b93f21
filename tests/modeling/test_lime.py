"""LIME is a second opinion: it finds what a known model does, and says how far both agree."""

from dataclasses import replace

import numpy as np
import pytest

from core.modeling.explain import explainer
from core.modeling.lime import second_opinion
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table

FEATURES, LABEL = school(600, unknown=0.05)
TOLD = explainer(cross_validate(FEATURES, LABEL, seed=1, repeats=2), FEATURES)
HIGHEST = int(np.argmax(TOLD.validated.risk))


def test_it_stands_beside_the_contributions_of_the_student():
    found = second_opinion(TOLD, HIGHEST, seed=1)
    frame = found.frame().set_index("column")
    (exact,) = TOLD.explain([HIGHEST])

    assert dict(zip([c.name for c in exact.columns], exact.contributions, strict=True)) == pytest.approx(
        frame["contribution"].to_dict()
    )
    assert frame["contribution"].abs().is_monotonic_decreasing
    assert frame.loc["work", "lime"] > 0
    assert found.is_exact
    assert 0 < found.fit <= 1
    assert found.fit_words == (
        f"LIME's small model explains {100 * found.fit:.0f} % of what the models say nearby."
    )


def test_of_a_sum_both_mostly_agree():
    found = [second_opinion(TOLD, row, seed=1) for row in range(20)]

    assert np.mean([one.correlation for one in found]) > 0.8
    assert np.mean([one.agrees for one in found]) >= 0.8


def test_a_column_that_decides_alone_comes_first_in_both():
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=400).tolist() for name in "abcd"}
    label = (np.array(columns["b"]) + rng.normal(0, 0.5, 400) > 0.5).astype(float)
    features = table(columns)
    told = explainer(cross_validate(features, label, seed=1), features)
    row = int(np.argmax(features.numbers[:, 1]))
    found = second_opinion(told, row, seed=1)

    assert found.columns[int(np.argmax(np.abs(found.weights)))] == "b"
    assert found.frame()["column"].iloc[0] == "b"


def test_the_same_seed_gives_the_same_whatever_the_order_of_the_rows():
    turned = np.random.default_rng(1).permutation(FEATURES.n_students)
    features = FEATURES.take(turned)
    moved = explainer(cross_validate(features, LABEL[turned], seed=1, repeats=2), features)
    first, again = (second_opinion(TOLD, HIGHEST, seed=1, n_drawn=500) for _ in range(2))
    row = int(np.flatnonzero(turned == HIGHEST)[0])

    assert first == again
    assert second_opinion(moved, row, seed=1, n_drawn=500).weights == pytest.approx(first.weights, abs=1e-9)
    assert second_opinion(TOLD, HIGHEST, seed=2, n_drawn=500).weights != first.weights


def test_another_seed_tells_the_same_story():
    one, two = (np.array(second_opinion(TOLD, HIGHEST, seed=seed).weights) for seed in (1, 2))

    assert np.corrcoef(one, two)[0, 1] > 0.95


OWN = "The contributions are this model's own terms; LIME, which only knows quarters, is coarser."
GUESSED = "Both are estimates: take this student's reasons with care."


@pytest.mark.parametrize(
    ("correlation", "common", "is_exact", "said", "figures", "why"),
    [
        (0.91, 3, True, "Both tell the same story", "0.91; 3", "."),
        (0.5, 3, True, "They differ in part", "0.50; 3", f". {OWN}"),
        (0.9, 1, False, "They differ in part", "0.90; 1", f". {GUESSED}"),
        (None, 0, False, "They differ in part", "none can be told; 0", f". {GUESSED}"),
    ],
)
def test_how_far_both_agree_is_said(correlation, common, is_exact, said, figures, why):
    found = second_opinion(TOLD, HIGHEST, seed=1, n_drawn=50)
    found = replace(found, correlation=correlation, n_common=common, is_exact=is_exact)

    assert found.words == f"{said} (rank correlation {figures} of the 3 strongest columns in common){why}"


def test_shuffled_contributions_do_not_agree():
    """The mutant: contributions that belong to other columns."""
    rng = np.random.default_rng(3)
    agreed = []
    for row in range(20):
        found = second_opinion(TOLD, row, seed=1, n_drawn=500)
        given = np.abs(found.weights)
        wrong = rng.permutation(found.contributions)
        top = set(np.argsort(-given)[:3]) & set(np.argsort(-np.abs(wrong))[:3])
        ranks = np.corrcoef(np.argsort(np.argsort(found.weights)), np.argsort(np.argsort(wrong)))[0, 1]
        agreed.append(replace(found, correlation=float(ranks), n_common=len(top)).agrees)

    assert np.mean(agreed) < 0.3
