"""Reasons matter: without them the risk falls further than without other columns, and a mutant is caught."""

import numpy as np
import pytest

from core.modeling.deletion import LEAST, RANDOM, REASONS, deletion_test
from core.modeling.explain import Explainer, explainer
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table

FEATURES, LABEL = school(800, unknown=0.05)
TOLD = explainer(cross_validate(FEATURES, LABEL, seed=1, repeats=2), FEATURES)


class Shuffled(Explainer):
    """A mutant: its reasons are columns by chance."""

    def reason_places(self, rows):
        """As many columns as there are reasons, drawn among all."""
        rng = np.random.default_rng(0)
        right = super().reason_places(rows)
        drawn = np.array([rng.permutation(len(self.features.columns))[:3] for _ in right])
        return np.where(right >= 0, drawn, -1)


class Least(Explainer):
    """A mutant: its reasons are what matters least."""

    def reason_places(self, rows):
        """The columns whose contributions are nearest to 0."""
        sizes = np.abs(self.contributions(rows).values)
        return np.argsort(sizes, axis=1)[:, :3]


def test_without_the_reasons_the_risk_falls_furthest():
    found = deletion_test(TOLD, seed=1)
    frame = found.frame().pivot_table(index="k", columns="kind", values="fall")

    assert found.holds
    assert (frame[REASONS] > 2 * frame[RANDOM]).all()
    assert (frame[RANDOM] > frame[LEAST]).all()
    assert frame[REASONS].is_monotonic_increasing
    assert (
        (found.frame()["low"] < found.frame()["fall"]) & (found.frame()["fall"] < found.frame()["high"])
    ).all()
    assert found.words.startswith(
        "The reasons matter. With the facts behind them replaced by what is typical"
    )


@pytest.mark.parametrize("mutant", [Shuffled, Least])
def test_reasons_that_are_none_do_not_pass(mutant):
    wrong = mutant(TOLD.validated, TOLD.features, TOLD.typical, TOLD.book, TOLD.agrees)
    found = deletion_test(wrong, seed=1)

    assert not found.holds
    assert found.words.startswith("The reasons are not shown to matter. ")


def test_the_fall_of_one_student_is_that_of_the_models_that_did_not_see_them():
    found = deletion_test(TOLD, seed=1)
    order = np.argsort(-TOLD.validated.risk, kind="stable")[:160]
    falls = []
    for row in order:
        [place] = TOLD.reason_places([row])[0, :1]
        if place < 0:
            continue
        numbers, codes = FEATURES.numbers[[row]].copy(), FEATURES.codes[[row]].copy()
        if place < numbers.shape[1]:
            numbers[0, place] = TOLD.typical[place]
        else:
            codes[0, place - numbers.shape[1]] = TOLD.typical[place]
        validated = TOLD.validated
        own = [
            model.log_odds(numbers, codes)[0]
            for at, model in enumerate(validated.models)
            if validated.fold_of[at // 5, row] in (-1, at % 5)
        ]
        falls.append(validated.risk[row] - 1 / (1 + np.exp(-np.mean(own))))
    first = found.frame().query(f"k == 1 and kind == '{REASONS}'")

    assert found.n_students == len(falls)
    assert first["fall"].item() == pytest.approx(np.mean(falls), abs=1e-5)


def test_the_same_twice_and_whatever_the_order_of_the_rows():
    turned = np.random.default_rng(1).permutation(FEATURES.n_students)
    features = FEATURES.take(turned)
    moved = explainer(cross_validate(features, LABEL[turned], seed=1, repeats=2), features)
    first, again, other = (deletion_test(told, seed=1).frame() for told in (TOLD, TOLD, moved))

    assert first.equals(again)
    assert other["fall"].tolist() == pytest.approx(first["fall"].tolist(), abs=1e-9)


def test_too_few_students_with_reasons_is_said():
    rng = np.random.default_rng(0)
    features = table({"noise": rng.normal(size=60).round(1).tolist()})
    told = explainer(cross_validate(features, rng.integers(0, 2, 60).astype(float), seed=1), features)
    few = Explainer(told.validated, told.features, told.typical, told.book, np.array([False]))
    found = deletion_test(few, seed=1)

    assert found.is_empty
    assert found.why_empty == "Only 0 students of high risk have a reason; 10 are needed to tell."
    assert not found.holds
