"""A student imagined otherwise: what can be worked on only, and a promise of less risk is kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidChoice
from core.modeling.explain import explainer
from core.modeling.train import cross_validate
from core.modeling.what_if import imagine, levers, smallest_changes
from tests.modeling.made_students import school, table

PLAIN, LABEL = school(800, unknown=0.1)[:2]


def told_of(candidate="logistic_regression"):
    features = table(
        {
            c.name: [None if np.isnan(v) else v for v in PLAIN.numbers[:, j]]
            for j, c in enumerate(PLAIN.columns[:4])
        },
        {
            c.name: [None if k < 0 else c.levels[k] for k in PLAIN.codes[:, j]]
            for j, c in enumerate(PLAIN.columns[4:])
        },
        barriers=("work", "device", "fees"),
        flags=("fees",),
    )
    return explainer(cross_validate(features, LABEL, candidate=candidate, seed=1, repeats=2), features)


TOLD = told_of()
ROWS = np.argsort(-TOLD.validated.risk, kind="stable")


def risk_by_hand(row, numbers, codes):
    """The mean log-odds of the models that did not see the student, written plainly."""
    validated = TOLD.validated
    own = [
        model
        for place, model in enumerate(validated.models)
        if validated.fold_of[place // 5, row] in (-1, place % 5)
    ]
    mean = np.mean([model.log_odds(numbers, codes)[0] for model in own])
    return 1 / (1 + np.exp(-mean))


def test_only_barriers_that_are_recorded_can_be_changed():
    for row in ROWS[:50]:
        numbers, codes = TOLD.features.numbers[row], TOLD.features.codes[row]
        there = {"work": not np.isnan(numbers[0]), "fees": not np.isnan(numbers[3]), "device": codes[0] >= 0}
        assert [lever.column for lever in levers(TOLD, row)] == [name for name in there if there[name]]


def test_nothing_changed_is_the_risk_of_the_list():
    for row in ROWS[:20]:
        found = imagine(TOLD, row, {})
        assert found.before == found.after == pytest.approx(TOLD.validated.risk[row], abs=1e-6)
        assert found.words == "Nothing is changed."


def test_an_imagined_risk_is_that_of_the_models_that_did_not_see_the_student():
    row = next(r for r in ROWS if not np.isnan(TOLD.features.numbers[r, 0]))
    numbers, codes = TOLD.features.numbers[[row]].copy(), TOLD.features.codes[[row]]
    numbers[0, 0] = 8.0
    found = imagine(TOLD, row, {"work": 8.0})

    assert found.after == pytest.approx(risk_by_hand(row, numbers, codes), abs=1e-6)
    assert found.words.startswith("If work were 8, not ")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 799), st.floats(0.02, 0.9))
def test_a_change_that_is_promised_to_lower_the_risk_does(row, target):
    for found in smallest_changes(TOLD, row, target=target):
        assert found.after <= target < found.before
        assert found.changes
        assert len(found.changes) <= 3


def test_the_least_change_is_the_least():
    row = next(r for r in ROWS if not np.isnan(TOLD.features.numbers[r, 0]))
    target = TOLD.validated.risk[row] - 0.05
    [lever] = [one for one in levers(TOLD, row) if one.column == "work"]
    enough = [v for v in lever.choices if imagine(TOLD, row, {"work": v}).after <= target]
    shown = [
        one.changes[0][2] for one in smallest_changes(TOLD, row, target=target) if one.changes[0][0] == "Work"
    ]
    nearest = min(enough, key=lambda value: abs(value - lever.value))

    assert shown == [TOLD.features.columns[0].value_text(nearest)]


def test_where_one_change_is_not_enough_some_are_made_together():
    row = next(r for r in ROWS if len(levers(TOLD, r)) == 3)
    best = min(
        imagine(TOLD, row, {lever.column: value}).after
        for lever in levers(TOLD, row)
        for value in lever.choices
    )
    [found] = smallest_changes(TOLD, row, target=best - 0.02)

    assert len(found.changes) > 1
    assert found.words.startswith("Say ")
    assert " And say " in found.words
    assert found.words.count(".") >= 3


def test_each_of_several_changes_is_needed_and_no_larger_than_needed():
    row = next(r for r in ROWS if len(levers(TOLD, r)) == 3)
    own = {lever.column: lever for lever in levers(TOLD, row)}
    by_label = {lever.label: lever for lever in own.values()}
    best = min(imagine(TOLD, row, {c: v}).after for c, lever in own.items() for v in lever.choices)
    target = best - 0.02
    [found] = smallest_changes(TOLD, row, target=target)
    chosen = {
        by_label[label].column: dict(zip(by_label[label].texts, by_label[label].choices, strict=True))[text]
        for label, _, text in found.changes
    }

    for column in chosen:
        others = {name: value for name, value in chosen.items() if name != column}
        assert imagine(TOLD, row, others).after > target
    last = list(chosen)[-1]
    nearer = [
        value
        for value in own[last].choices
        if abs(value - own[last].value) < abs(chosen[last] - own[last].value)
    ]
    others = {name: value for name, value in chosen.items() if name != last}
    assert all(imagine(TOLD, row, {**others, last: value}).after > target for value in nearer)


def test_nothing_is_promised_that_no_change_brings():
    assert smallest_changes(TOLD, int(ROWS[0]), target=0.0) == ()
    assert smallest_changes(TOLD, int(ROWS[-1]), target=0.99) == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"study": 3.0}, "'study' cannot be imagined otherwise."),
        ({"work": 500.0}, "'Work' cannot be imagined as 500: too few students are so."),
        ({"fees": 0.5}, "'Fees' cannot be imagined as 0.5: too few students are so."),
    ],
)
def test_what_cannot_be_changed_is_refused(changes, message):
    row = next(r for r in ROWS if len(levers(TOLD, r)) == 3)
    with pytest.raises(InvalidChoice) as failed:
        imagine(TOLD, row, changes)

    assert str(failed.value) == message
