"""One split shows training, validation and test students side by side."""

import numpy as np
import pytest

from core.errors import NotEnoughStudents, OneOutcomeOnly
from core.modeling.holdout import hold_out
from tests.modeling.made_students import school, table

SCHOOL, LABEL = school(2_000, unknown=0.1)


def test_known_students_are_split_in_70_15_and_15_percent_by_outcome():
    sizes = hold_out(SCHOOL, LABEL, seed=1).sizes().set_index("part")
    known, positive = int((~np.isnan(LABEL)).sum()), int((LABEL == 1).sum())

    assert sizes["n_students"].sum() == known
    assert sizes["n_positive"].sum() == positive
    np.testing.assert_allclose(sizes["n_students"] / known, [0.7, 0.15, 0.15], atol=0.002)
    np.testing.assert_allclose(sizes["n_positive"] / sizes["n_students"], positive / known, atol=0.005)


def test_the_figures_stand_side_by_side_with_their_intervals():
    found = hold_out(SCHOOL, LABEL, seed=1)
    frame = found.frame().set_index("name")

    assert frame.columns.tolist()[:4] == ["title", "train", "train_low", "train_high"]
    assert frame.loc["roc_auc", "train"] > 0.7
    assert frame.loc["roc_auc", "test_low"] < frame.loc["roc_auc", "test"] < frame.loc["roc_auc", "test_high"]
    assert found.words.startswith("Stratified split: 70% train, 15% validation, 15% test")


def test_the_split_does_not_depend_on_the_order_of_the_rows():
    rows = np.random.default_rng(0).permutation(2_000)

    first, shuffled = hold_out(SCHOOL, LABEL, seed=1), hold_out(SCHOOL.take(rows), LABEL[rows], seed=1)
    assert first.frame().equals(shuffled.frame())


def test_too_few_of_one_outcome_are_refused():
    features = table({"x": list(range(30))})

    with pytest.raises(NotEnoughStudents, match=r"4 students of one outcome are too few") as caught:
        hold_out(features, np.r_[np.ones(4), np.zeros(26)], seed=1)
    assert caught.value.hint == "A split takes 6 of each outcome; cross-validation takes 2."
    assert len(hold_out(features, np.r_[np.ones(6), np.zeros(24)], seed=1).parts) == 3
    with pytest.raises(OneOutcomeOnly):
        hold_out(features, np.ones(30), seed=1)
