"""The curves along the list stay as they are when the cut moves; only the marker moves, and it is on them."""

import numpy as np
import pytest

from core.modeling.cut_curves import COLUMNS, EXPECTED, OBSERVED, cut_curves
from core.modeling.policies import AtScore, ForCapacity
from core.modeling.thresholds import prepare


def curves(risk, label=None):
    ids = np.array([f"s{k}" for k in range(len(risk))], dtype=object)
    return cut_curves(prepare(np.asarray(risk, dtype=float), ids, seed=1, label=label))


def school(n=5_000):
    rng = np.random.default_rng(0)
    risk = np.round(rng.beta(1, 4, n), 6)
    return curves(risk, (rng.random(n) < risk).astype(float))


def test_there_are_at_most_200_points_from_1_to_all():
    frame = school().frame()

    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 200
    assert frame["n_listed"].iloc[[0, -1]].tolist() == [1, 5_000]
    assert frame["recall"].iloc[-1] == 1
    assert (frame["precision_low"] <= frame["precision"]).all()
    assert (frame["recall"] <= frame["recall_high"]).all()


def test_the_curves_do_not_change_with_the_cut_and_the_marker_stands_on_them():
    found = school()
    before = found.frame().copy()
    for place in (0, 57, 199):
        marker = found.marker(ForCapacity(int(before["n_listed"][place])))
        assert marker == before.iloc[place].to_dict()

    assert found.frame() is found.frame()
    assert found.frame().equals(before)
    assert found.marker(AtScore(1)) == {}


def test_the_figures_are_those_of_a_count_by_hand():
    row = curves([0.9, 0.75, 0.7, 0.2], [1, 0, 1, 0]).frame().iloc[1]

    assert (row["precision"], row["recall"], row["risk"]) == (0.5, 0.5, 0.75)
    assert row["net_benefit"] == pytest.approx((1 - 3 * 1) / 4)
    assert row["everyone"] == pytest.approx((2 - 3 * 2) / 4)


def test_without_known_outcomes_the_risks_speak_without_intervals():
    found = curves([0.8, 0.4])

    assert (found.words, school(50).words) == (EXPECTED, OBSERVED)
    assert found.frame()["precision"].tolist() == pytest.approx([0.8, 0.6])
    assert found.frame()["recall"].tolist() == pytest.approx([0.8 / 1.2, 1])
    assert found.frame()[["precision_low", "recall_high"]].isna().all(axis=None)


def test_nobody_makes_no_curve_and_certainty_no_price():
    assert curves([]).why_empty == "There are no students."
    assert curves([]).marker(ForCapacity(3)) == {}
    assert curves([1.0, 0.5], [1, 0]).frame()["net_benefit"].isna().tolist() == [True, False]
    assert len(curves([0.3] * 10, [1] * 10).frame()) == 10
