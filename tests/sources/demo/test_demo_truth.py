"""The truth can be found again: effects, segments, protected groups, the mentors' effect."""

import functools

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score, roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

from core.schema import MODEL_ROLES, Kind
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource

LARGE = DemoSpec(students=100_000, dirt=False, seed=1)


@functools.cache
def students_of(spec):
    return DemoSource(spec).load("students").collect()


@functools.cache
def truth_of(spec):
    return DemoSource(spec).truth()


def left(spec):
    return (students_of(spec)["not_retained"] == "yes").to_numpy(dtype=float)


@functools.cache
def design(spec):
    """Return every column that has a true coefficient, a reference level apart, and the mentor."""
    frame, coefficients = students_of(spec), truth_of(spec).coefficients
    seen, columns = set(), {}
    for name in coefficients:
        column, _, level = name.partition("=")
        if not level:
            columns[name] = frame[column]
        elif column in seen:
            columns[name] = (frame[column] == level).astype(float)
        seen.add(column)
    columns["mentored"] = truth_of(spec).students["mentored"].astype(float)
    return pd.DataFrame(columns)


@functools.cache
def recovered(spec):
    """Return coefficients and standard errors of an unpenalised logistic regression, by unit."""
    table, scaler = design(spec), StandardScaler()
    scaled = scaler.fit_transform(table)
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", max_iter=100).fit(scaled, left(spec))
    risk = model.predict_proba(scaled)[:, 1]
    full = np.column_stack([np.ones(len(scaled)), scaled])
    spread = np.sqrt(np.diag(np.linalg.inv((full * (risk * (1 - risk))[:, None]).T @ full)))[1:]
    return pd.DataFrame(
        {"found": model.coef_[0] / scaler.scale_, "error": spread / scaler.scale_}, index=table.columns
    )


@pytest.mark.parametrize("seed", range(6))
def test_between_20_and_25_percent_are_not_retained(seed):
    assert 0.20 <= left(DemoSpec(dirt=False, seed=seed)).mean() <= 0.25


def test_about_22_percent_of_the_default_school_are_not_retained():
    assert left(DemoSpec()).mean() == pytest.approx(0.225, abs=0.02)


def test_a_logistic_regression_without_protected_attributes_is_honest_but_not_perfect():
    spec = DemoSpec(dirt=False)
    schema = DemoSource(spec).load("students").schema
    frame = students_of(spec)
    inputs = [column for column in schema if column.role in MODEL_ROLES]
    words = [column.name for column in inputs if column.kind is Kind.CATEGORY]
    table = pd.get_dummies(frame[[column.name for column in inputs]], columns=words, dtype=float)
    scaled = StandardScaler().fit_transform(table)
    risk = cross_val_predict(
        LogisticRegression(max_iter=200), scaled, left(spec), cv=5, method="predict_proba"
    )[:, 1]
    assert 0.78 <= roc_auc_score(left(spec), risk) <= 0.82
    assert roc_auc_score(left(LARGE), truth_of(LARGE).students["risk"]) == pytest.approx(0.81, abs=0.01)


@pytest.mark.parametrize("mentoring", [True, False])
def test_the_risk_is_exactly_the_coefficients_times_the_students_row(mentoring):
    spec = DemoSpec(students=2000, dirt=False, mentoring=mentoring)
    truth = truth_of(spec)
    table = design(spec)
    weights = pd.Series({name: truth.coefficients.get(name, 0.0) for name in table.columns})
    weights["mentored"] = truth.mentoring.log_odds
    log_odds = truth.intercept + table @ weights
    assert np.allclose(1 / (1 + np.exp(-log_odds)), truth.students["risk"], rtol=1e-9, atol=0)


def test_the_true_effects_are_found_again():
    truth, found = truth_of(LARGE), recovered(LARGE)
    expected = pd.Series({name: truth.coefficients[name] for name in found.index.drop("mentored")})
    off = (found["found"].drop("mentored") - expected) / found["error"].drop("mentored")
    assert off.abs().max() < 4
    assert (expected != 0).sum() >= 15


def test_the_outcome_follows_the_true_risk():
    risk = truth_of(LARGE).students["risk"].to_numpy()
    table = pd.DataFrame({"risk": risk, "left": left(LARGE), "spread": risk * (1 - risk)})
    by_tenth = table.groupby(pd.qcut(risk, 10)).sum()
    off = (by_tenth["left"] - by_tenth["risk"]) / np.sqrt(by_tenth["spread"])
    assert off.abs().max() < 4


def test_protected_groups_differ_in_barriers_and_rates():
    groups = truth_of(LARGE).protected.set_index(["attribute", "group"])
    assert (
        groups.loc[("ethnicity", "group D"), "mean_risk"]
        > groups.loc[("ethnicity", "group A"), "mean_risk"] + 0.05
    )
    assert (
        groups.loc[("disability", "yes"), "mean_risk"] > groups.loc[("disability", "no"), "mean_risk"] + 0.02
    )
    frame = students_of(LARGE)
    assert (
        frame.groupby("gender")["care_hours"].mean()["female"]
        > frame.groupby("gender")["care_hours"].mean()["male"] + 0.5
    )
    assert groups["n"].groupby("attribute").sum().eq(100_000).all()


def test_a_protected_attribute_changes_nothing_given_the_barriers():
    truth, found = truth_of(LARGE), recovered(LARGE)
    protected = [
        name
        for name in truth.coefficients
        if name.split("=")[0] in {"age", "gender", "ethnicity", "disability"}
    ]
    assert len(protected) >= 9
    assert all(truth.coefficients[name] == 0.0 for name in protected)
    assert (truth.protected["log_odds"] == 0.0).all()
    shown = found.loc[[name for name in protected if name in found.index]]
    assert (shown["found"].abs() < 4 * shown["error"]).all()


def test_segments_are_unequal_and_differ_in_what_stands_in_the_way():
    truth, frame = truth_of(LARGE), students_of(LARGE)
    segments = truth.segments.set_index("segment")
    assert 3 <= len(segments) <= 5
    assert segments["share"].max() > 2 * segments["share"].min()
    assert segments["n"].sum() == 100_000
    means = frame.groupby(truth.students["segment"].to_numpy())[
        ["work_hours", "care_hours", "fees_owed"]
    ].mean()
    assert means["work_hours"].idxmax() == "long days"
    assert means["care_hours"].idxmax() == "care at home"
    assert means["fees_owed"].idxmax() == "offline and in debt"
    assert segments["frac_not_retained"].idxmin() == "few barriers"


def test_k_means_on_the_barriers_finds_much_of_the_segments():
    spec = DemoSpec(dirt=False)
    frame = students_of(spec)
    codes = {"device": ["own", "shared", "phone only"], "internet": ["good", "unstable", "none"]}
    table = (
        frame[["work_hours", "travel_minutes", "fees_owed", "care_hours"]]
        / frame[["work_hours", "travel_minutes", "fees_owed", "care_hours"]].std()
    )
    for name, levels in codes.items():
        table[name] = frame[name].map(levels.index)
    found = KMeans(4, n_init=5, random_state=0).fit_predict(table.to_numpy())
    assert adjusted_rand_score(truth_of(spec).students["segment"], found) > 0.4


def test_mentors_help_although_the_naive_comparison_says_they_harm():
    mentoring = truth_of(LARGE).mentoring
    assert mentoring.average_effect < -0.05
    assert mentoring.naive_difference > 0.01


def test_the_mentors_effect_is_found_with_what_decided_who_got_one():
    truth, y = truth_of(LARGE), left(LARGE)
    row = recovered(LARGE).loc["mentored"]
    assert abs(row["found"] - truth.mentoring.log_odds) < 4 * row["error"]
    chance, mentored = truth.students["mentoring_chance"], truth.students["mentored"].to_numpy(dtype=bool)
    with_mentor = np.average(y[mentored], weights=1 / chance[mentored])
    without = np.average(y[~mentored], weights=1 / (1 - chance[~mentored]))
    assert with_mentor - without == pytest.approx(truth.mentoring.average_effect, abs=0.015)


def test_mentors_are_given_by_need_and_at_the_stated_chance():
    students = truth_of(LARGE).students
    assert students["mentored"].mean() == pytest.approx(students["mentoring_chance"].mean(), abs=0.005)
    assert np.corrcoef(students["mentoring_chance"], students["risk_if_not_mentored"])[0, 1] > 0.4
