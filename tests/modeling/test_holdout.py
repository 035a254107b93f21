"""One split shows training, validation and test students side by side."""

import numpy as np
import pytest

from core.errors import NotEnoughStudents, OneOutcomeOnly
from core.modeling import holdout
from core.modeling.calibrators import fit_platt
from core.modeling.holdout import hold_out
from core.modeling.logistic import log_odds_of
from core.modeling.options import ModelOptions
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


def risks(monkeypatch, *given, **choices):
    """The labels and risks of the three parts, as they are measured."""
    seen, real = [], holdout.evaluate

    def watched(label, risk, *others, **more):
        seen.append((label, risk))
        return real(label, risk, *others, **more)

    with monkeypatch.context() as patched:
        patched.setattr(holdout, "evaluate", watched)
        return hold_out(*given, seed=1, **choices), seen


def test_students_of_one_group_stand_in_one_part(monkeypatch):
    """A number of its own for each household shows in which part its students were measured."""
    n = 600
    rng = np.random.default_rng(3)
    label = rng.permutation(np.repeat([0.0, 1.0], n // 2))
    house = np.arange(n) // 3
    groups = np.array([f"h{k}" for k in house], dtype=object)
    taken = []
    features = table({"x": list(rng.normal(size=n)), "house": list(house)})
    real = type(features).take

    def take(self, rows):
        taken.append(np.asarray(rows))
        return real(self, rows)

    monkeypatch.setattr(type(features), "take", take)
    found = hold_out(features, label, groups=groups, options=ModelOptions(group="home"), seed=1)
    parts = [set(house[rows]) for rows in taken if len(rows)][-3:]

    assert sum(map(len, parts)) == len(set(house)) == len(set.union(*parts))
    assert found.sizes()["n_students"].to_numpy() / n == pytest.approx([0.7, 0.15, 0.15], abs=0.03)
    assert found.words == (
        "Stratified split: about 70% train, 15% validation, 15% test, students of one 'home' in one part; "
        "the model was fitted on the first part only."
    )


def test_groups_that_leave_a_part_without_an_outcome_are_refused():
    features, label = table({"x": list(range(60))}), np.tile([0.0, 1.0], 30)
    groups = np.array([f"g{k}" for k in np.arange(60) // 30], dtype=object)

    with pytest.raises(NotEnoughStudents) as caught:
        hold_out(features, label, groups=groups, options=ModelOptions(group="home"), seed=1)
    assert str(caught.value) == (
        "The students of one 'home' cannot be parted into three parts: one of the three parts would lack an "
        "outcome."
    )
    assert caught.value.hint == "Choose a column of more and smaller groups to keep together, or none."


def test_the_correction_is_fitted_on_the_validation_part_and_applied_to_all(monkeypatch):
    plain, raw = risks(monkeypatch, SCHOOL, LABEL)
    found, corrected = risks(monkeypatch, SCHOOL, LABEL, calibration="platt")
    line = fit_platt(log_odds_of(raw[1][1]), raw[1][0])

    for (_, before), (_, after) in zip(raw, corrected, strict=True):
        assert after == pytest.approx(line.apply(log_odds_of(before)), abs=1e-4)
    assert corrected[2][1] != pytest.approx(raw[2][1], abs=1e-3)
    assert found.words == plain.words + (
        " Its risks are corrected (Platt) by the validation part, so only the test part is new."
    )


def test_outcomes_weighed_alike_do_not_leave_the_risks_too_high(monkeypatch):
    rare = np.flatnonzero((LABEL == 0) | (np.arange(len(LABEL)) % 8 == 0))
    options = ModelOptions(balanced=True)

    found, seen = risks(monkeypatch, SCHOOL.take(rare), LABEL[rare], options=options, calibration="prior")

    for label, risk in seen:
        assert risk.mean() == pytest.approx(label.mean(), abs=0.03)
    assert found.words.endswith(" Its risks are moved by the first part's share with the outcome.")
