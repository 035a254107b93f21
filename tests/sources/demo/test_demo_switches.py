"""Each switch plants what it says and leaves everything else as it was."""

import functools

import pytest
from sklearn.metrics import roc_auc_score

from core.schema import Role
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource
from core.sources.demo.terms import school_terms

PLAIN = DemoSpec(students=4000, dirt=False)
LEAKY = DemoSpec(students=4000, dirt=False, leaks=True)
DRIFTED = DemoSpec(students=4000, dirt=False, drift=True)
UNHELPED = DemoSpec(students=4000, dirt=False, mentoring=False)


@functools.cache
def students_of(spec):
    return DemoSource(spec).load("students").collect()


@functools.cache
def truth_of(spec):
    return DemoSource(spec).truth()


def test_leaks_add_their_columns_and_change_no_other():
    assert students_of(LEAKY).drop(columns=list(truth_of(LEAKY).leaks)).equals(students_of(PLAIN))
    assert truth_of(LEAKY).leaks == ("exit_interview_done", "outcome_score")
    assert truth_of(PLAIN).leaks == ()


def test_leaks_give_the_outcome_away():
    frame = students_of(LEAKY)
    left = frame["not_retained"] == "yes"
    assert roc_auc_score(left, frame["outcome_score"]) > 0.99
    assert roc_auc_score(left, frame["exit_interview_done"] == "yes") > 0.9
    assert not frame["outcome_score"].isna().any()


def test_leaks_are_features_for_whoever_does_not_look():
    schema = DemoSource(LEAKY).load("students", limit=1).schema
    assert {schema.column(name).role for name in truth_of(LEAKY).leaks} == {Role.FEATURE}
    assert "outcome_score" not in DemoSource(PLAIN).load("students", limit=1).schema


def test_drift_shifts_the_last_cohort_only():
    plain, drifted, truth = students_of(PLAIN), students_of(DRIFTED), truth_of(DRIFTED)
    last = plain["cohort"] == school_terms(PLAIN)[-2].name
    assert truth.drift.cohort == school_terms(PLAIN)[-2].name
    assert truth.drift.n_students == last.sum()
    assert drifted[~last].equals(plain[~last])
    assert (truth.students["drifted"] == last).all()


def test_drift_shifts_the_named_columns_by_what_the_truth_says():
    plain, drifted, truth = students_of(PLAIN), students_of(DRIFTED), truth_of(DRIFTED)
    last = plain["cohort"] == truth.drift.cohort
    moved = (drifted[last].select_dtypes("number") - plain[last].select_dtypes("number")).mean()
    assert set(truth.drift.shifts) == {"work_hours", "prior_average", "internet"}
    assert moved["work_hours"] == pytest.approx(truth.drift.shifts["work_hours"], abs=0.1)
    assert moved["prior_average"] == pytest.approx(truth.drift.shifts["prior_average"], abs=0.2)
    could = last & (plain["internet"] != "none")
    worse = (drifted.loc[could, "internet"] != plain.loc[could, "internet"]).mean()
    assert worse == pytest.approx(truth.drift.shifts["internet"], abs=0.05)
    for untouched in ("travel_minutes", "care_hours", "fees_owed", "age"):
        assert moved[untouched] == 0.0


def test_without_the_switch_nothing_has_drifted():
    drift = truth_of(PLAIN).drift
    assert (drift.on, drift.n_students, dict(drift.shifts)) == (False, 0, {})


def test_the_mentoring_switch_changes_only_what_mentors_do():
    plain, unhelped = students_of(PLAIN), students_of(UNHELPED)
    assert unhelped.drop(columns="not_retained").equals(plain.drop(columns="not_retained"))
    mentored = truth_of(PLAIN).students["mentored"].to_numpy()
    assert unhelped.loc[~mentored, "not_retained"].equals(plain.loc[~mentored, "not_retained"])
    assert (unhelped.loc[mentored, "not_retained"] == "yes").sum() > (
        plain.loc[mentored, "not_retained"] == "yes"
    ).sum()


def test_without_the_switch_the_mentors_true_effect_is_nothing():
    mentoring = truth_of(UNHELPED).mentoring
    assert (mentoring.on, mentoring.log_odds, mentoring.average_effect) == (False, 0.0, 0.0)
    assert mentoring.n_mentored == truth_of(PLAIN).mentoring.n_mentored > 0


def test_dirt_changes_nothing_of_the_truth_but_the_dirt():
    dirty = DemoSource(DemoSpec(students=4000)).truth()
    assert dirty.students.equals(truth_of(PLAIN).students)
    assert dirty.mentoring == truth_of(PLAIN).mentoring
    assert len(dirty.dirt) > 100
