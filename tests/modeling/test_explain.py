"""Contributions add up to the risk, and reasons are sentences a mentor can say aloud."""

from dataclasses import replace

import numpy as np
import pytest

from core.modeling.explain import MOST_SAID, SMALLEST, explainer
from core.modeling.logistic import as_risk
from core.modeling.phrases import typical_values
from core.modeling.train import cross_validate
from core.schema import Role
from tests.modeling.made_students import school, table


@pytest.fixture(scope="module")
def explained():
    features, label = school(700, unknown=0.1)
    found = cross_validate(features, label, seed=3)
    return features, found, explainer(found, features)


def test_base_and_contributions_add_up_to_the_log_odds_of_every_student(explained):
    features, found, explaining = explained
    parts = explaining.contributions(range(features.n_students))

    np.testing.assert_allclose(parts.base + parts.values.sum(axis=1), found.log_odds, atol=1e-9, rtol=0)
    np.testing.assert_array_equal(as_risk(parts.base + parts.values.sum(axis=1)), found.risk)


def test_the_contributions_of_some_rows_are_those_of_all(explained):
    features, _, explaining = explained
    everybody, some = (
        explaining.contributions(range(features.n_students)),
        explaining.contributions([5, 699, 0]),
    )

    np.testing.assert_allclose(some.values, everybody.values[[5, 699, 0]], atol=1e-15)


def test_a_contribution_is_exactly_the_shapley_value_of_a_linear_model():
    features, label = school(300, gaps=0.0)
    found = cross_validate(features, label, seed=3, repeats=1, folds=2)
    rows = np.flatnonzero(found.fold_of[0] == 0)
    seen = features.take(np.flatnonzero(found.fold_of[0] == 1))
    term = found.models[0].numbers[0]

    expected = term.weight * (features.numbers[rows, 0] - seen.numbers[:, 0].mean())
    np.testing.assert_allclose(
        explainer(found, features).contributions(rows).values[:, 0], expected, atol=1e-12
    )


def test_one_student_is_explained(explained):
    features, found, explaining = explained
    row = int(np.argmax(found.risk))
    one = explaining.explain([row])[0]
    frame = one.frame()

    assert (one.student_id, one.risk) == (features.student_ids[row], found.risk[row])
    assert frame["contribution"].is_monotonic_decreasing
    assert one.base + frame["contribution"].sum() == pytest.approx(found.log_odds[row], abs=1e-9)
    assert frame.columns.tolist() == ["column", "label", "role", "value", "typical", "contribution"]
    assert 1 <= len(one.reasons) <= MOST_SAID
    assert all(reason.endswith(".") for reason in one.reasons)


def reasons_of(features, label, row):
    found = cross_validate(features, label, seed=1)
    return explainer(found, features).explain([row])[0]


def test_a_reason_names_value_and_typical_student_in_plain_words():
    label = np.r_[np.ones(40), np.zeros(80)]
    hours = [24.0] * 40 + [8.0] * 80
    one = reasons_of(table({"work": hours}, units={"work": "hours a week"}), label, 0)

    assert one.reasons == ("Work: 24 hours a week (the middle student: 8).",)
    assert one.strengths == ()


def test_what_lowers_the_risk_is_a_strength_and_what_is_missing_is_said():
    label = np.r_[np.ones(40), np.zeros(80)]
    features = table(None, {"device": [None] * 40 + ["laptop"] * 80})

    assert reasons_of(features, label, 0).reasons == ("We do not know this: device.",)
    assert reasons_of(features, label, 100).strengths == ("Device: laptop.",)


def test_barriers_come_first_and_at_most_3_are_said():
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 400).astype(float)
    columns = {
        name: list(rng.normal(label * size)) for name, size in zip("abcde", (3, 2, 0.8, 1.5, 1), strict=True)
    }
    features = table(columns, barriers=["c"])
    found = cross_validate(features, label, seed=1)
    explaining = explainer(found, features)
    one = explaining.explain([int(np.argmax(found.risk))])[0]
    said = [reason.split(":")[0] for reason in one.reasons]

    assert len(said) == 3
    assert said[0] == "C"
    contributions = dict(zip("ABCDE", one.contributions, strict=True))
    assert contributions[said[1]] >= contributions[said[2]] >= SMALLEST


def test_a_protected_attribute_is_never_said_even_if_a_model_had_it():
    label = np.r_[np.ones(40), np.zeros(80)]
    features = table(None, {"gender": ["f"] * 40 + ["m"] * 80}, protected=["gender"])
    one = reasons_of(features, label, 0)

    assert one.reasons == one.strengths == ()


def test_nothing_is_said_where_nothing_raises_the_risk_much():
    rng = np.random.default_rng(0)
    features = table({"noise": list(rng.normal(size=2_000))})
    found = cross_validate(features, np.tile([0.0, 1.0], 1_000), seed=1)
    explaining = explainer(found, features)
    middle = int(np.argmin(np.abs(features.numbers[:, 0])))

    assert explaining.explain([middle])[0].reasons == ()
    assert explaining.reasons([middle]).tolist() == [""]


def test_the_reasons_of_all_are_those_of_each(explained, monkeypatch):
    features, _, explaining = explained
    monkeypatch.setattr("core.modeling.explain.CHUNK", 64)
    everybody = explaining.reasons()

    assert len(everybody) == features.n_students
    for row in range(0, features.n_students, 7):
        one = explaining.explain([row])[0]
        assert everybody[row] == "; ".join(reason.removesuffix(".") for reason in one.reasons)
    assert explaining.reasons([3, 1], joiner=" | ").tolist() == [
        everybody[k].replace("; ", " | ") for k in (3, 1)
    ]


def test_reasons_do_not_depend_on_the_order_of_the_rows(explained):
    features, found, explaining = explained
    rows = np.random.default_rng(1).permutation(features.n_students)
    shuffled = features.take(rows)
    again = explainer(cross_validate(shuffled, found.label[rows], seed=3), shuffled)

    assert again.reasons().tolist() == explaining.reasons()[rows].tolist()


def test_the_typical_student_is_the_median_and_the_commonest():
    features = table(
        {"x": [1, 2, 100, None], "flag": [1, 1, 0, None], "empty": [None] * 4},
        {"c": ["b", "b", "a", None], "tie": ["b", "a", None, None]},
        flags=["flag"],
    )

    np.testing.assert_array_equal(typical_values(features), [2, 1, np.nan, 1, 0])


def test_roles_are_read_from_the_table(explained):
    features, found, _ = explained
    plain = replace(features, columns=tuple(replace(c, role=Role.FEATURE) for c in features.columns))
    reasons = explainer(found, plain).explain([int(np.argmax(found.risk))])[0]

    first = max(zip(reasons.contributions, reasons.columns, strict=True), key=lambda pair: pair[0])[1]
    assert reasons.reasons[0].startswith(first.label)


def test_a_weight_that_turned_round_beside_a_related_column_is_never_said():
    rng = np.random.default_rng(4)
    last = rng.normal(70, 10, 2_000)
    before = 0.9 * last + rng.normal(7, 3, 2_000)
    failed = rng.random(2_000) < 1 / (1 + np.exp(0.35 * (last - 65) - 0.25 * (before - 65)))
    features = table({"last": last, "before": before})
    told = explainer(cross_validate(features, failed.astype(float), seed=1), features)

    weights = np.mean([[term.weight for term in model.numbers] for model in told.validated.models], axis=0)
    assert np.corrcoef(before, failed)[0, 1] < 0 < weights[1]  # the trap is there
    assert told.agrees.tolist() == [True, False]
    said = " ".join(" ".join((*one.reasons, *one.strengths)) for one in told.explain(range(500)))
    assert "Last" in said
    assert "Before" not in said
