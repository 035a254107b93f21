"""Weights, repeated columns and ties: each check fires on what it is for and keeps still elsewhere."""

import numpy as np
import pytest

from core.modeling.case import Case
from core.modeling.checks import CHECKS
from core.modeling.evaluate import evaluate
from core.modeling.options import ModelOptions
from core.modeling.train import cross_validate
from tests.modeling.made_students import school, table


def case_of(features, label, **options):
    found = cross_validate(features, label, seed=1, repeats=1, **options)
    evaluation = evaluate(label, found.risk, found.baseline_risk, listed=found.risk >= 0.5, seed=1)
    return Case(found, evaluation, features, (), ())


def check(code, case):
    return CHECKS[code][1](case)


def twins(n, *, off, seed=0, like=0.0):
    """Two columns that differ by ``off``, a third, and an outcome that goes with what they share."""
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=(2, n))
    label = (rng.random(n) < 1 / (1 + np.exp(-one))).astype(float)
    columns = {"one": list(one), "twin": list(one + off * rng.normal(size=n)), "other": list(other)}
    return table(columns), label


def test_few_students_leave_the_weights_open():
    rng = np.random.default_rng(3)
    label = (rng.random(60) < 0.3).astype(float)
    features = table({f"n{k}": list(rng.normal(size=60)) for k in range(8)})
    severity, words = check("M013", case_of(features, label))

    assert severity in ("tip", "issue")
    assert words.startswith("With other students '")
    assert "may be off by a factor of " in words


def test_a_large_school_weighs_its_columns_alike():
    severity, words = check("M013", case_of(*school(3_000)))

    assert severity == "passed"
    assert words.startswith("The models of all folds weigh the columns alike; '")


def test_the_error_is_that_of_the_weights_themselves():
    """The jackknife over five folds comes near the textbook error of a weight, over many tables."""
    from core.modeling.stability_checks import _errors

    found = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=800)
        label = (rng.random(800) < 1 / (1 + np.exp(-x))).astype(float)
        found.append(_errors(case_of(table({"x": list(x), "y": list(rng.normal(size=800))}), label))[1])

    # One over the root of n p (1 - p), with p (1 - p) at 0.21 on average for weight 1.
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(1 / np.sqrt(800 * 0.21), rel=0.35)


def test_a_family_that_weighs_no_columns_says_so():
    features, label = school(300)
    severity, words = check("M013", case_of(features, label, candidate="decision_tree"))

    assert (severity, words) == (
        "not applicable",
        "This family of models does not weigh columns one by one.",
    )


def test_two_folds_are_too_few_to_see_how_weights_vary():
    features, label = school(300)

    assert check("M013", case_of(features, label, folds=2))[0] == "not applicable"


@pytest.mark.parametrize(
    ("off", "severity"), [(0.0, "issue"), (0.02, "issue"), (0.2, "tip"), (1.0, "passed")]
)
def test_columns_that_say_the_same_are_named_with_each_other(off, severity):
    found, words = check("M014", case_of(*twins(1_000, off=off)))

    assert found == severity
    if severity != "passed":
        assert words.startswith(("'one' says nearly what", "'twin' says nearly what"))
        assert "'one'" in words
        assert "'twin'" in words
    if off == 0:
        assert "the same in every student" in words


def test_the_inflation_is_one_over_what_the_others_do_not_explain():
    from core.modeling.stability_checks import _inflations, _matrix

    features, label = twins(2_000, off=0.5)
    matrix, owner = _matrix(case_of(features, label))
    found = _inflations(np.corrcoef(matrix, rowvar=False), owner, 3)
    for place in range(3):
        others = np.column_stack([np.ones(len(matrix)), np.delete(matrix, place, axis=1)])
        left = matrix[:, place] - others @ np.linalg.lstsq(others, matrix[:, place], rcond=None)[0]
        assert found[place] == pytest.approx(matrix[:, place].var() / left.var(), rel=1e-6)


def test_the_values_of_one_category_do_not_repeat_each_other():
    rng = np.random.default_rng(0)
    values = [str(v) for v in rng.integers(0, 6, 800)]
    features = table({"x": list(rng.normal(size=800))}, {"c": values})
    severity, words = check("M014", case_of(features, (rng.random(800) < 0.4).astype(float)))

    assert severity == "passed"
    assert "variance inflation 1.0" in words


def test_a_category_that_repeats_another_is_named():
    rng = np.random.default_rng(0)
    values = [str(v) for v in rng.integers(0, 4, 800)]
    features = table({"x": list(rng.normal(size=800))}, {"c": values, "d": [f"as {v}" for v in values]})
    severity, words = check("M014", case_of(features, (rng.random(800) < 0.4).astype(float)))

    assert severity == "issue"
    assert "'c'" in words
    assert "'d'" in words


def test_principal_components_and_single_columns_repeat_nothing():
    features, label = twins(300, off=0.0)
    rng = np.random.default_rng(0)

    assert check("M014", case_of(features, label, options=ModelOptions(components=2)))[0] == "not applicable"
    alone = case_of(table({"x": list(rng.normal(size=300))}), label)
    assert check("M014", alone) == ("not applicable", "There is one column only.")


def test_many_students_of_one_risk_at_the_end_of_the_list_are_an_issue():
    rng = np.random.default_rng(0)
    flag = rng.random(600) < 0.5
    label = (rng.random(600) < np.where(flag, 0.6, 0.2)).astype(float)
    severity, words = check("M016", case_of(table({"flag": list(flag.astype(float))}, flags=["flag"]), label))

    assert severity == "issue"
    assert "students have the very risk at which the list of 60 ends; " in words


def test_a_few_students_of_one_risk_are_a_tip_and_none_are_fine():
    found = case_of(*school(600))
    risk = found.validated.risk
    end = np.sort(risk)[-60]
    order = np.argsort(-risk)
    risk[order[58:62]] = end

    assert check("M016", found)[0] == "tip"
    assert check("M016", case_of(*school(600)))[0] == "passed"


def test_a_list_of_everybody_ends_nowhere():
    features, label = school(300)
    found = case_of(features, label)
    everybody = Case(found.validated, found.evaluation, features, (), (), capacity=300)

    assert check("M016", everybody) == ("not applicable", "Every student is on the list.")


def test_clean_schools_pass_at_least_19_times_of_20():
    codes, alarms = ("M013", "M014", "M016"), 0
    for seed in range(40):
        case = case_of(*school(600, seed=seed))
        alarms += any(check(code, case)[0] != "passed" for code in codes)

    assert alarms <= 2
