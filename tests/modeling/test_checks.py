"""Each check fires on what it is for, passes elsewhere, and stands in the documentation."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from core.modeling.auc_difference import auc_difference
from core.modeling.checks import CHECKS, run_checks
from core.modeling.evaluate import evaluate
from core.modeling.leaks import permuted_auc
from core.modeling.ranking import HeldOut
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "checks" / "model.md"


@dataclass
class LeftOut:
    name: str
    reason: str


def checks_of(features, label, risk=None, excluded=()):
    found = cross_validate(features, label, seed=1)
    risk = found.risk if risk is None else risk
    evaluation = evaluate(
        label, risk, found.baseline_risk, listed=risk >= 0.5, seed=1, held_out=found.held_out
    )
    return {check.code: check for check in run_checks(found, evaluation, features, excluded=excluded)}


@pytest.fixture(scope="module")
def sound():
    return checks_of(*school(3_000))


def test_a_sound_model_passes_every_check(sound):
    beside = {code for code, check in sound.items() if check.severity == "not applicable"}

    assert beside == {"M015", "M017"}
    assert {sound[code].severity.value for code in sound.keys() - beside} == {"passed"}
    assert all(check.words.endswith(".") for check in sound.values())
    assert sound["M001"].words.startswith(
        "No column tells the outcome alone; 'study' comes nearest (ROC-AUC 0."
    )


def test_the_codes_are_those_of_the_documentation_in_order():
    headings = re.findall(r"^## (M\d{3}) (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert headings == [(code, title) for code, (title, _) in CHECKS.items()]
    assert [code for code, _ in headings] == [f"M{number:03}" for number in range(1, len(headings) + 1)]


def with_column(features, name, values):
    numbers = {c.name: list(features.numbers[:, j]) for j, c in enumerate(features.columns[:4])}
    return table(numbers | {name: list(values)}, flags=["fees"])


def test_a_column_that_gives_the_outcome_away_is_named():
    features, label = school(800)
    grade = np.where(label == 1, 30.0, 70.0) + np.random.default_rng(0).normal(0, 10, 800)
    found = checks_of(with_column(features, "final grade", grade), label)

    assert found["M001"].severity == "issue"
    assert found["M001"].words.startswith("'final grade' tells the outcome almost without error.")
    assert found["M006"].severity == "passed"


def test_a_category_that_gives_the_outcome_away_is_named():
    features, label = school(400)
    status = table({"x": list(features.numbers[:, 3])}, {"status": ["left" if y else "here" for y in label]})
    found = checks_of(status, label)

    assert "'status' tells the outcome" in found["M001"].words
    assert found["M006"].severity == "issue"
    assert "part the training students without error" in found["M006"].words


def test_a_model_of_noise_is_not_better_than_the_rule_and_learns_by_heart():
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 120).astype(float)
    found = checks_of(table({f"n{k}": list(rng.normal(size=120)) for k in range(25)}), label)

    assert found["M002"].severity == "issue"
    assert "not clearly better than the simple rule" in found["M002"].words
    assert found["M003"].severity == "issue"
    assert found["M004"].severity == "issue"
    assert found["M005"].severity == "not applicable"


def test_few_students_for_each_weight_are_a_tip():
    features, label = school(400)

    assert checks_of(features, label)["M003"].severity == "tip"


@pytest.mark.parametrize(("shift", "severity"), [(0.25, "issue"), (0.0, "passed")])
def test_risks_that_do_not_come_true_are_an_issue(shift, severity):
    features, label = school(2_000)
    risk = np.clip(cross_validate(features, label, seed=1, repeats=1).risk + shift, 0, 1)

    assert checks_of(features, label, risk)["M005"].severity == severity


def test_columns_left_out_are_listed_with_their_reasons():
    features, label = school(300)
    excluded = [LeftOut("id", "It identifies the student."), *[LeftOut(f"c{k}", "Same.") for k in range(12)]]
    found = checks_of(features, label, excluded=excluded)["M007"]

    assert found.severity == "tip"
    assert found.words.startswith("Columns left out: 13. 'id': It identifies the student.; 'c0': Same.")
    assert found.words.endswith("And 3 more.")


def test_unknown_outcomes_are_counted():
    features, label = school(300, unknown=0.2)
    found = checks_of(features, label)["M008"]

    assert found.severity == "tip"
    assert found.words.startswith(
        f"The outcome of {int(np.isnan(label).sum())} of 300 students is not known."
    )


def test_the_interval_of_a_difference_covers_it_about_95_times_in_100():
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(150):
        label = (rng.random(200) < 0.4).astype(float)
        score = rng.normal(label, 1.0, (1, 200))  # 0.760
        simple = 0.5 * score + rng.normal(0, 0.8, (1, 200))
        folds = (np.arange(200) % 5).astype(np.int8)[None]
        truth = 0.7602 - 0.6462  # Phi(1 / sqrt(2)) - Phi(0.5 / sqrt(2 (0.25 + 0.64)))
        _, low, high = auc_difference(label, HeldOut(folds, score, simple))
        hits += low <= truth <= high

    assert 135 <= hits <= 149


def test_a_copy_of_the_outcome_with_errors_in_it_is_far_ahead_of_the_others():
    features, label = school(2_000)
    wrong = np.random.default_rng(1).random(2_000) < 0.1
    found = checks_of(with_column(features, "late note", np.where(wrong, 1 - label, label)), label)

    assert found["M009"].severity == "issue"
    assert found["M009"].words.startswith("'late note' by itself ranks students better (ROC-AUC 0.9")


def test_a_field_that_is_filled_in_afterwards_is_an_issue():
    features, label = school(1_000)
    rng = np.random.default_rng(2)
    left = [
        float(day) if y and rng.random() < 0.9 else None for day, y in zip(range(1_000), label, strict=True)
    ]
    found = checks_of(with_column(features, "days until leaving", left), label)

    assert {found["M001"].severity, found["M009"].severity} >= {"issue"}


def copied(features, label, n):
    rows = np.r_[np.arange(features.n_students), np.arange(n)]
    ids = np.array([f"copy {k}" for k in range(len(rows))], dtype=object)
    return replace(features.take(rows), student_ids=ids), label[rows]


def test_students_that_are_in_the_table_twice_are_an_issue():
    found = checks_of(*copied(*school(1_500), 150))["M010"]

    assert found.severity == "issue"
    assert found.words.startswith("30")
    assert "100% of such pairs have the same outcome, where" in found.words


def test_students_who_are_alike_by_nature_are_no_copies():
    rng = np.random.default_rng(5)
    x, y = rng.integers(0, 2, (2, 2_000)).astype(float)
    label = (rng.random(2_000) < 0.2 + 0.3 * x + 0.2 * y).astype(float)
    found = checks_of(table({"x": list(x), "y": list(y)}), label)["M010"]

    assert found.severity == "passed"
    assert found.words.startswith(
        "2,000 students are alike in every feature to another one, and their outcomes"
    )


@pytest.mark.parametrize("start", range(0, 100, 25))
def test_clean_students_pass_the_leak_checks_over_a_hundred_seeds(start):
    codes = ("M001", "M009", "M010", "M011", "M012")
    for seed in range(start, start + 25):
        features, label = school(500, seed=seed)
        found = cross_validate(features, label, seed=seed, folds=2, repeats=1)
        evaluation = evaluate(label, found.risk, found.baseline_risk, listed=found.risk >= 0.5, seed=seed)
        checks = {check.code: check for check in run_checks(found, evaluation, features)}
        assert {checks[code].severity.value for code in codes} == {"passed"}, (seed, checks)


def test_the_canary_sings_where_the_outcomes_cannot_be_dealt_out(monkeypatch):
    monkeypatch.setattr("core.modeling.leaks._dealt", lambda label, _: label)
    features, label = school(1_000)

    assert permuted_auc(features, label, seed=1)[0] > 0.7
    assert checks_of(features, label)["M011"].severity == "issue"


def test_features_made_from_the_outcome_are_named():
    features, label = school(300)
    found = cross_validate(features, label, seed=1, repeats=1)
    evaluation = evaluate(label, found.risk, found.baseline_risk, listed=found.risk >= 0.5, seed=1)
    [check] = [c for c in run_checks(found, evaluation, features, derived=["gap"]) if c.code == "M012"]

    assert check.words == "'gap' decides the outcome, or is worked out from what does. Exclude it."


@pytest.mark.parametrize("prevalence", [0.02, 0.2])
def test_the_canary_keeps_still_where_one_outcome_is_rare(prevalence):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        label = (rng.random(4_000) < prevalence).astype(float)
        features = table({f"n{k}": list(rng.normal(size=4_000)) for k in range(6)})
        mean, error = permuted_auc(features, label, seed=seed)
        assert abs(mean - 0.5) <= 4 * error


def test_the_canary_is_silent_on_a_handful_of_students():
    rng = np.random.default_rng(0)
    label = np.array([1.0, 1.0, 1.0] + [0.0] * 57)
    assert checks_of(table({"x": list(rng.normal(size=60))}), label)["M011"].severity == "not applicable"


def test_answers_that_work_together_are_no_copies():
    """Two flags whose either-or decides: a sum of columns misses it, but nobody is in the table twice."""
    rng = np.random.default_rng(1)
    flags = rng.integers(0, 2, (8, 2_000)).astype(float)
    either = flags[0] != flags[1]
    label = (rng.random(2_000) < np.where(either, 0.9, 0.1)).astype(float)
    features = table({f"f{k}": list(values) for k, values in enumerate(flags)})

    assert checks_of(features, label)["M010"].severity == "passed"


def test_a_number_that_few_students_have_is_not_ahead_of_all_others():
    for seed in range(20):
        features, label = school(600, seed=seed)
        few = [None] * 600
        for place in np.random.default_rng(seed).choice(600, 5, replace=False):
            few[place] = float(place)
        assert checks_of(with_column(features, "rare", few), label)["M009"].severity == "passed"
